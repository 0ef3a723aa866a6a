"""Page "Báo cáo" (report): the report of a group and period as it will be printed, with remarks to be edited."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from zalo_governor.domain.clock import today
from zalo_governor.domain.documents import Drawing, ReportFormat, Table
from zalo_governor.domain.errors import ConfigError, PrintingError
from zalo_governor.domain.people import Group
from zalo_governor.features.reports.commands import Report
from zalo_governor.features.reports.document.document import EDITED, reworded
from zalo_governor.messaging.command_parsing import folded
from zalo_governor.messaging.periods import Span, as_period, asked
from zalo_governor.panel.charts import bars
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Download, Html, NotFoundError, Reply, SeeOther, Visit
from zalo_governor.sandbox.reports.client import ReportRenderer

PATH = "/bao-cao"
_PERIODS = {
    "hôm nay": "hôm nay",
    "hôm qua": "hôm qua",
    "tuần": "tuần này",
    "tuần trước": "tuần trước",
    "tháng": "tháng này",
    "tháng trước": "tháng trước",
    "quý": "quý này",
    "quý trước": "quý trước",
}
"""Periods as they are typed after `/baocao` -> as the list shows them."""
_KEPT = timedelta(hours=8)
_KINDS = {
    ReportFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFormat.PNG: "image/png",
}
_MOST_DRAWN = 40


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
    roles = office.roles_for(Report.word)
    return [
        Route("GET", PATH, show, roles, title="Báo cáo"),
        Route("GET", f"{PATH}/tin", message, roles),
        Route("GET", f"{PATH}/anh", picture, roles),
        Route("POST", f"{PATH}/tep", download, roles),
    ]


def show(visit: Visit) -> Reply:
    """Show the report as it will be printed, with charts; remarks and requests can be edited."""
    group, (period, span) = visit.one_group(), _period(visit)
    answer = visit.carry_out(Report.word, f"{period} docx", group_id=group.id)
    file = answer.files[0] if answer.files else None
    facts: dict[str, Any] = {
        "groups": visit.groups,
        "group": group,
        "period": period,
        "periods": _PERIODS if period in _PERIODS else _PERIODS | {period: as_period(span, visit.voice).label},
        "span": span,
        "paper": file and file.paper,
        "said": answer.texts[0],
        "charts": [],
        "edited": {},
        "computed": {},
        "edits": EDITED,
        "own": False,
    }
    if file is not None:
        facts["charts"] = [(table, chart) for table in file.paper.tables if (chart := _chart(table))]
        sections = {section.key: section for section in file.paper.sections}
        facts["computed"] = {key: sections[key].lines for key in EDITED if key in sections}
        own = visit.office.drafts.of(visit.person.id, _draft(group, span))
        if own and isinstance(own, dict):
            facts["own"] = True
            sections |= {section.key: section for section in reworded(file.paper, own).sections}
        facts["edited"] = {key: sections[key] for key in EDITED if key in sections}
    return Html("bao-cao.html", facts)


def message(visit: Visit) -> Reply:
    """Show the report as the message that the leader gets in the chat."""
    group, (period, _) = visit.one_group(), _period(visit)
    said = visit.carry_out(Report.word, period, group_id=group.id).texts[0]
    return Html("bao-cao-tin.html", {"group": group, "period": period, "said": said})


def picture(visit: Visit) -> Reply:
    """Return the report as the picture that the leader gets on the phone."""
    return _printed(visit, ReportFormat.PNG, {}, inline=True)


def download(visit: Visit) -> Reply:
    """Return the report as a Word, Excel or picture file, with the remarks and requests as this person edited them."""
    try:
        face = ReportFormat(visit.field("dang"))
    except ValueError:
        raise NotFoundError from None
    group, (_, span) = visit.one_group(), _period(visit)
    typed = {key: visit.field(key).splitlines() for key in EDITED if key in visit.asked.form}
    # Unchanged texts are not kept, as each file words them anew by the present figures.
    own = {key: lines for key, lines in typed.items() if lines != visit.field(f"goc_{key}").splitlines()}
    visit.office.drafts.keep(visit.person.id, own, _KEPT, _draft(group, span))
    return _printed(visit, face, own)


def _draft(group: Group, span: Span) -> str:
    """Return the subject under which a person's edited texts of the report on these days are kept in `Drafts`."""
    return f"report:{group.id}:{span.first}:{span.last}"


def _printed(visit: Visit, face: ReportFormat, own: Mapping[str, Sequence[str]], *, inline: bool = False) -> Reply:
    """Return the report as a file; if that fails, lead back to the page of the same period with an error text."""
    group, (period, _) = visit.one_group(), _period(visit)
    files = visit.carry_out(Report.word, f"{period} {face.value}", group_id=group.id).files
    if not files:
        raise NotFoundError
    try:
        renderer = ReportRenderer(visit.office.records.settings.report_template)
        content = visit.outside(partial(renderer.print, reworded(files[0].paper, own), face))
    except (ConfigError, PrintingError):
        visit.complain("Chưa lập được tệp này. Đề nghị làm lại; nếu vẫn vậy, báo cán bộ kỹ thuật.")
        return SeeOther(f"{PATH}?{urlencode({'nhom': group.id, 'ky': period})}")
    return Download(files[0].name, _KINDS[face], content, inline)


def _period(visit: Visit) -> tuple[str, Span]:
    """Return the period as it is typed after `/baocao` (a name, or two days from the calendar), and its days."""
    named = visit.asked.query.get("ky") or visit.field("ky") or "hôm nay"
    span = asked(folded(named).strip(), today(visit.now))
    start, end = (visit.asked.query.get(name) or visit.field(name) for name in ("tu", "den"))
    # The name may mean other days by now, if the page was opened before midnight: the page's days count.
    if start and end and (span is None or [start, end] != [str(span.first), str(span.last)]):
        named = "-".join("/".join(reversed(day.split("-"))) for day in sorted((start, end)))
        span = asked(folded(named).strip(), today(visit.now))
    if span is None:
        raise NotFoundError
    return named, span


def _chart(table: Table) -> Any:
    if not table.worth_drawing or table.drawing is None or len(table.rows) > _MOST_DRAWN:
        return None
    rows = [
        (str(row[0]), [int(row[place]) for place in table.drawn if isinstance(row[place], int)]) for row in table.rows
    ]
    return bars(rows, [table.columns[place] for place in table.drawn], upright=table.drawing is Drawing.COLUMNS)
