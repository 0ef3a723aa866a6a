"""The descriptive sections of the activity report's document, in the order in which the document shows them."""

from collections.abc import Sequence

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import local
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
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.features.reports.document.draft import Draft
from zalo_governor.features.reports.sentences import (
    attachments_line,
    clause_rows,
    compared,
    counted,
    coverage_lines,
    gap_result,
    handling_lines,
    members_line,
    moment_in_words,
    signs_line,
    span_heard,
    state_in_report,
    told_line,
    troubles_line,
)
from zalo_governor.messaging.formatter import number
from zalo_governor.messaging.scan_words import reasons_in_words
from zalo_governor.messaging.templates import TextId

_CHANGES = {
    AdminChanged.kind: TextId("changed_admin"),
    GroupInfoChanged.kind: TextId("changed_info"),
    GroupSettingChanged.kind: TextId("changed_setting"),
    InviteLinkChanged.kind: TextId("changed_link"),
    PinChanged.kind: TextId("changed_pin"),
}
_CLAUSES, _CLAUSES_OF_A_DAY = 6, 3
"""How many clauses are named in the sentence on cases."""
_REMARKS = {RemarkKind.INCIDENT: TextId("remark_incident"), RemarkKind.SUGGESTION: TextId("remark_suggestion")}


def activity(draft: Draft) -> Section:
    """Return the section on messages: totals, and tables by day, hour and agency."""
    report, say = draft.report, draft.render
    agencies: list[Sequence[Cell]] = [
        (row.agency or say(TextId("agency_unknown")), row.messages, row.senders) for row in report.agencies
    ]
    # The days of a report on one day are that day, or parts of two.
    days: list[Sequence[Cell]] = [(f"{row.day:%d/%m/%Y}", row.messages) for row in report.days if not report.of_one_day]
    hours: list[Sequence[Cell]] = [(say(TextId("hour"), hour=hour), report.hours[hour]) for hour in _hours(draft)]
    return draft.section(
        "activity",
        TextId("section_activity"),
        [] if report.heard_nothing else [_activity_line(draft), _peaks_line(draft)],
        draft.table("days", TextId("table_days"), days, Drawing.COLUMNS, (1,)),
        draft.table("hours", TextId("table_hours"), hours, Drawing.COLUMNS, (1,)),
        draft.table("agencies", TextId("table_agencies"), agencies, Drawing.BARS, (1,)),
    )


def casework(draft: Draft) -> Section:
    """Return the section on cases: by clause, by state, and a list of the open ones."""
    report, voice = draft.report, draft.voice
    by_clause: list[Sequence[Cell]] = [
        (
            voice.named_clause(row.clause),
            *(row.cases, row.open, row.remedied, row.confirmed, row.referred, row.false_alarms, row.approved),
            row.before if report.comparable else draft.render(TextId("no_figure")),
        )
        for row in report.clauses
    ]
    by_state: list[Sequence[Cell]] = [(state_in_report(row, voice), row.cases) for row in report.states]
    drawn = (1, 8) if report.comparable else (1,)
    return draft.section(
        "cases",
        TextId("section_cases"),
        []
        if report.heard_nothing and not report.open_cases
        else [_cases_line(draft), *handling_lines(report, voice, sum(row.false_alarms for row in report.clauses))],
        draft.table("clauses", TextId("table_clauses"), by_clause, Drawing.BARS, drawn),
        draft.table("states", TextId("table_states"), by_state, Drawing.BARS, (1,)),
        draft.table("open", TextId("table_open"), [_open_row(draft, case) for case in report.open_cases]),
        notes=[*([draft.render(TextId("line_clauses_counted"))] if by_clause else []), _signs(draft)],
    )


def members(draft: Draft) -> Section:
    """Return the section on membership: the group compared with its roster."""
    members, say = draft.report.membership, draft.render
    names = sum(case.clause == draft.voice.clause_number(ClauseTopic.NAMES) for case in draft.report.open_cases)
    rows: list[Sequence[Cell]] = [(say(TextId("members_present")), members.present)]
    if members.approved:
        rows += [
            (say(TextId("members_approved")), members.approved),
            (say(TextId("members_outsiders")), members.outsiders),
            (say(TextId("members_missing")), members.missing),
        ]
    rows.append((say(TextId("members_names")), names))
    return draft.section(
        "members",
        TextId("section_members"),
        [members_line(draft.report, draft.voice), say(TextId("line_names"), count=number(names)) if names else ""],
        draft.table("members", TextId("table_members"), rows),
        notes=[] if members.approved else [say(TextId("line_no_roster"))],
    )


