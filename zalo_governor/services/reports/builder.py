"""Collect the activity report (clause 6.2) as data, render it as JSON, and the phrases shared by all its formats."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from zalo_governor.domain.clock import Clock, from_ms, local, minutes_of
from zalo_governor.domain.connection import Gap, silence
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.reports import ActivityReport, Coverage, DayFigures, Period
from zalo_governor.services.cases.ranking import gravest_first
from zalo_governor.services.group_changes.leak_signs import in_words, signs_of
from zalo_governor.services.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import Group
from zalo_governor.services.ports import UnitOfWork

_QUIET_START_ALLOWED = timedelta(days=1)
"""Maximum silence at the start of a period for which the report need not say when reception began."""


def compose(
    uow: UnitOfWork, group: Group, period: Period, voice: MessageFormatter, clock: Clock, *, words: bool = False
) -> ActivityReport:
    """Collect, in one transaction, everything that the formats of the report may show.

    Args:
        words: include the text of members' incidents and suggestions, which only the admins may read.
    """
    before = period.start - (period.end - period.start)
    now = clock()
    until = max(now, period.end) + timedelta(seconds=1)
    open_cases = gravest_first(uow.cases.opened_between(group.id, start=from_ms(0), end=until, open_only=True))
    remarks = [said for kind in RemarkKind for said in uow.feedback.between(group.id, kind, period.start, period.end)]
    named = {case.person_id for case in open_cases} | {remark.person_id for remark in remarks}
    people = {person_id: uow.people.get(person_id) for person_id in named}
    head = uow.audit.head()
    # Counted first, so that the counts below include everything that it reports as judged.
    coverage = uow.statistics.coverage(group.id, period.start, period.end)
    by_day, by_hour = uow.distributions.rhythm(group.id, period.start, period.end)
    report = ActivityReport(
        group_id=group.id,
        group_name=group.name,
        period=period,
        made_at=now,
        activity=uow.statistics.activity(group.id, period.start, period.end),
        activity_before=uow.statistics.activity(group.id, before, period.start),
        days=tuple(DayFigures(day=day, messages=by_day.get(day, 0)) for day in _days(period, now, by_day)),
        hours=tuple(by_hour),
        agencies=tuple(uow.distributions.agencies(group.id, period.start, period.end)),
        clauses=tuple(uow.statistics.clause_figures(group.id, period.start, period.end, before)),
        states=tuple(uow.distributions.case_states(group.id, period.start, period.end)),
        open_cases=tuple(open_cases),
        names={person_id: voice.named(person) for person_id, person in people.items()},
        suspects=uow.statistics.suspects(group.id, period.start, period.end),
        handling=uow.distributions.handling(group.id, period.start, period.end),
        membership=uow.distributions.membership(group.id),
        changes=tuple(uow.distributions.changes(group.id, period.start, period.end)),
        statements=tuple(uow.distributions.statements(group.id, period.start, period.end)),
        voice=uow.distributions.members_voice(group.id, period.start, period.end),
        remarks=tuple(remarks),
        signs=signs_of(uow.members.group_snapshot(group.id), open_cases, now),
        undelivered_notices=uow.statistics.undelivered_notices(group.id, period.start, period.end),
        withheld_notices=uow.trials.withheld_count(group.id, period.start, period.end),
        coverage=coverage.model_copy(update={"gaps": tuple(uow.statistics.gaps(group.id, period.start, period.end))}),
        private_gaps=tuple(gap for gap in uow.statistics.private_gaps(period.start, period.end) if not gap.closed),
        first_heard=uow.statistics.first_heard(group.id),
        cannot_check=tuple(clause.number for clause in voice.regulation.not_visible),
        audit_head=str(head) if head.rows else "",
    )
    return report if words else report.without_words()


def _days(period: Period, now: datetime, heard: Collection[date]) -> Iterator[date]:
    """Yield the days of the period up to today, or up to the last day in `heard`: Zalo's clock may be ahead."""
    day, last = local(period.start).date(), local(period.end - timedelta(milliseconds=1)).date()
    last = min(last, max([local(now).date(), *heard]))
    while day <= last:
        yield day
        day += timedelta(days=1)


