"""A group that is switched to end-to-end encryption: the desk is told at once, and once."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.features.desk import BOT, GROUP, UIDS, Desk, to
from zalo_governor.domain.connection import FrameCount, FrameSort, LineState
from zalo_governor.domain.events import EventBase, GroupInfoChanged, GroupSettingChanged, MessageSent, Unrecognised
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.features.group_changes.encryption import EncryptedFramesWatch
from zalo_governor.messaging.policy import LineStatus

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


def test_a_message_that_only_encrypted_conversations_have_is_told_once_a_day(desk: Desk) -> None:
    repair = MessageSent(
        account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, message_type="chat.e2ee.replace"
    )
    desk.hear(repair)
    [said] = to(desk.take(), "admin")
    assert "mã hóa đầu cuối mà Hệ thống không đọc được" in said
    desk.hear(repair)
    assert to(desk.take(), "admin") == []
    desk.now += timedelta(days=1)
    desk.hear(repair)
    assert len(to(desk.take(), "admin")) == 1
    told(desk, True)
    desk.now += timedelta(days=1)
    desk.hear(repair)
    assert to(desk.take(), "admin") == []


E2EE = FrameCount("e2ee_verify", "mã hóa đầu cuối", FrameSort.ENCRYPTED, 1, 1)
UNKNOWN = FrameCount("cmd_777", "chưa biết", FrameSort.UNKNOWN, 2, 5)
MARKS = FrameCount("read_marks_group", "dấu đã đọc", FrameSort.KNOWN, 3, 90)


def test_frames_of_encryption_are_told_at_once_and_once_a_day(desk: Desk) -> None:
    frames = [UNKNOWN, MARKS]
    watch = EncryptedFramesWatch(desk.policy, lambda: tuple(frames), begin=desk.transaction, on_posted=lambda: None)
    assert watch.next_due() is None
    frames.append(E2EE)
    due = watch.next_due()
    assert due is not None
    assert due <= desk.now
    watch.act(desk.now)
    [said] = to(desk.take(), "admin")
    assert "nơi chưa rõ (một Nhóm hoặc cuộc trò chuyện riêng)" in said
    assert watch.next_due() is None
    frames[-1] = E2EE._replace(hour=0)
    desk.now += timedelta(days=1)
    assert watch.next_due() is None


def test_the_status_tells_of_frames_only_where_people_should_know() -> None:
    frames = (UNKNOWN, MARKS)
    desk = Desk(status=lambda: LineStatus(LineState.UP, frames=frames))
    desk.say("admin", "/trangthai", place="private")
    said = to(desk.take(), "admin")[0]
    assert "24 giờ qua có 5 lần Zalo gửi dữ liệu loại chưa biết (cmd_777)" in said
    assert "read_marks" not in said
    frames = (E2EE, MARKS)
    desk.say("admin", "/trangthai", place="private")
    said = to(desk.take(), "admin")[0]
    assert "1 lần Zalo gửi dữ liệu mã hóa đầu cuối (e2ee_verify), Hệ thống không đọc được" in said
