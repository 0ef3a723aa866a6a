"""Assembly of the activity report's document from all its sections, and of the file to be rendered from it."""

from collections.abc import Iterable
from datetime import timedelta

from zalo_governor.domain.clock import local
from zalo_governor.domain.connection import silence
from zalo_governor.domain.documents import Highlight, Letterhead, ReportDocument, ReportFile, ReportFormat
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.reports import ActivityReport
from zalo_governor.services.messaging.formatter import MessageFormatter, day, moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import Group
from zalo_governor.services.reports.builder import heard_until, last_minute, unheard
from zalo_governor.services.reports.document.draft import Draft, whole_minutes
from zalo_governor.services.reports.document.proposal import proposal
from zalo_governor.services.reports.document.sections import (
    activity,
    attachments,
    casework,
    changes,
    coverage,
    directives,
    members,
    statements,
    told,
)
from zalo_governor.text.fold import fold

_ONE_DAY = timedelta(days=1)
_SLUG_LENGTH = 60


def paper_of(report: ActivityReport, head: Letterhead, voice: MessageFormatter) -> ReportDocument:
    """Return the report as a document of sentences, tables and charts, from which files (DOCX, XLSX, PNG) are rendered.

    `head` holds the document's sender and recipients.
    """
    draft = Draft(report, voice)
    say = voice.render
    group = voice.group(Group(report.group_id, report.group_name))
    span = {"start": moment(report.period.start), "end": moment(last_minute(report.period.end))}
    trace = report.audit_head
    return ReportDocument(
        head=head,
        title=say(MessageId.PAPER_TITLE),
        subject=say(MessageId.PAPER_SUBJECT, group=group, period=_period(draft)),
        group=group,
        period=say(MessageId.PAPER_SPAN, **span),
        made_at=report.made_at,
        summary=say(
            MessageId.PAPER_SUMMARY,
            unit=head.unit,
            group=group,
            period=_period(draft),
            made_at=moment(report.made_at),
            **span,
        ),
        highlights=tuple(_highlights(draft)),
        sections=(
            activity(draft),
            casework(draft),
            members(draft),
            changes(draft),
            directives(draft),
            attachments(draft),
            statements(draft),
            told(draft),
            coverage(draft),
            proposal(draft),
        ),
        remark=say(MessageId.PAPER_REMARK),
        trace=say(MessageId.PAPER_TRACE, head=trace) if trace else "",
    )


def file_of(report: ActivityReport, face: ReportFormat, paper: ReportDocument, voice: MessageFormatter) -> ReportFile:
    """Return a file of the format `face`, to be rendered from the document `paper` when it is sent.

    The file is named after the group and the days of the report's period.
    """
    days = (local(report.period.start), local(last_minute(report.period.end)))
    slug = "-".join("".join(letter if letter.isalnum() else " " for letter in fold(paper.group)).split())
    return ReportFile(
        name="-".join(["bao-cao", slug[:_SLUG_LENGTH], *(f"{day:%Y%m%d}" for day in days)]) + f".{face.value}",
        face=face,
        caption=voice.render(MessageId.REPORT_CAPTION, group=paper.group, period=report.period.label),
        paper=paper,
    )


def _period(draft: Draft) -> str:
    """Return the name of the report's period for a document: a single day by its date, not "today" or "yesterday"."""
    start, end = draft.report.period.start, draft.report.period.end
    if end - start == _ONE_DAY and local(start).hour == local(start).minute == 0:
        return draft.render(MessageId.PERIOD_DAY, date=day(start))
    return draft.report.period.label


def _highlights(draft: Draft) -> Iterable[Highlight]:
    report, say = draft.report, draft.render
    messages, before = report.activity.messages, report.activity_before.messages
    grave = sum(case.severity is Severity.CRITICAL for case in report.open_cases)
    silent = silence(report.coverage.gaps, report.period.start, heard_until(report))
    yield Highlight(name=say(MessageId.PAPER_MESSAGES), value=number(messages), note=draft.compared(messages, before))
    yield Highlight(
        name=say(MessageId.PAPER_CASES), value=number(draft.cases), note=draft.compared(draft.cases, draft.cases_before)
    )
    yield Highlight(
        name=say(MessageId.PAPER_OPEN),
        value=number(len(report.open_cases)),
        note=say(MessageId.PAPER_OF_ALL, grave=number(grave)),
    )
    yield Highlight(
        name=say(MessageId.PAPER_SILENT),
        value=say(MessageId.PAPER_MINUTES, minutes=number(whole_minutes(silent))),
        note=unheard(report, draft.voice) or say(MessageId.PAPER_GAPS, count=number(len(report.coverage.gaps))),
    )
