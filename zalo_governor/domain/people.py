"""Persons, their roles under the regulation, and whether the bot can reach them."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """Role of a person under the regulation; independent of Zalo's own rights `owner` and `co_admin`."""

    LEADER = "leader"
    LEADERSHIP = "leadership"
    ADMIN = "admin"
    ADMIN_STAFF = "admin_staff"
    REPORT_READER = "report_reader"
    MEMBER = "member"
    BOT = "bot"


class Reach(StrEnum):
    """Whether the bot's private messages reach a person."""

    UNKNOWN = "unknown"
    REACHED = "reached"
    REFUSED = "refused"


class Standing(StrEnum):
    """Whether the owner of a Zalo account is identified; a display name alone is no proof."""

    LISTED = "listed"
    """The account's uid, globalId or phone number has a role in the settings, or is in a roster."""
    UNMATCHED = "unmatched"
    """A roster contains a person of the same name whose account is not known yet."""
    OUTSIDE = "outside"
    """A roster exists, and the account is not in it."""
    UNKNOWN = "unknown"
    """No roster exists, or the account was not compared with it."""


class Namesake(BaseModel):
    """An identified person whose name is shown by another person's account (possible impersonation)."""

    model_config = ConfigDict(frozen=True)

    full_name: str
    title: str
    same: bool
    """True: the names are equal. False: the names only look alike."""


NOBODY_UID = "-"
"""Placeholder uid for an unknown actor, where Zalo does not say who acted; no Zalo account can have it."""


class Person(BaseModel):
    """A person known to the program. The `uid` differs for each bot account; `global_id` is stable."""

    model_config = ConfigDict(frozen=True)

    id: int
    global_id: str | None = None
    phone: str | None = None
    uid: str
    """The person's uid as seen by the current bot account."""
    full_name: str = ""
    """From the roster or the configuration; "" where unknown."""
    title: str = ""
    display_name: str = ""
    """The name shown by the person's Zalo account (`zaloName` where known)."""
    roles: frozenset[Role] = frozenset()
    reach: Reach = Reach.UNKNOWN
    standing: Standing = Standing.UNKNOWN
    namesake: Namesake | None = None
    """Another person for whom this one may be mistaken because of the display name."""

    @property
    def identified(self) -> bool:
        """Return whether the person is identified by more than the account's display name."""
        if self.standing is Standing.UNKNOWN:
            return bool(self.full_name or self.roles)
        return self.standing is Standing.LISTED

    @property
    def name(self) -> str:
        """Return the name to address the person by: the approved one, else Zalo's display name, else a placeholder."""
        nameless = "(không rõ ai)" if self.uid == NOBODY_UID else "(chưa rõ họ tên)"
        return self.full_name or self.display_name or nameless

    def has(self, *roles: Role) -> bool:
        """Return whether the person holds any of the roles."""
        return not self.roles.isdisjoint(roles)


class Member(BaseModel):
    """A member of a Zalo group, as returned by Zalo's API."""

    model_config = ConfigDict(frozen=True)

    uid: str
    display_name: str
    zalo_name: str = ""
    global_id: str | None = None
    official: bool = False
    """True for an Official Account: one that Zalo marks as an organisation's or a program's."""


class GroupSnapshot(BaseModel):
    """The state of a group at one moment, as returned by Zalo's API (getmg-v2)."""

    model_config = ConfigDict(frozen=True)

    group_id: str
    name: str
    owner_uid: str
    co_admin_uids: tuple[str, ...] = ()
    member_uids: tuple[str, ...] = ()
    total_members: int = 0
    settings: dict[str, int] = {}
    description: str | None = None
    """None where unknown."""
    avatar_url: str | None = None
    """"" for Zalo's default picture; None where unknown."""
    official_uids: tuple[str, ...] = ()
    """uids of the members that are Official Accounts (see `Member.official`)."""
    link_opened_at: datetime | None = None
    """When the invite link was last known to be opened or replaced; Zalo does not say when it is closed."""
    link_expires_at: datetime | None = None
    """Expiry of the invite link as Zalo announced it when the link was opened."""

    @property
    def members_hidden(self) -> bool:
        """Return whether Zalo lists fewer members than it counts (setting `lockViewMember`)."""
        return len(self.member_uids) < self.total_members


def picture_name(address: str) -> str:
    """Return the file name in a picture's URL: it identifies a picture that Zalo serves from many hosts and sizes."""
    return address.partition("?")[0].rstrip("/").rpartition("/")[2]


class FoundAccount(NamedTuple):
    """The Zalo account found for a phone number."""

    uid: str
    global_id: str | None = None


class FriendRequest(NamedTuple):
    """A friend request to the bot account."""

    uid: str
    at_ms: int
    """Time of the request by Zalo's clock, in ms since 1970; 0 where Zalo does not say."""
