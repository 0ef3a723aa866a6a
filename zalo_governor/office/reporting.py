"""The activity report (clause 6.2): gathered as data, then worded for Zalo or written as JSON."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import Clock, from_ms, local
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.line import Gap
from zalo_governor.domain.regulation import Regulation
from zalo_governor.domain.reports import ActivityReport, ClauseFigures, Coverage, DayFigures, Period
from zalo_governor.office.catalogue import Catalogue
from zalo_governor.office.messages import Text
from zalo_governor.office.policy import Group
from zalo_governor.office.ports import OfficeUnit
from zalo_governor.office.post import MESSAGE_LIMIT
from zalo_governor.office.voice import Voice, moment, number, plain

_ROWS = ((8, 5), (6, 4), (5, 3), (4, 2), (3, 1), (1, 1))
"""Rows by clause and rows of open cases, from what is wanted down to what always fits."""
_CANNOT = 30
_A_QUIET_START = timedelta(days=1)
"""So long may a group be silent at the beginning of a period without a word about it."""
_GRAVEST_FIRST = list(reversed(Severity))


def compose(unit: OfficeUnit, group: Group, period: Period, regulation: Regulation, clock: Clock) -> ActivityReport:
    """Everything that a face of the report may show, from one transaction."""
    before = period.start - (period.end - period.start)
    now = clock()
    open_cases = unit.cases(group.id, start=from_ms(0), end=max(now, period.end) + timedelta(seconds=1), open_only=True)
    open_cases.sort(key=lambda case: (_GRAVEST_FIRST.index(case.severity), case.opened_at, case.id))
    people = {case.person_id: unit.person(case.person_id) for case in open_cases}
    by_day, by_hour = unit.rhythm(group.id, period.start, period.end)
    return ActivityReport(
        group_id=group.id,
        group_name=group.name,
        period=period,
        made_at=now,
        activity=unit.activity(group.id, period.start, period.end),
        activity_before=unit.activity(group.id, before, period.start),
        days=tuple(DayFigures(day=day, messages=by_day.get(day, 0)) for day in _days(period, now, by_day)),
        hours=tuple(by_hour),
        agencies=tuple(unit.agencies(group.id, period.start, period.end)),
        clauses=tuple(unit.clause_figures(group.id, period.start, period.end, before)),
        states=tuple(unit.case_states(group.id, period.start, period.end)),
        open_cases=tuple(open_cases),
        names={person_id: plain(person.full_name or person.display_name) for person_id, person in people.items()},
        suspects=unit.suspects(group.id, period.start, period.end),
        handling=unit.handling(group.id, period.start, period.end),
        membership=unit.membership(group.id),
        changes=tuple(unit.changes(group.id, period.start, period.end)),
        statements=tuple(unit.statements(group.id, period.start, period.end)),
        voice=unit.members_voice(group.id, period.start, period.end),
        refused_notices=unit.refused_notices(group.id, period.start, period.end),
        coverage=unit.coverage(group.id, period.start, period.end).model_copy(
            update={"gaps": tuple(unit.gaps(group.id, period.start, period.end))}
        ),
        private_gaps=tuple(gap for gap in unit.private_gaps(period.start, period.end) if not gap.closed),
        first_heard=unit.first_heard(group.id),
        cannot_check=tuple(clause.number for clause in regulation.not_visible),
        audit_head=unit.audit_head(),
    )


def _days(period: Period, now: datetime, heard: Collection[date]) -> Iterator[date]:
    """The days of the period up to today; those in the future too up to the last one heard, since clocks differ."""
    day, last = local(period.start).date(), local(period.end - timedelta(milliseconds=1)).date()
    last = min(last, max([local(now).date(), *heard]))
    while day <= last:
        yield day
        day += timedelta(days=1)


def render_text(report: ActivityReport, catalogue: Catalogue, regulation: Regulation) -> str:
    """The report as one Zalo message of at most 2,000 characters; what does not fit is counted, not dropped."""
    page = _Page(report, Voice(catalogue, regulation))
    text = ""
    for clause_rows, case_rows in _ROWS:
        text = page.text(clause_rows, case_rows)
        if len(text) <= MESSAGE_LIMIT:
            return text
    return text[:MESSAGE_LIMIT]


def render_json(report: ActivityReport) -> str:
    """The report as one JSON object: times in ISO 8601 and UTC, cases with their codes, the audit's head as printed."""
    data = report.model_dump(mode="json", exclude={"audit_head"})
    data["audit_head"] = None if report.audit_head is None else str(report.audit_head)
    for row, case in zip(data["open_cases"], report.open_cases, strict=True):
        row["code"] = case.code
    return json.dumps(data, ensure_ascii=False, indent=2)


