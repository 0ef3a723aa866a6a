"""Rendering of the activity report as one Zalo message, to be read on a phone: the worst first, then figures."""

from collections.abc import Iterator, Sequence
from datetime import time
from typing import NamedTuple

from zalo_governor.domain.clock import local
from zalo_governor.domain.people import Group
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.reports import ActivityReport
from zalo_governor.features.reports.sentences import (
    attachments_line,
    clause_rows,
    compared,
    counted,
    directives_line,
    handling_lines,
    members_line,
    signs_line,
    span_heard,
    told_line,
    troubles_line,
)
from zalo_governor.features.reports.summary import Codes, headlines, in_one_line
from zalo_governor.messaging.formatter import MessageFormatter, number
from zalo_governor.messaging.templates import TextId

TEXT_LIMIT = 1_200
"""Maximum length of the report as a message, in characters."""
_CODES = (Codes(40, 40), Codes(40, 10), Codes(40, 3), Codes(20, 3), Codes(10, 2), Codes(5, 2), Codes(2, 1))
"""Numbers of codes of grave cases to try; the first with which the three first lines fit is taken."""
_HEADLINES_LIMIT = 520
_CLAUSE_ROWS = (6, 5, 4, 3, 2, 1)
"""Numbers of clauses to name; the first that fits is taken."""


def render_text(report: ActivityReport, voice: MessageFormatter) -> str:
    """Render the report as one Zalo message of at most `TEXT_LIMIT` characters.

    It begins with what is grave, what is open and overdue, and when the bot received nothing. Of the figures, those
    that do not fit are left out, the least important first; all of them are in the files (DOCX, XLSX).
    """
    return _TextRenderer(report, voice).text()


class _Part(NamedTuple):
    """A part of the message that is left out if it does not fit."""

    importance: int
    """1 for the most important part, which is left out last."""
    wordings: Sequence[str]
    """The text in full, then in shorter versions, if there are any; "" if there is nothing to say."""


class _TextRenderer:
    """Renderer of one activity report as a chat message, line by line."""

    def __init__(self, report: ActivityReport, voice: MessageFormatter) -> None:
        self._report = report
        self._voice = voice

    def text(self) -> str:
        first = [self._heading(), *self._headlines()]
        last = [self._end()]
        room = TEXT_LIMIT - len("\n".join([*first, *last]))
        parts = self._parts()
        chosen: dict[int, str] = {}
        for place in sorted(range(len(parts)), key=lambda place: parts[place].importance):
            line = next((wording for wording in parts[place].wordings if len(wording) < room), "")
            if line:
                chosen[place] = line
                room -= len(line) + 1
        return "\n".join([*first, *(chosen[place] for place in sorted(chosen)), *last])

    def _heading(self) -> str:
        report = self._report
        return self._voice.render(
            TextId("report"),
            group=self._voice.group(Group(report.group_id, report.group_name)).upper(),
            period=report.period.label,
        )

    def _end(self) -> str:
        """Return how to get the full report by command; of a period that begins within a day, it is on whole days."""
        period = self._report.period
        whole = local(period.start).time() == time.min
        full = self._voice.render(TextId("report_full") if whole else TextId("report_full_days"))
        return self._voice.render(TextId("report_end"), full=full, period=period.command)

    def _headlines(self) -> list[str]:
        said: list[str] = []
        for codes in _CODES:
            rows = headlines(self._report, self._voice, codes, brief=True)
            said = [f"{place}. {in_one_line(row)}" for place, row in enumerate(rows, 1)]
            if len("\n".join(said)) <= _HEADLINES_LIMIT:
                break
        return said

    def _parts(self) -> Sequence["_Part"]:
        """Return what follows the three first lines, in the order in which it is read."""
        report, voice = self._report, self._voice
        return (
            _Part(1, [self._activity()]),
            _Part(3, [self._cases(rows) for rows in _CLAUSE_ROWS]),
            _Part(6, [" ".join(handling_lines(report, voice))]),
            _Part(2, [directives_line(report, voice)]),
            _Part(7, [members_line(report, voice)]),
            _Part(4, [troubles_line(report, voice)]),
            _Part(5, [self._leak_signs()]),
            _Part(4, [attachments_line(report, voice)]),
            _Part(8, [told_line(report, voice)]),
        )

    def _activity(self) -> str:
        report, activity = self._report, self._report.activity
        if report.heard_nothing:
            return ""
        if not activity.messages:
            return self._voice.render(TextId("activity_none"))
        more = counted(
            self._voice,
            (TextId("activity_joined"), activity.joined),
            (TextId("activity_left"), activity.left),
            (TextId("activity_calls"), activity.calls),
        )
        return self._voice.render(
            TextId("report_activity"),
            span=span_heard(report, self._voice, brief=True),
            messages=number(activity.messages),
            senders=number(activity.senders),
            compared=compared(report, activity.messages, report.activity_before.messages, self._voice),
            more=f"; {more}" if more else "",
        )

    def _cases(self, limit: int) -> str:
        report, clauses = self._report, self._report.clauses
        cases, false_alarms = sum(row.cases for row in clauses), sum(row.false_alarms for row in clauses)
        if not cases:
            return "" if report.heard_nothing else self._voice.render(TextId("report_cases_none"))
        before = compared(report, cases, sum(row.before for row in clauses), self._voice)
        if false_alarms:
            whole = {"false_alarms": number(false_alarms), "all": number(cases), "compared": before}
            before = self._voice.render(TextId("report_cases_false"), **whole)
        rows = "".join(self._clause_lines(limit))
        return self._voice.render(
            TextId("report_cases"), cases=number(cases - false_alarms), compared=before, rows=rows
        )

    def _clause_lines(self, limit: int) -> Iterator[str]:
        real = (row.model_copy(update={"cases": row.cases - row.false_alarms}) for row in self._report.clauses)
        for row in clause_rows(self._report.model_copy(update={"clauses": tuple(real)}), limit, self._voice):
            yield f"\n- {row}"

    def _leak_signs(self) -> str:
        signs = signs_line(self._report, self._voice)
        if not signs:
            return ""
        clause = self._voice.named_clause(self._voice.clause_number(ClauseTopic.FORWARDING))
        return self._voice.render(TextId("report_signs"), clause=clause, signs=signs)
