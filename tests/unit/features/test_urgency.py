"""How soon people hear depends on how old a message is, not on the way by which it was heard."""

import re
from datetime import timedelta

import pytest

from tests.unit.features.desk import BOT, GROUP, LADDER, NOW, PEOPLE, UIDS, UNMARKED, Desk, to
from zalo_governor.domain.cases import UNCHECKED
from zalo_governor.domain.escalation import Desk as DeskStep
from zalo_governor.domain.events import MessageRecalled
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.people import Person
from zalo_governor.pipeline.outbox import MARK_BYTES, TEXT_BYTES
from zalo_governor.text.message_parts import count_parts

SECONDS, HOURS = timedelta(seconds=11), timedelta(hours=3)
TRIAGE = UNMARKED.model_copy(update={"severity": Severity.TRIAGE})


def recovers(desk: Desk) -> None:
    """What the history brought has been judged, the urgent part of it first."""
    desk.office.tell_urgent(desk.uow, GROUP)
    desk.office.tell_recovered(desk.uow, GROUP)


def test_a_secret_of_seconds_ago_that_the_history_gave_is_told_as_if_it_had_come_live() -> None:
    desk, live = Desk(), Desk()
    live.seal("member", at=NOW - SECONDS)
    desk.seal("member", source=Source.BACKFILL, at=NOW - SECONDS)
    desk.office.tell_urgent(desk.uow, GROUP)
    told, told_live = desk.take(), live.take()
    assert {(notice.thread_id, notice.text, notice.urgent) for notice in told} == {
        (notice.thread_id, notice.text, notice.urgent) for notice in told_live
    }
    assert "KHẨN, bí mật nhà nước: VP1" in to(told, "admin")[0]
    recovers(desk)
    assert desk.take() == []


def test_a_light_message_of_seconds_ago_that_the_history_gave_is_told_as_if_it_had_come_live() -> None:
    desk, live = Desk(), Desk()
    live.say("member", "noi dung", UNMARKED, at=NOW - SECONDS)
    desk.say("member", "noi dung", UNMARKED, source=Source.BACKFILL, at=NOW - SECONDS)
    recovers(desk)
    assert {(notice.thread_id, notice.text) for notice in desk.take()} == {
        (notice.thread_id, notice.text) for notice in live.take()
    }


def test_several_light_ones_of_seconds_ago_are_one_message_to_the_desk_and_a_request_to_each() -> None:
    desk = Desk()
    for who in ("member", "report_reader"):
        desk.say(who, "noi dung", UNMARKED, source=Source.BACKFILL, at=NOW - SECONDS)
    recovers(desk)
    posted = desk.take()
    [told] = to(posted, "admin")
    assert "VP1" in told
    assert "VP2" in told
    assert "đang nhắn riêng người gửi của 2 vụ việc" in told
    assert "chưa nhắn" not in told
    assert [len(to(posted, who)) for who in ("member", "report_reader")] == [1, 1]


def test_a_command_that_the_history_gave_is_not_carried_out_however_young() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin", "/xacnhan VP1", place="private", source=Source.BACKFILL, at=NOW - SECONDS)
    assert "quá muộn" in to(desk.take(), "admin")[0]
    assert desk.states() == ["reminded"]


@pytest.mark.parametrize("source", [Source.BACKFILL, Source.LIVE])
def test_an_old_secret_is_told_at_once_by_itself_at_night_too_and_its_author_is_asked(source: Source) -> None:
    desk = Desk()
    desk.seal("member", source=source, at=NOW - HOURS)
    desk.office.tell_urgent(desk.uow, GROUP)
    posted = desk.take()
    [told] = to(posted, "admin")
    assert "KHẨN, bí mật nhà nước: VP1" in told
    assert "lúc 11:05" in told
    [asked] = to(posted, "member")
    assert "còn trên Nhóm, xin thu hồi ngay" in asked
    assert all(notice.urgent for notice in posted)


