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
from zalo_governor.services.attachments.wording import reasons_in_words
from zalo_governor.services.messaging.formatter import number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.reports.document.draft import Draft
from zalo_governor.services.reports.sentences import (
    attachments_line,
    clause_rows,
    compared,
    counted,
    coverage_lines,
    gap_result,
    handling_lines,
    length_in_words,
    members_line,
    moment_in_words,
    signs_line,
    span_heard,
    state_in_report,
    told_line,
    troubles_line,
)

_CHANGES = {
    AdminChanged.kind: MessageId.CHANGED_ADMIN,
    GroupInfoChanged.kind: MessageId.CHANGED_INFO,
    GroupSettingChanged.kind: MessageId.CHANGED_SETTING,
    InviteLinkChanged.kind: MessageId.CHANGED_LINK,
    PinChanged.kind: MessageId.CHANGED_PIN,
}
_CLAUSES, _CLAUSES_OF_A_DAY = 6, 3
"""How many clauses are named in the sentence on cases."""
_REMARKS = {RemarkKind.INCIDENT: MessageId.REMARK_INCIDENT, RemarkKind.SUGGESTION: MessageId.REMARK_SUGGESTION}


def activity(draft: Draft) -> Section:
    """Return the section on messages: totals, and tables by day, hour and agency."""
    report, say = draft.report, draft.render
    agencies: list[Sequence[Cell]] = [
        (row.agency or say(MessageId.AGENCY_UNKNOWN), row.messages, row.senders) for row in report.agencies
    ]
    # The days of a report on one day are that day, or parts of two.
    days: list[Sequence[Cell]] = [(f"{row.day:%d/%m/%Y}", row.messages) for row in report.days if not report.of_one_day]
    hours: list[Sequence[Cell]] = [(say(MessageId.HOUR, hour=hour), report.hours[hour]) for hour in _hours(draft)]
    return draft.section(
        "activity",
        MessageId.SECTION_ACTIVITY,
        [] if report.heard_nothing else [_activity_line(draft), _peaks_line(draft)],
        draft.table("days", MessageId.TABLE_DAYS, days, Drawing.COLUMNS, (1,)),
        draft.table("hours", MessageId.TABLE_HOURS, hours, Drawing.COLUMNS, (1,)),
        draft.table("agencies", MessageId.TABLE_AGENCIES, agencies, Drawing.BARS, (1,)),
    )


def casework(draft: Draft) -> Section:
    """Return the section on cases (possible breaches): by clause, by state, and a list of the open ones."""
    report, voice = draft.report, draft.voice
    by_clause: list[Sequence[Cell]] = [
        (
            voice.named_clause(row.clause),
            *(row.cases, row.open, row.remedied, row.confirmed, row.referred, row.false_alarms, row.approved),
            row.before if report.comparable else draft.render(MessageId.NO_FIGURE),
        )
        for row in report.clauses
    ]
    by_state: list[Sequence[Cell]] = [(state_in_report(row.state, voice), row.cases) for row in report.states]
    drawn = (1, 8) if report.comparable else (1,)
    return draft.section(
        "cases",
        MessageId.SECTION_CASES,
        []
        if report.heard_nothing and not report.open_cases
        else [_cases_line(draft), *handling_lines(report, voice, sum(row.false_alarms for row in report.clauses))],
        draft.table("clauses", MessageId.TABLE_CLAUSES, by_clause, Drawing.BARS, drawn),
        draft.table("states", MessageId.TABLE_STATES, by_state, Drawing.BARS, (1,)),
        draft.table("open", MessageId.TABLE_OPEN, [_open_row(draft, place) for place in range(len(report.open_cases))]),
        notes=[*([draft.render(MessageId.LINE_CLAUSES_COUNTED)] if by_clause else []), _signs(draft)],
    )


