"""Pydantic models of the request bodies of the simulator's control API; docs/simulator.md describes its orders."""

from typing import Any, Literal, Self

from pydantic import Base64Bytes, Field, field_validator, model_validator

from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.models import StrictModel
from zalo_governor.simulator.file_server import FileFault, ServedFile
from zalo_governor.simulator.frames import Compression, Encoding, Encryption
from zalo_governor.simulator.load.crowd import gather
from zalo_governor.simulator.samples import SAMPLES, SampleName
from zalo_governor.simulator.scenario.acts import ScenarioAct
from zalo_governor.simulator.world import GROUP_ID, Account, Device, Group, Person, World


class PushedFrame(StrictModel):
    """A WebSocket frame to send to the connected clients, part of a request `push` to the simulator's control API.

    `cmd` and `sub` are Zalo's command numbers in the frame's header, such as 521 for group messages or 501 for private
    messages; `encrypt`, `comp` and `bad_tag` are those of `frames.Encoding`.
    """

    cmd: int = Field(default=521, ge=0, le=0xFFFF)
    sub: int = Field(default=0, ge=0, le=0xFF)
    encrypt: Encryption = 2
    comp: Compression = "gzip"
    bad_tag: bool = False
    account: str | None = None
    """uid of the account whose clients receive the frame.

    None means all accounts, or only the main account (the bot's) if `data` contains private messages (`msgs`).
    """
    data: dict[str, Any]
    """The payload before encryption, e.g. {"groupMsgs": [{"_text": "…"}]}, with the uids that the main account sees."""

    @property
    def encoding(self) -> Encoding:
        """Return how the frame is to be encrypted and compressed."""
        return Encoding(self.encrypt, self.comp, self.bad_tag)


class Push(StrictModel):
    """Request body of the control API's `push`: send these frames, one after another, over the clients' sockets."""

    frames: list[PushedFrame]


class Raw(StrictModel):
    """Request body of the control API's `raw`: send the bytes in `hex` (hexadecimal) unchanged over every socket."""

    hex: str = Field(pattern=r"^([0-9a-fA-F]{2}\s*)*$")

    @property
    def data(self) -> bytes:
        """Return the bytes to send, decoded from hexadecimal."""
        return bytes.fromhex(self.hex)


class Close(StrictModel):
    """Request body of the control API's `close`: close all clients' sockets with the WebSocket close code `code`.

    Code 1006, which the protocol does not allow to be sent, breaks the connections without a close frame.
    """

    code: int = 1000


class Hist(StrictModel):
    """Request body of the control API's `hist`: add messages to a group's history without sending them to any client.

    This simulates messages that the clients missed in an outage and can only fetch from the history. `texts` are the
    texts of messages whose other fields get default values.
    """

    texts: list[str] = []
    messages: list[RawDict] = []
    """Messages with further fields given, in the same form as the elements of `groupMsgs` in a frame of `push`."""
    group_id: str = GROUP_ID


class PutFile(StrictModel):
    """A file that the simulated file server is to serve, part of a request `put` to the simulator's control API.

    Its bytes are those in `content` (base64) or those of the sample named by `sample`, see `samples.SAMPLES`.
    """

    name: str = Field(min_length=1)
    content: Base64Bytes | None = None
    sample: SampleName | None = None
    kind: Literal["file", "photo"] = "file"
    caption: str = ""
    """Text under a photo."""
    fault: FileFault | None = None
    location: str = ""
    """URL to which the fault `redirect` leads."""

    @model_validator(mode="after")
    def _require_bytes(self) -> Self:
        if (self.content is None) is (self.sample is None):
            raise ValueError("give either `content` or `sample`")
        return self

    @property
    def file(self) -> ServedFile:
        """Return the file to serve."""
        content = SAMPLES[self.sample]() if self.sample else self.content or b""
        return ServedFile(self.name, content, self.kind, self.fault, self.location)


class Put(StrictModel):
    """Request body of the control API's `put`: let the simulated file server serve these files."""

    files: list[PutFile]


class ActOrder(StrictModel):
    """Request body of the control API's `act`: let somebody in a group perform an act now.

    If `aloud` is False, clients get no event of a message, recall, deletion or reaction and must ask for missed ones.
    """

    act: ScenarioAct
    """The act as a scenario has it, but without a time, with uids for people and msgIds for messages."""
    group_id: str = GROUP_ID
    aloud: bool = True

    @field_validator("act", mode="before")
    @classmethod
    def _happens_now(cls, act: Any) -> Any:
        return {"at": "00:00", **act} if isinstance(act, dict) else act


