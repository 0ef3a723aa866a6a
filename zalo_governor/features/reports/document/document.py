"""Assembly of the activity report's document from all its sections, and of the file to be rendered from it."""

from collections.abc import Iterator, Mapping, Sequence

from zalo_governor.domain.clock import local
from zalo_governor.domain.documents import Highlight, Letterhead, ReportDocument, ReportFile, ReportFormat, Section
from zalo_governor.domain.people import Group
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.reports import ActivityReport
from zalo_governor.features.reports.document.directive_sections import directives, statements
from zalo_governor.features.reports.document.draft import Draft
from zalo_governor.features.reports.document.proposal import proposal
from zalo_governor.features.reports.document.remarks import remarks, requests
from zalo_governor.features.reports.document.sections import (
    activity,
    attachments,
    casework,
    changes,
    coverage,
    members,
    told,
)
from zalo_governor.features.reports.sentences import compared, last_minute, moment_in_words, span_in_words
from zalo_governor.features.reports.summary import Codes, headlines, in_one_line
from zalo_governor.messaging.formatter import MessageFormatter, number
from zalo_governor.messaging.templates import TextId
from zalo_governor.text.fold import fold

_SLUG_LENGTH = 60
_CODES, _CODES_OF_A_DAY = Codes(secrets=40, others=10), Codes(secrets=8, others=6)
"""How many codes of grave cases are given for each clause; a day's report has a single page."""
_BODY = (
    (TextId("section_body_activity"), (("activity",), ("members",), ("changes",), ("voice",))),
    (TextId("section_cases"), (("cases",), ("attachments",))),
    (TextId("section_body_directives"), (("directives",),)),
    (TextId("section_body_coverage"), (("coverage",),)),
)
"""Title of each section of the printed document, and for each of its paragraphs the keys of the report's sections that
the paragraph sums up. Remarks and requests follow."""
_DAY_FIRST = ("cases", "activity", "directives", "attachments", "coverage", "members", "voice", "changes")
"""The report's sections by their importance for the single page of a day's report."""
_DAY_LINES, _LINE = 16, 84
"""How many lines fit on that page for summary, headlines and first section; how many characters fit on a line."""
_DAY_ROOM_OF_REMARKS, _DAY_ROOM_OF_REQUESTS = 180, 330
"""How many characters fit on that page of the two other sections."""


def paper_of(report: ActivityReport, head: Letterhead, voice: MessageFormatter) -> ReportDocument:
    """Return the report as a document of sentences, tables and charts, from which files (DOCX, XLSX, PNG) are rendered.

    `head` holds the document's sender and recipients.
    """
    draft = Draft(report, voice)
    say = voice.render
    group = voice.group(Group(report.group_id, report.group_name))
    span = span_in_words(report.period, voice)
    trace = report.audit_head
    sections = (
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
        remarks(draft),
        requests(draft),
    )
    first_lines = headlines(report, voice, _CODES_OF_A_DAY if report.of_one_day else _CODES)
    clause, rules = voice.places(ClauseTopic.REPORTING), voice.regulation
    issued = {"number": rules.cited_number, "issued": rules.issued_on, "issuer": rules.issuer}
    regulation = say(TextId("paper_regulation"), **issued)
    summary = say(TextId("paper_summary"), clause=f"{clause} " if clause else "", regulation=regulation, unit=head.unit)
    return ReportDocument(
        head=head,
        title=say(TextId("paper_title")),
        subject=say(TextId("paper_subject"), group=group, period=report.period.label),
        group=group,
        period=span,
        made_at=report.made_at,
        heading=say(TextId("report"), group=group.upper(), period=report.period.label),
        made=say(TextId("paper_made"), when=moment_in_words(report.made_at, voice)),
        summary=summary,
        headlines=first_lines,
        highlights=tuple(_highlights(draft)),
        sections=sections,
        body=tuple(_body(draft, sections, [summary, *map(in_one_line, first_lines)])),
        remark=say(TextId("paper_remark")),
        trace=say(TextId("paper_trace"), head=trace) if trace else "",
        of_one_day=report.of_one_day,
    )