def test_several_secrets_at_once_are_one_message_that_names_each() -> None:
    desk = Desk()
    for number, who in enumerate(("member", "leadership", "report_reader")):
        desk.seal(who, mac=bytes([number]), source=Source.BACKFILL, at=NOW - HOURS)
    recovers(desk)
    posted = desk.take()
    [told] = to(posted, "admin")
    assert "KHẨN" in told
    for code, who in ("VP1", "Giàng A Viên"), ("VP2", "Vàng Thị Phó"), ("VP3", "Đỗ Văn Phòng"):
        assert re.search(rf"- {code}: .*{who}", told)
    # Leadership gets no request, and the desk reads that it has to speak to them itself.
    assert re.search(r"- VP2: .*chưa nhắn người đăng", told)
    assert re.search(r"- VP1: .*đang nhắn riêng người đăng", told)
    assert to(posted, "leadership") == []


def test_what_could_not_be_checked_accuses_nobody_in_the_list_either() -> None:
    desk = Desk()
    for number, who in enumerate(("member", "report_reader")):
        event = desk.seal(who, mac=bytes([number]), source=Source.BACKFILL, at=NOW - HOURS)
        case = desk.store.book[event.id]
        desk.store.book[event.id] = case.model_copy(update={"label": UNCHECKED} if who == "member" else {})
    recovers(desk)
    [told] = to(desk.take(), "admin")
    assert re.search(r"- VP1: .*chưa kiểm tra được", told)
    assert not re.search(r"- VP1: .*có dấu hiệu", told)


def test_a_secret_that_was_recalled_before_it_was_heard_is_named_and_nobody_is_asked() -> None:
    desk = Desk()
    said = desk.seal("member", source=Source.BACKFILL, at=NOW - HOURS)
    recall = {"account": BOT, "thread_id": GROUP, "sender_uid": UIDS["member"], "at": NOW, "target": {"key": said.key}}
    desk.hear(MessageRecalled.model_validate(recall | {"source": Source.BACKFILL}))
    desk.take()
    recovers(desk)
    posted = desk.take()
    assert "VP1" in to(posted, "admin")[0]
    assert to(posted, "member") == []


def test_a_doubtful_message_that_turns_out_grave_by_something_heard_late_is_told_again() -> None:
    desk = Desk()
    desk.say("member", "một", TRIAGE, source=Source.BACKFILL, at=NOW - HOURS)
    recovers(desk)
    desk.take()
    grave = TRIAGE.model_copy(update={"severity": Severity.MAJOR})
    desk.say("member", "hai", grave, source=Source.BACKFILL, at=NOW - HOURS)
    recovers(desk)
    assert "VP1" in to(desk.take(), "admin")[0]


def test_a_secret_that_is_posted_again_is_told_again_however_late_it_was_heard() -> None:
    desk = Desk()
    desk.seal("member", at=NOW)
    desk.take()
    desk.later(minutes=30)
    desk.seal("member", source=Source.BACKFILL, at=NOW + timedelta(minutes=10))
    [told] = to(desk.take(), "admin")
    assert "VP1" in told


def test_a_secret_that_was_posted_twice_while_nobody_listened_is_one_message() -> None:
    desk = Desk()
    for minute in (30, 20):
        desk.seal("member", source=Source.BACKFILL, at=NOW - timedelta(minutes=minute))
    recovers(desk)
    assert len(to(desk.take(), "admin")) == 1


def crowd(desk: Desk, many: int) -> None:
    for number in range(len(PEOPLE) + 1, len(PEOPLE) + 1 + many):
        uid = f"72{number:017}"
        desk.store.people[uid] = Person(id=number, uid=uid, display_name=f"Người thứ {number}")
        UIDS[f"one of the crowd {number}"] = uid


@pytest.fixture
def crowded() -> Desk:
    desk = Desk()
    crowd(desk, 40)
    return desk


def codes(texts: list[str]) -> set[str]:
    return {code for text in texts for code in re.findall(r"VP\d+", text)}