def render_json(report: ActivityReport) -> str:
    """Render the report as a JSON object: times as ISO 8601 in UTC, cases with codes, audit chain's end as text."""
    data = report.model_dump(mode="json")
    for row, case in zip(data["open_cases"], report.open_cases, strict=True):
        row["code"] = case.code
    return json.dumps(data, ensure_ascii=False, indent=2)


def coverage_line(coverage: Coverage, voice: MessageFormatter) -> str:
    """Return a sentence, without full stop, with the counts of received elements."""
    figures = coverage.model_dump(include={"heard", "judged", "waiting", "sealed", "dead_letters", "recovered", "late"})
    heard = voice.render(MessageId.COVERAGE, **{name: number(value) for name, value in figures.items()})
    if coverage.content_from is None:
        return heard
    return heard + voice.render(MessageId.CONTENT_FROM, when=moment(coverage.content_from))


def withheld_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence on the notices withheld in trial mode; "" if there are none."""
    count = report.withheld_notices
    return voice.render(MessageId.REPORT_WITHHELD, count=number(count)) if count else ""


def gaps_line(gaps: Sequence[Gap], start: datetime, end: datetime, voice: MessageFormatter) -> str:
    """Return a sentence, without full stop, on the number and total length of the gaps in [start, end)."""
    if not gaps:
        return voice.render(MessageId.GAPS_NONE)
    unfinished = sum(not gap.closed for gap in gaps)
    return voice.render(
        MessageId.GAPS,
        count=number(len(gaps)),
        minutes=number(minutes_of(silence(gaps, start, end))),
        unfinished=voice.render(MessageId.GAPS_UNFINISHED, count=number(unfinished)) if unfinished else "",
    )


def change_in_words(now: int, before: int, voice: MessageFormatter) -> str:
    """Return the change as text: up or down by a percentage, unchanged, or nothing to compare with."""
    if now == before:
        return voice.render(MessageId.CHANGE_NONE)
    if not before:
        return voice.render(MessageId.CHANGE_FROM_ZERO)
    percent = number(round(100 * abs(now - before) / before))
    return voice.render(MessageId.CHANGE_UP if now > before else MessageId.CHANGE_DOWN, percent=percent)


def signs_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return the signs of a possible leak from the group, without full stop; "" if there are none."""
    return "; ".join(in_words(report.signs, voice))


def handling_lines(report: ActivityReport, voice: MessageFormatter) -> list[str]:
    """Return sentences on the time until cases were remedied and on persons with several cases, where known."""
    handling = report.handling
    lines = []
    if handling.remedied_minutes is not None:
        lines.append(voice.render(MessageId.REPORT_REMEDIED, minutes=number(handling.remedied_minutes)))
    if handling.repeated:
        lines.append(voice.render(MessageId.REPORT_REPEATED, count=number(handling.repeated)))
    return lines


def private_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence, after a space, that private messages to the bot may be missing; "" if none are."""
    missing = len(report.private_gaps)
    return voice.render(MessageId.REPORT_PRIVATE, count=number(missing)) if missing else ""


def unheard(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence that reception began only within or after the period; "" if it covers the period."""
    first, period = report.first_heard, report.period
    if first is None or first >= period.end:
        return voice.render(MessageId.NOT_LISTENING)
    if first - period.start < _QUIET_START_ALLOWED:
        return ""
    gaps = gaps_line(report.coverage.gaps, first, period.end, voice)
    return voice.render(MessageId.LISTENING_SINCE, when=moment(first), gaps=gaps)


def heard_until(report: ActivityReport) -> datetime:
    """Return the end of the period, or the time of the report if that is earlier."""
    return min(report.period.end, max(report.made_at, report.period.start))


def last_minute(end: datetime) -> datetime:
    """Return `end`, or 23:59 of the day before if `end` is midnight in Viet Nam, for showing a period's end."""
    here = local(end)
    return end - timedelta(minutes=1) if (here.hour, here.minute) == (0, 0) else end
