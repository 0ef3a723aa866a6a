"""Command `/baocao` (report): send the group's activity report, always in private, as a message or as a file."""

from datetime import date, timedelta
from typing import NamedTuple

from zalo_governor.domain.clock import midnight, today
from zalo_governor.domain.documents import ReportFormat
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import DESK, Role
from zalo_governor.features.reports.builder import compose
from zalo_governor.features.reports.document.document import file_of, paper_of
from zalo_governor.features.reports.scheduled import REPORT_READERS
from zalo_governor.features.reports.summary import group_in_one_line
from zalo_governor.features.reports.text import render_text
from zalo_governor.messaging.command_parsing import folded
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.periods import Span, as_period, asked
from zalo_governor.messaging.templates import TextId

_FORMATS = {
    "docx": ReportFormat.DOCX,
    "word": ReportFormat.DOCX,
    "van ban": ReportFormat.DOCX,
    "xlsx": ReportFormat.XLSX,
    "excel": ReportFormat.XLSX,
    "bang tinh": ReportFormat.XLSX,
    "png": ReportFormat.PNG,
    "anh": ReportFormat.PNG,
    "hinh": ReportFormat.PNG,
    "hinh anh": ReportFormat.PNG,
    "bieu do": ReportFormat.PNG,
}
"""Word that asks for a file (lower case, no diacritics) -> file format. The word may begin or end the argument."""
_FILLER_WORDS = frozenset({"file", "tep", "dang"})


class Wanted(NamedTuple):
    """Parsed argument of `/baocao` (report): the period of the report, and its file format."""

    span: Span
    face: ReportFormat | None
    """File format; None for a chat message instead of a file."""


class Report(Command[Wanted]):
    """Command `/baocao [period] [docx | xlsx | ảnh]` (report): send the activity report, of today by default.

    Periods: hôm nay (today), hôm qua (yesterday), tuần (week), tháng (month), quý (quarter), 01/10-31/10. The format
    `ảnh` (picture) is PNG.
    """

    word = "baocao"
    aliases = ("bc", "report")
    suggested_for = ("tinhhinh", "thongke", "tonghop", "ketqua")
    usage = TextId("usage_report")
    forgiving = True
    reading = True
    roles = frozenset({*REPORT_READERS, Role.OVERSEER})

    def understand(self, rest: str, today: date) -> Wanted | None:
        """Parse `rest`, the text after the command's word: a period and, before or after it, an optional file format.

        No period means `today`, from which periods such as "yesterday" are computed. None is returned for anything
        else.
        """
        words = [word for word in folded(rest).rstrip(" .").split() if word not in _FILLER_WORDS]
        for length in (2, 1):
            for kind, others in ((words[-length:], words[:-length]), (words[:length], words[length:])):
                if face := _FORMATS.get(" ".join(kind)):
                    span = asked(" ".join(others), today)
                    return Wanted(span, face) if span else None
        span = asked(" ".join(words), today)
        return Wanted(span, None) if span else None

    def answer(self, call: Call, argument: Wanted) -> Answer:
        """Return the activity report for the period `argument`, as text or file; of several groups, a line for each.

        Only admins get the texts of members' incidents and suggestions; overseers get figures alone.
        """
        policy, span = self.policy, argument.span
        if not call.groups:
            return self.say(call, TextId("not_governed"))
        if span.first > today(policy.clock()):
            return self.say(call, TextId("report_future"), "future")
        period = as_period(span, self.voice)
        reads = call.of_holder(*REPORT_READERS)
        if len(call.groups) > 1 or not reads.groups:
            now = policy.clock()
            start, end = midnight(span.first), min(midnight(span.last + timedelta(days=1)), now)
            return self.overview(call, lambda group: group_in_one_line(call.uow, self.voice, group, start, end, now))
        [group] = reads.groups
        office = policy.of(group.id)
        words = call.person.holds(group.id, *DESK)
        report = compose(call.uow, group, period, office.voice, policy.clock, words=words)
        if argument.face:
            paper = paper_of(report, office.letterhead, office.voice)
            files = [file_of(report, argument.face, paper, office.voice)]
            text = self.voice.render_for(call.person, TextId("report_file"), period=period.label, names=files[0].name)
        else:
            files, text = [], render_text(report, office.voice)
        return Answer(
            [text],
            subject=f"{span.first.isoformat()}/{span.last.isoformat()}",
            purpose=Purpose.REPORT,
            files=files,
            group_line=self.voice.render_for(call.person, TextId("report_sent"), period=period.label),
        )
