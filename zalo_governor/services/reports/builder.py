"""Collect the activity report (clause 6.2) as data, render it as JSON, and write sentences that all formats share."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from zalo_governor.domain.clock import Clock, from_ms, local, minutes_of
from zalo_governor.domain.connection import Gap, silence
from zalo_governor.domain.directives import DirectiveFigures, open_directive
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.reports import ActivityReport, Coverage, DayFigures, Period
from zalo_governor.services.cases.ranking import gravest_first
from zalo_governor.services.group_changes.leak_signs import in_words, signs_of
from zalo_governor.services.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import Group
from zalo_governor.services.ports import UnitOfWork

_QUIET_START_ALLOWED = timedelta(days=1)
"""If the first element of the group was received at most this long after the period's start, the report does not
mention it."""


_MOST_DIRECTIVES = 100
"""How many open directives a report lists."""


def compose(
    uow: UnitOfWork, group: Group, period: Period, voice: MessageFormatter, clock: Clock, *, words: bool = False
) -> ActivityReport:
    """Collect all data of the group's activity report for the period, in one transaction.

    Args:
        period: the time reported on; the preceding time of equal length is counted too, for comparison.
        words: whether to include the texts of members' incidents and suggestions, which only the admins may read.
    """
    before = period.start - (period.end - period.start)
    now = clock()
    until = max(now, period.end) + timedelta(seconds=1)
    open_cases = gravest_first(uow.cases.opened_between(group.id, start=from_ms(0), end=until, open_only=True))
    remarks = [said for kind in RemarkKind for said in uow.feedback.between(group.id, kind, period.start, period.end)]
    directives = _directives(uow, group.id, period, now)
    named = {case.person_id for case in open_cases} | {remark.person_id for remark in remarks}
    named |= {one.given_by for one in directives.open_ones}
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
        directives=directives,
        attachments=uow.file_scans.figures(group.id, period.start, period.end),
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


def _directives(uow: UnitOfWork, group_id: str, period: Period, now: datetime) -> DirectiveFigures:
    """Return how the period's directives were answered, and which ones are open now."""
    figures = uow.directives.figures(group_id, period.start, period.end, now)
    lines = uow.directives.overview(group_id, now, _MOST_DIRECTIVES).lines
    return figures.model_copy(update={"open_ones": tuple(map(open_directive, lines))})


def _days(period: Period, now: datetime, heard: Collection[date]) -> Iterator[date]:
    """Yield the days of the report's period, up to today at most, or up to the last day in `heard` if that is later.

    `heard` are the days with messages, dated by Zalo's clock, which may be ahead.
    """
    day, last = local(period.start).date(), local(period.end - timedelta(milliseconds=1)).date()
    last = min(last, max([local(now).date(), *heard]))
    while day <= last:
        yield day
        day += timedelta(days=1)


def render_json(report: ActivityReport) -> str:
    """Render the report as a JSON object.

    Times are ISO 8601 in UTC, cases have their codes, and the end of the audit log's hash chain is in its printed form.
    """
    data = report.model_dump(mode="json")
    for row, case in zip(data["open_cases"], report.open_cases, strict=True):
        row["code"] = case.code
    return json.dumps(data, ensure_ascii=False, indent=2)


def directives_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence on how the period's directives were answered; that there were none, if there were none."""
    figures = report.directives
    if not figures.given:
        return voice.render(MessageId.LINE_NO_DIRECTIVES)
    counted = ("given", "asked", "answered", "in_time", "late", "overdue", "silent", "open")
    return voice.render(MessageId.LINE_DIRECTIVES, **{name: number(getattr(figures, name)) for name in counted})


def attachments_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence on how many attachments were scanned and found dangerous, and how many could not be checked."""
    figures = report.attachments
    if not figures.attachments and not figures.waiting:
        return voice.render(MessageId.LINE_NO_ATTACHMENTS)
    counted = {name: number(getattr(figures, name)) for name in ("attachments", "found", "waiting", "incomplete")}
    return voice.render(MessageId.LINE_ATTACHMENTS, **counted)


def coverage_line(coverage: Coverage, voice: MessageFormatter) -> str:
    """Return a sentence, without full stop, on how many of the group's elements were received, judged, sealed, ...

    An element is a message, act or receipt received from Zalo; sealed ones are not stored, as they may be state
    secrets.
    """
    figures = coverage.model_dump(include={"heard", "judged", "waiting", "sealed", "dead_letters", "recovered", "late"})
    heard = voice.render(MessageId.COVERAGE, **{name: number(value) for name, value in figures.items()})
    if coverage.content_from is None:
        return heard
    return heard + voice.render(MessageId.CONTENT_FROM, when=moment(coverage.content_from))


def withheld_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence on the notices not sent because of the trial (only admins get notices); "" without any."""
    count = report.withheld_notices
    return voice.render(MessageId.REPORT_WITHHELD, count=number(count)) if count else ""


def gaps_line(gaps: Sequence[Gap], start: datetime, end: datetime, voice: MessageFormatter) -> str:
    """Return a sentence, without full stop, on the number and total length of the gaps in [start, end).

    A gap is a time in which the bot missed messages.
    """
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
    """Return the change as text: up or down by a percentage, none, or, if `before` is 0, not comparable."""
    if now == before:
        return voice.render(MessageId.CHANGE_NONE)
    if not before:
        return voice.render(MessageId.CHANGE_FROM_ZERO)
    percent = number(round(100 * abs(now - before) / before))
    return voice.render(MessageId.CHANGE_UP if now > before else MessageId.CHANGE_DOWN, percent=percent)


def signs_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return the signs that content may leak from the group, such as an open invite link; "" if there are none.

    The text has no full stop.
    """
    return "; ".join(in_words(report.signs, voice))


def handling_lines(report: ActivityReport, voice: MessageFormatter) -> list[str]:
    """Return sentences on the median time to correct breaches, and on persons with several cases; [] without any."""
    handling = report.handling
    lines = []
    if handling.remedied_minutes is not None:
        lines.append(voice.render(MessageId.REPORT_REMEDIED, minutes=number(handling.remedied_minutes)))
    if handling.repeated:
        lines.append(voice.render(MessageId.REPORT_REPEATED, count=number(handling.repeated)))
    return lines


def private_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence saying that private messages to the bot may have been missed; "" if none were.

    The sentence begins with a space.
    """
    missing = len(report.private_gaps)
    return voice.render(MessageId.REPORT_PRIVATE, count=number(missing)) if missing else ""


def unheard(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence saying that the bot began to receive the group's messages only within the period, or after it.

    Returns "" if it began before the period, or within the period's first day.
    """
    first, period = report.first_heard, report.period
    if first is None or first >= period.end:
        return voice.render(MessageId.NOT_LISTENING)
    if first - period.start < _QUIET_START_ALLOWED:
        return ""
    gaps = gaps_line(report.coverage.gaps, first, period.end, voice)
    return voice.render(MessageId.LISTENING_SINCE, when=moment(first), gaps=gaps)


def heard_until(report: ActivityReport) -> datetime:
    """Return the end of the time that the report covers: the period's end or, if earlier, when the report was made."""
    return min(report.period.end, max(report.made_at, report.period.start))


def last_minute(end: datetime) -> datetime:
    """Return `end` as shown to people: 23:59 of the day before if `end` is midnight in Viet Nam, else unchanged."""
    here = local(end)
    return end - timedelta(minutes=1) if (here.hour, here.minute) == (0, 0) else end
