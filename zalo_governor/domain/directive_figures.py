"""Figures of a report on how the directives of a period were answered: by agency, and in all."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from statistics import median

from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.directives import Assignee, Deadlines, Directive, DirectiveOverview, DirectiveState
from zalo_governor.domain.models import FrozenModel


class AgencyAnswers(FrozenModel):
    """How one agency (or person) answered the directives of a period."""

    name: str
    asked: int
    """Number of items addressed to it."""
    in_time: int
    """Reported by the deadline, or without having one."""
    late: int
    """Reported after the deadline."""
    acknowledged: int = 0
    """Answered without a report, such as "đã nhận" (received), which is enough as there is no deadline."""
    closed: int = 0
    """Closed by hand without a report; counted in `asked` too, but in none of the other figures."""
    waiting: int
    """Still to be answered or reported; neither overdue nor absent."""
    overdue: int
    """Not settled, the deadline has passed; not absent."""
    silent: int
    """No answer of any kind; not absent."""
    absent: int = 0
    """No answer, as nobody of the agency is in the group."""
    unrecognised: int = 0
    """Those of `absent` whose name is neither on the roster nor a member's."""
    first_answer_minutes: int | None = None
    """Median minutes until the first answer; None if there is none."""


class OpenDirective(Deadlines):
    """A directive that is open when a report is made, without its text, with the deadlines that are not met yet."""

    code: str
    given_by: int
    at: datetime
    addressees: int
    answered: int
    reported: int
    overdue: int
    unconfirmed: bool


class DirectiveFigures(FrozenModel):
    """How the directives of a period were answered."""

    given: int = 0
    open: int = 0
    done: int = 0
    unconfirmed: int = 0
    """Of the open and done ones, those that the program entered and nobody has confirmed."""
    dropped: int = 0
    """Dropped or withdrawn."""
    proposed: int = 0
    """Messages of which the admins have not said yet whether they are directives."""
    questions: int = 0
    """Messages of which the admins were or will be asked whether they are directives."""
    questions_yes: int = 0
    questions_no: int = 0
    asked: int = 0
    """Number of (item, addressee) pairs."""
    answered: int = 0
    in_time: int = 0
    late: int = 0
    acknowledged: int = 0
    closed: int = 0
    overdue: int = 0
    silent: int = 0
    assumed: int = 0
    """Those whose answers might belong to another directive of the same addressee."""
    absent: int = 0
    """Unanswered as nobody of the addressee is in the group; neither silent nor overdue."""
    unrecognised: int = 0
    """Those of `absent` whose name is neither on the roster nor a member's."""
    first_answer_minutes: int | None = None
    agencies: tuple[AgencyAnswers, ...] = ()
    """Most overdue first, then most silent, then most late."""
    open_ones: tuple[OpenDirective, ...] = ()
    """What is open when the report is made, whenever it was given; the longest overdue first."""
    open_now: int = 0
    """Number of all directives that are open when the report is made, also of those not in `open_ones`."""
    overdue_now: int = 0
    missed_now: tuple[str, ...] = ()
    """Codes of open directives with a deadline that had already passed when it was set."""


def figures_of(
    given: Sequence[Directive],
    assignees: Sequence[Assignee],
    now: datetime,
    asked_about: Collection[str] = (),
    closed: Mapping[int, bool] | None = None,
) -> DirectiveFigures:
    """Count how directives were answered by `now`.

    `given` are the directives of the period in any state, `assignees` their addressees; those of dropped, withdrawn and
    proposed directives do not count. `asked_about` has the codes of messages of which the program was unsure whether
    they are directives. `closed`: ids of addressees closed by hand without a report -> whether they had answered.
    """
    closed = closed or {}
    states = Counter(directive.state for directive in given)
    valid = {one.id: one for one in given if one.state in {DirectiveState.OPEN, DirectiveState.DONE}}
    unsure = [one for one in given if one.code in asked_about]
    asked = [one for one in assignees if one.directive_id in valid and not one.removed]
    by_name: dict[str, list[Assignee]] = {}
    for one in asked:
        by_name.setdefault(one.name, []).append(one)
    agencies = [_answers_of(name, entries, valid, now, closed) for name, entries in by_name.items()]
    agencies.sort(key=lambda row: (-row.overdue, -row.silent, -row.late, -row.asked, row.name))
    return DirectiveFigures(
        given=len(valid),
        open=states[DirectiveState.OPEN],
        done=states[DirectiveState.DONE],
        unconfirmed=sum(one.unconfirmed for one in valid.values()),
        dropped=states[DirectiveState.DROPPED] + states[DirectiveState.WITHDRAWN],
        proposed=states[DirectiveState.PROPOSED],
        questions=len(unsure),
        # A directive is dropped with a reason; a message that is no directive is rejected without one.
        questions_yes=sum(one.id in valid or bool(one.reason) for one in unsure),
        questions_no=sum(one.state is DirectiveState.DROPPED and not one.reason for one in unsure),
        asked=len(asked),
        answered=sum(closed.get(one.id, not one.silent) for one in asked),
        in_time=sum(row.in_time for row in agencies),
        late=sum(row.late for row in agencies),
        acknowledged=sum(row.acknowledged for row in agencies),
        closed=sum(row.closed for row in agencies),
        overdue=sum(row.overdue for row in agencies),
        silent=sum(row.silent for row in agencies),
        assumed=sum(one.assumed for one in asked),
        absent=sum(row.absent for row in agencies),
        unrecognised=sum(row.unrecognised for row in agencies),
        first_answer_minutes=_first_answer_minutes([one for one in asked if one.id not in closed], valid),
        agencies=tuple(agencies),
    )


def open_directive(line: DirectiveOverview) -> OpenDirective:
    """Return what a report says of one open directive, from its line in the ledger (the list of directives)."""
    return OpenDirective(
        code=line.directive.code,
        given_by=line.directive.given_by,
        at=line.directive.at,
        **line.deadlines.model_dump(),
        addressees=line.addressees,
        answered=line.answered,
        reported=line.reported,
        overdue=line.overdue,
        unconfirmed=line.directive.unconfirmed,
    )


def _first_answer_minutes(entries: Sequence[Assignee], given: Mapping[int, Directive]) -> int | None:
    waits = [minutes_of(one.received_at - given[one.directive_id].at) for one in entries if one.received_at is not None]
    return round(median(waits)) if waits else None


def _answers_of(
    name: str, asked: Sequence[Assignee], given: Mapping[int, Directive], now: datetime, closed: Collection[int]
) -> AgencyAnswers:
    entries = [one for one in asked if one.id not in closed]
    late = sum(one.is_late() for one in entries)
    absent = sum(one.absent for one in entries)
    overdue = sum(one.is_overdue(now) for one in entries)
    reported = sum(one.reported_at is not None for one in entries)
    settled = sum(one.settled for one in entries)
    return AgencyAnswers(
        name=name,
        asked=len(asked),
        closed=len(asked) - len(entries),
        in_time=reported - late,
        late=late,
        acknowledged=settled - reported,
        waiting=len(entries) - settled - overdue - absent,
        overdue=overdue,
        silent=sum(one.silent and one.in_group for one in entries),
        absent=absent,
        unrecognised=sum(one.absent and not one.known for one in entries),
        first_answer_minutes=_first_answer_minutes(entries, given),
    )
