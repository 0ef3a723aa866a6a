"""/ghim: what is quoted is pinned, and whoever asked learns what became of it."""

import pytest

from tests.unit.features.desk import BOT, GROUP, UIDS, Desk, to
from tests.unit.storage.stored import new_directive
from zalo_governor.domain.events import Quote
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome
from zalo_governor.features.group_changes.pinning import PinMessageHandler
from zalo_governor.pipeline.jobs import JobRunner

MESSAGE = "5000000000001"
QUOTED = Quote(owner_uid=UIDS["member"], key=MESSAGE, text="Lịch trực tuần này")


def answered(desk: Desk, line: str = "/ghim", who: str = "leader", quote: Quote | None = QUOTED, **place: str) -> str:
    desk.take()
    desk.say(who, line, quote=quote, **place)
    return to(desk.take(), who)[0]


def carried_out(desk: Desk, *outcomes: JobOutcome) -> list[Job]:
    """The program does what is due; Zalo answers with the outcomes in turn."""
    asked: list[Job] = []

    def carry_out(job: Job) -> JobOutcome:
        asked.append(job)
        return outcomes[min(len(asked), len(outcomes)) - 1]

    runner = JobRunner(
        BOT,
        handlers={JobKind.PIN_MESSAGE: PinMessageHandler(desk.policy, pin=carry_out)},
        begin=desk.transaction,
        on_settled=lambda: None,
    )
    while (due := runner.next_due()) is not None:
        desk.now = max(desk.now, due)
        runner.act(desk.now)
    return asked


def test_what_the_leader_quotes_is_pinned_and_the_leader_is_told() -> None:
    desk = Desk()
    assert "đang đề nghị Zalo ghim" in answered(desk)
    people = len(desk.store.people)
    [job] = carried_out(desk, JobOutcome.DONE)
    assert (job.kind, job.group_id, job.task.target) == (JobKind.PIN_MESSAGE, GROUP, MESSAGE)
    posted = desk.take()
    [told] = to(posted, "leader")
    assert "Zalo đã ghim" in told
    assert len(posted) == 1
    assert "Lịch trực" not in told + repr(desk.store.audited)
    assert desk.store.audited[-1] == {
        "action": "job.pin_message", "at": desk.now, "actor": desk.person("leader").id, "group": GROUP, "subject": "",
        "job": job.id, "outcome": "done", "person": None,
    }  # fmt: skip
    assert len(desk.store.people) == people


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (JobOutcome.NOT_ALLOWED, "đặt tài khoản của Hệ thống làm phó nhóm"),
        (JobOutcome.NOT_FOUND, "không lưu tin"),
        (JobOutcome.REFUSED, "từ chối ghim"),
        (JobOutcome.UNKNOWN, "không rõ"),
    ],
)
def test_what_is_not_pinned_is_said_with_what_is_needed(outcome: JobOutcome, words: str) -> None:
    desk = Desk()
    answered(desk)
    carried_out(desk, outcome)
    [told] = to(desk.take(), "leader")
    assert words in told


def test_where_nobody_knows_it_is_tried_again() -> None:
    desk = Desk()
    answered(desk)
    assert len(carried_out(desk, JobOutcome.UNKNOWN, JobOutcome.DONE)) == 2
    assert "Zalo đã ghim" in to(desk.take(), "leader")[0]


def test_the_same_is_ordered_once() -> None:
    desk = Desk()
    answered(desk)
    assert "đang đề nghị Zalo ghim" in answered(desk)
    assert desk.store.audited[-1]["outcome"] == "waits"
    assert len(desk.store.jobs) == 1


@pytest.mark.parametrize(
    ("line", "place", "quote"),
    [
        ("/ghim", "group", None),
        ("/ghim", "private", QUOTED),
        ("/ghim lịch trực", "group", QUOTED),
        ("/ghim", "group", QUOTED.model_copy(update={"key": ""})),
        ("/ghim", "group", QUOTED.model_copy(update={"key": "lời người gửi tự đặt"})),
    ],
)
def test_without_a_quoted_message_of_the_group_nothing_is_ordered(line: str, place: str, quote: Quote | None) -> None:
    desk = Desk()
    assert "trả lời (trích dẫn) tin cần ghim" in answered(desk, line, quote=quote, place=place)
    assert desk.store.jobs == []


def test_a_sealed_message_is_not_pinned() -> None:
    desk = Desk()
    desk.seal("member", key=MESSAGE)
    assert "không ghim" in answered(desk)
    assert desk.store.jobs == []


def test_a_directive_is_pinned_by_its_code() -> None:
    desk = Desk()
    desk.uow.directives.add(new_directive(1, message_key=MESSAGE))
    assert "đang đề nghị Zalo ghim" in answered(desk, "/ghim CĐ1", quote=None, place="private")
    [job] = carried_out(desk, JobOutcome.DONE)
    assert (job.group_id, job.task.target) == (GROUP, MESSAGE)
    assert "trích dẫn" in answered(desk, "/ghim CĐ2", quote=None, place="private")
