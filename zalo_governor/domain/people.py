"""Persons, their roles under the regulation, and whether the bot can reach them."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """What the regulation (not Zalo) makes of a person. Zalo's own rights are `owner` and `co_admin`."""

    LEADER = "leader"
    LEADERSHIP = "leadership"
    ADMIN = "admin"
    ADMIN_STAFF = "admin_staff"
    REPORT_READER = "report_reader"
    MEMBER = "member"
    BOT = "bot"


class Reach(StrEnum):
    """Whether a private message gets through to a person."""

    UNKNOWN = "unknown"
    REACHED = "reached"
    REFUSED = "refused"


class Standing(StrEnum):
    """What the office knows of an account. A name proves nothing."""

    LISTED = "listed"
    """By uid, globalId or telephone number: it holds a role by the settings, or stands in a roster."""
    UNMATCHED = "unmatched"
    """A roster names somebody of that name whose account is not known yet."""
    OUTSIDE = "outside"
    """There is a roster, and it does not stand in it."""
    UNKNOWN = "unknown"
    """There is no roster to look into, or nobody looked."""


class Namesake(BaseModel):
    """Somebody known under one account, whose name another account shows."""

    model_config = ConfigDict(frozen=True)

    full_name: str
    title: str
    same: bool
    """The very same name; else it only looks like it."""


NOBODY_UID = "-"
"""Stands for whoever did what Zalo names nobody for; no account of Zalo can have it."""


class Person(BaseModel):
    """A human being. A uid belongs to (bot account, person) and changes with the account; `global_id` does not."""

    model_config = ConfigDict(frozen=True)

    id: int
    global_id: str | None = None
    phone: str | None = None
    uid: str
    """The uid under which the current bot account sees the person."""
    full_name: str = ""
    """From the roster or the configuration; "" where unknown."""
    title: str = ""
    display_name: str = ""
    """What the person's Zalo shows (`zaloName` where known)."""
    roles: frozenset[Role] = frozenset()
    reach: Reach = Reach.UNKNOWN
    standing: Standing = Standing.UNKNOWN
    namesake: Namesake | None = None
    """Whom the display name may be taken for."""

    @property
    def identified(self) -> bool:
        """Whether the office knows who this is, and not only what the account calls itself."""
        if self.standing is Standing.UNKNOWN:
            return bool(self.full_name or self.roles)
        return self.standing is Standing.LISTED

    @property
    def name(self) -> str:
        """The name to address the person by: the approved one, else the one that Zalo shows, else a neutral word."""
        nameless = "(không rõ ai)" if self.uid == NOBODY_UID else "(chưa rõ họ tên)"
        return self.full_name or self.display_name or nameless

    def has(self, *roles: Role) -> bool:
        """Whether the person holds any of the roles."""
        return not self.roles.isdisjoint(roles)


class Member(BaseModel):
    """A member of a Zalo group as a fetch of the group shows it."""

    model_config = ConfigDict(frozen=True)

    uid: str
    display_name: str
    zalo_name: str = ""
    global_id: str | None = None
    official: bool = False
    """Zalo marks the account as that of an organisation or a program (Official Account)."""


class GroupSnapshot(BaseModel):
    """A group as Zalo describes it at one moment (getmg-v2)."""

    model_config = ConfigDict(frozen=True)

    group_id: str
    name: str
    owner_uid: str
    co_admin_uids: tuple[str, ...] = ()
    member_uids: tuple[str, ...] = ()
    total_members: int = 0
    settings: dict[str, int] = {}
    description: str | None = None
    """None where it is not known."""
    avatar_url: str | None = None
    """"" for the picture that Zalo gives by itself; None where it is not known."""
    official_uids: tuple[str, ...] = ()
    """Members whose accounts are those of organisations or programs."""
    link_opened_at: datetime | None = None
    """When the invite link was last opened or made anew, as far as that was heard: Zalo does not tell of its end."""
    link_expires_at: datetime | None = None
    """As Zalo said when it was opened."""

    @property
    def members_hidden(self) -> bool:
        """Zalo showed fewer members than it counts (`lockViewMember`)."""
        return len(self.member_uids) < self.total_members


def picture_name(address: str) -> str:
    """What tells one picture of Zalo's from another: the same is served from many hosts and in many sizes."""
    return address.partition("?")[0].rstrip("/").rpartition("/")[2]


class FoundAccount(NamedTuple):
    """Whose Zalo account a telephone number is."""

    uid: str
    global_id: str | None = None


class FriendRequest(NamedTuple):
    """Somebody asks to be the bot account's friend."""

    uid: str
    at_ms: int
    """When, by Zalo; 0 where it does not say."""
