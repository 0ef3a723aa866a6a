"""Collect the activity report (clause 6.2) as data, and render it as JSON."""

import json
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from zalo_governor.domain.clock import Clock, local, midnight
from zalo_governor.domain.connection import is_proven
from zalo_governor.domain.directive_figures import DirectiveFigures, open_directive
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.people import Group
from zalo_governor.domain.reports import ActivityReport, DayFigures, Period
from zalo_governor.features.cases.commands.record import MANUAL_RULE
from zalo_governor.features.cases.ranking import gravest_first, undecided
from zalo_governor.features.group_changes.leak_signs import signs_of
from zalo_governor.features.reports.gravity import grave_cases, worst_first
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.storage.unit_of_work import UnitOfWork

_MOST_DIRECTIVES = 100
"""How many open directives a report lists."""


def compose(
    uow: UnitOfWork, group: Group, period: Period, voice: MessageFormatter, clock: Clock, *, words: bool = False
) -> ActivityReport:
    """Collect all data of the group's activity report for the period, in one transaction.

    Args:
        period: the time reported on, until now at the latest; the preceding time of equal length is counted too, for
            comparison.
        words: whether to include the texts of members' incidents and suggestions, which only the admins may read.
    """
    now = clock()
    ended = period.model_copy(update={"end": max(period.start, min(period.end, now))})
    before = period.start - (ended.end - period.start)
    until = max(now, period.end) + timedelta(seconds=1)
    first_heard = uow.statistics.first_heard(group.id)
    # Nothing is known of a period before the first received event, whatever is open now.
    since_then = first_heard is None or first_heard < period.end
    open_cases = gravest_first(undecided(uow, group.id, until)) if since_then else []
    recorded = [case for case in open_cases if case.rule_id == MANUAL_RULE]
    # Counted up to the period's own end, not up to now: Zalo's clock may be ahead of this machine's.
    urgent = uow.cases.urgent_between(group.id, period.start, period.end)
    remarks = [said for kind in RemarkKind for said in uow.feedback.between(group.id, kind, period.start, period.end)]
    directives = _directives(uow, group.id, period, now) if since_then else DirectiveFigures()
    named = {case.person_id for case in open_cases} | {remark.person_id for remark in remarks}
    named |= {one.given_by for one in directives.open_ones}
    people = {person_id: uow.people.get(person_id) for person_id in named}
    head = uow.audit.head()
    # Counted first, so that the counts below include everything that it reports as judged.
    coverage = uow.statistics.coverage(group.id, period.start, period.end)
    gaps = tuple(uow.statistics.gaps(group.id, period.start, period.end))
    snapshot = uow.members.group_snapshot(group.id)
    membership = uow.distributions.membership(group.id)
    if snapshot and snapshot.members_hidden:
        shown = len(snapshot.member_uids)
        membership = membership.model_copy(update={"missing": 0, "hidden_of": snapshot.total_members, "shown": shown})
    if snapshot and snapshot.encrypted:
        # Messages recovered from the history could not be decrypted either.
        coverage = coverage.model_copy(update={"encrypted": True})
        gaps = tuple(gap.model_copy(update={"closed": False}) for gap in gaps)
    by_day, by_hour = uow.distributions.rhythm(group.id, period.start, period.end)
    tried = uow.trials.rules(group.id)
    report = ActivityReport(
        group_id=group.id,
        group_name=group.name,
        period=ended,
        made_at=now,
        activity=uow.statistics.activity(group.id, period.start, period.end),
        activity_before=uow.statistics.activity(group.id, before, period.start),
        days=tuple(
            DayFigures(
                day=day,
                messages=by_day.get(day, 0),
                proven=is_proven(gaps, midnight(day), midnight(day + timedelta(days=1))),
            )
            for day in _days(period, first_heard, now, by_day)
        ),
        hours=tuple(by_hour),
        agencies=tuple(uow.distributions.agencies(group.id, period.start, period.end)),
        clauses=tuple(
            worst_first(
                uow.statistics.clause_figures(group.id, period.start, period.end, before), urgent, voice.regulation
            )
        ),
        states=tuple(uow.distributions.case_states(group.id, period.start, period.end)),
        open_cases=tuple(open_cases),
        grave_cases=tuple(grave_cases(urgent, open_cases, voice.regulation)),
        places={case.id: noted.place for case in recorded if (noted := uow.case_notes.manual(case))},
        names={person_id: voice.named(person) for person_id, person in people.items()},
        suspects=uow.statistics.suspects(group.id, period.start, period.end),
        handling=uow.distributions.handling(group.id, period.start, period.end),
        membership=membership,
        changes=tuple(uow.distributions.changes(group.id, period.start, period.end)),
        statements=tuple(uow.distributions.statements(group.id, period.start, period.end)),
        directives=directives,
        attachments=uow.file_scans.figures(group.id, period.start, period.end),
        voice=uow.distributions.members_voice(group.id, period.start, period.end),
        remarks=tuple(remarks),
        signs=signs_of(snapshot, open_cases, now),
        undelivered_notices=uow.statistics.undelivered_notices(group.id, period.start, period.end),
        withheld_notices=uow.trials.withheld_count(group.id, period.start, period.end),
        coverage=coverage.model_copy(update={"gaps": gaps}),
        private_gaps=tuple(gap for gap in uow.statistics.private_gaps(period.start, period.end) if not gap.closed),
        first_heard=first_heard,
        cannot_check=tuple(clause.number for clause in voice.regulation.not_visible),
        on_trial=tuple(dict.fromkeys(rule.clause for name, rule in voice.regulation.rules.items() if name in tried)),
        audit_head=str(head) if head.rows else "",
    )
    return report if words else report.without_words()


def _directives(uow: UnitOfWork, group_id: str, period: Period, now: datetime) -> DirectiveFigures:
    """Return how the period's directives were answered, and which ones are open now."""
    figures = uow.directives.figures(group_id, period.start, period.end, now)
    page = uow.directives.overview(group_id, now, _MOST_DIRECTIVES)
    lines = tuple(map(open_directive, page.lines))
    now_open = {"open_now": page.total, "overdue_now": page.overdue, "missed_now": page.missed}
    return figures.model_copy(update={"open_ones": lines, **now_open})


def _days(period: Period, first_heard: datetime | None, now: datetime, heard: Collection[date]) -> Iterator[date]:
    """Yield the days of the report's period, up to today at most, or up to the last day in `heard` if that is later.

    `heard` are the days with messages, dated by Zalo's clock, which may be ahead. Of the days before the program
    received its first event, at `first_heard`, nothing is known; only those in `heard` are yielded.
    """
    known_from = local(first_heard).date() if first_heard else date.max
    day, last = local(period.start).date(), local(period.end - timedelta(milliseconds=1)).date()
    last = min(last, max([local(now).date(), *heard]))
    while day <= last:
        if day >= known_from or day in heard:
            yield day
        day += timedelta(days=1)


def render_json(report: ActivityReport) -> str:
    """Render the report as a JSON object.

    Times are ISO 8601 in UTC, cases have their codes, and the end of the audit log's hash chain is in its printed form.
    """
    data = report.model_dump(mode="json")
    for rows, cases in ("open_cases", report.open_cases), ("grave_cases", report.grave_cases):
        for row, case in zip(data[rows], cases, strict=True):
            row["code"] = case.code
    return json.dumps(data, ensure_ascii=False, indent=2)