EDITED = ("remarks", "requests")
"""Keys of the sections that people may word themselves before the document goes out."""


def reworded(paper: ReportDocument, own: Mapping[str, Sequence[str]]) -> ReportDocument:
    """Return the document with the lines of some sections replaced; `own`: key of a section (`EDITED`) -> new lines."""

    def edited(sections: Sequence[Section]) -> tuple[Section, ...]:
        return tuple(
            section.model_copy(update={"lines": tuple(filter(None, map(str.strip, own[section.key])))})
            if section.key in own
            else section
            for section in sections
        )

    return paper.model_copy(update={"sections": edited(paper.sections), "body": edited(paper.body)})


def file_of(report: ActivityReport, face: ReportFormat, paper: ReportDocument, voice: MessageFormatter) -> ReportFile:
    """Return a file of the format `face`, to be rendered from the document `paper` when it is sent.

    The file is named after the group and the days of the report's period.
    """
    days = (local(report.period.start), local(last_minute(report.period.end)))
    slug = "-".join("".join(letter if letter.isalnum() else " " for letter in fold(paper.group)).split())
    return ReportFile(
        name="-".join(["bao-cao", slug[:_SLUG_LENGTH], *(f"{day:%Y%m%d}" for day in days)]) + f".{face.value}",
        face=face,
        caption=voice.render(TextId("report_caption"), group=paper.group, period=report.period.label),
        paper=paper,
    )


def _highlights(draft: Draft) -> Iterator[Highlight]:
    report, say = draft.report, draft.render
    if report.heard_nothing:
        return
    figures = (
        (TextId("paper_messages"), report.activity.messages, report.activity_before.messages),
        (TextId("paper_cases"), draft.cases, draft.cases_before),
    )
    for name, now, before in figures:
        yield Highlight(name=say(name), value=number(now), note=compared(report, now, before, draft.voice).strip(" ()"))


def _body(draft: Draft, sections: tuple[Section, ...], above: Sequence[str]) -> Iterator[Section]:
    """Yield the sections of the printed document; those without anything to say are left out.

    `above` are the paragraphs printed above these sections.
    """
    lines = {section.key: section.lines for section in sections}
    if draft.report.of_one_day:
        yield from _body_of_a_day(draft, lines, above)
        return
    for title, paragraphs in _BODY:
        said = [" ".join(line for key in keys for line in lines[key]) for keys in paragraphs]
        if any(said):
            yield draft.section(paragraphs[0][0], title, said)
    yield draft.section("remarks", TextId("section_remarks"), [" ".join(lines["remarks"])])
    yield draft.section("requests", TextId("section_requests"), lines["requests"])


def _body_of_a_day(draft: Draft, lines: Mapping[str, Sequence[str]], above: Sequence[str]) -> Iterator[Section]:
    """Yield three sections that fit on one page with letterhead and signature; the rest is in the workbook (XLSX).

    `above` are the paragraphs printed above these sections.
    """
    first = [lines[key][0] for key in _DAY_FIRST if lines[key]]
    room = (_DAY_LINES - sum(-(-len(paragraph) // _LINE) for paragraph in above)) * _LINE
    chosen = _fitting([*first, *(line for key in _DAY_FIRST for line in lines[key][1:])], room)
    said = [
        " ".join(line for key in keys for line in lines[key] if line in chosen)
        for _, paragraphs in _BODY
        for keys in paragraphs
    ]
    if any(said):
        yield draft.section("day", TextId("section_body_day"), [" ".join(filter(None, said))])
    remarks_of_day = _fitting(lines["remarks"], _DAY_ROOM_OF_REMARKS)
    yield draft.section("remarks", TextId("section_remarks"), [" ".join(remarks_of_day)])
    requests_of_day = _fitting(lines["requests"], _DAY_ROOM_OF_REQUESTS)
    yield draft.section("requests", TextId("section_requests"), [" ".join(requests_of_day)])


def _fitting(lines: Sequence[str], room: int) -> list[str]:
    """Return the lines that fit into `room` characters, chosen in their order."""
    chosen = []
    for line in lines:
        if len(line) < room:
            chosen.append(line)
            room -= len(line) + 1
    return chosen
