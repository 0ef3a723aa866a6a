"""The document's sections on directives (orders of the leadership): their answers, and the clarity of statements."""

from collections.abc import Sequence

from zalo_governor.domain.directive_figures import AgencyAnswers
from zalo_governor.domain.documents import Cell, Drawing, Section
from zalo_governor.domain.statements import StatementKind
from zalo_governor.services.messaging.formatter import number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.reports.document.draft import Draft
from zalo_governor.services.reports.sentences import counted, directives_line, moment_in_words

_STATEMENTS = {StatementKind.DIRECTIVE: MessageId.STATEMENT_DIRECTIVE, StatementKind.REPORT: MessageId.STATEMENT_REPORT}


def directives(draft: Draft) -> Section:
    """Return the section on how directives (orders of the leadership) were answered, by agency, the worst first."""
    figures = draft.report.directives
    still_open = counted(
        draft.voice,
        (MessageId.DIRECTIVES_OPEN_NOW, figures.open_now),
        (MessageId.DIRECTIVES_OVERDUE_NOW, figures.overdue_now),
    )
    unclear = counted(
        draft.voice,
        (MessageId.DIRECTIVES_ASSUMED, figures.assumed),
        (MessageId.DIRECTIVES_PROPOSED, figures.proposed),
    )
    notes = [draft.render(MessageId.LINE_DIRECTIVES_UNCLEAR, parts=unclear)] if unclear else []
    if figures.questions:
        yes, no = number(figures.questions_yes), number(figures.questions_no)
        notes.append(draft.render(MessageId.LINE_DIRECTIVES_QUESTIONS, count=number(figures.questions), yes=yes, no=no))
    rows: list[Sequence[Cell]] = [
        (
            row.name or draft.render(MessageId.AGENCY_UNKNOWN),
            *(row.asked, row.in_time, row.late, row.acknowledged),
            *(row.waiting, row.overdue, row.absent, row.silent),
            draft.render(MessageId.NO_FIGURE) if row.first_answer_minutes is None else row.first_answer_minutes,
        )
        for row in figures.agencies
        if row.asked > row.absent
    ]
    nobody = [row for row in figures.agencies if row.name and row.absent == row.asked]
    if unrecognised := [row for row in nobody if row.unrecognised]:
        names, asked = _listed(unrecognised)
        notes.append(draft.render(MessageId.LINE_DIRECTIVES_UNRECOGNISED, asked=asked, names=names))
    if absent := [row for row in nobody if not row.unrecognised]:
        names, asked = _listed(absent)
        count = number(len(absent))
        notes.append(draft.render(MessageId.LINE_DIRECTIVES_ABSENT, count=count, asked=asked, names=names))
    still: list[Sequence[Cell]] = [
        (
            one.code,
            draft.report.names.get(one.given_by) or draft.render(MessageId.WHO_UNKNOWN),
            moment_in_words(one.at, draft.voice),
            moment_in_words(one.due_at, draft.voice) if one.due_at else draft.render(MessageId.NO_DEADLINE),
            *(one.addressees, one.answered, one.reported, one.overdue),
        )
        for one in figures.open_ones
    ]
    return draft.section(
        "directives",
        MessageId.SECTION_DIRECTIVES,
        [
            directives_line(draft.report, draft.voice),
            draft.render(MessageId.LINE_DIRECTIVES_CAUTION) if figures.silent else "",
            draft.render(MessageId.LINE_DIRECTIVES_NOW, parts=still_open) if still_open else "",
        ],
        draft.table("directives", MessageId.TABLE_DIRECTIVES, rows, Drawing.BARS, (6, 8)),
        draft.table("open_directives", MessageId.TABLE_OPEN_DIRECTIVES, still),
        notes=[
            *notes,
            draft.render(MessageId.LINE_DIRECTIVES_COUNTED),
            draft.render(MessageId.LINE_DIRECTIVES_UNSEEN),
            *([] if draft.report.membership.approved else [draft.render(MessageId.LINE_DIRECTIVES_UNVERIFIED)]),
        ],
    )


def statements(draft: Draft) -> Section:
    """Return the section on directives (orders of the leadership) and reports, and their clarity (clause 5.1)."""
    untold = draft.render(MessageId.NOT_COUNTED)
    rows: list[Sequence[Cell]] = []
    lines = []
    for row in draft.report.statements:
        kind = StatementKind(row.kind)
        lacking: Sequence[Cell] = (untold, untold)
        if kind is StatementKind.DIRECTIVE:
            lacking = (row.no_deadline, row.no_addressee)
            parts = (
                (MessageId.STATEMENTS_NO_DEADLINE, row.no_deadline),
                (MessageId.STATEMENTS_NO_ADDRESSEE, row.no_addressee),
            )
            if said := counted(draft.voice, *parts):
                lines = [draft.render(MessageId.LINE_STATEMENTS, count=number(row.count), parts=said)]
        rows.append((draft.render(_STATEMENTS[kind]), row.count, row.long, *lacking))
    return draft.section(
        "statements",
        MessageId.SECTION_STATEMENTS,
        lines,
        draft.table("statements", MessageId.TABLE_STATEMENTS, rows),
        notes=[draft.render(MessageId.LINE_STATEMENTS_COUNTED)],
    )


def _listed(rows: Sequence[AgencyAnswers]) -> tuple[str, str]:
    """Return the names of addressees, as a list, and how many items were addressed to them."""
    return ", ".join(row.name for row in rows), number(sum(row.asked for row in rows))