def changes(draft: Draft) -> Section:
    """Return the section on changes to the group's name, settings, administrators, invite link and pins."""
    counts = {row.kind: row.count for row in draft.report.changes if row.kind in _CHANGES and row.count}
    rows: list[Sequence[Cell]] = [(draft.render(_CHANGES[kind]), count) for kind, count in counts.items()]
    pins = counts.get(PinChanged.kind, 0)
    parts = (TextId("changes_of_group"), sum(counts.values()) - pins), (TextId("changes_of_pins"), pins)
    said = counted(draft.voice, *parts)
    return draft.section(
        "changes",
        TextId("section_changes"),
        [draft.render(TextId("line_changes"), parts=said)] if said else [],
        draft.table("changes", TextId("table_changes"), rows),
    )


def attachments(draft: Draft) -> Section:
    """Return the section on scanned files and pictures, and why some were not checked."""
    figures = draft.report.attachments
    unseen = [draft.render(TextId("line_attachments_unseen"))] if figures.attachments else []
    reasons = sorted(figures.not_checked.items(), key=lambda row: (-row[1], row[0]))
    rows: list[Sequence[Cell]] = [(reasons_in_words(draft.voice, [code]), count) for code, count in reasons]
    return draft.section(
        "attachments",
        TextId("section_attachments"),
        [attachments_line(draft.report, draft.voice)],
        draft.table("attachments", TextId("table_attachments"), rows),
        notes=unseen,
        about=(ClauseTopic.SECRETS, ClauseTopic.MALWARE),
    )


def told(draft: Draft) -> Section:
    """Return the section on what members have told the admins by chat commands: incidents and suggestions."""
    rows: list[Sequence[Cell]] = [
        (
            remark.code,
            moment_in_words(remark.at, draft.voice),
            draft.render(_REMARKS[remark.kind]),
            draft.report.names.get(remark.person_id) or draft.render(TextId("who_unknown")),
            remark.text or draft.render(TextId("remark_at_desk")),
        )
        for remark in draft.report.remarks
    ]
    return draft.section(
        "voice",
        TextId("section_voice"),
        [told_line(draft.report, draft.voice)],
        draft.table("voice", TextId("table_voice"), rows),
    )


def coverage(draft: Draft) -> Section:
    """Return the section on what the bot could not see or check.

    It shows the gaps (times in which messages were missed), failures of rules, and the clauses of the regulation that
    the program cannot check.
    """
    report, voice = draft.report, draft.voice
    lines = [troubles_line(report, voice)]
    if any(not gap.closed for gap in report.coverage.gaps):
        lines.append(draft.render(TextId("line_gaps_unfinished")))
    notes_below = coverage_lines(report, voice)
    if report.cannot_check:
        notes_below.append(draft.render(TextId("line_cannot"), count=number(len(report.cannot_check))))
    if report.on_trial:
        clauses = "; ".join(map(voice.citation, report.on_trial))
        notes_below.append(draft.render(TextId("line_on_trial"), clauses=clauses))
    rows: list[Sequence[Cell]] = [
        (
            moment_in_words(gap.began_at, voice),
            moment_in_words(gap.ended_at, voice) if gap.ended_at else draft.render(TextId("gap_now")),
            voice.lasted(silence([gap], report.period.start, report.period.end)),
            gap.recovered,
            draft.render(gap_result(gap)),
        )
        for gap in report.coverage.gaps
    ]
    notes = {clause.number: clause.note for clause in voice.regulation.clauses}
    cannot: list[Sequence[Cell]] = [
        (voice.named_clause(clause), voice.clause(clause), notes.get(clause, "")) for clause in report.cannot_check
    ]
    return draft.section(
        "coverage",
        TextId("section_coverage"),
        lines,
        draft.table("gaps", TextId("table_gaps"), rows),
        draft.table("cannot", TextId("table_cannot"), cannot),
        notes=notes_below,
    )


