"""Page "Sức khỏe" (health): the results of `/trangthai` and `doctor`, the trial, and the figures of all groups."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson

from zalo_governor.doctor.check import Level
from zalo_governor.domain.people import DESK, Role
from zalo_governor.features.reports.summary import group_in_one_line
from zalo_governor.features.status.commands import Status
from zalo_governor.features.trial.commands import SwitchOn
from zalo_governor.features.trial.service import trial_line
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.templates import TextId
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, Reply, SeeOther, Visit
from zalo_governor.storage.engine.lock_owner import occupant

PATH = "/suc-khoe"
_WEEK = timedelta(days=7)
_OF_GROUPS_AND_PEOPLE = frozenset(
    {"settings", "zalo_groups", "zalo_rights", "people_present", "people_reachable", "undelivered"}
)
"""Checks of `doctor` that name or count groups or people; shown only to those who are admins of all groups."""

AREAS = {
    "running": ("process",),
    "line": ("zalo_way", "clock"),
    "session": ("zalo_session",),
    "groups": ("zalo_groups",),
    "rights": ("zalo_rights",),
    "present": ("people_present",),
    "reached": ("people_reachable", "undelivered"),
    "settings": ("settings", "rules"),
    "regulation": ("regulation",),
    "data": ("data_dir", "secret_files", "key", "database"),
    "disk": ("disk",),
    "backup": ("backup", "backup_copy"),
    "rehearsal": ("rehearsal", "zalo_rehearsal"),
    "alarm": ("heartbeat", "alarm"),
    "files": ("scan_queue", "yara", "sandbox", "swap"),
    "machine": ("python", "timezone", "health", "panel", "optional_parts"),
}
"""Area of the installation, as the page shows it -> ids of the checks of `doctor` that belong to it."""
_ORDER = list(Level)
_ILL = frozenset({Level.WARNING, Level.ERROR})
_NOTE_MATTERS = frozenset({"running", "reached", "backup", "rehearsal"})
"""Areas in which even a check's result NOTE means that something is missing, such as a program that does not run."""
_MENDED_BY_ANYBODY = frozenset({"reached"})
"""Of these, the areas in which the remedy that `doctor` names needs no technician."""
_BETWEEN = {Level.NOTE: TextId("check_noted"), Level.SKIPPED: TextId("check_skipped")}


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
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
    """Run `zalo-governor doctor` and show its results."""
    said = visit.outside(lambda: visit.office.helper("doctor", "--json", "--offline"))
    every = all(visit.person.holds(group.id, *DESK) for group in visit.policy.governed)
    try:
        checks = [one for one in orjson.loads(said)["checks"] if every or one["id"] not in _OF_GROUPS_AND_PEOPLE]
    except (ValueError, KeyError):
        visit.complain("Chưa kiểm tra được, có thể vì máy đang bận; đề nghị làm lại sau một phút.")
        return _page(visit)
    return _page(visit, areas=areas_of(visit.voice, checks))


def areas_of(voice: MessageFormatter, checks: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return the state of the installation by area (session, backup …; `AREAS`), the worst first.

    `checks` are the results of `zalo-governor doctor`, which each area lists for the technicians.
    """
    areas = [
        _area(voice, area, lines)
        for area, ids in AREAS.items()
        if (lines := [one for one in checks if one["id"] in ids])
    ]
    return sorted(areas, key=lambda one: (not one["mend"], -_ORDER.index(one["level"])))


def _area(voice: MessageFormatter, area: str, lines: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    level = max((Level(one["level"]) for one in lines), key=_ORDER.index)
    notes = [one for one in lines if one["level"] == Level.NOTE]
    title, well, ill, mend = voice.render(TextId(f"area_{area}")).split("|")
    if level in _ILL:
        said = ill
    elif level is Level.NOTE and area in _NOTE_MATTERS:
        said = f"{'; '.join(one['says'] for one in notes)}."
        mend = " ".join(one["mend"] for one in notes) if area in _MENDED_BY_ANYBODY else mend
    else:
        said, mend = voice.render(_BETWEEN[level]) if level in _BETWEEN else well, ""
    return {"level": level, "title": title, "said": said, "mend": mend, "lines": lines}


def go_live(visit: Visit) -> Reply:
    """End the trial of a group, in which only admins get messages, as by the chat command `/batdau`."""
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
        "areas": None,
        "may_examine": any(
            visit.person.holds(group.id, Role.ADMIN, Role.ADMIN_STAFF, Role.OVERSEER) for group in visit.groups
        ),
    }
    return Html("suc-khoe.html", common | facts)
