"""The descriptive sections of the activity report's document, in the order in which the document shows them."""

from collections.abc import Sequence

from zalo_governor.domain.connection import silence
from zalo_governor.domain.documents import Cell, Drawing, Section
from zalo_governor.domain.events import (
    AdminChanged,
    GroupInfoChanged,
    GroupSettingChanged,
    InviteLinkChanged,
    PinChanged,
)
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.statements import StatementKind
from zalo_governor.services.attachments.wording import reasons_in_words
from zalo_governor.services.messaging.formatter import moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.reports.builder import (
    attachments_line,
    change_in_words,
    coverage_line,
    directives_line,
    gaps_line,
    handling_lines,
    heard_until,
    private_line,
    signs_line,
    unheard,
    withheld_line,
)
from zalo_governor.services.reports.document.draft import Draft, whole_minutes

_CHANGES = {
    AdminChanged.kind: MessageId.CHANGED_ADMIN,
    GroupInfoChanged.kind: MessageId.CHANGED_INFO,
    GroupSettingChanged.kind: MessageId.CHANGED_SETTING,
    InviteLinkChanged.kind: MessageId.CHANGED_LINK,
    PinChanged.kind: MessageId.CHANGED_PIN,
}
_STATEMENTS = {StatementKind.DIRECTIVE: MessageId.STATEMENT_DIRECTIVE, StatementKind.REPORT: MessageId.STATEMENT_REPORT}
_REMARKS = {RemarkKind.INCIDENT: MessageId.REMARK_INCIDENT, RemarkKind.SUGGESTION: MessageId.REMARK_SUGGESTION}


def activity(draft: Draft) -> Section:
    """Return the section on messages: totals, and tables by day, hour and agency."""
    report = draft.report
    figures = report.activity.model_dump(include={"messages", "senders", "joined", "left", "recalled", "calls"})
    before = report.activity_before.messages
    lines = [
        draft.render(
            MessageId.LINE_ACTIVITY,
            before=number(before),
            change=change_in_words(report.activity.messages, before, draft.voice),
            **{name: number(value) for name, value in figures.items()},
        )
    ]
    if any(row.messages for row in report.days):
        busiest = max(report.days, key=lambda row: row.messages)
        hour = max(range(24), key=lambda hour: report.hours[hour])
        lines.append(
            draft.render(
                MessageId.LINE_PEAKS,
                day=f"{busiest.day:%d/%m/%Y}",
                messages=number(busiest.messages),
                hour=draft.render(MessageId.HOUR, hour=hour),
            )
        )
    days: list[Sequence[Cell]] = [(f"{row.day:%d/%m/%Y}", row.messages) for row in report.days]
    hours: list[Sequence[Cell]] = [
        (draft.render(MessageId.HOUR, hour=hour), count) for hour, count in enumerate(report.hours)
    ]
    agencies: list[Sequence[Cell]] = [
        (row.agency or draft.render(MessageId.AGENCY_UNKNOWN), row.messages, row.senders, row.cases)
        for row in report.agencies
    ]
    return draft.section(
        "activity",
        MessageId.SECTION_ACTIVITY,
        lines,
        draft.table("days", MessageId.TABLE_DAYS, days, Drawing.COLUMNS, (1,)),
        draft.table("hours", MessageId.TABLE_HOURS, hours, Drawing.COLUMNS, (1,)),
        draft.table("agencies", MessageId.TABLE_AGENCIES, agencies, Drawing.BARS, (1,)),
    )


