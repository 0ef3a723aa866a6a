"""What a look at the group shows that nobody said on the wire."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.features.desk import BOT, GROUP
from zalo_governor.domain.events import (
    EventBase,
    GroupInfoChanged,
    GroupSettingChanged,
    MembersJoined,
    MembersLeft,
)
from zalo_governor.domain.inbound import Admitted, Element, ElementKind, Entry, Source
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.features.members.snapshot_diff import GroupSnapshotDiff, to_remember
from zalo_governor.zalo.events.parse import parse

SNAPSHOT = GroupSnapshot(
    group_id=GROUP, name="Nhóm", owner_uid="1", member_uids=("1", "2", BOT), total_members=3, settings={"joinAppr": 1}
)


def names(members: list[Member], known: dict[str, str], now_ms: int = 1000) -> list[Element]:
    return list(GroupSnapshotDiff(BOT, GROUP, now_ms, now_ms).names(members, known))


def sweep(members: list[Member], known: dict[str, str]) -> list[str]:
    return [element.sender_uid for element in names(members, known)]


def found_late(after: dict[str, Any], *, before: GroupSnapshot | None = SNAPSHOT, present: set[str]) -> list[EventBase]:
    """The events that come of a look at a group that is as SNAPSHOT but for `after`."""
    changes = GroupSnapshotDiff(BOT, GROUP, 1000, 0).changes(before, SNAPSHOT.model_copy(update=after), present)
    return [
        parse(Admitted(1, Entry(*element[:9], received_ms=0, fingerprint=b"", raw=element.raw, seal=None), False))
        for element in changes
    ]


def test_new_and_changed_names_are_judged_and_known_ones_not() -> None:
    members = [
        Member(uid="2", display_name="A"),
        Member(uid="3", display_name="B"),
        Member(uid="4", display_name="C"),
        Member(uid="5", display_name=""),
        Member(uid=BOT, display_name="Bot"),
    ]
    assert sweep(members, {"2": "A", "3": "B cũ"}) == ["3", "4"]


def test_the_name_at_zalo_counts_and_not_the_alias_that_the_bot_account_sees() -> None:
    members = [Member(uid="2", display_name="Bạn cũ", zalo_name="Lò Thị B - Chánh Văn phòng")]
    assert sweep(members, {"2": "Lò Thị B - Chánh Văn phòng"}) == []
    (element,) = names(members, {})
    assert element.raw == {"uid": "2", "name": "Lò Thị B - Chánh Văn phòng"}


def test_an_element_is_an_act_of_the_person_found_by_the_sweep() -> None:
    (element,) = names([Member(uid="2", display_name="Tí")], {}, 1234)
    assert (element.kind, element.source, element.sender_uid) == (ElementKind.NAME, Source.SWEEP, "2")
    assert (element.thread_id, element.is_group, element.at_ms, element.cli_key) == (GROUP, True, 1235, None)
    assert element.said == '{"name":"Tí","uid":"2"}'.encode()


def test_a_name_that_comes_back_has_a_key_of_its_own() -> None:
    members = [Member(uid="2", display_name="Tí")]
    (first,) = names(members, {}, 1)
    (again,) = names(members, {"2": "Tèo"}, 2)
    assert first.key != again.key
    assert first.said == again.said


@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=50))
def test_any_name_can_be_swept(name: str) -> None:
    assert sweep([Member(uid="2", display_name=name)], {}) == ["2"]


def test_a_join_and_a_leave_that_were_missed_are_found_late() -> None:
    joined, left = found_late({"member_uids": ("1", "3", BOT)}, present={"1", "2", BOT})
    assert isinstance(joined, MembersJoined)
    assert [member.uid for member in joined.members] == ["3"]
    assert isinstance(left, MembersLeft)
    assert [member.uid for member in left.members] == ["2"]
    assert {joined.source, left.source} == {Source.SWEEP}


def test_a_new_group_name_and_setting_that_were_missed_are_found_late() -> None:
    renamed, changed = found_late({"name": "Nhóm mới", "settings": {"joinAppr": 0}}, present={"1", "2"})
    assert isinstance(renamed, GroupInfoChanged)
    assert renamed.name == "Nhóm mới"
    assert isinstance(changed, GroupSettingChanged)
    assert changed.settings == {"joinAppr": 0}


@pytest.mark.parametrize("before", [None, False, True])
@pytest.mark.parametrize("after", [None, False, True])
def test_a_switch_of_the_encryption_is_found_and_kept_until_it_is_judged(
    before: bool | None, after: bool | None
) -> None:
    was, now = SNAPSHOT.model_copy(update={"encrypted": before}), SNAPSHOT.model_copy(update={"encrypted": after})
    found = found_late({"encrypted": after}, before=was, present={"1", "2"})
    switched = after is not None and after is not bool(before)
    assert [event.encrypted for event in found if isinstance(event, GroupInfoChanged)] == [after] * switched
    kept = to_remember(was, now).encrypted
    assert bool(kept) is bool(before)
    assert kept is not None or after is not False


def test_a_group_that_is_encrypted_at_the_first_look_is_found() -> None:
    [event] = found_late({"encrypted": True}, before=None, present=set())
    assert isinstance(event, GroupInfoChanged)
    assert event.encrypted
    assert found_late({"encrypted": False}, before=None, present=set()) == []


def test_nothing_changed_is_nothing_found() -> None:
    assert found_late({}, present={"1", "2"}) == []


def test_the_first_look_is_where_everything_begins() -> None:
    assert found_late({"member_uids": ("7",)}, before=None, present=set()) == []


def test_a_hidden_member_list_accuses_nobody_of_having_left() -> None:
    assert found_late({"member_uids": ("1",), "total_members": 339}, present={"1", "2", "3"}) == []