def all_of_the_crowd(desk: Desk) -> list[str]:
    return [who for who in UIDS if who.startswith("one of") and UIDS[who] in desk.store.people]


def test_no_list_hides_a_secret_behind_a_count(crowded: Desk) -> None:
    """Twenty light cases are older than two secrets, as when the line was cut for long."""
    people = all_of_the_crowd(crowded)
    for who in people[:20]:
        crowded.say(who, "noi dung", UNMARKED, at=NOW - HOURS, source=Source.BACKFILL)
    for number, who in enumerate(people[20:22]):
        crowded.seal(who, mac=bytes([number]), source=Source.BACKFILL, at=NOW - HOURS)
    recovers(crowded)
    urgent, light = to(crowded.take(), "admin")
    assert codes([urgent]) >= {"VP21", "VP22"}
    assert "và 10 vụ việc khác" in light
    crowded.say("admin", "/vipham", place="private")
    [listed] = to(crowded.take(), "admin")
    assert codes([listed]) >= {"VP21", "VP22"}
    assert listed.index("VP21") < listed.index("VP20")
    crowded.say("leader", "/baocao", place="private")
    page = to(crowded.take(), "leader")
    assert codes(page) >= {"VP21", "VP22"}
    assert "22 vụ việc đang xử lý" in "".join(page)


def test_many_secrets_are_all_named_in_as_many_messages_as_that_takes(crowded: Desk) -> None:
    for number, who in enumerate(all_of_the_crowd(crowded)):
        crowded.seal(who, mac=bytes([number]), source=Source.BACKFILL, at=NOW - HOURS)
    recovers(crowded)
    told = to(crowded.take(), "admin")
    assert count_parts("\n".join(told), 0, TEXT_BYTES - MARK_BYTES) <= 4
    assert codes(told) == {f"VP{number}" for number in range(1, 41)}
    for command, who in ("/vipham", "admin"), ("/baocao", "leader"):
        crowded.say(who, command, place="private")
        listed = to(crowded.take(), who)
        assert codes(listed) == {f"VP{number}" for number in range(1, 41)}


def test_a_gathered_message_begins_with_the_gravest() -> None:
    """An office may have grave cases gathered, too."""
    rung = LADDER.major[0].model_copy(update={"desk": DeskStep.DIGEST})
    ladder = LADDER.model_copy(update={"major": (rung,), "minor": (rung,)})
    desk = Desk(ladder=ladder)
    crowd(desk, 13)
    *light, last = all_of_the_crowd(desk)[:13]
    for who in light:
        desk.say(who, "một", UNMARKED)
    desk.say(last, "hai", UNMARKED.model_copy(update={"severity": Severity.MAJOR}))
    desk.take()
    desk.tick(minutes=31)
    [told] = to(desk.take(), "admin")
    assert re.findall(r"- (VP\d+)", told)[:2] == ["VP13", "VP1"]
    assert "và 3 vụ việc khác" in told


def test_a_secret_of_somebody_without_a_name_has_that_person_looked_up_and_the_desk_then_reads_who_it_is() -> None:
    desk = Desk()
    desk.change("stranger", full_name="", display_name="")
    desk.seal("stranger")
    assert desk.looked_for == [(GROUP, UIDS["stranger"])] * len(desk.looked_for)
    assert desk.looked_for
    desk.take()
    desk.office.after_sync(desk.uow, GROUP)
    assert desk.take() == []
    desk.change("stranger", display_name="Sùng A Lạ")
    desk.office.after_sync(desk.uow, GROUP)
    [told] = to(desk.take(), "admin")
    assert "VP1" in told
    assert "Sùng A Lạ" in told
    desk.office.after_sync(desk.uow, GROUP)
    assert desk.take() == []


def test_a_secret_of_somebody_known_is_told_with_the_name_and_not_once_more() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    desk.office.after_sync(desk.uow, GROUP)
    assert desk.take() == []
