"""The activity report as a paper: every sentence and every table that its files show."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from zalo_governor.domain.clock import local, minutes_of
from zalo_governor.domain.events import (
    AdminChanged,
    GroupInfoChanged,
    GroupSettingChanged,
    InviteLinkChanged,
    PinChanged,
)
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.line import silence
from zalo_governor.domain.papers import Cell, Drawing, Face, Highlight, Letterhead, Paper, PaperFile, Section, Table
from zalo_governor.domain.remarks import RemarkKind
from zalo_governor.domain.reports import ActivityReport
from zalo_governor.domain.statements import StatementKind
from zalo_governor.office.messages import Text
from zalo_governor.office.policy import Group
from zalo_governor.office.reporting import (
    FORWARDING_CLAUSE,
    NAME_CLAUSE,
    change_in_words,
    coverage_line,
    gaps_line,
    handling_lines,
    heard_until,
    last_minute,
    private_line,
    signs_line,
    unheard,
    withheld_line,
)
from zalo_governor.office.voice import Voice, day, moment, number
from zalo_governor.text.fold import fold

_OFFICE_HOURS = range(7, 18)
_CHANGES = {
    AdminChanged.kind: Text.CHANGED_ADMIN,
    GroupInfoChanged.kind: Text.CHANGED_INFO,
    GroupSettingChanged.kind: Text.CHANGED_SETTING,
    InviteLinkChanged.kind: Text.CHANGED_LINK,
    PinChanged.kind: Text.CHANGED_PIN,
}
_STATEMENTS = {StatementKind.DIRECTIVE: Text.STATEMENT_DIRECTIVE, StatementKind.REPORT: Text.STATEMENT_REPORT}
_REMARKS = {RemarkKind.INCIDENT: Text.REMARK_INCIDENT, RemarkKind.SUGGESTION: Text.REMARK_SUGGESTION}
_MOST_CODES = 5
_ONE_DAY = timedelta(days=1)
_SLUG_LENGTH = 60


def paper_of(report: ActivityReport, head: Letterhead, voice: Voice) -> Paper:
    """The report in words and tables."""
    return _Writer(report, head, voice).paper()


def file_of(report: ActivityReport, face: Face, paper: Paper, voice: Voice) -> PaperFile:
    """The paper as a file with a name that says of which group and which days it is."""
    days = (local(report.period.start), local(last_minute(report.period.end)))
    slug = "-".join("".join(letter if letter.isalnum() else " " for letter in fold(paper.group)).split())
    return PaperFile(
        name="-".join(["bao-cao", slug[:_SLUG_LENGTH], *(f"{day:%Y%m%d}" for day in days)]) + f".{face.value}",
        face=face,
        caption=voice.say(Text.REPORT_CAPTION, group=paper.group, period=report.period.label),
        paper=paper,
    )


class _Writer:
    """Writes one report."""

    def __init__(self, report: ActivityReport, head: Letterhead, voice: Voice) -> None:
        self._report = report
        self._head = head
        self._voice = voice
        self._cases = sum(row.cases for row in report.clauses)
        self._cases_before = sum(row.before for row in report.clauses)

    def paper(self) -> Paper:
        report, say = self._report, self._voice.say
        group = self._voice.group(Group(report.group_id, report.group_name))
        span = {"start": moment(report.period.start), "end": moment(last_minute(report.period.end))}
        trace = report.audit_head
        return Paper(
            head=self._head,
            title=say(Text.PAPER_TITLE),
            subject=say(Text.PAPER_SUBJECT, group=group, period=self._period()),
            group=group,
            period=say(Text.PAPER_SPAN, **span),
            made_at=report.made_at,
            summary=say(
                Text.PAPER_SUMMARY,
                unit=self._head.unit,
                group=group,
                period=self._period(),
                made_at=moment(report.made_at),
                **span,
            ),
            highlights=tuple(self._highlights()),
            sections=(
                self._activity(),
                self._casework(),
                self._members(),
                self._changes(),
                self._statements(),
                self._told(),
                self._coverage(),
                self._proposal(),
            ),
            remark=say(Text.PAPER_REMARK),
            trace=say(Text.PAPER_TRACE, head=trace) if trace else "",
        )

    def _period(self) -> str:
        """As a paper calls it, which is read later: a day by its date."""
        start, end = self._report.period.start, self._report.period.end
        if end - start == _ONE_DAY and local(start).hour == local(start).minute == 0:
            return self._voice.say(Text.PERIOD_DAY, date=day(start))
        return self._report.period.label

    def _highlights(self) -> Iterable[Highlight]:
        report, say = self._report, self._voice.say
        messages, before = report.activity.messages, report.activity_before.messages
        grave = sum(case.severity is Severity.CRITICAL for case in report.open_cases)
        silent = silence(report.coverage.gaps, report.period.start, heard_until(report))
        yield Highlight(name=say(Text.PAPER_MESSAGES), value=number(messages), note=self._compared(messages, before))
        yield Highlight(
            name=say(Text.PAPER_CASES), value=number(self._cases), note=self._compared(self._cases, self._cases_before)
        )
        yield Highlight(
            name=say(Text.PAPER_OPEN),
            value=number(len(report.open_cases)),
            note=say(Text.PAPER_OF_ALL, grave=number(grave)),
        )
        yield Highlight(
            name=say(Text.PAPER_SILENT),
            value=say(Text.PAPER_MINUTES, minutes=number(_minutes(silent))),
            note=unheard(report, self._voice) or say(Text.PAPER_GAPS, count=number(len(report.coverage.gaps))),
        )

    def _activity(self) -> Section:
        report = self._report
        figures = report.activity.model_dump(include={"messages", "senders", "joined", "left", "recalled", "calls"})
        before = report.activity_before.messages
        lines = [
            self._voice.say(
                Text.LINE_ACTIVITY,
                before=number(before),
                change=change_in_words(report.activity.messages, before, self._voice),
                **{name: number(value) for name, value in figures.items()},
            )
        ]
        if any(row.messages for row in report.days):
            busiest = max(report.days, key=lambda row: row.messages)
            hour = max(range(24), key=lambda hour: report.hours[hour])
            lines.append(
                self._voice.say(
                    Text.LINE_PEAKS,
                    day=f"{busiest.day:%d/%m/%Y}",
                    messages=number(busiest.messages),
                    hour=self._voice.say(Text.HOUR, hour=hour),
                )
            )
        days: list[Sequence[Cell]] = [(f"{row.day:%d/%m/%Y}", row.messages) for row in report.days]
        hours: list[Sequence[Cell]] = [
            (self._voice.say(Text.HOUR, hour=hour), count) for hour, count in enumerate(report.hours)
        ]
        agencies: list[Sequence[Cell]] = [
            (row.agency or self._voice.say(Text.AGENCY_UNKNOWN), row.messages, row.senders, row.cases)
            for row in report.agencies
        ]
        return self._section(
            "activity",
            Text.SECTION_ACTIVITY,
            lines,
            self._table("days", Text.TABLE_DAYS, days, Drawing.COLUMNS, (1,)),
            self._table("hours", Text.TABLE_HOURS, hours, Drawing.COLUMNS, (1,)),
            self._table("agencies", Text.TABLE_AGENCIES, agencies, Drawing.BARS, (1,)),
        )

    def _casework(self) -> Section:
        report, clauses = self._report, self._report.clauses
        line = self._voice.say(
            Text.LINE_CASES,
            cases=number(self._cases),
            before=number(self._cases_before),
            change=change_in_words(self._cases, self._cases_before, self._voice),
            remedied=number(sum(row.remedied for row in clauses)),
            confirmed=number(sum(row.confirmed for row in clauses)),
            false_alarms=number(sum(row.false_alarms for row in clauses)),
            open=number(len(report.open_cases)),
            suspects=number(report.suspects),
        )
        taken_back = self._voice.say(
            Text.REPORT_TAKEN_BACK,
            taken_back=number(report.handling.taken_back),
            passed_over=number(report.handling.passed_over),
        )
        by_clause: list[Sequence[Cell]] = [
            (
                self._voice.citation(row.clause),
                *(
                    row.cases,
                    row.open,
                    row.remedied,
                    row.confirmed,
                    row.false_alarms,
                    row.reported + row.approved,
                    row.before,
                ),
            )
            for row in clauses
        ]
        by_state: list[Sequence[Cell]] = [(self._voice.state(row.state), row.cases) for row in report.states]
        return self._section(
            "cases",
            Text.SECTION_CASES,
            [line, " ".join([*handling_lines(report, self._voice), taken_back]), self._signs()],
            self._table("clauses", Text.TABLE_CLAUSES, by_clause, Drawing.BARS, (1, 7)),
            self._table("states", Text.TABLE_STATES, by_state, Drawing.BARS, (1,)),
            self._table("open", Text.TABLE_OPEN, [self._open_row(place) for place in range(len(report.open_cases))]),
        )

    def _signs(self) -> str:
        signs = signs_line(self._report, self._voice)
        said = self._voice.say(Text.SIGNS, signs=signs) if signs else self._voice.say(Text.SIGNS_NONE)
        return self._voice.say(Text.LINE_SIGNS, citation=self._voice.citation(FORWARDING_CLAUSE), said=said)

    def _open_row(self, place: int) -> Sequence[Cell]:
        case = self._report.open_cases[place]
        name = self._report.names.get(case.person_id)
        return (
            case.code,
            name or self._voice.say(Text.WHO_UNKNOWN),
            self._voice.citation(case.clause),
            self._voice.state(case.state),
            moment(case.event_at),
        )

    def _members(self) -> Section:
        members = self._report.membership
        figures = {name: number(value) for name, value in members.model_dump().items()}
        first = (
            self._voice.say(Text.LINE_MEMBERS, **figures)
            if members.approved
            else self._voice.say(Text.LINE_NO_ROSTER, present=figures["present"])
        )
        names = self._open_name_cases()
        rows: list[Sequence[Cell]] = [(self._voice.say(Text.MEMBERS_PRESENT), members.present)]
        if members.approved:
            rows += [
                (self._voice.say(Text.MEMBERS_APPROVED), members.approved),
                (self._voice.say(Text.MEMBERS_OUTSIDERS), members.outsiders),
                (self._voice.say(Text.MEMBERS_MISSING), members.missing),
            ]
        rows.append((self._voice.say(Text.MEMBERS_NAMES), names))
        return self._section(
            "members",
            Text.SECTION_MEMBERS,
            [first, self._voice.say(Text.LINE_NAMES, count=number(names))],
            self._table("members", Text.TABLE_MEMBERS, rows),
        )

    def _open_name_cases(self) -> int:
        return sum(case.clause == NAME_CLAUSE for case in self._report.open_cases)

    def _changes(self) -> Section:
        counted = {row.kind: row.count for row in self._report.changes}
        line = self._voice.say(
            Text.LINE_CHANGES, count=number(sum(counted.values())), pins=number(counted.get(PinChanged.kind, 0))
        )
        rows: list[Sequence[Cell]] = [
            (self._voice.say(_CHANGES[kind]), count) for kind, count in counted.items() if kind in _CHANGES
        ]
        return self._section("changes", Text.SECTION_CHANGES, [line], self._table("changes", Text.TABLE_CHANGES, rows))

    def _statements(self) -> Section:
        untold = self._voice.say(Text.NOT_COUNTED)
        rows: list[Sequence[Cell]] = []
        for row in self._report.statements:
            kind = StatementKind(row.kind)
            lacking: Sequence[Cell] = (
                (row.no_deadline, row.no_addressee) if kind is StatementKind.DIRECTIVE else (untold, untold)
            )
            rows.append((self._voice.say(_STATEMENTS[kind]), row.count, row.long, *lacking))
        return self._section(
            "statements",
            Text.SECTION_STATEMENTS,
            [self._voice.say(Text.LINE_STATEMENTS)],
            self._table("statements", Text.TABLE_STATEMENTS, rows),
        )

    def _told(self) -> Section:
        voice = self._report.voice
        line = self._voice.say(Text.LINE_NO_VOICE)
        if voice.incidents is not None and voice.suggestions is not None:
            line = self._voice.say(
                Text.LINE_VOICE, incidents=number(voice.incidents), suggestions=number(voice.suggestions)
            )
        rows: list[Sequence[Cell]] = [
            (
                remark.code,
                moment(remark.at),
                self._voice.say(_REMARKS[remark.kind]),
                self._report.names.get(remark.person_id) or self._voice.say(Text.WHO_UNKNOWN),
                remark.text or self._voice.say(Text.REMARK_AT_DESK),
            )
            for remark in self._report.remarks
        ]
        return self._section("voice", Text.SECTION_VOICE, [line], self._table("voice", Text.TABLE_VOICE, rows))

    def _coverage(self) -> Section:
        report = self._report
        until = heard_until(report)
        gaps = unheard(report, self._voice) or gaps_line(report.coverage.gaps, report.period.start, until, self._voice)
        lines = [
            self._voice.say(Text.LINE_COVERAGE, coverage=coverage_line(report.coverage, self._voice)),
            self._voice.say(
                Text.LINE_GAPS,
                gaps=gaps,
                private=private_line(report, self._voice),
                failures=number(report.coverage.rule_failures),
                refused=number(report.refused_notices),
            )
            + withheld_line(report, self._voice),
        ]
        if report.cannot_check:
            lines.append(self._voice.say(Text.LINE_CANNOT, count=number(len(report.cannot_check))))
        rows: list[Sequence[Cell]] = [
            (
                moment(gap.began_at),
                moment(gap.ended_at) if gap.ended_at else self._voice.say(Text.GAP_NOW),
                _minutes(silence([gap], report.period.start, until)),
                gap.recovered,
                self._voice.say(Text.GAP_WHOLE if gap.closed else Text.GAP_PARTLY),
            )
            for gap in report.coverage.gaps
        ]
        notes = {clause.number: clause.note for clause in self._voice.regulation.clauses}
        cannot: list[Sequence[Cell]] = [
            (self._voice.citation(clause), self._voice.clause(clause), notes.get(clause, ""))
            for clause in report.cannot_check
        ]
        return self._section(
            "coverage",
            Text.SECTION_COVERAGE,
            lines,
            self._table("gaps", Text.TABLE_GAPS, rows),
            self._table("cannot", Text.TABLE_CANNOT, cannot),
        )

    def _proposal(self) -> Section:
        report, say = self._report, self._voice.say
        out_of_hours = sum(count for hour, count in enumerate(report.hours) if hour not in _OFFICE_HOURS)
        directives = next((row for row in report.statements if row.kind == StatementKind.DIRECTIVE.value), None)
        untold = say(Text.NOT_COUNTED)
        minutes = report.handling.remedied_minutes
        per_thousand = 1000 * self._cases / report.activity.messages if report.activity.messages else None
        rows: list[Sequence[Cell]] = [
            (
                say(Text.PROPOSAL_CASES),
                f"{number(self._cases)}, {self._compared(self._cases, self._cases_before)}",
            ),
            (
                say(Text.PROPOSAL_CLAUSE),
                self._most((self._voice.citation(row.clause), row.cases) for row in report.clauses),
            ),
            (say(Text.PROPOSAL_AGENCY), self._most((row.agency, row.cases) for row in report.agencies if row.agency)),
            (
                say(Text.PROPOSAL_PER_THOUSAND),
                untold if per_thousand is None else f"{per_thousand:.1f}".replace(".", ","),
            ),
            (say(Text.PROPOSAL_REMEDIED), self._share(sum(row.remedied for row in report.clauses), self._cases)),
            (
                say(Text.PROPOSAL_MINUTES),
                untold if minutes is None else say(Text.PAPER_MINUTES, minutes=number(minutes)),
            ),
            (say(Text.PROPOSAL_REPEATED), report.handling.repeated),
            (say(Text.PROPOSAL_FALSE), self._share(sum(row.false_alarms for row in report.clauses), self._cases)),
            (say(Text.PROPOSAL_OUT_OF_HOURS), self._share(out_of_hours, sum(report.hours))),
            (
                say(Text.PROPOSAL_UNCLEAR),
                self._share(directives.no_deadline, directives.count) if directives else untold,
            ),
            (say(Text.PROPOSAL_SUGGESTIONS), self._suggestions()),
        ]
        return self._section(
            "proposal",
            Text.SECTION_PROPOSAL,
            [say(Text.LINE_PROPOSAL)],
            self._table("proposal", Text.TABLE_PROPOSAL, rows),
        )

    def _most(self, counted: Iterable[tuple[str, int]]) -> str:
        """The first of those with the most cases, and its share; nothing where there are no cases."""
        name, cases = max(counted, key=lambda row: row[1], default=("", 0))
        if not cases:
            return self._voice.say(Text.NOT_COUNTED)
        share = self._share(cases, self._cases)
        return self._voice.say(Text.PROPOSAL_MOST, name=name, cases=number(cases), share=share)

    def _suggestions(self) -> Cell:
        count = self._report.voice.suggestions
        if count is None:
            return self._voice.say(Text.NOT_COUNTED)
        codes = [remark.code for remark in self._report.remarks if remark.kind is RemarkKind.SUGGESTION]
        if not codes:
            return count
        listed = ", ".join(codes[:_MOST_CODES]) + (", …" if len(codes) > _MOST_CODES else "")
        return self._voice.say(Text.PROPOSAL_CODES, count=number(count), codes=listed)

    def _share(self, part: int, whole: int) -> str:
        if not whole:
            return self._voice.say(Text.NOT_COUNTED)
        return self._voice.say(Text.PERCENT, percent=number(round(100 * part / whole)))

    def _compared(self, now: int, before: int) -> str:
        change = change_in_words(now, before, self._voice)
        return self._voice.say(Text.PAPER_BEFORE, before=number(before), change=change)

    def _section(self, key: str, title: Text, lines: Sequence[str], *tables: Table) -> Section:
        return Section(key=key, title=self._voice.say(title), lines=tuple(lines), tables=tables)

    def _table(
        self,
        key: str,
        heading: Text,
        rows: Sequence[Sequence[Cell]],
        drawing: Drawing | None = None,
        drawn: tuple[int, ...] = (),
    ) -> Table:
        sheet, title, *columns = (cell.strip() for cell in self._voice.say(heading).split("|"))
        return Table(
            key=key,
            title=title,
            sheet=sheet,
            columns=tuple(columns),
            rows=tuple(map(tuple, rows)),
            drawing=drawing,
            drawn=drawn,
        )


def _minutes(length: timedelta) -> int:
    return minutes_of(length) if length else 0
