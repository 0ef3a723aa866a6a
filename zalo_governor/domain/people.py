"""Persons, their roles under the regulation, and whether the bot can reach them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.models import FrozenModel


class Role(StrEnum):
    """Role of a person under the regulation; independent of the rights (owner, co-administrator) in the Zalo group."""

    LEADER = "leader"
    """Head of the group: the Chairman of the provincial People's Committee."""
    LEADERSHIP = "leadership"
    """May give directives (orders) in the group, such as a vice-chairman."""
    ADMIN = "admin"
    """Manages the group, and decides cases."""
    ADMIN_STAFF = "admin_staff"
    """Assists the admin with the cases."""
    REPORT_READER = "report_reader"
    """Reads the reports on behalf of the leader."""
    OVERSEER = "overseer"
    """Sees the condition and the figures of all groups, but no content and no names; the province's IT centre."""
    MEMBER = "member"
    BOT = "bot"


DESK = frozenset({Role.ADMIN, Role.ADMIN_STAFF})
"""Roles of the people who handle the cases: the admin and the staff."""
EVERYWHERE = "*"
"""Stands for all groups, also those added later, in `Person.grants`."""


class Reach(StrEnum):
    """Whether the bot's private messages reach a person."""

    UNKNOWN = "unknown"
    REACHED = "reached"
    REFUSED = "refused"


class Standing(StrEnum):
    """Whether the program knows to which person a Zalo account belongs; a display name alone is no proof."""

    LISTED = "listed"
    """The account's uid, globalId or phone number is in the settings or on a roster."""
    UNMATCHED = "unmatched"
    """The account's name is on a roster, but which account belongs to that person is not known yet."""
    OUTSIDE = "outside"
    """There is a roster, and the account is not on it."""
    UNKNOWN = "unknown"
    """There is no roster, or the account was not compared with it."""


class Namesake(FrozenModel):
    """An identified person whose name another account shows as its display name (possible impersonation)."""

    full_name: str
    title: str
    same: bool
    """True: the names are equal. False: the names only look alike."""


_NO_ROLES: frozenset[Role] = frozenset()

NOBODY_UID = "-"
"""Placeholder uid for the actor where Zalo does not say who acted; no Zalo account has this uid."""


class Person(FrozenModel):
    """A person known to the program. `uid` is different for each bot account; `global_id` is always the same."""

    id: int
    global_id: str | None = None
    phone: str | None = None
    uid: str
    """The person's Zalo user id as seen by the current bot account."""
    full_name: str = ""
    """The name on the roster or in the settings; "" where unknown."""
    title: str = ""
    display_name: str = ""
    """The name shown by the person's Zalo account (`zaloName` where known)."""
    grants: Mapping[str, frozenset[Role]] = {}
    """Group id, or EVERYWHERE -> the roles that the person holds there; a role in one group is none in another."""
    chosen_group: str | None = None
    """Id of the group that the person's private commands are about (command `/nhom`); None for all."""
    reach: Reach = Reach.UNKNOWN
    standing: Standing = Standing.UNKNOWN
    namesake: Namesake | None = None
    """The person for whom this person may be mistaken because of the display name; None where there is none."""

    @property
    def identified(self) -> bool:
        """Return whether the program knows who this is from settings or roster, not only from the display name."""
        if self.standing is Standing.UNKNOWN:
            return bool(self.full_name or self.grants)
        return self.standing is Standing.LISTED

    @property
    def name(self) -> str:
        """Return the person's name for messages: `full_name`, else the display name, else a Vietnamese placeholder."""
        nameless = "(không rõ ai)" if self.uid == NOBODY_UID else "(chưa rõ họ tên)"
        return self.full_name or self.display_name or nameless

    def roles_in(self, group_id: str) -> frozenset[Role]:
        """Return the roles that the person holds in the group: the one place that says who may do what where.

        For "" (`NO_GROUP`), which is for what concerns the bot account and no group's content, a role anywhere counts.
        """
        if not group_id:
            return _NO_ROLES.union(*self.grants.values())
        return self.grants.get(EVERYWHERE, _NO_ROLES) | self.grants.get(group_id, _NO_ROLES)

    def holds(self, group_id: str, *roles: Role) -> bool:
        """Return whether the person holds any of the roles in the group."""
        return not self.roles_in(group_id).isdisjoint(roles)

    @property
    def trusted(self) -> bool:
        """Return whether the person holds a role besides member in any group."""
        return bool(self.roles_in("") - {Role.MEMBER})


class Member(FrozenModel):
    """A member of a Zalo group, as returned by Zalo's API."""

    uid: str
    display_name: str
    zalo_name: str = ""
    global_id: str | None = None
    official: bool = False
    """True for an Official Account: an account that Zalo marks as belonging to an organisation or a program."""


class Group(NamedTuple):
    """A group that the program governs: its Zalo id, and its name in the settings ("" if it has none yet)."""

    id: str
    name: str


class GroupSnapshot(FrozenModel):
    """The state of a group at one moment, as returned by Zalo's API call getmg-v2."""

    group_id: str
    name: str
    owner_uid: str
    co_admin_uids: tuple[str, ...] = ()
    member_uids: tuple[str, ...] = ()
    total_members: int = 0
    settings: dict[str, int] = {}
    description: str | None = None
    """The group's description; None where unknown."""
    avatar_url: str | None = None
    """URL of the group's picture; "" for Zalo's default picture, None where unknown."""
    official_uids: tuple[str, ...] = ()
    """uids of the members that are Official Accounts (see `Member.official`)."""
    encrypted: bool | None = None
    """Whether the group is end-to-end encrypted, so that the bot cannot read what is sent in it; None where unknown."""
    link_opened_at: datetime | None = None
    """When the invite link was last known to be opened or replaced; Zalo does not say when it is closed."""
    link_expires_at: datetime | None = None
    """Expiry of the invite link as Zalo announced it when the link was opened."""

    @property
    def admin_uids(self) -> frozenset[str]:
        """Return the uids of the owner and the co-admins, who may change the group and delete messages of others."""
        return frozenset({self.owner_uid, *self.co_admin_uids})

    @property
    def members_hidden(self) -> bool:
        """Return whether Zalo hides members: it lists fewer than it counts (the group's setting `lockViewMember`)."""
        return len(self.member_uids) < self.total_members


def picture_name(address: str) -> str:
    """Return the file name in a picture's URL; it is the same in all URLs under which Zalo serves the picture."""
    return address.partition("?")[0].rstrip("/").rpartition("/")[2]


class FoundAccount(NamedTuple):
    """The Zalo account that Zalo's search by phone number returned."""

    uid: str
    global_id: str | None = None


class FriendRequest(NamedTuple):
    """A friend request to the bot account."""

    uid: str
    at_ms: int
    """Time of the request by Zalo's clock, in ms since 1970; 0 where Zalo does not say."""
