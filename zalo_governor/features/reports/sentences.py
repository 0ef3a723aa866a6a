"""Sentences that several formats of the activity report share; most are "" if there is nothing to report."""

from datetime import datetime, time, timedelta

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import local
from zalo_governor.domain.connection import BackfillEnd, Gap
from zalo_governor.domain.reports import ActivityReport, Coverage, Period, StateFigures
from zalo_governor.features.group_changes.leak_signs import in_words
from zalo_governor.messaging.formatter import MessageFormatter, day, moment, number
from zalo_governor.messaging.templates import TextId

_QUIET_START_ALLOWED = timedelta(hours=1)
"""The report says when the bot began to receive a group's messages, if later than this after the period's start."""


def counted(voice: MessageFormatter, *parts: tuple[TextId, int]) -> str:
    """Return the texts of `parts`, pairs (text id, number), with their numbers, joined by "; "; 0 is left out."""
    return "; ".join(voice.render(text, count=number(count)) for text, count in parts if count)


def compared(report: ActivityReport, now: int, before: int, voice: MessageFormatter) -> str:
    """Return a text comparing a figure (`now`) with that of the preceding period of equal length (`before`)."""
    if not report.comparable:
        return voice.render(TextId("before_unknown"))
    if not before:
        return voice.render(TextId("before_nothing"))
    return voice.render(TextId("before"), before=number(before), change=change_in_words(now, before, voice))


def change_in_words(now: int, before: int, voice: MessageFormatter) -> str:
    """Return the change as text: up or down by a percentage of `before` (not 0), or that there is none."""
    if now == before:
        return voice.render(TextId("change_none"))
    percent = number(round(100 * abs(now - before) / before))
    return voice.render(TextId("change_up") if now > before else TextId("change_down"), percent=percent)


def clause_rows(report: ActivityReport, limit: int, voice: MessageFormatter) -> list[str]:
    """Return a phrase for each clause with cases in the period, the worst first; beyond `limit` they are only counted.

    A clause under which content was sealed, as it may be a state secret, is never left out.
    """
    rows = [row for row in report.clauses if row.cases]
    sealed = {case.clause for case in report.grave_cases if case.sealed}
    last = max((place for place, row in enumerate(rows) if row.clause in sealed), default=-1) + 1
    shown, rest = rows[: max(limit, last)], rows[max(limit, last) :]
    if len(rest) == 1:
        shown, rest = rows, []
    said = [
        voice.render(TextId("report_clause"), clause=voice.named_clause(row.clause), cases=number(row.cases))
        for row in shown
    ]
    if rest:
        cases = number(sum(row.cases for row in rest))
        said.append(voice.render(TextId("report_clauses_more"), clauses=number(len(rest)), cases=cases))
    return said


def state_in_report(figures: StateFigures, voice: MessageFormatter) -> str:
    """Return the text for the state of these cases; it says so if they still await a decision (`undecided`)."""
    gone = figures.state is CaseState.REMEDIED
    if not figures.undecided:
        return voice.render(TextId("state_remedied_any")) if gone else voice.state(figures.state)
    state = voice.render(TextId("state_taken_back")) if gone else voice.state(figures.state)
    return voice.render(TextId("state_open"), state=state)


def directives_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence on how the period's directives were answered; "" if there were none."""
    figures = report.directives
    if not figures.given:
        return ""
    done = counted(
        voice,
        (TextId("directives_in_time"), figures.in_time),
        (TextId("directives_late"), figures.late),
        (TextId("directives_acknowledged"), figures.acknowledged),
    ).replace("; ", ", ")
    answered = counted(voice, (TextId("directives_answered"), figures.answered))
    others = counted(
        voice,
        (TextId("directives_closed"), figures.closed),
        (TextId("directives_silent"), figures.silent),
        (TextId("directives_absent"), figures.absent - figures.unrecognised),
        (TextId("directives_unrecognised"), figures.unrecognised),
    )
    if done:
        answered += voice.render(TextId("directives_of_them"), parts=done)
    given, asked = number(figures.given), number(figures.asked)
    said = voice.render(TextId("line_directives"), given=given, asked=asked, alone=recorded_alone(report, voice))
    parts = "; ".join(filter(None, (answered, others)))
    answers = _sentence(parts, TextId("line_directives_answers"), voice)
    overdue = counted(voice, (TextId("directives_overdue"), figures.overdue))
    return " ".join(filter(None, (said, answers, overdue)))


