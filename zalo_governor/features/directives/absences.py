"""Rules on what is missing: a directive that nobody answers in time, or that nobody has reported on by an hour."""

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
    """Yield what has to be looked for after a directive with these deadlines, by the rules of its regulation; when."""
    is_workday = workday(policy.directives.skip_holidays)
    for rule in policy.regulation.absences:
        moments = {after_working_hours(directive.at, rule.answer_within, policy.directives.working_times, is_workday)}
        if by := rule.report_by:
            moments = {local(due).replace(hour=by.hour, minute=by.minute) for due in dues}
        for at in moments:
            yield NoticeAbsence(directive_id=directive.id, rule_id=rule.rule_id, at=at), at


def after_working_hours(
    start: datetime, hours: timedelta, parts: Sequence[WorkingTime], is_workday: IsWorkday
) -> datetime:
    """Return the moment at which so many working hours have passed since `start`; `parts` are those of a day."""
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
    """Return who has not answered at that moment, or, where nobody has reported, all who should have on that day."""
    if rule.report_by is None:
        return [one for one in asked if one.silent]
    due_today = [one for one in asked if one.due_at and local(one.due_at).date() == local(at).date()]
    return [] if any(one.reported_at for one in due_today) else due_today
