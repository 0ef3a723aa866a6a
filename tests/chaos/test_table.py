"""The table of a good run holds; each thing that must not be breaks its own line, and no other."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.chaos.plan import Fault, make_plan
from tests.chaos.run import unhandled
from tests.chaos.table import REMINDER, CaseRow, Evidence, Ordered, Said, Stored, judged

GROUP, OTHER = "8000000000000000001", "8000000000000000002"
TOLD = "Kính báo đồng chí: vụ việc VP1."
SUMMARY = "Sau khi kết nối lại, Hệ thống ghi nhận 1 vụ việc:\n- VP2"
NAMES = "Kính báo đồng chí: qua rà soát, 1 tên hiển thị trên Nhóm Mẫu có dấu hiệu chưa đủ họ tên, chức vụ:\n- VP3"


def good() -> Evidence:
    """Three messages of which two are violations, one of them found late; one lies beyond recovery; one wrong name."""
    return Evidence(
        said=[
            Said(GROUP, "11", None, beyond=False),
            Said(GROUP, "12", "u1", beyond=False),
            Said(GROUP, "13", "u2", beyond=False),
            Said(OTHER, "14", "u4", beyond=True),
        ],
        stored=[
            Stored(GROUP, "11", "done", 11, 100, late=False),
            Stored(GROUP, "12", "done", 12, 100, late=False),
            Stored(GROUP, "13", "done", 10, 200, late=True),
        ],
        cases=[
            CaseRow("VP1", "u1", 1, late=False, swept=False),
            CaseRow("VP2", "u2", 1, late=True, swept=False),
            CaseRow("VP3", "u3", 1, late=False, swept=True),
        ],
        misnamed=Counter({"u3": 1}),
        desk=[TOLD, SUMMARY, NAMES],
        sent=[("admin", TOLD), ("admin", SUMMARY), ("admin", NAMES)],
        kills=3,
        kills_in_a_send=1,
        made=Counter({OTHER: 1}),
        declared=Counter({OTHER: 1}),
        unsettled=Counter({"entries not judged": 0}),
        orders=[Ordered(GROUP, "11", "answerer", "silent", "12"), Ordered(OTHER, "14", "other", "other silent", "13")],
        registered=Counter({"11": 1}),
        answers=Counter({"12": 1}),
    )


def test_a_good_run_holds_in_every_line() -> None:
    assert [line.what for line in judged(good()) if not line.holds] == []


def test_one_repeated_notice_is_allowed_for_each_kill_that_hit_a_send() -> None:
    evidence = good()
    evidence.sent = [*evidence.sent, ("admin", f"(gửi lại) {TOLD}")]
    assert all(line.holds for line in judged(evidence))
    evidence.kills_in_a_send = 0
    assert [line.what for line in judged(evidence) if not line.holds] == ["repeated notices"]


def _lose(evidence: Evidence) -> None:
    evidence.stored = evidence.stored[1:]


def _judge_twice(evidence: Evidence) -> None:
    evidence.stored = [*evidence.stored, evidence.stored[0]]


def _store_what_nobody_said(evidence: Evidence) -> None:
    evidence.stored = [*evidence.stored, Stored(OTHER, "99", "done", 99, 300, late=False)]


def _count_twice(evidence: Evidence) -> None:
    evidence.cases = [evidence.cases[0]._replace(events=2), *evidence.cases[1:]]


def _miss_a_name(evidence: Evidence) -> None:
    evidence.misnamed = Counter({"u3": 1, "u5": 1})


def _tell_nobody(evidence: Evidence) -> None:
    evidence.desk = evidence.desk[1:]


def _let_nobody_hear_of_a_secret(evidence: Evidence) -> None:
    evidence.cases = [evidence.cases[0]._replace(urgent=True), *evidence.cases[1:]]
    evidence.sent = evidence.sent[1:]


def _lose_a_summary(evidence: Evidence) -> None:
    evidence.desk = [TOLD, NAMES]


def _declare_nothing(evidence: Evidence) -> None:
    evidence.declared = Counter()


def _declare_for_the_wrong_group(evidence: Evidence) -> None:
    evidence.declared = Counter({GROUP: 1})


def _disturb_the_order(evidence: Evidence) -> None:
    evidence.stored = [*evidence.stored[:2], evidence.stored[2]._replace(late=False)]


def _forget_a_directive(evidence: Evidence) -> None:
    evidence.registered = Counter()


def _count_an_answer_twice(evidence: Evidence) -> None:
    evidence.answers = Counter({"12": 2})


def _remind_twice(evidence: Evidence) -> None:
    evidence.sent = [*evidence.sent, *2 * [("silent", f"… {REMINDER} …")]]


def _remind_who_has_answered(evidence: Evidence) -> None:
    evidence.sent = [*evidence.sent, ("answerer", f"… {REMINDER} …")]


def _leave_a_secret(evidence: Evidence) -> None:
    evidence.traces = ["governor.db-wal: 'Hạt Mắc Khén' in UTF-8"]


def _log_an_error(evidence: Evidence) -> None:
    evidence.unhandled = unhandled("bot-1.log", ['{"event": "part_failed", "level": "error"}'])


def _print_a_traceback(evidence: Evidence) -> None:
    evidence.unhandled = unhandled("bot-1.log", ["Traceback (most recent call last):"])


def _break_the_audit_log(evidence: Evidence) -> None:
    evidence.broken_audit = ["row 7"]


def _end_badly(evidence: Evidence) -> None:
    evidence.bad_exits = ["SIGTERM: exit code 1 after 0.5 s"]


def _leave_something_undone(evidence: Evidence) -> None:
    evidence.unsettled = Counter({"messages not sent": 2})


@pytest.mark.parametrize(
    ("harm", "broken"),
    [
        (_lose, "messages lost"),
        (_judge_twice, "judged twice"),
        (_store_what_nobody_said, "judged twice"),
        (_count_twice, "violations without a case of their own"),
        (_miss_a_name, "violations without a case of their own"),
        (_tell_nobody, "cases with no notice"),
        (_lose_a_summary, "cases with no notice"),
        (_let_nobody_hear_of_a_secret, "urgent alerts delivered to nobody and said nowhere"),
        (_declare_nothing, "gaps declared"),
        (_declare_for_the_wrong_group, "gaps declared"),
        (_disturb_the_order, "out of order in their group and not marked late"),
        (_forget_a_directive, "directives not registered once"),
        (_count_an_answer_twice, "answers to directives not counted once"),
        (_remind_twice, "reminders twice, or to who has answered"),
        (_remind_who_has_answered, "reminders twice, or to who has answered"),
        (_leave_a_secret, "secrets found in files"),
        (_log_an_error, "errors unhandled in the log"),
        (_print_a_traceback, "errors unhandled in the log"),
        (_break_the_audit_log, "breaks in the audit log"),
        (_end_badly, "exits not clean"),
        (_leave_something_undone, "left undone at the end"),
    ],
    ids=lambda given: given.__name__.strip("_") if callable(given) else "",
)
def test_whatever_must_not_be_breaks_its_line_and_no_other(harm: Callable[[Evidence], None], broken: str) -> None:
    evidence = good()
    harm(evidence)
    assert [line.what for line in judged(evidence) if not line.holds] == [broken]


def test_what_the_bot_deals_with_is_no_unhandled_error() -> None:
    handled = ['{"event": "intake_waits", "level": "error"}', '{"event": "sent", "level": "info"}']
    assert unhandled("bot-1.log", handled) == []


def test_a_seed_is_a_plan_and_every_fault_is_in_it() -> None:
    plan = make_plan(7, 50_000, kills=10)
    assert plan == make_plan(7, 50_000, kills=10) != make_plan(8, 50_000, kills=10)
    assert {act.fault for act in plan.acts} == set(Fault)
    assert len(plan.kills) + sum(act.kill_after is not None for act in plan.acts) == 10
    assert [act.after for act in plan.acts] == sorted(act.after for act in plan.acts)


def test_what_cannot_be_made_is_in_no_plan() -> None:
    plan = make_plan(7, 50_000, kills=10, without=frozenset({Fault.DISK_FULL}))
    assert Fault.DISK_FULL not in {act.fault for act in plan.acts}
