"""Rendering of the activity report as one Zalo message, to be read on a phone: the worst first, then figures."""

from collections.abc import Sequence
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
    draft = _Draft(report, voice)
    group = voice.group(Group(report.group_id, report.group_name)).upper()
    heading = voice.render(TextId("report"), group=group, period=report.period.label)
    # The full report, which the command at the end asks for, is on whole days.
    whole = local(report.period.start).time() == time.min
    full = voice.render(TextId("report_full") if whole else TextId("report_full_days"))
    end = voice.render(TextId("report_end"), full=full, period=report.period.command)
    first = [heading, *draft.headlines()]
    room = TEXT_LIMIT - len("\n".join([*first, end]))
    parts = draft.parts()
    chosen: dict[int, str] = {}
    for place in sorted(range(len(parts)), key=lambda place: parts[place].importance):
        line = next((wording for wording in parts[place].wordings if len(wording) < room), "")
        if line:
            chosen[place] = line
            room -= len(line) + 1
    return "\n".join([*first, *(chosen[place] for place in sorted(chosen)), end])


class _Part(NamedTuple):
    """A part of the message that is left out if it does not fit."""

    importance: int
    """1 for the most important part, which is left out last."""
    wordings: Sequence[str]
    """The text in full, then in shorter versions, if there are any; "" if there is nothing to say."""


class _Draft(NamedTuple):
    """The lines of one activity report as a chat message; those about what did not happen are ""."""

    report: ActivityReport
    voice: MessageFormatter

    def headlines(self) -> list[str]:
        """Return the three lines that begin the message, with as many codes of cases as have room."""
        said: list[str] = []
        for codes in _CODES:
            rows = headlines(self.report, self.voice, codes, brief=True)
            said = [f"{place}. {in_one_line(row)}" for place, row in enumerate(rows, 1)]
            if len("\n".join(said)) <= _HEADLINES_LIMIT:
                break
        return said

    def parts(self) -> Sequence["_Part"]:
        """Return what follows the three first lines, in the order in which it is read."""
        report, voice = self.report, self.voice
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
        report, activity = self.report, self.report.activity
        if report.heard_nothing:
            return ""
        if not activity.messages:
            return self.voice.render(TextId("activity_none"))
        more = counted(
            self.voice,
            (TextId("activity_joined"), activity.joined),
            (TextId("activity_left"), activity.left),
            (TextId("activity_calls"), activity.calls),
        )
        return self.voice.render(
            TextId("report_activity"),
            span=span_heard(report, self.voice, brief=True),
            messages=number(activity.messages),
            senders=number(activity.senders),
            compared=compared(report, activity.messages, report.activity_before.messages, self.voice),
            more=f"; {more}" if more else "",
        )

    def _cases(self, limit: int) -> str:
        report, clauses = self.report, self.report.clauses
        cases, false_alarms = sum(row.cases for row in clauses), sum(row.false_alarms for row in clauses)
        if not cases:
            return "" if report.heard_nothing else self.voice.render(TextId("report_cases_none"))
        before = compared(report, cases, sum(row.before for row in clauses), self.voice)
        if false_alarms:
            whole = {"false_alarms": number(false_alarms), "all": number(cases), "compared": before}
            before = self.voice.render(TextId("report_cases_false"), **whole)
        real = tuple(row.model_copy(update={"cases": row.cases - row.false_alarms}) for row in clauses)
        lines = clause_rows(report.model_copy(update={"clauses": real}), limit, self.voice)
        rows = "".join(f"\n- {line}" for line in lines)
        return self.voice.render(TextId("report_cases"), cases=number(cases - false_alarms), compared=before, rows=rows)

    def _leak_signs(self) -> str:
        signs = signs_line(self.report, self.voice)
        if not signs:
            return ""
        clause = self.voice.named_clause(self.voice.clause_number(ClauseTopic.FORWARDING))
        return self.voice.render(TextId("report_signs"), clause=clause, signs=signs)
