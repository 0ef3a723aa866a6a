"""/xoa: a one-time code first, then the removal, then what Zalo said of it."""

import re

import pytest

from tests.unit.features.desk import BOT, GROUP, UIDS, UNMARKED, Desk, to
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome, RemoveMessage
from zalo_governor.features.cases.message_removal import RemoveMessageHandler
from zalo_governor.pipeline.jobs import JobRunner

CODE = "482913"


class Zalo:
    """Answers removals with what a test says, one after the other; the last answer stays."""

    def __init__(self, *answers: JobOutcome) -> None:
        self.answers = list(answers)
        self.asked: list[Job] = []

    def remove(self, job: Job) -> JobOutcome:
        self.asked.append(job)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def at_work(desk: Desk, zalo: Zalo) -> None:
    """The program carries out what is due."""
    handlers = {JobKind.REMOVE_MESSAGE: RemoveMessageHandler(desk.policy, remove=zalo.remove)}
    JobRunner(BOT, handlers=handlers, begin=desk.transaction, on_settled=lambda: None).act(desk.now)


def asked(desk: Desk, who: str, line: str) -> str:
    desk.take()
    desk.say(who, line, place="private")
    return to(desk.take(), who)[0]


def ordered(desk: Desk) -> None:
    """A sealed case whose message the admin has ordered removed."""
    desk.seal("member")
    asked(desk, "admin", "/xoa VP1")
    assert "đang đề nghị Zalo xóa 1 tin" in asked(desk, "admin", f"/xoa VP1 {CODE}")


def test_a_code_is_asked_for_first_and_nothing_is_removed_without_it() -> None:
    desk = Desk()
    desk.seal("member")
    told = asked(desk, "admin", "/xoa VP1")
    assert f"/xoa VP1 {CODE}" in told
    assert "trong 5 phút" in told
    assert desk.store.jobs == []


def test_with_the_code_it_is_ordered_and_the_result_told() -> None:
    desk = Desk()
    ordered(desk)
    zalo = Zalo(JobOutcome.DONE)
    desk.later(minutes=1)
    at_work(desk, zalo)
    [job] = zalo.asked
    assert isinstance(job.task, RemoveMessage)
    assert (job.task.message_key, job.task.owner_uid, job.group_id) == ("m1", UIDS["member"], GROUP)
    posted = desk.take()
    for who in ("admin", "admin_staff"):
        assert "Zalo đã xóa tin đăng lúc 14:05 24/11/2026" in to(posted, who)[0]
    assert desk.states() == ["remedied"]
    assert "đã được đồng chí Nguyễn Văn Quản (Giám đốc Sở Mẫu) xóa" in asked(desk, "admin", "/xem VP1")
    assert "không còn tin nào" in asked(desk, "admin", "/xoa VP1")
    assert [row["outcome"] for row in desk.store.audited if row["action"] == "removal"] == ["done"]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (JobOutcome.NOT_ALLOWED, "không phải trưởng nhóm hoặc phó nhóm trên Zalo"),
        (JobOutcome.NOT_FOUND, "không tìm thấy tin"),
        (JobOutcome.REFUSED, "từ chối xóa"),
    ],
)
def test_what_zalo_refuses_is_told_as_it_is_and_the_case_stays_open(outcome: JobOutcome, said: str) -> None:
    desk = Desk()
    ordered(desk)
    at_work(desk, Zalo(outcome))
    (told,) = to(desk.take(), "admin")
    assert said in told
    assert "đã xóa tin" not in told
    assert desk.states() == ["reminded"]


def test_an_old_message_that_zalo_does_not_take_may_be_too_old() -> None:
    desk = Desk()
    desk.seal("member")
    desk.later(hours=30)
    asked(desk, "admin", "/xoa VP1")
    asked(desk, "admin", f"/xoa VP1 {CODE}")
    at_work(desk, Zalo(JobOutcome.NOT_FOUND))
    assert "hơn 24 giờ" in to(desk.take(), "admin")[0]


def test_what_nobody_knows_is_tried_again_and_at_last_told_as_unknown() -> None:
    desk = Desk()
    ordered(desk)
    zalo = Zalo(JobOutcome.UNKNOWN)
    for _ in range(12):
        at_work(desk, zalo)
        desk.later(seconds=30)
    assert len(zalo.asked) == 5
    (told,) = to(desk.take(), "admin")
    assert "việc xóa chưa được xác nhận" in told
    assert desk.states() == ["reminded"]


def test_a_second_try_that_succeeds_is_a_success() -> None:
    desk = Desk()
    ordered(desk)
    zalo = Zalo(JobOutcome.UNKNOWN, JobOutcome.DONE)
    at_work(desk, zalo)
    assert desk.take() == []
    desk.later(seconds=30)
    at_work(desk, zalo)
    assert "Zalo đã xóa tin" in to(desk.take(), "admin")[0]


