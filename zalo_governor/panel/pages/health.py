"""Sức khỏe: what `/trangthai` and `doctor` say, the trial with its button, and all groups in one table of figures."""

from datetime import timedelta
from typing import Any

import orjson

from zalo_governor.domain.people import DESK, Role
from zalo_governor.features.reports.summary import group_in_one_line
from zalo_governor.features.status.commands import Status
from zalo_governor.features.trial.commands import SwitchOn
from zalo_governor.features.trial.service import trial_line
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, Reply, SeeOther, Visit
from zalo_governor.storage.engine.lock_owner import occupant

PATH = "/suc-khoe"
_WEEK = timedelta(days=7)
_OF_GROUPS_AND_PEOPLE = frozenset(
    {"settings", "zalo_groups", "zalo_rights", "people_present", "people_reachable", "undelivered"}
)
"""Checks of `doctor` that name groups or people, or count what concerns them: for the desk of all groups."""


def routes(office: Office) -> list[Route]:
    """Return the addresses of the page."""
    roles = office.roles_for(Status.word)
    technical = frozenset({Role.ADMIN, Role.ADMIN_STAFF, Role.OVERSEER})
    return [
        Route("GET", PATH, show, roles, title="Sức khỏe"),
        Route("POST", f"{PATH}/kiem-tra", examine, technical),
        Route("POST", f"{PATH}/batdau", go_live, office.roles_for(SwitchOn.word), writes=True),
    ]


def show(visit: Visit) -> Reply:
    """Show the state of the program and of this person's groups."""
    return _page(visit)


def examine(visit: Visit) -> Reply:
    """Run `zalo-governor doctor` and show what it finds."""
    said = visit.outside(lambda: visit.office.helper("doctor", "--json", "--offline"))
    every = all(visit.person.holds(group.id, *DESK) for group in visit.policy.governed)
    try:
        checks = [one for one in orjson.loads(said)["checks"] if every or one["id"] not in _OF_GROUPS_AND_PEOPLE]
    except (ValueError, KeyError):
        checks = [{"level": "error", "says": said.decode(errors="replace")[:500], "mend": ""}]
    return _page(visit, checks=checks)


def go_live(visit: Visit) -> Reply:
    """End the trial of a group, as by `/batdau`."""
    visit.do(SwitchOn.word, group_id=visit.one_group().id)
    return SeeOther(PATH)


def _page(visit: Visit, **facts: Any) -> Html:
    answer = visit.carry_out(Status.word)
    health = visit.office.bot.now()
    groups = [
        {
            "group": group,
            "line": group_in_one_line(
                visit.uow, visit.voice, group, visit.now - _WEEK, visit.now + timedelta(seconds=1), visit.now
            ),
            "trial": visit.on_page(trial_line(visit.policy, visit.uow, visit.voice, group.id)),
            "may_start": visit.may(SwitchOn.word, group.id),
        }
        for group in visit.groups
    ]
    common = {
        "said": visit.on_page(answer.texts[0]),
        "answers": health.answers,
        "watched": visit.office.records.settings.health.port is not None,
        "running": occupant(visit.office.database, visit.office.account) is not None,
        "status": health.facts.get("status", ""),
        "rows": groups,
        "checks": None,
        "may_examine": any(
            visit.person.holds(group.id, Role.ADMIN, Role.ADMIN_STAFF, Role.OVERSEER) for group in visit.groups
        ),
    }
    return Html("suc-khoe.html", common | facts)
