"""Pydantic models of the control API's request bodies."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.frames import Compression, Encoding, Encryption
from zalo_governor.simulator.load.crowd import gather
from zalo_governor.simulator.world import GROUP_ID, Account, Group, Person, World


class _Order(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PushedFrame(_Order):
    """A data frame to send. `data` is the unencrypted payload's data object, e.g. {"groupMsgs": [{"_text": "…"}]}.

    Uids in `data` are those that the main account sees.
    """

    cmd: int = Field(default=521, ge=0, le=0xFFFF)
    sub: int = Field(default=0, ge=0, le=0xFF)
    encrypt: Encryption = 2
    comp: Compression = "gzip"
    bad_tag: bool = False
    account: str | None = None
    """uid of the receiving account; default: all accounts, or the main account alone for private messages (`msgs`)."""
    data: dict[str, Any]

    @property
    def encoding(self) -> Encoding:
        """Return the options for encoding the frame."""
        return Encoding(self.encrypt, self.comp, self.bad_tag)


class Push(_Order):
    """Body of `push`: frames to send, in order."""

    frames: list[PushedFrame]


class Raw(_Order):
    """Body of `raw`: the bytes of one binary message, in hexadecimal."""

    hex: str = Field(pattern=r"^([0-9a-fA-F]{2}\s*)*$")

    @property
    def data(self) -> bytes:
        """Return the decoded bytes."""
        return bytes.fromhex(self.hex)


class Close(_Order):
    """Body of `close`: a WebSocket close code; 1006 breaks the connections without a close frame."""

    code: int = 1000


class Hist(_Order):
    """Body of `hist`: messages that enter a group's history without being sent, as if they were missed in an outage."""

    texts: list[str] = []
    messages: list[RawDict] = []
    """Messages in the form of elements of `groupMsgs` in `push`."""
    group_id: str = GROUP_ID


class Shorten(_Order):
    """Body of `shorten`: keep only the newest `keep` messages of a group's history, as Zalo also drops old messages."""

    keep: int = Field(ge=0)
    group_id: str = GROUP_ID


class StateQuery(_Order):
    """Query of `state` (`fields` to return, all if empty) and of `events` (`after`)."""

    fields: list[str] = []
    after: int = Field(default=0, ge=0)
    """Number of the last journal entry that the caller has already read."""


class PersonOrder(_Order):
    """A person to create or change; omitted fields stay unchanged."""

    uid: str = Field(pattern=r"^\d+$")
    name: str | None = None
    zalo_name: str | None = None
    phone: str | None = None
    takes_messages: bool | None = None
    official: bool | None = None


class GroupOrder(_Order):
    """A group to create or change; omitted fields stay unchanged."""

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
    """A further account to log in to with this `zpw_sek` cookie; it receives only the events of its groups."""

    uid: str = Field(pattern=r"^\d+$")
    cookie: str = Field(min_length=1)


class FriendOrder(_Order):
    """Body of `befriend`: a friend request from `uid` to the main account; with `aloud` false no event is sent."""

    uid: str = Field(pattern=r"^\d+$")
    message: str = ""
    aloud: bool = True


class QrOrder(_Order):
    """Body of `qr`: scan, confirm, decline or expire the newest login QR code."""

    do: Literal["scan", "confirm", "decline", "expire"]
    uid: str | None = None
    """uid of the person who scans the code; by default the main account's."""


class CrowdOrder(_Order):
    """Numbers of invented people and groups to create: see `crowd.gather`."""

    members: int = Field(ge=1, le=20_000)
    groups: int = Field(default=1, ge=1, le=500)


class WorldOrder(_Order):
    """Body of `world`: people, groups and accounts to create or change without sending any event."""

    people: list[PersonOrder] = []
    groups: list[GroupOrder] = []
    accounts: list[AccountOrder] = []
    crowd: CrowdOrder | None = None

    def apply(self, world: World) -> None:
        """Apply the changes to the world."""
        if self.crowd:
            gather(world, self.crowd.members, self.crowd.groups)
        for person in self.people:
            _copy_given_fields(world.person(person.uid), person, {"uid"})
        for group in self.groups:
            there = world.group(group.id)
            _copy_given_fields(there, group, {"id", "settings"})
            there.settings.update(group.settings)
            there.version += 1
        for account in self.accounts:
            world.person(account.uid)
            world.accounts.append(Account(account.uid, account.cookie))


def _copy_given_fields(target: Person | Group, order: PersonOrder | GroupOrder, skipped: set[str]) -> None:
    for name, value in order.model_dump(exclude_none=True, exclude=skipped).items():
        setattr(target, name, value)