def test_a_delete_for_me_of_the_bots_phone_settles_no_removal_and_closes_no_case() -> None:
    desk = Desk()
    ordered(desk)
    at_work(desk, Zalo(JobOutcome.UNKNOWN))
    desk.delete("bot", "m1", action_type=0)
    assert desk.take() == []
    assert desk.states() == ["reminded"]
    desk.later(minutes=1)
    at_work(desk, Zalo(JobOutcome.DONE))
    assert len(to(desk.take(), "admin")) == 1
    assert desk.states() == ["remedied"]


def test_a_message_that_is_still_in_the_history_was_not_deleted_and_people_are_told() -> None:
    desk = Desk()
    ordered(desk)
    zalo = Zalo(JobOutcome.NOT_DONE)
    for _ in range(12):
        at_work(desk, zalo)
        desk.later(seconds=30)
    assert len(zalo.asked) == 5
    (told,) = to(desk.take(), "admin")
    assert "tin vẫn còn" in told
    assert desk.states() == ["reminded"]


def test_that_other_messages_of_the_case_are_left_is_a_sentence_of_its_own() -> None:
    desk = Desk()
    desk.seal("member", mac=b"one")
    desk.seal("member", mac=b"one")
    asked(desk, "admin", "/xoa VP1")
    asked(desk, "admin", f"/xoa VP1 {CODE}")
    at_work(desk, Zalo(JobOutcome.DONE))
    first, last = to(desk.take(), "admin")
    assert "24/11/2026. Vụ việc gồm 2 tin, còn tin chưa thu hồi. Đề nghị xem lại" in first
    assert "24/11/2026. Đề nghị xem lại" in last


def test_a_wrong_code_removes_nothing() -> None:
    desk = Desk()
    desk.seal("member")
    asked(desk, "admin", "/xoa VP1")
    assert "không đúng" in asked(desk, "admin", "/xoa VP1 000000")
    assert desk.store.jobs == []
    assert desk.store.audited[-1]["outcome"] == "code_wrong"


def test_a_code_counts_once_for_a_short_time_for_one_person_and_one_case() -> None:
    desk = Desk()
    desk.seal("member", mac=b"one")
    desk.seal("member", mac=b"two")
    asked(desk, "admin", "/xoa VP1")
    no_code = "đã hết hiệu lực hoặc chưa được cấp"
    assert no_code in asked(desk, "admin_staff", f"/xoa VP1 {CODE}")
    assert no_code in asked(desk, "admin", f"/xoa VP2 {CODE}")
    desk.later(minutes=5)
    assert no_code in asked(desk, "admin", f"/xoa VP1 {CODE}")
    asked(desk, "admin", "/xoa VP1")
    assert "đang đề nghị" in asked(desk, "admin", f"/xoa VP1 {CODE}")
    assert "đang được thực hiện" in asked(desk, "admin", f"/xoa VP1 {CODE}")
    assert len(desk.store.jobs) == 1


def test_ordering_a_removal_is_an_answer_but_not_of_who_posted_it() -> None:
    for who, told in (("report_reader", 0), ("admin", 1)):
        desk = Desk()
        desk.seal(who)
        asked(desk, "admin", "/xoa VP1")
        asked(desk, "admin", f"/xoa VP1 {CODE}")
        desk.tick(minutes=15)
        assert len(to(desk.take(), "leader")) == told


@pytest.mark.parametrize("who", ["leader", "leadership", "report_reader", "member", "stranger"])
def test_only_the_desk_removes(who: str) -> None:
    desk = Desk()
    desk.seal("member")
    refused = "kính đề nghị đồng chí giao Quản trị Nhóm" if who in {"leader", "leadership"} else "không thuộc quyền"
    assert refused in asked(desk, who, "/xoa VP1")
    assert desk.store.codes == {}


def test_asked_in_the_group_the_code_stays_private() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    desk.say("admin", "/xoa VP1")
    posted = desk.take()
    assert CODE in to(posted, "admin")[0]
    assert not [notice for notice in posted if notice.is_group and CODE in notice.text]


def test_a_light_case_may_be_removed_as_well() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    assert CODE in asked(desk, "admin", "/xoá vp1")


@pytest.mark.parametrize("rest", ["", "VP1 abc", "VP1 ngay đi"])
def test_what_is_not_understood_shows_how_it_is_written(rest: str) -> None:
    desk = Desk()
    desk.seal("member")
    assert re.search(r"/xoa VP12", asked(desk, "admin", f"/xoa {rest}"))
    assert desk.store.codes == {}