def coverage_line(coverage: Coverage, voice: Voice) -> str:
    """What was heard, in one sentence without its full stop."""
    figures = coverage.model_dump(include={"heard", "judged", "waiting", "sealed", "dead_letters", "recovered", "late"})
    return voice.say(Text.COVERAGE, **{name: number(value) for name, value in figures.items()})


def gaps_line(gaps: Sequence[Gap], start: datetime, end: datetime, voice: Voice) -> str:
    """The times inside [start, end) in which nothing was heard, in one sentence without its full stop."""
    if not gaps:
        return voice.say(Text.GAPS_NONE)
    silent = sum((min(gap.ended_at or end, end) - max(gap.began_at, start) for gap in gaps), timedelta())
    unfinished = sum(not gap.closed for gap in gaps)
    return voice.say(
        Text.GAPS,
        count=number(len(gaps)),
        minutes=number(max(1, round(silent.total_seconds() / 60))),
        unfinished=voice.say(Text.GAPS_UNFINISHED, count=number(unfinished)) if unfinished else "",
    )


class _Page:
    """The paragraphs of the text."""

    def __init__(self, report: ActivityReport, voice: Voice) -> None:
        self._report = report
        self._voice = voice

    def text(self, clause_rows: int, case_rows: int) -> str:
        report = self._report
        text = self._voice.say(
            Text.REPORT,
            group=self._voice.group(Group(report.group_id, report.group_name)),
            period=report.period.label,
            start=moment(report.period.start),
            end=moment(_last_minute(report.period.end)),
            made_at=moment(report.made_at),
            activity=self._activity(),
            clauses=self._clauses(clause_rows) + self._handling(),
            open=self._open(case_rows),
            trend=self._trend(),
            coverage=self._coverage(),
            cannot=self._cannot(),
        )
        return "\n".join(line for line in text.splitlines() if line.strip())

    def _activity(self) -> str:
        figures = {name: number(value) for name, value in self._report.activity.model_dump(exclude={"calls"}).items()}
        calls = self._report.activity.calls
        said = self._voice.say(Text.REPORT_CALLS, count=number(calls)) if calls else ""
        return self._voice.say(Text.REPORT_ACTIVITY, calls=said, **figures)

    def _clauses(self, limit: int) -> str:
        rows = sorted((row for row in self._report.clauses if row.cases or row.before), key=lambda row: -row.cases)
        suspects = number(self._report.suspects)
        if not rows:
            return self._voice.say(Text.REPORT_CLAUSES_NONE, suspects=suspects)
        lines = [self._clause_row(row) for row in rows[:limit]]
        if rest := rows[limit:]:
            cases = number(sum(row.cases for row in rest))
            lines.append(self._voice.say(Text.REPORT_CLAUSES_MORE, clauses=number(len(rest)), cases=cases))
        return self._voice.say(
            Text.REPORT_CLAUSES,
            cases=number(sum(row.cases for row in rows)),
            remedied=number(sum(row.remedied for row in rows)),
            confirmed=number(sum(row.confirmed for row in rows)),
            false_alarms=number(sum(row.false_alarms for row in rows)),
            suspects=suspects,
            rows="\n".join(lines),
        )

    def _handling(self) -> str:
        """What was taken back and what that spared; "" where there was none of it."""
        handling = self._report.handling
        if not (handling.taken_back or handling.passed_over):
            return ""
        taken, passed = number(handling.taken_back), number(handling.passed_over)
        return "\n" + self._voice.say(Text.REPORT_TAKEN_BACK, taken_back=taken, passed_over=passed)

    def _clause_row(self, row: ClauseFigures) -> str:
        figures = row.model_dump(exclude={"clause", "reported", "approved"})
        return self._voice.say(
            Text.REPORT_CLAUSE_ROW,
            citation=self._voice.citation(row.clause),
            **{name: number(value) for name, value in figures.items()},
        )

    def _open(self, limit: int) -> str:
        cases = self._report.open_cases
        if not cases:
            return self._voice.say(Text.REPORT_OPEN_NONE)
        lines = [self._open_row(case) for case in cases[:limit]]
        if len(cases) > limit:
            lines.append(self._voice.say(Text.MORE, count=number(len(cases) - limit)))
        return self._voice.say(Text.REPORT_OPEN, count=number(len(cases)), rows="\n".join(lines))

    def _open_row(self, case: Case) -> str:
        name = self._report.names.get(case.person_id)
        return self._voice.say(
            Text.REPORT_OPEN_ROW,
            code=case.code,
            who=self._voice.say(Text.WHO, name=name) if name else self._voice.say(Text.WHO_UNKNOWN),
            citation=self._voice.citation(case.clause),
            state=self._voice.state(case.state),
            when=moment(case.event_at),
        )

    def _trend(self) -> str:
        messages, before = self._report.activity.messages, self._report.activity_before.messages
        cases = sum(row.cases for row in self._report.clauses)
        cases_before = sum(row.before for row in self._report.clauses)
        return self._voice.say(
            Text.REPORT_TREND,
            messages=number(messages),
            messages_before=number(before),
            messages_change=self._change(messages, before),
            cases=number(cases),
            cases_before=number(cases_before),
            cases_change=self._change(cases, cases_before),
        )

    def _change(self, now: int, before: int) -> str:
        if now == before:
            return self._voice.say(Text.CHANGE_NONE)
        if not before:
            return self._voice.say(Text.CHANGE_FROM_ZERO)
        percent = number(round(100 * abs(now - before) / before))
        return self._voice.say(Text.CHANGE_UP if now > before else Text.CHANGE_DOWN, percent=percent)

    def _coverage(self) -> str:
        coverage, period = self._report.coverage, self._report.period
        until = min(period.end, max(self._report.made_at, period.start))
        return self._voice.say(
            Text.REPORT_COVERAGE,
            coverage=coverage_line(coverage, self._voice),
            gaps=self._unheard() or gaps_line(coverage.gaps, period.start, until, self._voice),
            private=self._private(),
            failures=number(coverage.rule_failures),
            refused=number(self._report.refused_notices),
        )

    def _private(self) -> str:
        missing = self._report.private_gaps
        return self._voice.say(Text.REPORT_PRIVATE, count=number(len(missing))) if missing else ""

    def _unheard(self) -> str:
        """What must be said of a period in which nobody listened yet; "" for the others."""
        first, period = self._report.first_heard, self._report.period
        if first is None or first >= period.end:
            return self._voice.say(Text.NOT_LISTENING)
        if first - period.start < _A_QUIET_START:
            return ""
        gaps = gaps_line(self._report.coverage.gaps, first, period.end, self._voice)
        return self._voice.say(Text.LISTENING_SINCE, when=moment(first), gaps=gaps)

    def _cannot(self) -> str:
        numbers = self._report.cannot_check
        if not numbers:
            return ""
        articles = groupby(numbers[:_CANNOT], lambda clause: clause.rpartition(".")[0])
        listed = "; ".join(
            self._voice.say(
                Text.CLAUSES_OF_ARTICLE,
                article=article,
                clauses=", ".join(clause.rpartition(".")[2] for clause in clauses),
            )
            for article, clauses in articles
        )
        more = "; …" if len(numbers) > _CANNOT else ""
        return self._voice.say(Text.REPORT_CANNOT, citations=listed + more)


def _last_minute(end: datetime) -> datetime:
    """Of a period that ends at midnight, the last minute that people would count to it."""
    here = local(end)
    return end - timedelta(minutes=1) if (here.hour, here.minute) == (0, 0) else end