def casework(draft: Draft) -> Section:
    """Return the section on cases (possible breaches): by clause, by state, and a list of the open ones."""
    report, clauses = draft.report, draft.report.clauses
    line = draft.render(
        MessageId.LINE_CASES,
        cases=number(draft.cases),
        before=number(draft.cases_before),
        change=change_in_words(draft.cases, draft.cases_before, draft.voice),
        remedied=number(sum(row.remedied for row in clauses)),
        confirmed=number(sum(row.confirmed for row in clauses)),
        false_alarms=number(sum(row.false_alarms for row in clauses)),
        open=number(len(report.open_cases)),
        suspects=number(report.suspects),
    )
    taken_back = draft.render(
        MessageId.REPORT_TAKEN_BACK,
        taken_back=number(report.handling.taken_back),
        passed_over=number(report.handling.passed_over),
    )
    by_clause: list[Sequence[Cell]] = [
        (
            draft.voice.citation(row.clause),
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
    by_state: list[Sequence[Cell]] = [(draft.voice.state(row.state), row.cases) for row in report.states]
    return draft.section(
        "cases",
        MessageId.SECTION_CASES,
        [line, " ".join([*handling_lines(report, draft.voice), taken_back]), _signs(draft)],
        draft.table("clauses", MessageId.TABLE_CLAUSES, by_clause, Drawing.BARS, (1, 7)),
        draft.table("states", MessageId.TABLE_STATES, by_state, Drawing.BARS, (1,)),
        draft.table("open", MessageId.TABLE_OPEN, [_open_row(draft, place) for place in range(len(report.open_cases))]),
    )


def members(draft: Draft) -> Section:
    """Return the section on membership: the group compared with its roster (the approved list of members)."""
    members = draft.report.membership
    figures = {name: number(value) for name, value in members.model_dump().items()}
    first = (
        draft.render(MessageId.LINE_MEMBERS, **figures)
        if members.approved
        else draft.render(MessageId.LINE_NO_ROSTER, present=figures["present"])
    )
    names = _open_name_cases(draft)
    rows: list[Sequence[Cell]] = [(draft.render(MessageId.MEMBERS_PRESENT), members.present)]
    if members.approved:
        rows += [
            (draft.render(MessageId.MEMBERS_APPROVED), members.approved),
            (draft.render(MessageId.MEMBERS_OUTSIDERS), members.outsiders),
            (draft.render(MessageId.MEMBERS_MISSING), members.missing),
        ]
    rows.append((draft.render(MessageId.MEMBERS_NAMES), names))
    return draft.section(
        "members",
        MessageId.SECTION_MEMBERS,
        [first, draft.render(MessageId.LINE_NAMES, count=number(names))],
        draft.table("members", MessageId.TABLE_MEMBERS, rows),
    )


def changes(draft: Draft) -> Section:
    """Return the section on changes to the group's name, settings, administrators, invite link and pins."""
    counted = {row.kind: row.count for row in draft.report.changes}
    line = draft.render(
        MessageId.LINE_CHANGES, count=number(sum(counted.values())), pins=number(counted.get(PinChanged.kind, 0))
    )
    rows: list[Sequence[Cell]] = [
        (draft.render(_CHANGES[kind]), count) for kind, count in counted.items() if kind in _CHANGES
    ]
    return draft.section(
        "changes", MessageId.SECTION_CHANGES, [line], draft.table("changes", MessageId.TABLE_CHANGES, rows)
    )


def directives(draft: Draft) -> Section:
    """Return the section on how directives (orders of the leadership) were answered, by agency, the worst first."""
    figures = draft.report.directives
    lines = [directives_line(draft.report, draft.voice)]
    if figures.given:
        minutes = figures.first_answer_minutes
        lines.append(
            draft.render(
                MessageId.LINE_DIRECTIVE_RATES,
                answered=draft.share(figures.answered, figures.asked),
                in_time=draft.share(figures.in_time, figures.asked),
                minutes=draft.render(MessageId.NOT_COUNTED) if minutes is None else number(minutes),
                absent=number(figures.absent),
                assumed=number(figures.assumed),
                proposed=number(figures.proposed),
            )
        )
    lines.append(draft.render(MessageId.LINE_DIRECTIVES_UNSEEN))
    rows: list[Sequence[Cell]] = [
        (
            row.name or draft.render(MessageId.AGENCY_UNKNOWN),
            *(row.asked, row.in_time, row.late, row.waiting, row.overdue, row.silent),
            draft.render(MessageId.NOT_COUNTED) if row.first_answer_minutes is None else row.first_answer_minutes,
        )
        for row in figures.agencies
    ]
    still: list[Sequence[Cell]] = [
        (
            one.code,
            draft.report.names.get(one.given_by) or draft.render(MessageId.WHO_UNKNOWN),
            moment(one.at),
            moment(one.due_at) if one.due_at else draft.render(MessageId.NOT_COUNTED),
            *(one.addressees, one.answered, one.reported, one.overdue),
        )
        for one in figures.open_ones
    ]
    return draft.section(
        "directives",
        MessageId.SECTION_DIRECTIVES,
        lines,
        draft.table("directives", MessageId.TABLE_DIRECTIVES, rows, Drawing.BARS, (2, 3, 5)),
        draft.table("open_directives", MessageId.TABLE_OPEN_DIRECTIVES, still),
    )


def attachments(draft: Draft) -> Section:
    """Return the section on scanned files and pictures, and why some were not checked (clauses 4.1, 4.4)."""
    figures = draft.report.attachments
    lines = [attachments_line(draft.report, draft.voice)]
    if figures.attachments:
        lines.append(draft.render(MessageId.LINE_ATTACHMENTS_UNSEEN))
    reasons = sorted(figures.not_checked.items(), key=lambda row: (-row[1], row[0]))
    rows: list[Sequence[Cell]] = [(reasons_in_words(draft.voice, [code]), count) for code, count in reasons]
    table = draft.table("attachments", MessageId.TABLE_ATTACHMENTS, rows)
    return draft.section("attachments", MessageId.SECTION_ATTACHMENTS, lines, table)


def statements(draft: Draft) -> Section:
    """Return the section on directives (orders of the leadership) and reports, and their clarity (clause 5.1)."""
    untold = draft.render(MessageId.NOT_COUNTED)
    rows: list[Sequence[Cell]] = []
    for row in draft.report.statements:
        kind = StatementKind(row.kind)
        lacking: Sequence[Cell] = (
            (row.no_deadline, row.no_addressee) if kind is StatementKind.DIRECTIVE else (untold, untold)
        )
        rows.append((draft.render(_STATEMENTS[kind]), row.count, row.long, *lacking))
    return draft.section(
        "statements",
        MessageId.SECTION_STATEMENTS,
        [draft.render(MessageId.LINE_STATEMENTS)],
        draft.table("statements", MessageId.TABLE_STATEMENTS, rows),
    )


def told(draft: Draft) -> Section:
    """Return the section on what members have told the admins by chat commands: incidents and suggestions."""
    voice = draft.report.voice
    line = draft.render(MessageId.LINE_NO_VOICE)
    if voice.incidents is not None and voice.suggestions is not None:
        line = draft.render(
            MessageId.LINE_VOICE, incidents=number(voice.incidents), suggestions=number(voice.suggestions)
        )
    rows: list[Sequence[Cell]] = [
        (
            remark.code,
            moment(remark.at),
            draft.render(_REMARKS[remark.kind]),
            draft.report.names.get(remark.person_id) or draft.render(MessageId.WHO_UNKNOWN),
            remark.text or draft.render(MessageId.REMARK_AT_DESK),
        )
        for remark in draft.report.remarks
    ]
    return draft.section("voice", MessageId.SECTION_VOICE, [line], draft.table("voice", MessageId.TABLE_VOICE, rows))


def coverage(draft: Draft) -> Section:
    """Return the section on what the bot could not see or check.

    It shows the gaps (times in which messages were missed), failures of rules, and the clauses of the regulation that
    the program cannot check.
    """
    report = draft.report
    until = heard_until(report)
    gaps = unheard(report, draft.voice) or gaps_line(report.coverage.gaps, report.period.start, until, draft.voice)
    lines = [
        draft.render(MessageId.LINE_COVERAGE, coverage=coverage_line(report.coverage, draft.voice)),
        draft.render(
            MessageId.LINE_GAPS,
            gaps=gaps,
            private=private_line(report, draft.voice),
            failures=number(report.coverage.rule_failures),
            undelivered=number(report.undelivered_notices),
        )
        + withheld_line(report, draft.voice),
    ]
    if report.cannot_check:
        lines.append(draft.render(MessageId.LINE_CANNOT, count=number(len(report.cannot_check))))
    rows: list[Sequence[Cell]] = [
        (
            moment(gap.began_at),
            moment(gap.ended_at) if gap.ended_at else draft.render(MessageId.GAP_NOW),
            whole_minutes(silence([gap], report.period.start, until)),
            gap.recovered,
            draft.render(MessageId.GAP_WHOLE if gap.closed else MessageId.GAP_PARTLY),
        )
        for gap in report.coverage.gaps
    ]
    notes = {clause.number: clause.note for clause in draft.voice.regulation.clauses}
    cannot: list[Sequence[Cell]] = [
        (draft.voice.citation(clause), draft.voice.clause(clause), notes.get(clause, ""))
        for clause in report.cannot_check
    ]
    return draft.section(
        "coverage",
        MessageId.SECTION_COVERAGE,
        lines,
        draft.table("gaps", MessageId.TABLE_GAPS, rows),
        draft.table("cannot", MessageId.TABLE_CANNOT, cannot),
    )


def _signs(draft: Draft) -> str:
    signs = signs_line(draft.report, draft.voice)
    said = draft.render(MessageId.SIGNS, signs=signs) if signs else draft.render(MessageId.SIGNS_NONE)
    return draft.render(MessageId.LINE_SIGNS, citation=draft.voice.citation_of(ClauseTopic.FORWARDING), said=said)


def _open_row(draft: Draft, place: int) -> Sequence[Cell]:
    case = draft.report.open_cases[place]
    name = draft.report.names.get(case.person_id)
    return (
        case.code,
        name or draft.render(MessageId.WHO_UNKNOWN),
        draft.voice.citation(case.clause),
        draft.voice.state(case.state),
        moment(case.event_at),
    )


def _open_name_cases(draft: Draft) -> int:
    return sum(case.clause == draft.voice.clause_number(ClauseTopic.NAMES) for case in draft.report.open_cases)
