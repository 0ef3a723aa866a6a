"""The three lines with which every format of the report begins: what is grave, what is pending, what is missing.

They answer the leader's question "có gì nghiêm trọng?" (is there anything grave?) before anything else is said.
"""

from datetime import datetime
from typing import NamedTuple

from zalo_governor.domain.connection import silence
from zalo_governor.domain.documents import Highlight
from zalo_governor.domain.people import Group
from zalo_governor.domain.reports import ActivityReport
from zalo_governor.features.reports.gravity import GraveClause, grave_clauses
from zalo_governor.features.reports.sentences import counted, late_start
from zalo_governor.messaging.formatter import MessageFormatter, day, number
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

_MOST_CLAUSES = 4
"""How many clauses with grave cases are named; a regulation has four such clauses."""


class Codes(NamedTuple):
    """How many codes of grave cases are given for each clause; the others are counted."""

    secrets: int
    """For a clause on state secrets."""
    others: int


def headlines(
    report: ActivityReport, voice: MessageFormatter, codes: Codes, *, brief: bool = False
) -> tuple[Highlight, Highlight, Highlight]:
    """Return the three lines (grave, pending, not received) that begin a report: each has name, answer, and note or "".

    Times are as papers write them (`14 giờ 05 phút`) or, if `brief`, as messages do (`14:05`).
    """
    return _grave(report, voice, codes), _open(report, voice), _silent(report, voice, brief=brief)


def group_in_one_line(
    uow: UnitOfWork, voice: MessageFormatter, group: Group, start: datetime, end: datetime, now: datetime
) -> str:
    """Return a group's figures of a period in one line: messages, cases, and the directives that are followed now."""
    ledger = uow.directives.overview(group.id, now, 0)
    return voice.render(
        TextId("report_figures"),
        messages=number(uow.statistics.activity(group.id, start, end).messages),
        cases=number(uow.cases.count_opened(group.id, start, end)),
        directives=number(ledger.total),
        overdue=number(ledger.overdue),
        missed=voice.missed(ledger.missed),
    )


def in_one_line(headline: Highlight) -> str:
    """Return a line of `headlines` as a text: name, answer and note."""
    said = f"{headline.name}: {headline.value}."
    return f"{said} {headline.note}" if headline.note else said


def _grave(report: ActivityReport, voice: MessageFormatter, codes: Codes) -> Highlight:
    cases = report.grave_cases
    name = voice.render(TextId("summary_grave"))
    first_looks = _first_looks(report, voice, codes)
    if not cases:
        text = TextId("summary_unknown") if report.heard_nothing else TextId("summary_none")
        return Highlight(name=name, value=voice.render(text), note=first_looks)
    more = counted(
        voice,
        (TextId("summary_grave_open"), sum(case.undecided for case in cases)),
        (TextId("summary_grave_outside"), sum(not report.covers(case.opened_at) for case in cases)),
    )
    value = voice.render(TextId("summary_cases"), count=number(len(cases)))
    clauses = grave_clauses(report, voice)
    said = [_clause(clause, voice, codes) for clause in clauses[:_MOST_CLAUSES]]
    if rest := clauses[_MOST_CLAUSES:]:
        others = number(sum(len(clause.cases) for clause in rest))
        said.append(voice.render(TextId("report_clauses_more"), clauses=number(len(rest)), cases=others))
    note = "; ".join(said) + "."
    return Highlight(
        name=name,
        value=f"{value} ({more})" if more else value,
        note=f"{note} {first_looks}" if first_looks else note,
        alarming=True,
    )


def _first_looks(report: ActivityReport, voice: MessageFormatter, codes: Codes) -> str:
    """Return a sentence on the open cases of which nobody has said yet whether they are grave; "" without any."""
    cases = report.first_looks
    if not cases:
        return ""
    # A leader who reads a code must be able to open the case; 0 is nobody's id.
    openable = [case.code for case in cases if case.is_for_leader(0)][: codes.others]
    named = f": {', '.join(openable)}{', …' if len(openable) < len(cases) else ''}" if openable else ""
    return voice.render(TextId("summary_first"), count=number(len(cases)), codes=named)


def _clause(clause: GraveClause, voice: MessageFormatter, codes: Codes) -> str:
    most = codes.secrets if clause.rank == 0 else codes.others
    named = [case.code for case in clause.cases[:most]]
    said = voice.render(TextId("summary_codes"), clause=clause.name, codes=", ".join(named))
    rest = len(clause.cases) - len(named)
    return said + voice.render(TextId("summary_codes_more"), count=number(rest)) if rest else said


def _open(report: ActivityReport, voice: MessageFormatter) -> Highlight:
    open_cases = counted(voice, (TextId("summary_open"), len(report.open_cases)))
    late = report.directives.overdue_now
    directives = counted(voice, (TextId("directives_open_now"), report.directives.open_now))
    directives += voice.render(TextId("ledger_overdue"), count=number(late)) if late else ""
    directives += voice.missed(report.directives.missed_now)
    if report.heard_nothing and not open_cases and not directives:
        return Highlight(name=voice.render(TextId("summary_pending")), value=voice.render(TextId("summary_unknown")))
    oldest = min((case.opened_at for case in report.open_cases), default=report.made_at)
    return Highlight(
        name=voice.render(TextId("summary_pending")),
        value="; ".join(
            (
                open_cases or voice.render(TextId("summary_open_none")),
                directives or voice.render(TextId("summary_directives_none")),
            )
        ),
        alarming=bool(late),
        note=voice.render(TextId("summary_oldest"), day=day(oldest)) if day(oldest) != day(report.made_at) else "",
    )


def _silent(report: ActivityReport, voice: MessageFormatter, *, brief: bool) -> Highlight:
    name = voice.render(TextId("summary_silent"))
    gaps = report.coverage.gaps
    if report.coverage.encrypted:
        return Highlight(name=name, value=voice.render(TextId("trouble_encrypted")))
    if report.heard_nothing:
        return Highlight(name=name, value=voice.render(TextId("not_listening")))
    if not gaps:
        value, unfinished = voice.render(TextId("summary_none")), 0
    else:
        length = silence(gaps, report.period.start, report.period.end)
        unfinished = sum(not gap.closed for gap in gaps)
        text = TextId("summary_gaps") if unfinished else TextId("summary_gaps_whole")
        value = voice.render(text, length=voice.lasted(length), count=number(len(gaps)))
    notes = [late_start(report, voice, brief=brief)]
    if unfinished:
        notes.append(voice.render(TextId("summary_unfinished"), count=number(unfinished)))
    return Highlight(name=name, value=value, note=" ".join(filter(None, notes)))
