"""The bodies of the control API's orders, validated."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.frames import Compression, Encoding, Encryption
from zalo_governor.simulator.load.crowd import gather
from zalo_governor.simulator.world import GROUP_ID, Account, Group, Person, World


class _Order(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PushedFrame(_Order):
    """A data frame. `data` is the decoded payload's data object, such as {"groupMsgs": [{"_text": "…"}]}.

    Its uids are those that the first account sees.
    """

    cmd: int = Field(default=521, ge=0, le=0xFFFF)
    sub: int = Field(default=0, ge=0, le=0xFF)
    encrypt: Encryption = 2
    comp: Compression = "gzip"
    bad_tag: bool = False
    account: str | None = None
    """uid of the account that gets it; by default everybody, and with private messages (`msgs`) the first account."""
    data: dict[str, Any]

    @property
    def encoding(self) -> Encoding:
        """How to pack it."""
        return Encoding(self.encrypt, self.comp, self.bad_tag)


class Push(_Order):
    """Frames to write, in order."""

    frames: list[PushedFrame]


class Raw(_Order):
    """One binary message, byte by byte."""

    hex: str = Field(pattern=r"^([0-9a-fA-F]{2}\s*)*$")

    @property
    def data(self) -> bytes:
        """The bytes."""
        return bytes.fromhex(self.hex)


class Close(_Order):
    """A close code; 1006 breaks the connection."""

    code: int = 1000


class Hist(_Order):
    """Messages that enter a group's history without being pushed: what a cut of the line loses."""

    texts: list[str] = []
    messages: list[RawDict] = []
    """Messages as in `push`."""
    group_id: str = GROUP_ID


class Shorten(_Order):
    """A group's history ends sooner: all but its newest `keep` messages are gone, as where Zalo's own reach ends."""

    keep: int = Field(ge=0)
    group_id: str = GROUP_ID


class StateQuery(_Order):
    """What `state` and `events` shall show."""

    fields: list[str] = []
    after: int = Field(default=0, ge=0)
    """The number of the last event already seen."""


class PersonOrder(_Order):
    """A person to make or change; what is not given stays."""

    uid: str = Field(pattern=r"^\d+$")
    name: str | None = None
    zalo_name: str | None = None
    phone: str | None = None
    takes_messages: bool | None = None
    official: bool | None = None


class GroupOrder(_Order):
    """A group to make or change; what is not given stays."""

    id: str = Field(pattern=r"^\d+$")
    name: str | None = None
    description: str | None = None
    picture: str | None = None
    owner: str | None = None
    admins: list[str] | None = None
    members: list[str] | None = None
    pending: list[str] | None = None
    settings: dict[str, int] = {}


class AccountOrder(_Order):
    """One more account that a client can log in to, with this `zpw_sek`. The person must be in a group to hear it."""

    uid: str = Field(pattern=r"^\d+$")
    cookie: str = Field(min_length=1)


class FriendOrder(_Order):
    """Somebody asks to be the friend of the first account; not `aloud` means that no socket hears it."""

    uid: str = Field(pattern=r"^\d+$")
    message: str = ""
    aloud: bool = True


class QrOrder(_Order):
    """What somebody with a telephone does to the youngest QR code, or what time does to it."""

    do: Literal["scan", "confirm", "decline", "expire"]
    uid: str | None = None
    """Who scans it; the first account by default."""


class CrowdOrder(_Order):
    """Invented people and groups, for size: see `crowd.gather`."""

    members: int = Field(ge=1, le=20_000)
    groups: int = Field(default=1, ge=1, le=500)


class WorldOrder(_Order):
    """Changes of who and what exists, without any event on the wire."""

    people: list[PersonOrder] = []
    groups: list[GroupOrder] = []
    accounts: list[AccountOrder] = []
    crowd: CrowdOrder | None = None

    def apply(self, world: World) -> None:
        """Make the changes."""
        if self.crowd:
            gather(world, self.crowd.members, self.crowd.groups)
        for person in self.people:
            _set(world.person(person.uid), person, {"uid"})
        for group in self.groups:
            there = world.group(group.id)
            _set(there, group, {"id", "settings"})
            there.settings.update(group.settings)
            there.version += 1
        for account in self.accounts:
            world.person(account.uid)
            world.accounts.append(Account(account.uid, account.cookie))


def _set(target: Person | Group, order: PersonOrder | GroupOrder, skipped: set[str]) -> None:
    for name, value in order.model_dump(exclude_none=True, exclude=skipped).items():
        setattr(target, name, value)
