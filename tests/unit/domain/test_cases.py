"""The states of a case: every way from one to another, and what may not be."""

from datetime import timedelta
from itertools import product

import pytest

from tests.unit.storage.stored import START, new_case
from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.errors import IllegalTransitionError
from zalo_governor.domain.findings import Severity

S = CaseState
WAYS = {
    S.NEW: set(S) - {S.NEW},
    S.REMINDED: set(S) - {S.NEW, S.REMINDED},
    S.REMEDIED: {S.CONFIRMED, S.REFERRED, S.FALSE_ALARM, S.UNDER_REVIEW, S.REPORTED},
    S.CONFIRMED: {S.FALSE_ALARM, S.UNDER_REVIEW, S.REPORTED, S.APPROVED},
    S.REFERRED: {S.FALSE_ALARM, S.UNDER_REVIEW, S.REPORTED},
    S.FALSE_ALARM: {S.UNDER_REVIEW},
    S.UNDER_REVIEW: {S.REMEDIED, S.CONFIRMED, S.REFERRED, S.FALSE_ALARM, S.REPORTED, S.APPROVED},
    S.REPORTED: {S.UNDER_REVIEW, S.APPROVED},
    S.APPROVED: {S.UNDER_REVIEW},
}
"""Where a case may go: a sealed one never to `confirmed`, another never to `referred`, a change of the group alone to
`approved`."""
LATER = START + timedelta(minutes=7)


@pytest.mark.parametrize("sealed", [False, True], ids=["open to read", "sealed"])
@pytest.mark.parametrize(("before", "after"), list(product(CaseState, CaseState)))
def test_every_way_from_state_to_state(before: CaseState, after: CaseState, sealed: bool) -> None:
    case = new_case(1, 1, state=before, sealed=sealed)
    allowed = after in WAYS[before] - {S.CONFIRMED if sealed else S.REFERRED, S.APPROVED}
    if not allowed:
        with pytest.raises(IllegalTransitionError):
            case.moved(after, at=LATER, by=2, reason="vì sao")
        return
    moved = case.moved(after, at=LATER, by=2, reason="vì sao")
    assert (moved.state, moved.state_at, moved.state_by, moved.reason) == (after, LATER, 2, "vì sao")


def test_a_false_alarm_needs_a_reason() -> None:
    with pytest.raises(IllegalTransitionError):
        new_case(1, 1).moved(S.FALSE_ALARM, at=LATER, by=2, reason="  ")


@pytest.mark.parametrize(("by", "due"), [(None, True), (1, True), (2, False)])
def test_only_somebody_else_s_answer_ends_the_wait(by: int | None, due: bool) -> None:
    case = new_case(1, 1, due_at=LATER, desk_due_at=LATER).moved(S.UNDER_REVIEW, at=START, by=by)
    assert (case.due_at is not None, case.desk_due_at is not None) == (due, due)


def test_the_minutes_until_it_was_set_right_stay_whatever_becomes_of_the_case() -> None:
    remedied = new_case(1, 1).moved(S.REMEDIED, at=LATER, by=None)
    again = remedied.moved(S.UNDER_REVIEW, at=LATER, by=2).moved(S.REMEDIED, at=LATER + timedelta(days=1), by=None)
    assert again.minutes_to_remedy == 7
    assert new_case(1, 1).minutes_to_remedy is None


def test_open_is_what_somebody_still_has_to_look_at() -> None:
    assert [state for state in CaseState if state.open] == [S.NEW, S.REMINDED, S.UNDER_REVIEW]


def test_what_is_sealed_is_grave_whatever_its_rule_says() -> None:
    case: Case = new_case(1, 1)
    assert (case.gravity, case.model_copy(update={"sealed": True}).gravity) == ("minor", "critical")


@pytest.mark.parametrize(
    ("changes", "severity", "seals", "revised", "joins"),
    [
        ({"state": CaseState.CONFIRMED}, Severity.MINOR, False, False, True),
        ({"state": CaseState.CONFIRMED}, Severity.MINOR, False, True, False),
        ({"state": CaseState.REMINDED}, Severity.MINOR, False, True, True),
        ({"severity": Severity.TRIAGE}, Severity.CRITICAL, True, False, True),
        ({"severity": Severity.TRIAGE, "count": 2}, Severity.CRITICAL, True, False, False),
        ({"severity": Severity.TRIAGE, "state": CaseState.CONFIRMED}, Severity.CRITICAL, True, False, False),
        ({"severity": Severity.TRIAGE, "count": 2}, Severity.CRITICAL, False, False, True),
    ],
)
def test_what_joins_a_case_of_the_same_message(
    changes: dict[str, object], severity: Severity, seals: bool, revised: bool, joins: bool
) -> None:
    case = new_case(1, 1).model_copy(update={"severity": Severity.MINOR, **changes})
    assert case.takes_again(severity, seals=seals, revised=revised) is joins
