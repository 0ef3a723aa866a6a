"""The desk and /trangthai hear of copies and signals that fail, and of nothing that works."""

from datetime import timedelta

from tests.unit.features.desk import NOW, Desk, to
from zalo_governor.domain.connection import LineState
from zalo_governor.messaging.policy import LineStatus


def test_that_backups_do_not_get_off_the_machine_is_told_to_the_desk_once_a_day() -> None:
    status = LineStatus(LineState.UP, NOW, NOW, copied_at=NOW - timedelta(days=3), copy_missing=True)
    desk = Desk(status=lambda: status)
    for due in (NOW, NOW + timedelta(hours=1)):
        desk.office.duties.hints_digest(desk.uow, due)
    posted = desk.take()
    [line] = [text for text in to(posted, "admin") if "chưa chép được ra ngoài máy" in text]
    assert "lần thành công gần nhất: 14:05 21/11/2026" in line
    assert not to(posted, "leader")
    status = status._replace(backup_overdue=True, copied_at=None)
    desk.office.duties.hints_digest(desk.uow, NOW + timedelta(days=1))
    [line] = to(desk.take(), "admin")
    assert "ra ngoài máy" not in line, "that there is no backup at all is the graver of the two"


def test_the_state_names_copies_and_signals_only_where_they_fail() -> None:
    status = LineStatus(LineState.UP, NOW, NOW, copied_at=NOW)
    desk = Desk(status=lambda: status)
    desk.say("admin", "/trangthai", place="private")
    (text,) = to(desk.take(), "admin")
    assert "ra ngoài máy" not in text
    assert "Tín hiệu" not in text
    status = status._replace(copied_at=None, copy_missing=True, signal_failing_since=NOW - timedelta(minutes=5))
    desk.say("admin", "/trangthai", place="private")
    (text,) = to(desk.take(), "admin")
    assert "Lần sao lưu ra ngoài máy thành công gần nhất: chưa có" in text
    assert "Tín hiệu hoạt động chưa gửi được từ 14:00 24/11/2026" in text
