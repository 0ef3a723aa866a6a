"""The decisions that `init` writes into the settings, whether answered on the terminal or in an answers file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from zalo_governor.domain.people import Role

ROLE_NAMES = {
    Role.LEADER: "Trưởng nhóm",
    Role.LEADERSHIP: "Lãnh đạo có quyền chỉ đạo trên Nhóm",
    Role.ADMIN: "Quản trị Nhóm",
    Role.ADMIN_STAFF: "Cán bộ được giao",
    Role.REPORT_READER: "Người được xem báo cáo",
}
"""Role -> Vietnamese name, for the roles about which `init` asks, in the order of the questions."""
OVERSEER_NAME = "Người theo dõi chung mọi Nhóm (chỉ tình trạng và số liệu)"


_PROVINCE_PREFIX = re.compile(r"^(?:tỉnh|thành phố)\s+", re.IGNORECASE)


class Holder(NamedTuple):
    """A group member who gets a role (leader, admin …) in `init`.

    `full_name` and `title` are the operator's answers; None if not given, then they are taken from the display name.
    """

    uid: str
    global_id: str | None
    display_name: str
    full_name: str | None = None
    title: str | None = None
    groups: tuple[str, ...] = ()
    """Ids, or names in governor.yaml, of the groups in which the role is held; () for all."""

    @property
    def written_name(self) -> str:
        """Return the full name for governor.yaml: the operator's answer, else the display name up to its dash."""
        return self.full_name or read_display_name(self.display_name)[0]

    @property
    def written_title(self) -> str:
        """Return the job title for governor.yaml: the operator's answer, else the display name after its dash."""
        return self.title if self.title is not None else read_display_name(self.display_name)[1]


class ChosenGroup(NamedTuple):
    """Id and name of a Zalo group that the bot is to watch, or could watch."""

    id: str
    name: str


@dataclass(frozen=True)
class Choices:
    """What was decided in `init`, as values to write into governor.yaml and the regulation file.

    A value that is missing here stays as it is in the files.
    """

    top: Mapping[str, Any] = field(default_factory=dict)
    """Values of the top-level keys data_dir and config_dir. `zalo`, `office`, `alarm` and `panel` below have values of
    the sections with these names."""
    zalo: Mapping[str, Any] = field(default_factory=dict)
    office: Mapping[str, Any] = field(default_factory=dict)
    alarm: Mapping[str, Any] = field(default_factory=dict)
    panel: Mapping[str, Any] = field(default_factory=dict)
    groups: Sequence[ChosenGroup] | None = None
    """All groups to watch; None keeps the groups of the settings."""
    holders: Mapping[Role, Sequence[Holder]] = field(default_factory=dict)
    """Role -> all its holders; a role that is missing here keeps its holders."""
    regulation: Mapping[str, str] = field(default_factory=dict)
    """number, issued (YYYY-MM-DD) and issuer of the regulation, for its file in the configuration folder."""


def read_display_name(name: str) -> tuple[str, str]:
    """Split a display name of the form `full name - title` (clause 3.2 of the regulation) into (full name, title).

    Without a dash, the title is empty.
    """
    for dash in (" - ", " – ", " — "):
        before, found, after = name.partition(dash)
        if found:
            return before.strip(), after.strip()
    return name.strip(), ""


def office_of(province: str) -> dict[str, str]:
    """Return default settings `office` of a province: province, unit (People's Committee), place (name on reports)."""
    return {"province": province, "unit": f"UBND {province}", "place": _PROVINCE_PREFIX.sub("", province)}


def with_leader(holders: Mapping[Role, Sequence[Holder]], *, first: bool) -> dict[Role, list[Holder]]:
    """Return `holders` (role -> people) with the leader added to the role LEADERSHIP, whose messages are directives.

    If settings exist already (`first` is False) and LEADERSHIP was not decided in this run of `init`, nothing is added.
    """
    decided = {role: list(chosen) for role, chosen in holders.items()}
    leaders = decided.get(Role.LEADER, [])
    if leaders and (first or Role.LEADERSHIP in decided):
        named = {(leader.uid, leader.groups) for leader in leaders}
        others = [one for one in decided.get(Role.LEADERSHIP, []) if (one.uid, one.groups) not in named]
        decided[Role.LEADERSHIP] = [*leaders, *others]
    return decided
