"""Page "Tổng quan" (overview) for the leader's phone: a report in three lines, cases, figures, directives."""

from datetime import timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.people import Group, Role
from zalo_governor.features.cases.commands.decide import who_of
from zalo_governor.features.cases.ranking import undecided
from zalo_governor.features.directives.commands import KEEPERS
from zalo_governor.features.directives.pages import DirectivePages
from zalo_governor.features.reports.commands import Report
from zalo_governor.messaging.delivery_words import sights_in_words
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, Reply, Visit

PATH = "/truong-nhom"
_ROLES = frozenset({Role.LEADER, Role.REPORT_READER})
_DIRECTIVES = _CASES = 20
_RECENT = timedelta(days=30)
_PERIODS = {"hôm nay": "hôm nay", "tuần": "tuần này", "tháng": "tháng này"}


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
    return [Route("GET", PATH, show, _ROLES, title="Tổng quan")]


def show(visit: Visit) -> Reply:
    """Show the report of one group in three lines, the cases for the leader, figures, and open directives."""
    group = visit.one_group()
    asked = visit.asked.query.get("ky", "")
    period = asked if asked in _PERIODS else "hôm nay"
    answer = visit.carry_out(Report.word, f"{period} docx", group_id=group.id)
    office = visit.policy.of(group.id)
    ledger = visit.uow.directives.overview(group.id, visit.now, _DIRECTIVES)
    pages = DirectivePages(office)
    cases = _cases(visit, group) if visit.person.holds(group.id, Role.LEADER) else []
    sights = sights_in_words(visit.uow, office.voice, cases)
    facts = {
        "groups": visit.groups,
        "group": group,
        "name": visit.voice.group(group),
        "period": period,
        "periods": _PERIODS,
        "paper": answer.files[0].paper if answer.files else None,
        "ledger": ledger,
        "missed": office.voice.missed(ledger.missed),
        "cases": [
            (
                one,
                office.voice.head(one),
                who_of(visit.uow, office.voice, one),
                "; ".join(filter(None, (office.voice.state_of(one), sights.get(one.id, "")))),
            )
            for one in cases
        ],
        "may_open": visit.person.holds(group.id, *KEEPERS),
        "due": {line.directive.id: pages.due(line.deadlines) for line in ledger.lines},
    }
    return Html("truong-nhom.html", facts)


def _cases(visit: Visit, group: Group) -> list[Case]:
    """Return the cases for the leader that still wait for a decision, then others of the last 30 days."""
    end = visit.now + timedelta(seconds=1)
    waiting = undecided(visit.uow, group.id, end)
    recent = visit.uow.cases.opened_between(group.id, start=visit.now - _RECENT, end=end)
    by_id = {case.id: case for case in (*waiting, *recent) if case.is_for_leader(visit.person.id)}
    return sorted(by_id.values(), key=lambda case: (not case.undecided, -case.id))[:_CASES]
