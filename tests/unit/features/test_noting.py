"""/ghinhan: a case that the desk writes down, about whom the message names by uid."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.features.desk import BOT, NOW, UIDS, Desk, to
from zalo_governor.domain.audit import AuditEntry
from zalo_governor.domain.cases import Recorded
from zalo_governor.domain.events import Mention, Quote
from zalo_governor.features.cases.commands.record import with_place
from zalo_governor.messaging.formatter import brief, moment

WHAT = "có phản ánh tin của Nhóm xuất hiện ở nhóm khác"


def mention(text: str, name: str, uid: str) -> tuple[Mention, ...]:
    units = text.encode("utf-16-le")
    return (
        Mention(uid=uid, start=units.index(name.encode("utf-16-le")) // 2, length=len(name.encode("utf-16-le")) // 2),
    )


def noted(desk: Desk, who: str, text: str, **more: object) -> list[str]:
    desk.take()
    desk.say(who, text, **more)  # type: ignore[arg-type]
    return to(desk.take(), who)


def test_the_one_who_is_mentioned_gets_a_case_under_that_clause_with_the_words_kept() -> None:
    desk = Desk()
    text = f"/ghinhan 4.6 @Tên giả 🙂 - Chuyên viên {WHAT}"
    name = "@Tên giả 🙂 - Chuyên viên"
    [told] = noted(desk, "admin", text, mentions=mention(text, name, UIDS["member"]))
    assert "VP1" in told
    [case] = desk.store.book.values()
    assert (case.clause, case.person_id) == ("4.6", desk.person("member").id)
    assert desk.store.noted[1] == Recorded(desk.person("admin").id, WHAT)
    assert desk.actions()[:1] == ["case.opened"]
    assert f"Do đồng chí Nguyễn Văn Quản (Giám đốc Sở Mẫu) ghi nhận: {WHAT}" in noted(desk, "admin", "/xem VP1")[0]


def test_the_one_who_is_quoted_or_named_by_uid_is_known_as_well() -> None:
    desk = Desk()
    noted(desk, "admin_staff", f"/ghi nhận 4.6 {WHAT}", quote=Quote(owner_uid=UIDS["member"], key="1", text="tin"))
    noted(desk, "admin", f"ghinhan 4.6 {UIDS['stranger']} {WHAT}", place="private")
    assert [case.person_id for case in desk.store.book.values()] == [
        desk.person("member").id,
        desk.person("stranger").id,
    ]
    assert desk.store.noted[2].words == WHAT


def test_the_others_of_the_desk_are_told_and_whom_it_concerns_is_not() -> None:
    desk = Desk()
    desk.say("admin", f"/ghinhan 4.6 {UIDS['member']} {WHAT}", place="private")
    posted = desk.take()
    assert "VP1" in to(posted, "admin_staff")[0]
    assert to(posted, "member") == []
    assert WHAT not in to(posted, "admin_staff")[0]


@pytest.mark.parametrize(
    ("text", "mentions", "said"),
    [
        (f"/ghinhan 4.6 Giàng A Viên {WHAT}", (), "chưa xác định được người liên quan"),
        (f"/ghinhan 4.6 @All {WHAT}", (Mention(uid="-1", start=13, length=4),), "chưa xác định được người liên quan"),
        (f"/ghinhan 4.6 @Bot {WHAT}", (Mention(uid=BOT, start=13, length=4),), "chưa xác định được người liên quan"),
        ("/ghinhan 4.6 @Viên", (Mention(uid=UIDS["member"], start=13, length=5),), "ghi nội dung sau tên người"),
        (f"/ghinhan 4.9 @Viên {WHAT}", (Mention(uid=UIDS["member"], start=13, length=5),), "khoản 9 Điều 4 Quy chế"),
        ("/ghinhan đồng chí Viên", (), "Cách viết"),
    ],
)  # fmt: skip
def test_what_is_not_clear_opens_nothing(text: str, mentions: tuple[Mention, ...], said: str) -> None:
    desk = Desk()
    assert said in noted(desk, "admin", text, mentions=mentions)[0]
    assert desk.store.book == {}


@pytest.mark.parametrize(
    ("begins", "at", "place"),
    [
        ("lúc 14:30 hôm qua, tại cuộc họp giao ban: ", datetime(2026, 11, 23, 7, 30, tzinfo=UTC), "cuộc họp giao ban"),
        ("tại Hội trường A; luc 14 giờ 30 23/11, ", datetime(2026, 11, 23, 7, 30, tzinfo=UTC), "Hội trường A"),
        ('vào lúc 9h tại "phòng 2, trụ sở": ', datetime(2026, 11, 24, 2, 0, tzinfo=UTC), "phòng 2, trụ sở"),
        ("Lúc 2 giờ trước: ", NOW - timedelta(hours=2), ""),
        ('lúc này, tại "", ', NOW, ""),
        ("tại cuộc họp, ", NOW, "cuộc họp"),
    ],
)
def test_when_and_where_it_happened_are_read_and_shown_everywhere(begins: str, at: datetime, place: str) -> None:
    desk = Desk()
    [told] = noted(desk, "admin", f"/ghinhan 4.6 {UIDS['member']} {begins}{WHAT}", place="private")
    where = f"tại {place}" if place else "không rõ nơi"
    assert f"xảy ra lúc {moment(at)}, {where};" in told
    [case] = desk.store.book.values()
    assert (case.event_at, case.opened_at) == (at, NOW)
    assert desk.store.noted[1][1:] == (WHAT, place)
    shown = noted(desk, "admin", "/xem VP1", place="private")[0]
    assert f"Nơi xảy ra: {where}. Do " in shown
    assert moment(at) in shown
    desk.say("admin", "/chuyen VP1", place="private")
    assert f"Xảy ra lúc {brief(at)}, {where}: " in to(desk.take(), "leader")[0]
    opened = desk.store.audited[0]
    assert opened["happened"] == at.isoformat(timespec="seconds")
    assert "cuộc họp" not in str(opened), "the log forgets nothing"
    entry = AuditEntry(id=1, at=NOW, actor_id=1, group_id="", action="case.opened", subject="VP1", detail=opened)
    assert with_place(desk.uow, entry).detail["place"] == (place or "unknown")


def test_when_and_where_are_read_also_in_decomposed_letters() -> None:
    desk = Desk()
    text = f"/ghinhan 4.6 {UIDS['member']} lúc 14:30 hôm qua, tại cuộc họp giao ban: {WHAT}"
    [told] = noted(desk, "admin", unicodedata.normalize("NFD", text), place="private")
    assert "xảy ra lúc 14:30 23/11/2026, tại cuộc họp giao ban;" in told


@pytest.mark.parametrize(
    ("begins", "said"),
    [
        ("lúc 14:30 ngày mai, ", "chưa đọc được thời điểm “14:30 ngày mai”"),
        ("lúc hôm qua: ", "chưa đọc được thời điểm “hôm qua”"),
        ("lúc 23:00, ", "thời điểm “23:00” chưa tới"),
        ("lúc 9:00 24/11/2027, ", "chưa tới"),
        ("lúc 9:00 ngày 05/12, ", "thời điểm “9:00 ngày 05/12” chưa tới"),
    ],
)
def test_a_time_to_come_or_one_that_cannot_be_read_opens_nothing(begins: str, said: str) -> None:
    desk = Desk()
    assert said in noted(desk, "admin", f"/ghinhan 4.6 {UIDS['member']} {begins}{WHAT}", place="private")[0]
    assert desk.store.book == {}


def test_a_member_may_not_write_down_cases() -> None:
    desk = Desk()
    assert "không thuộc" in noted(desk, "member", f"/ghinhan 4.6 {UIDS['admin']} {WHAT}")[0]
    assert desk.store.book == {}


def test_passed_on_it_is_told_as_what_somebody_wrote_down() -> None:
    desk = Desk()
    noted(desk, "admin", f"/ghinhan 4.6 {UIDS['member']} {WHAT}", place="private")
    desk.say("admin", "/chuyen VP1", place="private")
    [report] = to(desk.take(), "leader")
    assert "ghi nhận vụ việc về đồng chí Giàng A Viên" in report