def members(draft: Draft) -> Section:
    """Return the section on membership: the group compared with its roster (the approved list of members)."""
    members, say = draft.report.membership, draft.render
    names = sum(case.clause == draft.voice.clause_number(ClauseTopic.NAMES) for case in draft.report.open_cases)
    rows: list[Sequence[Cell]] = [(say(MessageId.MEMBERS_PRESENT), members.present)]
    if members.approved:
        rows += [
            (say(MessageId.MEMBERS_APPROVED), members.approved),
            (say(MessageId.MEMBERS_OUTSIDERS), members.outsiders),
            (say(MessageId.MEMBERS_MISSING), members.missing),
        ]
    rows.append((say(MessageId.MEMBERS_NAMES), names))
    return draft.section(
        "members",
        MessageId.SECTION_MEMBERS,
        [members_line(draft.report, draft.voice), say(MessageId.LINE_NAMES, count=number(names)) if names else ""],
        draft.table("members", MessageId.TABLE_MEMBERS, rows),
        notes=[] if members.approved else [say(MessageId.LINE_NO_ROSTER)],
    )


def changes(draft: Draft) -> Section:
    """Return the section on changes to the group's name, settings, administrators, invite link and pins."""
    counts = {row.kind: row.count for row in draft.report.changes if row.kind in _CHANGES and row.count}
    rows: list[Sequence[Cell]] = [(draft.render(_CHANGES[kind]), count) for kind, count in counts.items()]
    pins = counts.get(PinChanged.kind, 0)
    parts = (MessageId.CHANGES_OF_GROUP, sum(counts.values()) - pins), (MessageId.CHANGES_OF_PINS, pins)
    said = counted(draft.voice, *parts)
    return draft.section(
        "changes",
        MessageId.SECTION_CHANGES,
        [draft.render(MessageId.LINE_CHANGES, parts=said)] if said else [],
        draft.table("changes", MessageId.TABLE_CHANGES, rows),
    )


def attachments(draft: Draft) -> Section:
    """Return the section on scanned files and pictures, and why some were not checked (clauses 4.1, 4.4)."""
    figures = draft.report.attachments
    unseen = [draft.render(MessageId.LINE_ATTACHMENTS_UNSEEN)] if figures.attachments else []
    reasons = sorted(figures.not_checked.items(), key=lambda row: (-row[1], row[0]))
    rows: list[Sequence[Cell]] = [(reasons_in_words(draft.voice, [code]), count) for code, count in reasons]
    return draft.section(
        "attachments",
        MessageId.SECTION_ATTACHMENTS,
        [attachments_line(draft.report, draft.voice)],
        draft.table("attachments", MessageId.TABLE_ATTACHMENTS, rows),
        notes=unseen,
    )


def told(draft: Draft) -> Section:
    """Return the section on what members have told the admins by chat commands: incidents and suggestions."""
    rows: list[Sequence[Cell]] = [
        (
            remark.code,
            moment_in_words(remark.at, draft.voice),
            draft.render(_REMARKS[remark.kind]),
            draft.report.names.get(remark.person_id) or draft.render(MessageId.WHO_UNKNOWN),
            remark.text or draft.render(MessageId.REMARK_AT_DESK),
        )
        for remark in draft.report.remarks
    ]
    return draft.section(
        "voice",
        MessageId.SECTION_VOICE,
        [told_line(draft.report, draft.voice)],
        draft.table("voice", MessageId.TABLE_VOICE, rows),
    )


