"""Checks for absence rules of the regulation: a directive not answered in time, or without a report by a set hour."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from zalo_governor.config.directives import WorkingTime
from zalo_governor.domain.clock import VIETNAM, local
from zalo_governor.domain.directives import Assignee, Directive
from zalo_governor.domain.jobs import NoticeAbsence
from zalo_governor.domain.regulation import AbsenceRule
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.text.directives.times import IsWorkday, workday


def absences_to_notice(
    policy: ServicePolicy, directive: Directive, dues: set[datetime]
) -> Iterator[tuple[NoticeAbsence, datetime]]:
    """Yield each check for missing answers that the regulation's absence rules demand for a directive, with its time.

    A rule demands one check a number of working hours after the directive, or one at a set hour on the day of each
    deadline in `dues`.
    """
    is_workday = workday(policy.directives.skip_holidays)
    for rule in policy.regulation.absences:
        moments = {after_working_hours(directive.at, rule.answer_within, policy.directives.working_times, is_workday)}
        if by := rule.report_by:
            moments = {local(due).replace(hour=by.hour, minute=by.minute, second=0, microsecond=0) for due in dues}
        for at in moments:
            yield NoticeAbsence(directive_id=directive.id, rule_id=rule.rule_id, at=at), at


def after_working_hours(
    start: datetime, hours: timedelta, parts: Sequence[WorkingTime], is_workday: IsWorkday
) -> datetime:
    """Return when `hours` of working time have passed since `start`; `parts` are the working times of a day."""
    at = local(start)
    day = at.date()
    while True:
        for part in parts if is_workday(day) else ():
            begin, end = (datetime.combine(day, clock, VIETNAM) for clock in (part.start, part.end))
            begin = max(begin, at)
            if begin < end and hours <= end - begin:
                return begin + hours
            hours -= max(end - begin, timedelta(0))
        day += timedelta(days=1)


def missing_under(rule: AbsenceRule, asked: list[Assignee], at: datetime) -> list[Assignee]:
    """Return those addressees in `asked` whose answers are missing under the rule at the moment `at`.

    Without `report_by`, these are the ones that are in the group and have not answered. With `report_by` (an hour of
    the day), they are all those with a deadline on that day, if none of them has reported.
    """
    if rule.report_by is None:
        return [one for one in asked if one.silent and not one.absent]
    due_today = [one for one in asked if not one.absent and one.due_at and local(one.due_at).date() == local(at).date()]
    return [] if any(one.reported_at for one in due_today) else due_today
