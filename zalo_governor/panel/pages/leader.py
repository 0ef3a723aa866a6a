"""Trưởng nhóm: one page for the phone, to be read only: three lines, then figures, then directives."""

from zalo_governor.domain.people import Role
from zalo_governor.features.directives.commands import KEEPERS
from zalo_governor.features.directives.pages import DirectivePages
from zalo_governor.features.reports.commands import Report
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, Reply, Visit

PATH = "/truong-nhom"
_ROLES = frozenset({Role.LEADER, Role.REPORT_READER})
_DIRECTIVES = 20
_PERIODS = {"hôm nay": "hôm nay", "tuần": "tuần này", "tháng": "tháng này"}


def routes(office: Office) -> list[Route]:
    """Return the addresses of the page."""
    return [Route("GET", PATH, show, _ROLES, title="Tổng quan")]


def show(visit: Visit) -> Reply:
    """Show the three lines of the report of one group, its figures and the directives that are followed."""
    group = visit.one_group()
    asked = visit.asked.query.get("ky", "")
    period = asked if asked in _PERIODS else "hôm nay"
    answer = visit.carry_out(Report.word, f"{period} docx", group_id=group.id)
    office = visit.policy.of(group.id)
    ledger = visit.uow.directives.overview(group.id, visit.now, _DIRECTIVES)
    pages = DirectivePages(office)
    facts = {
        "groups": visit.groups,
        "group": group,
        "name": visit.voice.group(group),
        "period": period,
        "periods": _PERIODS,
        "paper": answer.files[0].paper if answer.files else None,
        "ledger": ledger,
        "may_open": visit.person.holds(group.id, *KEEPERS),
        "due": {line.directive.id: pages.due(line.deadlines) for line in ledger.lines},
    }
    return Html("truong-nhom.html", facts)