def _hours(draft: Draft) -> Sequence[int]:
    """Return the hours to show: all 24 or, of less than a day, from the first to the last hour with messages."""
    report = draft.report
    if report.listened_a_day and not report.of_one_day:
        return range(24)
    first = local(report.period.start).hour
    hours = [(first + number) % 24 for number in range(24)]
    heard = [place for place, hour in enumerate(hours) if report.hours[hour]]
    return hours[heard[0] : heard[-1] + 1] if heard else ()


def _activity_line(draft: Draft) -> str:
    report, activity = draft.report, draft.report.activity
    if not activity.messages:
        return draft.render(TextId("activity_none"))
    more = counted(
        draft.voice,
        (TextId("activity_joined"), activity.joined),
        (TextId("activity_left"), activity.left),
        (TextId("activity_recalled"), activity.recalled),
        (TextId("activity_calls"), activity.calls),
    )
    return draft.render(
        TextId("line_activity"),
        messages=number(activity.messages),
        senders=number(activity.senders),
        compared=compared(report, activity.messages, report.activity_before.messages, draft.voice),
        more=f"; {more}" if more else "",
        span=span_heard(report, draft.voice),
    )


def _peaks_line(draft: Draft) -> str:
    """Return which day and hour had the most messages; of several equal ones all are named, of too many none."""
    report, say = draft.report, draft.render
    days = draft.most([(f"{row.day:%d/%m/%Y}", row.messages) for row in report.days])
    hours = draft.most([(say(TextId("hour"), hour=hour), count) for hour, count in enumerate(report.hours)])
    said = []
    if days and not report.of_one_day and len(report.days) > 1:
        said.append(say(TextId("line_peak_day"), day=days.names, messages=number(days.value)))
    if hours and report.listened_a_day:
        said.append(say(TextId("line_peak_hour"), hour=hours.names))
    return " ".join(said)


def _cases_line(draft: Draft) -> str:
    report, say = draft.report, draft.render
    suspects = say(TextId("line_suspects"), count=number(report.suspects)) if report.suspects else ""
    if not draft.cases:
        return say(TextId("line_no_cases")) + suspects
    clauses = report.clauses
    parts = counted(
        draft.voice,
        (TextId("cases_remedied"), sum(row.remedied for row in clauses)),
        (TextId("cases_confirmed"), sum(row.confirmed for row in clauses)),
        (TextId("cases_referred"), sum(row.referred for row in clauses)),
        (TextId("cases_reported"), sum(row.reported for row in clauses)),
        (TextId("cases_approved"), sum(row.approved for row in clauses)),
        (TextId("cases_false_alarm"), sum(row.false_alarms for row in clauses)),
        (TextId("cases_open_still"), sum(row.open for row in clauses)),
    )
    return (
        say(
            TextId("line_cases"),
            cases=number(draft.cases),
            compared=compared(report, draft.cases, draft.cases_before, draft.voice),
            parts=f": {parts}" if parts else "",
            clauses="; ".join(clause_rows(report, _CLAUSES_OF_A_DAY if report.of_one_day else _CLAUSES, draft.voice)),
        )
        + suspects
    )


def _signs(draft: Draft) -> str:
    signs = signs_line(draft.report, draft.voice)
    said = draft.render(TextId("signs"), signs=signs) if signs else draft.render(TextId("signs_none"))
    clause = draft.voice.named_clause(draft.voice.clause_number(ClauseTopic.FORWARDING))
    return draft.render(TextId("line_signs"), clause=clause, said=said)


def _open_row(draft: Draft, case: Case) -> Sequence[Cell]:
    state = draft.voice.state_of(case)
    unclear = case.gravity is Severity.TRIAGE
    when, where = moment_in_words(case.event_at, draft.voice), draft.report.places.get(case.id)
    return (
        case.code,
        # Nobody has looked yet whether there is a sign at all, nor has the person been asked.
        draft.render(TextId("who_withheld")) if unclear else _person_of(draft, case),
        draft.voice.named_clause(case.clause),
        draft.render(TextId("state_first"), state=state) if unclear else state,
        when if where is None else f"{when}, {draft.voice.place(where)}",
    )


def _person_of(draft: Draft, case: Case) -> str:
    name = draft.report.names.get(case.person_id) or draft.render(TextId("who_unknown"))
    # The person of the case is the member who added the newcomer, who must not appear as the outsider.
    added = case.rule_id == OUTSIDERS and case.label == "added"
    return draft.render(TextId("who_added"), name=name) if added else name
