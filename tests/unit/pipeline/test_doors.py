"""The real door, with the real rulebook, on elements as Zalo sends them: a secret in any known field is sealed."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crash.traces import forms
from tests.planting import PACKINGS, Pack, planted
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.inbound import Element, ElementKind, Source
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.features.members.snapshot_diff import GroupSnapshotDiff
from zalo_governor.pipeline.secret_gate import SecretGate, strings_of
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.simulator.world import BOT_UID, GROUP_ID, MEMBER_UID, World
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.zalo.events import text_fields
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.events.text_fields import FIELDS
from zalo_governor.zalo.frames.decrypt import Frame

SECRET = "Em gửi các đồng chí văn bản mật số 05/KH-GIẢ ĐỊNH về phương án Hạt Dẻ để nghiên cứu trước"
WORDS = ("văn bản mật", "GIẢ ĐỊNH", "Hạt Dẻ", "nghiên cứu")
INNOCENT = "Kính gửi các đồng chí lịch họp giao ban tuần tới"
NOW_MS = 1_790_000_000_000


@cache
def door() -> SecretGate:
    return SecretGate(load_rulebook(shipped_config()).engine.gate_rules, Keys(bytes(32)).mac)


def heard(field: str, text: str, pack: Pack = PACKINGS["as Zalo writes it"]) -> Element:
    """An element with every field that Zalo gives, the text in that one of them."""
    place = FIELDS[field]
    if place.kind is ElementKind.NAME:
        [named] = GroupSnapshotDiff(BOT_UID, GROUP_ID, NOW_MS, 0).names([Member(uid=MEMBER_UID, display_name=text)], {})
        return named
    if place.kind is ElementKind.GROUP_STATE:
        before = GroupSnapshot(group_id=GROUP_ID, name="Nhóm", owner_uid=MEMBER_UID)
        after = before.model_copy(update={"name": text})
        [renamed] = GroupSnapshotDiff(BOT_UID, GROUP_ID, NOW_MS, 0).changes(before, after, set())
        return renamed
    array = "groupMsgs" if place.kind is ElementKind.MESSAGE else "controls"
    frame = Frame(521, 0, {"data": {array: [planted(World(system_clock), field, text, pack)]}})
    [element] = elements_of(frame, account=BOT_UID, source=Source.LIVE, now_ms=NOW_MS)
    return element


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_secret_in_any_field_is_sealed_and_no_byte_of_it_goes_on(field: str) -> None:
    entry = door().enter(heard(field, SECRET), NOW_MS)
    assert entry.kind is FIELDS[field].kind
    assert entry.raw is None
    assert entry.seal is not None
    assert (entry.seal.rule_id, entry.seal.label) == ("4.1-noi-dung-mat", "classified")
    kept = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in (*entry, *entry.seal))
    assert not [form for word in WORDS for form, written in forms(word) if written in kept]


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_the_same_element_with_an_innocent_text_goes_through_whole(field: str) -> None:
    element = heard(field, INNOCENT)
    entry = door().enter(element, NOW_MS)
    assert (entry.seal, entry.raw) == (None, element.raw)


@pytest.mark.parametrize("packing", sorted(PACKINGS))
@pytest.mark.parametrize(
    "field", sorted(field for field, place in FIELDS.items() if {"params", "attach", "data"} & set(place.path))
)
def test_however_the_json_around_it_is_written_a_secret_is_sealed(field: str, packing: str) -> None:
    assert door().enter(heard(field, SECRET, PACKINGS[packing]), NOW_MS).seal is not None


@settings(deadline=None)
@given(field=st.sampled_from(sorted(FIELDS)), text=st.text(min_size=1), packing=st.sampled_from(sorted(PACKINGS)))
def test_whatever_the_parser_reads_through_its_table_the_door_has_looked_at(
    field: str, text: str, packing: str
) -> None:
    raw = heard(field, text, PACKINGS[packing]).raw
    looked_at = set(strings_of(raw))
    for name in FIELDS:
        for read in text_fields.strings_of(raw, name):
            if len(read) >= 3 and not read.isdecimal() and not read.lstrip("\ufeff \t\n\r").startswith(("{", "[")):
                assert read in looked_at