def coverage(draft: Draft) -> Section:
    """Return the section on what the bot could not see or check.

    It shows the gaps (times in which messages were missed), failures of rules, and the clauses of the regulation that
    the program cannot check.
    """
    report, voice = draft.report, draft.voice
    lines = [troubles_line(report, voice)]
    if any(not gap.closed for gap in report.coverage.gaps):
        lines.append(draft.render(MessageId.LINE_GAPS_UNFINISHED))
    notes_below = coverage_lines(report, voice)
    if report.cannot_check:
        notes_below.append(draft.render(MessageId.LINE_CANNOT, count=number(len(report.cannot_check))))
    rows: list[Sequence[Cell]] = [
        (
            moment_in_words(gap.began_at, voice),
            moment_in_words(gap.ended_at, voice) if gap.ended_at else draft.render(MessageId.GAP_NOW),
            length_in_words(silence([gap], report.period.start, report.period.end), voice),
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
        MessageId.SECTION_COVERAGE,
        lines,
        draft.table("gaps", MessageId.TABLE_GAPS, rows),
        draft.table("cannot", MessageId.TABLE_CANNOT, cannot),
        notes=notes_below,
    )


def _hours(draft: Draft) -> Sequence[int]:
    """Return the hours to be shown: all 24 or, of less than a day, from the first to the last hour heard."""
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
        return draft.render(MessageId.ACTIVITY_NONE)
    more = counted(
        draft.voice,
        (MessageId.ACTIVITY_JOINED, activity.joined),
        (MessageId.ACTIVITY_LEFT, activity.left),
        (MessageId.ACTIVITY_RECALLED, activity.recalled),
        (MessageId.ACTIVITY_CALLS, activity.calls),
    )
    return draft.render(
        MessageId.LINE_ACTIVITY,
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
    hours = draft.most([(say(MessageId.HOUR, hour=hour), count) for hour, count in enumerate(report.hours)])
    said = []
    if days and not report.of_one_day and len(report.days) > 1:
        said.append(say(MessageId.LINE_PEAK_DAY, day=days.names, messages=number(days.value)))
    if hours and report.listened_a_day:
        said.append(say(MessageId.LINE_PEAK_HOUR, hour=hours.names))
    return " ".join(said)


def _cases_line(draft: Draft) -> str:
    report, say = draft.report, draft.render
    suspects = say(MessageId.LINE_SUSPECTS, count=number(report.suspects)) if report.suspects else ""
    if not draft.cases:
        return say(MessageId.LINE_NO_CASES) + suspects
    clauses = report.clauses
    parts = counted(
        draft.voice,
        (MessageId.CASES_REMEDIED, sum(row.remedied for row in clauses)),
        (MessageId.CASES_CONFIRMED, sum(row.confirmed for row in clauses)),
        (MessageId.CASES_REFERRED, sum(row.referred for row in clauses)),
        (MessageId.CASES_REPORTED, sum(row.reported for row in clauses)),
        (MessageId.CASES_APPROVED, sum(row.approved for row in clauses)),
        (MessageId.CASES_FALSE_ALARM, sum(row.false_alarms for row in clauses)),
        (MessageId.CASES_OPEN_STILL, sum(row.open for row in clauses)),
    )
    return (
        say(
            MessageId.LINE_CASES,
            cases=number(draft.cases),
            compared=compared(report, draft.cases, draft.cases_before, draft.voice),
            parts=f": {parts}" if parts else "",
            clauses="; ".join(clause_rows(report, _CLAUSES_OF_A_DAY if report.of_one_day else _CLAUSES, draft.voice)),
        )
        + suspects
    )


def _signs(draft: Draft) -> str:
    signs = signs_line(draft.report, draft.voice)
    said = draft.render(MessageId.SIGNS, signs=signs) if signs else draft.render(MessageId.SIGNS_NONE)
    clause = draft.voice.named_clause(draft.voice.clause_number(ClauseTopic.FORWARDING))
    return draft.render(MessageId.LINE_SIGNS, clause=clause, said=said)


def _open_row(draft: Draft, place: int) -> Sequence[Cell]:
    case = draft.report.open_cases[place]
    state = draft.voice.state_of(case)
    unclear = case.gravity is Severity.TRIAGE
    return (
        case.code,
        # Nobody has looked yet whether there is a sign at all, nor has the person been asked.
        draft.render(MessageId.WHO_WITHHELD) if unclear else _person_of(draft, case),
        draft.voice.named_clause(case.clause),
        draft.render(MessageId.STATE_FIRST, state=state) if unclear else state,
        moment_in_words(case.event_at, draft.voice),
    )


def _person_of(draft: Draft, case: Case) -> str:
    name = draft.report.names.get(case.person_id) or draft.render(MessageId.WHO_UNKNOWN)
    # The case is kept with whoever let the newcomer in, who must not look like the outsider.
    added = case.rule_id == OUTSIDERS and case.label == "added"
    return draft.render(MessageId.WHO_ADDED, name=name) if added else name
