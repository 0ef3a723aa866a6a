"""Nothing suspected to be a state secret gets past the door, wherever in the element it hides."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pipeline.made import element
from zalo_governor.domain.cases import UNCHECKED
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.inbound import NESTED_TOO_DEEP, ElementKind
from zalo_governor.pipeline.secret_gate import SecretGate, strings_of

MARK = "DẤU GIẢ ĐỊNH"


class MarkInspector:
    """Seals what holds the mark."""

    id = "4.1-noi-dung-mat"

    def inspect(self, text: str) -> Finding | None:
        if MARK not in text:
            return None
        return Finding(
            rule_id=self.id, clause="4.1", severity=Severity.CRITICAL, label="classified", level="mat", seals=True
        )


class BrokenInspector:
    """Raises on everything."""

    id = "broken"

    def inspect(self, text: str) -> Finding | None:
        raise ValueError(text)


def mac(content: bytes) -> bytes:
    return content[::-1][:16]


def test_an_innocent_element_keeps_its_body() -> None:
    entry = SecretGate([MarkInspector()], mac).enter(element("1", "Kính gửi các đồng chí"), 7)
    assert entry.raw == {"content": "Kính gửi các đồng chí"}
    assert entry.seal is None
    assert entry.received_ms == 7


def test_the_next_element_is_looked_at_by_other_rules_where_the_door_is_given_them() -> None:
    door = SecretGate([], mac)
    spoken = element("1", f"gửi các anh {MARK}")
    assert door.look(spoken.raw) is None
    door.apply([MarkInspector()])
    assert door.look(spoken.raw) is not None


def test_a_suspected_secret_leaves_only_who_when_and_a_keyed_hash() -> None:
    entry = SecretGate([MarkInspector()], mac).enter(element("1", f"gửi các anh {MARK}", sender_uid="7"), 7)
    assert entry.raw is None
    assert entry.seal is not None
    assert (entry.seal.level, entry.seal.size, entry.sender_uid, entry.key) == ("mat", 24, "7", "1")
    assert MARK not in repr(entry)


@pytest.mark.parametrize("place", ["key", "cli_key", "sender_uid", "thread_id"])
def test_a_secret_that_stands_where_an_id_should_is_kept_as_a_keyed_hash(place: str) -> None:
    """Zalo's own ids are digits; a cliMsgId is made by the sender's client."""
    ids: dict[str, Any] = {"key": "1", "cli_key": "2", "sender_uid": "3", "thread_id": "4"} | {place: MARK}
    spoken = element("1", is_group=False, raw=ids)._replace(**ids)
    entry = SecretGate([MarkInspector()], mac).enter(spoken, 7)
    assert entry.seal is not None
    assert MARK not in repr(entry)
    assert {name: getattr(entry, name) for name in ids if name != place} == {k: v for k, v in ids.items() if k != place}


def test_an_address_is_read_with_its_percent_signs_resolved() -> None:
    raw = {"content": {"href": f"https://mau.test/{quote(MARK)}.pdf"}}
    assert SecretGate([MarkInspector()], mac).look(raw) is not None


def test_an_address_within_an_address_is_read_too_and_one_encoded_without_end_is_given_up() -> None:
    within = quote(f"https://mau.test/?ten={quote(MARK)}", safe="")
    raw = {"content": {"href": f"https://chuyen-tiep.test/?url={within}"}}
    assert SecretGate([MarkInspector()], mac).look(raw) is not None
    assert len(strings_of(f"https://mau.test/%{'25' * 1_000}20")) < 10


def test_of_a_sealed_act_not_even_the_plain_digest_of_its_content_is_kept() -> None:
    door = SecretGate([MarkInspector()], mac)
    act = door.enter(element("digest of the content", MARK, kind=ElementKind.GROUP_ACT), 7)
    assert act.key == mac(b"digest of the content").hex()
    assert door.enter(element("1790000000000", MARK), 7).key == "1790000000000"


def test_when_the_check_fails_the_element_is_sealed() -> None:
    entry = SecretGate([BrokenInspector()], mac).enter(element("1", "Kính gửi"), 7)
    assert entry.raw is None
    assert entry.seal is not None
    assert entry.seal.label == UNCHECKED


def test_what_cannot_be_read_again_for_its_nesting_is_not_let_in_unseen() -> None:
    seal = SecretGate([MarkInspector()], mac).look(NESTED_TOO_DEEP)
    assert seal is not None
    assert seal.label == UNCHECKED


def _places(inner: Any) -> Iterator[Any]:
    yield {"content": inner}
    yield {"content": {"title": inner, "href": "x"}}
    yield {"content": {"params": json.dumps({"fileName": inner})}}
    yield {"quote": {"attach": json.dumps({"params": json.dumps({"deep": [inner]})})}}
    yield {"content": {"action": "x"}, "dName": inner}
    yield {f"a key longer than those of Zalo {inner}": 1}
    nested: Any = inner
    for _ in range(30):
        nested = {"a": [nested]}
    yield nested


def test_the_mark_is_seen_in_every_place() -> None:
    door = SecretGate([MarkInspector()], mac)
    for raw in _places(f"… {MARK} …"):
        assert door.look(raw) is not None, raw
    for raw in _places("… an innocent line …"):
        assert door.look(raw) is None, raw


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


@given(_json, st.data())
def test_planted_anywhere_in_any_json_the_mark_is_seen(value: Any, data: st.DataObject) -> None:
    raw = {"content": _plant(value, data)}
    assert SecretGate([MarkInspector()], mac).look(raw) is not None


@given(st.text(max_size=50))
def test_every_string_long_enough_to_say_something_is_looked_at(text: str) -> None:
    seen = list(strings_of({"a": text}))
    if len(text) >= 3 and not text.isdecimal() and text[0] not in "{[":
        assert text in seen


def _plant(value: Any, data: st.DataObject) -> Any:
    if isinstance(value, list) and value:
        at = data.draw(st.integers(0, len(value) - 1))
        return [*value[:at], _plant(value[at], data), *value[at + 1 :]]
    if isinstance(value, dict) and value:
        key = data.draw(st.sampled_from(sorted(value)))
        return {**value, key: _plant(value[key], data)}
    planted = f"x {MARK} y"
    return json.dumps({"inner": planted}) if data.draw(st.booleans()) else planted


def test_a_short_key_that_somebody_typed_is_looked_at() -> None:
    door = SecretGate([MarkInspector()], mac)
    assert door.look({"content": json.dumps({MARK: 1})}) is not None
    assert door.look({"content": {MARK: 1}}) is not None
    assert "bao_cao_tuyet_mat" in list(strings_of({"content": '{"bao_cao_tuyet_mat": 1}'}))


def test_a_secret_in_the_quote_alone_is_sealed_as_quoted_and_one_typed_as_well_is_not() -> None:
    door = SecretGate([MarkInspector()], mac)
    quoted = door.look({"content": "Vâng", "quote": {"msg": f"… {MARK} …"}})
    typed = door.look({"quote": {"msg": f"… {MARK} …"}, "content": f"chuyển tiếp {MARK}"})
    assert quoted is not None
    assert (quoted.label, quoted.clause, quoted.quoted) == ("classified", "4.1", True)
    assert typed is not None
    assert (typed.clause, typed.quoted) == ("4.1", False)
