"""The document's sections on directives (orders of the leadership): their answers, and the clarity of statements."""

from collections.abc import Sequence

from zalo_governor.domain.directive_figures import AgencyAnswers
from zalo_governor.domain.directives import Deadlines
from zalo_governor.domain.documents import Cell, Drawing, Section
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.statements import StatementKind
from zalo_governor.features.reports.document.draft import Draft
from zalo_governor.features.reports.sentences import counted, directives_line, moment_in_words, recorded_alone
from zalo_governor.messaging.formatter import number
from zalo_governor.messaging.templates import TextId

_STATEMENTS = {
    StatementKind.DIRECTIVE: TextId("statement_directive"),
    StatementKind.REPORT: TextId("statement_report"),
}


def directives(draft: Draft) -> Section:
    """Return the section on how directives (orders of the leadership) were answered, by agency, the worst first."""
    figures = draft.report.directives
    still_open = counted(
        draft.voice,
        (TextId("directives_open_now"), figures.open_now),
        (TextId("directives_overdue_now"), figures.overdue_now),
    )
    still_open += draft.voice.missed(figures.missed_now)
    unclear = counted(
        draft.voice,
        (TextId("directives_assumed"), figures.assumed),
        (TextId("directives_proposed"), figures.proposed),
    )
    notes = [draft.render(TextId("line_directives_unclear"), parts=unclear)] if unclear else []
    if figures.questions:
        yes, no = number(figures.questions_yes), number(figures.questions_no)
        notes.append(draft.render(TextId("line_directives_questions"), count=number(figures.questions), yes=yes, no=no))
    rows: list[Sequence[Cell]] = [
        (
            row.name or draft.render(TextId("agency_unknown")),
            *(row.asked, row.in_time, row.late, row.acknowledged, row.closed),
            *(row.waiting, row.overdue, row.absent, row.silent),
            draft.render(TextId("no_figure")) if row.first_answer_minutes is None else row.first_answer_minutes,
        )
        for row in figures.agencies
        if row.asked > row.absent
    ]
    nobody = [row for row in figures.agencies if row.name and row.absent == row.asked]
    if unrecognised := [row for row in nobody if row.unrecognised]:
        names, asked = _listed(unrecognised)
        notes.append(draft.render(TextId("line_directives_unrecognised"), asked=asked, names=names))
    if absent := [row for row in nobody if not row.unrecognised]:
        names, asked = _listed(absent)
        count = number(len(absent))
        notes.append(draft.render(TextId("line_directives_absent"), count=count, asked=asked, names=names))
    still: list[Sequence[Cell]] = [
        (
            one.code + (draft.render(TextId("directive_recorded_alone")) if one.unconfirmed else ""),
            draft.report.names.get(one.given_by) or draft.render(TextId("who_unknown")),
            moment_in_words(one.at, draft.voice),
            _deadlines(draft, one),
            *(one.addressees, one.answered, one.reported, one.overdue),
        )
        for one in figures.open_ones
    ]
    answers = draft.table("directives", TextId("table_directives"), rows, Drawing.BARS, (7, 9))
    return draft.section(
        "directives",
        TextId("section_directives"),
        [
            directives_line(draft.report, draft.voice),
            draft.render(TextId("line_directives_caution")) if figures.silent else "",
            draft.render(TextId("line_directives_now"), parts=still_open) if still_open else "",
        ],
        # In the title, since the picture names units without the sentences.
        answers.model_copy(update={"title": answers.title + recorded_alone(draft.report, draft.voice)}),
        draft.table("open_directives", TextId("table_open_directives"), still),
        notes=[
            *notes,
            draft.render(TextId("line_directives_counted")),
            draft.render(TextId("line_directives_unseen")),
            *([] if draft.report.membership.approved else [draft.render(TextId("line_directives_unverified"))]),
        ],
        about=(ClauseTopic.DIRECTIVES,),
    )


def statements(draft: Draft) -> Section:
    """Return the section on directives (orders of the leadership) and reports, and their clarity."""
    untold = draft.render(TextId("not_counted"))
    rows: list[Sequence[Cell]] = []
    lines = []
    for row in draft.report.statements:
        kind = StatementKind(row.kind)
        lacking: Sequence[Cell] = (untold, untold)
        if kind is StatementKind.DIRECTIVE:
            lacking = (row.no_deadline, row.no_addressee)
            parts = (
                (TextId("statements_no_deadline"), row.no_deadline),
                (TextId("statements_no_addressee"), row.no_addressee),
            )
            if said := counted(draft.voice, *parts):
                lines = [draft.render(TextId("line_statements"), count=number(row.count), parts=said)]
        rows.append((draft.render(_STATEMENTS[kind]), row.count, row.long, *lacking))
    return draft.section(
        "statements",
        TextId("section_statements"),
        lines,
        draft.table("statements", TextId("table_statements"), rows),
        notes=[draft.render(TextId("line_statements_counted"))],
        about=(ClauseTopic.BREVITY,),
    )


def _deadlines(draft: Draft, one: Deadlines) -> str:
    moments = (one.due_at, one.last_due_at, one.missed_at)
    first, last, missed = (moment_in_words(at, draft.voice) if at else "" for at in moments)
    missed = draft.render(TextId("deadline_missed"), when=missed) if missed else ""
    if not first:
        return missed or draft.render(TextId("no_deadline"))
    if missed:
        return draft.render(TextId("deadline_each_missed"), when=first, missed=missed)
    if one.undated:
        return draft.render(TextId("deadline_each"), when=first)
    return first if first == last else draft.render(TextId("deadline_between"), first=first, last=last)


def _listed(rows: Sequence[AgencyAnswers]) -> tuple[str, str]:
    """Return the names of addressees, as a list, and how many items were addressed to them."""
    return ", ".join(row.name for row in rows), number(sum(row.asked for row in rows))