def recorded_alone(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return in brackets how many directives the program entered and nobody has confirmed; "" if there are none."""
    count = report.directives.unconfirmed
    return voice.render(TextId("directives_recorded_alone"), count=number(count)) if count else ""


def attachments_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence on attachments with signs of breaches, or not checked; "" if there are none."""
    figures = report.attachments
    return _sentence(
        counted(
            voice,
            (TextId("attachments_found"), figures.found),
            (TextId("attachments_incomplete"), figures.incomplete),
            (TextId("attachments_waiting"), figures.waiting),
        ),
        TextId("line_attachments"),
        voice,
    )


def members_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return sentences on differences between group and roster, and on members whom Zalo hides; "" without any."""
    members = report.membership
    said = ""
    if members.hidden_of:
        seen, total = number(members.shown), number(members.hidden_of)
        said = voice.render(TextId("members_hidden"), seen=seen, total=total)
    if not members.approved:
        return said
    parts = (TextId("members_outside"), members.outsiders), (TextId("members_awaited"), members.missing)
    return " ".join(filter(None, (_sentence(counted(voice, *parts), TextId("line_members"), voice), said)))


def told_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence on the incidents and suggestions that members sent; "" if there were none."""
    told = report.voice
    parts = (TextId("told_incidents"), told.incidents or 0), (TextId("told_suggestions"), told.suggestions or 0)
    return _sentence(counted(voice, *parts), TextId("line_voice"), voice)


def troubles_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return a sentence on what was not judged, not delivered or withheld; "" if all was in order."""
    coverage = report.coverage
    encrypted = voice.render(TextId("trouble_encrypted")) if coverage.encrypted else ""
    counts = counted(
        voice,
        (TextId("trouble_waiting"), coverage.waiting),
        (TextId("trouble_unreadable"), coverage.dead_letters),
        (TextId("trouble_rules"), coverage.rule_failures),
        (TextId("trouble_undelivered"), report.undelivered_notices),
        (TextId("trouble_private"), len(report.private_gaps)),
        (TextId("trouble_withheld"), report.withheld_notices),
    )
    return _sentence("; ".join(filter(None, (encrypted, counts))), TextId("line_troubles"), voice)


def coverage_line(coverage: Coverage, voice: MessageFormatter) -> str:
    """Return a sentence, without full stop, on how many of the group's elements were received, judged, sealed, late …

    An element is a message, act or receipt received from Zalo.
    """
    heard = voice.render(TextId("coverage"), judged=number(coverage.judged), heard=number(coverage.heard))
    of_them = counted(
        voice,
        (TextId("coverage_sealed"), coverage.sealed),
        (TextId("coverage_recovered"), coverage.recovered),
        (TextId("coverage_late"), coverage.late),
    ).replace("; ", ", ")
    if of_them:
        heard = voice.render(TextId("coverage_of_them"), heard=heard, parts=of_them)
    others = counted(
        voice,
        (TextId("coverage_waiting"), coverage.waiting),
        (TextId("coverage_unreadable"), coverage.dead_letters),
        (TextId("coverage_unclear"), coverage.unclear),
        (TextId("coverage_unknown"), coverage.unknown),
    )
    said = "; ".join(filter(None, (heard, others)))
    if coverage.encrypted:
        said = voice.render(TextId("coverage_encrypted"), heard=said)
    if coverage.content_from is None:
        return said
    return said + voice.render(TextId("content_from"), when=moment(coverage.content_from))


def coverage_lines(report: ActivityReport, voice: MessageFormatter) -> list[str]:
    """Return sentences on what was received and judged, and on which days are proven to be complete."""
    said = [f"{coverage_line(report.coverage, voice)}."]
    if report.days:
        doubtful = [f"{row.day:%d/%m/%Y}" for row in report.days if not row.proven]
        rest = voice.render(TextId("proof_missing"), days=", ".join(doubtful)) if doubtful else ""
        proven, days = number(len(report.days) - len(doubtful)), number(len(report.days))
        said.append(voice.render(TextId("proof"), proven=proven, days=days, rest=rest))
    return said


def gap_result(gap: Gap) -> TextId:
    """Return the text on what became of the messages missed in a gap."""
    if gap.closed:
        return TextId("gap_whole")
    return TextId("gap_unreachable") if gap.outcome is BackfillEnd.UNREACHABLE else TextId("gap_partly")


def signs_line(report: ActivityReport, voice: MessageFormatter) -> str:
    """Return, without full stop, the signs that content may leak, such as an open invite link; "" if there are none."""
    return "; ".join(in_words(report.signs, voice))


def handling_lines(report: ActivityReport, voice: MessageFormatter, false_alarms: int = 0) -> list[str]:
    """Return sentences on the time to correct breaches, persons with several cases, and false alarms; [] if none.

    `false_alarms` is the number that the report has stated before; the same number is not repeated.
    """
    handling = report.handling
    lines = []
    if handling.longest_remedy_minutes is not None:
        length = voice.lasted(timedelta(minutes=handling.longest_remedy_minutes))
        lines.append(voice.render(TextId("report_remedied"), length=length))
    lines += [
        voice.render(text, count=number(count))
        for text, count in (
            (TextId("report_repeated"), handling.repeated),
            (TextId("report_taken_back"), 0 if handling.taken_back == false_alarms else handling.taken_back),
            (TextId("report_passed_over"), handling.passed_over),
        )
        if count
    ]
    return lines


def late_start(report: ActivityReport, voice: MessageFormatter, *, brief: bool = False) -> str:
    """Return a sentence saying since when the bot receives the group's messages, if it began within the period.

    "" if it began before the period, or within the period's first hour, or has not begun. Times are as papers write
    them (`14 giờ 05 phút`) or, if `brief`, as messages do (`14:05`).
    """
    first, period = report.first_heard, report.period
    if first is None or report.heard_nothing or first - period.start < _QUIET_START_ALLOWED:
        return ""
    return voice.render(TextId("listening_since"), when=moment(first) if brief else moment_in_words(first, voice))


def moment_in_words(at: datetime, voice: MessageFormatter) -> str:
    """Return time and date as official papers write them: `14 giờ 05 phút ngày 24/11/2026`."""
    return voice.render(TextId("moment_in_words"), time=time_in_words(at, voice), day=day(at))


def time_in_words(at: datetime, voice: MessageFormatter) -> str:
    """Return the time of day as official papers write it: `14 giờ 05 phút`."""
    here = local(at)
    return voice.render(TextId("time_in_words"), hour=here.hour, minute=f"{here.minute:02}")


def span_heard(report: ActivityReport, voice: MessageFormatter, *, brief: bool = False) -> str:
    """Return from when to when there are figures: the period, without the time before the bot received messages."""
    return span_in_words(report.period.model_copy(update={"start": report.listened_from}), voice, brief=brief)


def span_in_words(period: Period, voice: MessageFormatter, *, brief: bool = False) -> str:
    """Return the period's start and end: only dates if it has whole days; one date with two times if it is in one day.

    Times are as papers write them (`14 giờ 05 phút`) or, if `brief`, as messages do (`14:05`).
    """
    start, end = local(period.start), local(last_minute(period.end))
    if start.time() == time.min and end != local(period.end):
        if start.date() == end.date():
            return voice.render(TextId("span_whole_day"), day=f"{start:%d/%m/%Y}")
        return voice.render(TextId("span_days"), start=f"{start:%d/%m/%Y}", end=f"{end:%d/%m/%Y}")
    if start.date() == end.date():
        times = {
            name: f"{at:%H:%M}" if brief else time_in_words(at, voice) for name, at in (("start", start), ("end", end))
        }
        return voice.render(TextId("span_of_day"), day=f"{start:%d/%m/%Y}", **times)
    if brief:
        return voice.render(TextId("span"), start=moment(start), end=moment(end))
    return voice.render(TextId("span"), start=moment_in_words(start, voice), end=moment_in_words(end, voice))


def last_minute(end: datetime) -> datetime:
    """Return `end` as shown to people: 23:59 of the day before if `end` is midnight in Viet Nam, else unchanged."""
    return end - timedelta(minutes=1) if local(end).time() == time.min else end


def _sentence(parts: str, whole: TextId, voice: MessageFormatter) -> str:
    return voice.render(whole, parts=parts) if parts else ""
