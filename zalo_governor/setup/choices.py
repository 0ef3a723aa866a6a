"""What an office has decided, however it was asked: in a conversation or by a file of answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from zalo_governor.domain.people import Role

ROLE_NAMES = {
    Role.LEADER: "Trưởng nhóm",
    Role.LEADERSHIP: "Lãnh đạo có ý kiến là chỉ đạo",
    Role.ADMIN: "Quản trị nhóm",
    Role.ADMIN_STAFF: "Cán bộ được giao giúp Quản trị",
    Role.REPORT_READER: "Người được xem báo cáo thay Trưởng nhóm",
}
"""The roles that are asked for, in the order of the questions."""


_PROVINCE = re.compile(r"^(?:tỉnh|thành phố)\s+", re.IGNORECASE)


class Holder(NamedTuple):
    """Somebody who gets a role. `full_name` and `title` are None where nobody said anything of them."""

    uid: str
    global_id: str | None
    display_name: str
    full_name: str | None = None
    title: str | None = None

    @property
    def written_name(self) -> str:
        """The name to write down: what was said, else what the display name holds before its dash."""
        return self.full_name or read_display_name(self.display_name)[0]

    @property
    def written_title(self) -> str:
        """In the same way."""
        return self.title if self.title is not None else read_display_name(self.display_name)[1]


class ChosenGroup(NamedTuple):
    """A group to watch."""

    id: str
    name: str


@dataclass(frozen=True)
class Choices:
    """What is to be written; of what is not in here the files keep what they say."""

    top: Mapping[str, Any] = field(default_factory=dict)
    """data_dir, config_dir."""
    zalo: Mapping[str, Any] = field(default_factory=dict)
    office: Mapping[str, Any] = field(default_factory=dict)
    alarm: Mapping[str, Any] = field(default_factory=dict)
    groups: Sequence[ChosenGroup] | None = None
    holders: Mapping[Role, Sequence[Holder]] = field(default_factory=dict)
    """Who holds each role that was decided; a role that is not in here stays with whom it is."""
    regulation: Mapping[str, str] = field(default_factory=dict)
    """number, issued (YYYY-MM-DD), issuer."""


def read_display_name(name: str) -> tuple[str, str]:
    """(full name, title) of a display name in the form of clause 3.2; without a dash all of it is the name."""
    for dash in (" - ", " – ", " — "):
        before, found, after = name.partition(dash)
        if found:
            return before.strip(), after.strip()
    return name.strip(), ""


def office_of(province: str) -> dict[str, str]:
    """What follows from the name of a province, where nobody says otherwise: its committee, and where reports are
    dated."""
    return {"province": province, "unit": f"UBND {province}", "place": _PROVINCE.sub("", province)}


def with_leader(holders: Mapping[Role, Sequence[Holder]], *, first: bool) -> dict[Role, list[Holder]]:
    """The same, and the leader's word is a directive as well; where it was not decided whose are, at first alone."""
    decided = {role: list(chosen) for role, chosen in holders.items()}
    leaders = decided.get(Role.LEADER, [])
    if leaders and (first or Role.LEADERSHIP in decided):
        uids = {leader.uid for leader in leaders}
        others = [one for one in decided.get(Role.LEADERSHIP, []) if one.uid not in uids]
        decided[Role.LEADERSHIP] = [*leaders, *others]
    return decided