class Shorten(StrictModel):
    """Request body of the control API's `shorten`: remove the oldest messages from a group's history.

    This simulates that Zalo does not keep old messages for ever. Exactly one of `keep` and `since` is given.
    """

    keep: int | None = Field(default=None, ge=0)
    """How many of the newest messages and acts stay."""
    since: int | None = Field(default=None, ge=0)
    """msgId of the oldest message that stays."""
    group_id: str = GROUP_ID

    @model_validator(mode="after")
    def _says_one(self) -> "Shorten":
        if (self.keep is None) == (self.since is None):
            raise ValueError("give either keep or since")
        return self


class StateQuery(StrictModel):
    """Parameters of the control API's read-only requests `state` (simulator state) and `events` (journal entries).

    `fields` are the names of the parts of the state that `state` returns; if empty, all parts are returned.
    """

    fields: list[str] = []
    after: int = Field(default=0, ge=0)
    """Number of the last event that the caller of `events` has read already; only later events are returned."""


class PersonOrder(StrictModel):
    """A person whom a request to the control API creates or changes in the simulation; `uid` is the Zalo user id.

    The fields are those of `world.Person`; a field that is None stays unchanged.
    """

    uid: str = Field(pattern=r"^\d+$")
    name: str | None = None
    zalo_name: str | None = None
    phone: str | None = None
    takes_messages: bool | None = None
    official: bool | None = None
    device: Device | None = None


class GroupOrder(StrictModel):
    """A group that a request to the control API creates or changes in the simulation.

    The fields are those of `world.Group`; fields that are None and settings that are not given stay unchanged.
    """

    id: str = Field(pattern=r"^\d+$")
    name: str | None = None
    description: str | None = None
    picture: str | None = None
    owner: str | None = None
    admins: list[str] | None = None
    members: list[str] | None = None
    pending: list[str] | None = None
    settings: dict[str, int] = {}
    encrypted: bool | None = None


class AccountOrder(StrictModel):
    """An account that a request to the control API adds; clients log in to it with the session cookie `cookie`.

    Clients of the account only receive events of the groups and private conversations in which the person `uid` takes
    part.
    """

    uid: str = Field(pattern=r"^\d+$")
    cookie: str = Field(min_length=1)


class FriendOrder(StrictModel):
    """Request body of the control API's `befriend`: send a friend request from the person `uid` to the bot's account.

    If `aloud` is False, clients get no event over the socket and find the friend request only by an API call.
    """

    uid: str = Field(pattern=r"^\d+$")
    message: str = ""
    aloud: bool = True


class QrOrder(StrictModel):
    """Request body of the control API's `qr`: change the state of the login QR code that was issued last.

    `do` is what a simulated person does with the phone ("scan" the code, then "confirm" or "decline" the login);
    "expire" lets the code become invalid.
    """

    do: Literal["scan", "confirm", "decline", "expire"]
    uid: str | None = None
    """uid of the person who scans the code and is logged in by it; None means the main account (the bot's)."""


class CrowdOrder(StrictModel):
    """How many invented people (`members`) and groups to create for load tests, see `load.crowd.gather`."""

    members: int = Field(ge=1, le=20_000)
    groups: int = Field(default=1, ge=1, le=500)


class WorldOrder(StrictModel):
    """Request body of the control API's `world`: create or change people, groups and accounts of the simulation.

    Clients get no events of these changes. `crowd`, if given, also creates many invented people and groups.
    """

    people: list[PersonOrder] = []
    groups: list[GroupOrder] = []
    accounts: list[AccountOrder] = []
    crowd: CrowdOrder | None = None

    def apply(self, world: World) -> None:
        """Make the changes of this request in `world` (the simulated accounts, people and groups)."""
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
            world.person(account.uid).device = Device.DESKTOP
            world.accounts.append(Account(account.uid, account.cookie))


def _copy_given_fields(target: Person | Group, order: PersonOrder | GroupOrder, skipped: set[str]) -> None:
    for name, value in order.model_dump(exclude_none=True, exclude=skipped).items():
        setattr(target, name, value)
