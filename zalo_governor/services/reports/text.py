"""Rendering of the activity report as one Zalo message."""

from itertools import groupby

from zalo_governor.domain.cases import Case
from zalo_governor.domain.regulation import ClauseTopic, Regulation
from zalo_governor.domain.reports import ActivityReport, ClauseFigures
from zalo_governor.domain.statements import StatementKind
from zalo_governor.services.cases.ranking import shown
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.services.messaging.limits import MESSAGE_LIMIT
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import Group
from zalo_governor.services.reports.builder import (
    attachments_line,
    change_in_words,
    coverage_line,
    directives_line,
    gaps_line,
    handling_lines,
    heard_until,
    last_minute,
    private_line,
    signs_line,
    unheard,
    withheld_line,
)

_ROW_LIMITS = ((8, 5), (6, 4), (5, 3), (4, 2), (3, 1), (1, 1))
"""(Maximum rows by clause, maximum rows of open cases), tried in this order until the report fits into one message."""
_MOST_UNVERIFIABLE = 30


def render_text(report: ActivityReport, catalogue: Catalogue, regulation: Regulation) -> str:
    """Render the report as one Zalo message of at most 2,000 characters; rows that do not fit are left out and counted.

    Urgent cases are always listed: if they are too many for one message, the text is longer and is sent in parts.
    """
    page = _TextRenderer(report, MessageFormatter(catalogue, regulation))
    text = ""
    for clause_rows, case_rows in _ROW_LIMITS:
        text = page.text(clause_rows, case_rows)
        if len(text) <= MESSAGE_LIMIT:
            break
    return text


