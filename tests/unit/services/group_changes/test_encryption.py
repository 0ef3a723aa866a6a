"""A group that is switched to end-to-end encryption: the desk is told at once, and once."""

from typing import Any

import pytest

from tests.unit.services.desk import BOT, GROUP, UIDS, Desk, to
from zalo_governor.domain.events import EventBase, GroupInfoChanged, GroupSettingChanged, Unrecognised
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.people import GroupSnapshot

SEEN = GroupSnapshot(group_id=GROUP, name="Nhóm điều hành", owner_uid=UIDS["admin"], settings={"joinAppr": 1})


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.store.group = SEEN
    return made


def told(desk: Desk, encrypted: bool | None, kind: type[EventBase] = GroupInfoChanged, **values: Any) -> list[str]:
    """What the admin gets when somebody's act says whether the group is encrypted."""
    shared = {"account": BOT, "thread_id": GROUP, "sender_uid": UIDS["member"], "at": desk.now, "encrypted": encrypted}
    desk.hear(kind.model_validate(shared | values))
    return to(desk.take(), "admin")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (GroupInfoChanged, {}),
        (GroupSettingChanged, {"settings": {"joinAppr": 1}}),
        (Unrecognised, {"act": "update_e2ee"}),
    ],
)
def test_the_desk_is_told_of_each_switch_once(desk: Desk, kind: type[EventBase], values: dict[str, Any]) -> None:
    assert told(desk, False, kind, **values) == []
    [on] = told(desk, True, kind, **values)
    assert "đã bật mã hóa đầu cuối" in on
    assert "không đọc được" in on
    assert told(desk, True, kind, **values) == []
    assert told(desk, None, kind, **values) == []
    [off] = told(desk, False, kind, **values)
    assert "đã tắt mã hóa đầu cuối" in off
    assert len(told(desk, True, kind, **values)) == 1
    assert list(desk.store.book.values()) == []


def test_a_group_that_was_never_looked_at_is_told_of_too(desk: Desk) -> None:
    desk.store.group = None
    assert len(told(desk, True, sender_uid="", source=Source.SWEEP)) == 1


def test_the_notice_is_urgent_and_for_the_desk_alone(desk: Desk) -> None:
    desk.hear(GroupInfoChanged(account=BOT, thread_id=GROUP, sender_uid=BOT, at=desk.now, encrypted=True))
    posted = desk.take()
    assert {notice.thread_id for notice in posted} == {UIDS["admin"], UIDS["admin_staff"]}
    assert all(notice.urgent for notice in posted)


def test_the_status_says_that_nothing_can_be_read(desk: Desk) -> None:
    desk.say("admin", "/trangthai", place="private")
    assert "mã hóa đầu cuối" not in to(desk.take(), "admin")[0]
    told(desk, True)
    desk.say("admin", "/trangthai", place="private")
    assert "Nhóm đang bật mã hóa đầu cuối" in to(desk.take(), "admin")[0]