class _TextRenderer:
    """Renderer of one activity report as a chat message, paragraph by paragraph."""

    def __init__(self, report: ActivityReport, voice: MessageFormatter) -> None:
        self._report = report
        self._voice = voice

    def text(self, clause_rows: int, case_rows: int) -> str:
        """Return the report as text, with at most `clause_rows` clauses and `case_rows` open cases listed.

        More open cases are listed if more are urgent.
        """
        report = self._report
        text = self._voice.render(
            MessageId.REPORT,
            group=self._voice.group(Group(report.group_id, report.group_name)),
            period=report.period.label,
            start=moment(report.period.start),
            end=moment(last_minute(report.period.end)),
            made_at=moment(report.made_at),
            activity=self._activity(),
            clauses=self._clauses(clause_rows) + self._handling(),
            open=self._open_cases(case_rows),
            more=self._table_figures() + self._directives() + self._attachments(),
            trend=self._trend(),
            coverage=self._coverage(),
            cannot=self._unverifiable_clauses() + self._leak_signs(),
        )
        return "\n".join(line for line in text.splitlines() if line.strip())

    def _activity(self) -> str:
        figures = {name: number(value) for name, value in self._report.activity.model_dump(exclude={"calls"}).items()}
        calls = self._report.activity.calls
        said = self._voice.render(MessageId.REPORT_CALLS, count=number(calls)) if calls else ""
        return self._voice.render(MessageId.REPORT_ACTIVITY, calls=said, **figures)

    def _clauses(self, limit: int) -> str:
        rows = sorted((row for row in self._report.clauses if row.cases or row.before), key=lambda row: -row.cases)
        suspects = number(self._report.suspects)
        if not rows:
            return self._voice.render(MessageId.REPORT_CLAUSES_NONE, suspects=suspects)
        lines = [self._clause_row(row) for row in rows[:limit]]
        if rest := rows[limit:]:
            cases = number(sum(row.cases for row in rest))
            lines.append(self._voice.render(MessageId.REPORT_CLAUSES_MORE, clauses=number(len(rest)), cases=cases))
        return self._voice.render(
            MessageId.REPORT_CLAUSES,
            cases=number(sum(row.cases for row in rows)),
            remedied=number(sum(row.remedied for row in rows)),
            confirmed=number(sum(row.confirmed for row in rows)),
            false_alarms=number(sum(row.false_alarms for row in rows)),
            suspects=suspects,
            rows="\n".join(lines),
        )

    def _handling(self) -> str:
        """Return lines on the time to correct breaches, persons with several cases, and false alarms; "" if none."""
        handling = self._report.handling
        lines = [" ".join(handling_lines(self._report, self._voice))]
        if handling.taken_back or handling.passed_over:
            taken, passed = number(handling.taken_back), number(handling.passed_over)
            lines.append(self._voice.render(MessageId.REPORT_TAKEN_BACK, taken_back=taken, passed_over=passed))
        return "".join(f"\n{line}" for line in lines if line)

    def _clause_row(self, row: ClauseFigures) -> str:
        figures = row.model_dump(exclude={"clause", "reported", "approved"})
        return self._voice.render(
            MessageId.REPORT_CLAUSE_ROW,
            citation=self._voice.citation(row.clause),
            **{name: number(value) for name, value in figures.items()},
        )

    def _open_cases(self, limit: int) -> str:
        cases = self._report.open_cases
        if not cases:
            return self._voice.render(MessageId.REPORT_OPEN_NONE)
        named, rest = shown(cases, limit)
        lines = [self._open_row(case) for case in named]
        if rest:
            lines.append(self._voice.render(MessageId.MORE, count=number(rest)))
        return self._voice.render(MessageId.REPORT_OPEN, count=number(len(cases)), rows="\n".join(lines))

    def _open_row(self, case: Case) -> str:
        return self._voice.render(
            MessageId.REPORT_OPEN_ROW,
            code=case.code,
            who=self._report.names.get(case.person_id) or self._voice.render(MessageId.WHO_UNKNOWN),
            citation=self._voice.citation(case.clause),
            state=self._voice.state(case.state),
            when=moment(case.event_at),
        )

    def _table_figures(self) -> str:
        """Return one line with the main figures of the tables that only the files (DOCX, XLSX) show in full."""
        report = self._report
        untold = self._voice.render(MessageId.NOT_COUNTED)
        members, voice = report.membership, report.voice
        directives = [row for row in report.statements if row.kind == StatementKind.DIRECTIVE.value]
        return self._voice.render(
            MessageId.REPORT_MORE,
            outsiders=number(members.outsiders) if members.approved else untold,
            missing=number(members.missing) if members.approved else untold,
            names=number(
                sum(case.clause == self._voice.clause_number(ClauseTopic.NAMES) for case in report.open_cases)
            ),
            directives=number(sum(row.count for row in directives)),
            no_deadline=number(sum(row.no_deadline for row in directives)),
            no_addressee=number(sum(row.no_addressee for row in directives)),
            incidents=untold if voice.incidents is None else number(voice.incidents),
            suggestions=untold if voice.suggestions is None else number(voice.suggestions),
        )

    def _directives(self) -> str:
        return "\n" + directives_line(self._report, self._voice) if self._report.directives.given else ""

    def _attachments(self) -> str:
        return "\n" + attachments_line(self._report, self._voice) if self._report.attachments.attachments else ""

    def _trend(self) -> str:
        messages, before = self._report.activity.messages, self._report.activity_before.messages
        cases = sum(row.cases for row in self._report.clauses)
        cases_before = sum(row.before for row in self._report.clauses)
        return self._voice.render(
            MessageId.REPORT_TREND,
            messages=number(messages),
            messages_before=number(before),
            messages_change=change_in_words(messages, before, self._voice),
            cases=number(cases),
            cases_before=number(cases_before),
            cases_change=change_in_words(cases, cases_before, self._voice),
        )

    def _coverage(self) -> str:
        coverage, period = self._report.coverage, self._report.period
        return self._voice.render(
            MessageId.REPORT_COVERAGE,
            coverage=coverage_line(coverage, self._voice),
            gaps=unheard(self._report, self._voice)
            or gaps_line(coverage.gaps, period.start, heard_until(self._report), self._voice),
            private=private_line(self._report, self._voice),
            failures=number(coverage.rule_failures),
            undelivered=number(self._report.undelivered_notices),
        ) + withheld_line(self._report, self._voice)

    def _leak_signs(self) -> str:
        signs = signs_line(self._report, self._voice)
        if not signs:
            return ""
        return "\n" + self._voice.render(
            MessageId.REPORT_SIGNS, citation=self._voice.citation_of(ClauseTopic.FORWARDING), signs=signs
        )

    def _unverifiable_clauses(self) -> str:
        numbers = self._report.cannot_check
        if not numbers:
            return ""
        articles = groupby(numbers[:_MOST_UNVERIFIABLE], lambda clause: clause.rpartition(".")[0])
        listed = "; ".join(
            self._voice.render(
                MessageId.CLAUSES_OF_ARTICLE,
                article=article,
                clauses=", ".join(clause.rpartition(".")[2] for clause in clauses),
            )
            for article, clauses in articles
        )
        more = "; …" if len(numbers) > _MOST_UNVERIFIABLE else ""
        return self._voice.render(MessageId.REPORT_CANNOT, citations=listed + more)
