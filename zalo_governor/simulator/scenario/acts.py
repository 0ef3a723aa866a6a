"""Pydantic models of the acts in a scenario's YAML file: what people do, and how the bot should react.

Each act is a mapping with `at` (time of day in the scenario), usually `by` (key of the acting person) and one key that
names the act: `{at: "07:30:05", by: an, say: "…"}` or, with further fields, `{…, photo: {caption: "…", file: "…"}}`.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.models import StrictModel
from zalo_governor.simulator.cards import CallKind
from zalo_governor.simulator.messages import DeletionKind
from zalo_governor.simulator.samples import SampleName
from zalo_governor.simulator.scenario.expect import Expect
from zalo_governor.simulator.world import Device


def _seconds(text: object) -> int:
    """Convert a time of day, "HH:MM" or "HH:MM:SS", to seconds since midnight."""
    parts = str(text).split(":")
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError('give the time in quotes as "HH:MM" or "HH:MM:SS"')
    hours, minutes, *rest = map(int, parts)
    seconds = rest[0] if rest else 0
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("there is no such time of day")
    return hours * 3600 + minutes * 60 + seconds


ClockTime = Annotated[int, BeforeValidator(_seconds)]
"""A time of day in seconds since midnight, written as "HH:MM" or "HH:MM:SS" in YAML."""


class Act(StrictModel):
    """Base class of all scenario acts (what a person does, or an outage), with the fields that every act has."""

    at: ClockTime
    by: str = ""
    """Key (short name) of the person who performs the act; "" for an act of nobody, such as an outage."""
    id: str = ""
    """Id by which later acts, such as a recall, refer to the message sent by this act; "" if none does."""
    expect: Expect = Expect()
    device: Device | None = None
    """The device with which the person acts; None means the person's own."""


class Say(Act):
    """Scenario act: the person `by` writes a text message in the group."""

    act: Literal["say"]
    text: str
    mention: str | None = None
    """Key of the person whom the text mentions, `all` if it mentions everybody, None if it mentions nobody."""
    styles: list[RawDict] = []
    """Styles of parts of the text, such as `{start: 0, len: 4, st: b}`; a text with styles is formatted text."""


class Reply(Act):
    """Scenario act: the person `by` replies in the group to the message of the earlier act with the id `to`."""

    act: Literal["reply"]
    to: str
    text: str


class Photo(Act):
    """Scenario act: the person `by` sends a photo with a caption to the group."""

    act: Literal["photo"]
    caption: str
    file: str = "anh.jpg"
    sample: SampleName | None = None
    """Name of the sample file (`samples.SAMPLES`) that is the photo; None: Zalo no longer has the photo."""
    as_text: bool = False
    """Whether the message's content is the text of a JSON object instead of the object; Zalo sends both."""


class File(Act):
    """Scenario act: the person `by` sends a file to the group."""

    act: Literal["file"]
    name: str
    size: int = 245_760
    """Size in bytes; a sample has its own."""
    sample: SampleName | None = None
    """Name of the sample file (`samples.SAMPLES`) that has the content; None: Zalo no longer has the file."""


class Link(Act):
    """Scenario act: the person `by` sends a link to the group, with the preview (title, description) that Zalo adds."""

    act: Literal["link"]
    url: str
    title: str = ""
    description: str = ""


class Sticker(Act):
    """Scenario act: the person `by` sends a sticker, identified by its number at Zalo, to the group."""

    act: Literal["sticker"]
    number: int


class Recall(Act):
    """Scenario act: the person `by` recalls (unsends) the message that they sent in the act with the id `of`."""

    act: Literal["recall"]
    of: str
    placeholder: bool = True
    """Whether a placeholder line stays visible in place of the message."""


class Delete(Act):
    """Scenario act: the person `by` deletes the messages of the earlier acts with the ids `of`.

    For everybody (`kind: all`), only an owner or deputy can; from others it is a claim that deletes nothing. With
    `kind: me` the messages are deleted for the person alone, with `kind: conversation` all up to the named one. `by`
    may be the bot's account (`bot`), which somebody else uses on a phone.
    """

    act: Literal["delete"]
    of: str | list[str]
    kind: DeletionKind = DeletionKind.ALL


class Edit(Act):
    """Scenario act: the person `by` replaces the text of their message, which is that of the act with the id `of`."""

    act: Literal["edit"]
    of: str
    text: str


class React(Act):
    """Scenario act: the person `by` reacts with an icon to the messages of the earlier acts with the ids `to`.

    An empty icon removes the person's icons from them.
    """

    act: Literal["react"]
    to: str | list[str]
    icon: str = "/-strong"


class Join(Act):
    """Scenario act: the person `who` (a key) joins the group, added by `by`, or by the invite link if `by` is ""."""

    act: Literal["join"]
    who: str


class Leave(Act):
    """Scenario act: the person `by` leaves the group."""

    act: Literal["leave"]
    confirmed: Literal[True]
    """Always True, because the act is written as `leave: true` in YAML."""


class Remove(Act):
    """Scenario act: the person `by` removes the member `who` (a key) from the group."""

    act: Literal["remove"]
    who: str


class RenameMember(Act):
    """Scenario act: the person `by` changes their own display name to `name`.

    Zalo sends no event of the change; only later messages of the person carry the new name.
    """

    act: Literal["rename_member"]
    name: str


class RenameGroup(Act):
    """Scenario act: the person `by` changes the group's name."""

    act: Literal["rename_group"]
    name: str


class DescribeGroup(Act):
    """Scenario act: the person `by` changes the group's description."""

    act: Literal["describe_group"]
    description: str


class GroupPicture(Act):
    """Scenario act: the person `by` changes the group's picture to the one with the file name `picture`."""

    act: Literal["group_picture"]
    picture: str


class InviteLink(Act):
    """Scenario act: the person `by` creates or renews the group's invite link, which is valid for `hours` hours."""

    act: Literal["invite_link"]
    hours: int


class Owner(Act):
    """Scenario act: the person `by` transfers the ownership of the group to the person `who` (a key)."""

    act: Literal["owner"]
    who: str


class Unpin(Act):
    """Scenario act: the person `by` unpins the message of the earlier act with the id `of`."""

    act: Literal["unpin"]
    of: str


class Setting(Act):
    """Scenario act: the person `by` sets the group's settings in `flags` (Zalo's name of the setting -> 0 or 1)."""

    act: Literal["setting"]
    flags: dict[str, int]


class Admin(Act):
    """Scenario act: the person `by` makes the member `who` (a key) a deputy of the group.

    A deputy is an administrator beside the owner. With `granted: false` the member ceases to be a deputy.
    """

    act: Literal["admin"]
    who: str
    granted: bool = True


class Pin(Act):
    """Scenario act: the person `by` pins the message of the earlier act with the id `of`."""

    act: Literal["pin"]
    of: str


class Befriend(Act):
    """Scenario act: the person `by` sends the bot's account a friend request with this message."""

    act: Literal["befriend"]
    message: str


class Cut(Act):
    """Scenario act: a network outage cuts the clients off from Zalo for `minutes` minutes of the scenario's time.

    Messages sent during the outage only enter the history, from which a client must fetch them later.
    """

    act: Literal["cut"]
    minutes: float
    code: int = 1006
    """WebSocket close code with which the sockets are closed; 1006 breaks the connections without a close frame."""


class Dm(Act):
    """Scenario act: the person `by` sends a private message to the bot's account."""

    act: Literal["dm"]
    text: str


class Follow(Act):
    """Scenario act: the person `by` answers a private message of the bot with a chat command proposed in it.

    `command` is the command without its arguments, such as `/moira` (remove a member); the case number and one-time
    code are copied from the bot's message.
    """

    act: Literal["follow"]
    command: str = Field(pattern=r"^/[a-z]+$")


class Call(Act):
    """Scenario act: the person `by` makes a Zalo call of `minutes` minutes, which a message in the group reports."""

    act: Literal["call"]
    minutes: int
    kind: CallKind = "groupcall"


class Remind(Act):
    """Scenario act: the person `by` makes a reminder in the group; Zalo shows a card and writes a line about it."""

    act: Literal["remind"]
    title: str
    description: str = ""


class Poll(Act):
    """Scenario act: the person `by` asks the group to vote on a question."""

    act: Literal["poll"]
    question: str
    options: list[str] = ["Đồng ý", "Không đồng ý"]


class Vote(Act):
    """Scenario act: the person `by` votes in the poll of the earlier act with the id `of`."""

    act: Literal["vote"]
    of: str


class ToDo(Act):
    """Scenario act: the person `by` sends a to-do, which gives others a task, to the group."""

    act: Literal["todo"]
    text: str


class Contact(Act):
    """Scenario act: the person `by` sends the contact card of the person `who` (a key) to the group."""

    act: Literal["contact"]
    who: str


class Seen(Act):
    """Scenario act: the people `by` and `who` (keys) have seen the message of the earlier act with the id `of`."""

    act: Literal["seen"]
    of: str
    who: list[str] = []


AnyAct = (
    Say | Reply | Photo | File | Link | Sticker | Recall | Delete | Edit | React | Join | Leave | Remove | RenameMember
    | RenameGroup | DescribeGroup | GroupPicture | InviteLink | Owner | Setting | Admin | Pin | Unpin | Befriend | Cut
    | Dm | Follow | Call | Remind | Poll | Vote | ToDo | Contact | Seen
)  # fmt: skip

_MAIN_FIELD = {
    get_args(model.model_fields["act"].annotation)[0]: next(
        name for name in model.model_fields if name != "act" and name not in Act.model_fields
    )
    for model in get_args(AnyAct)
}
"""Name of an act -> the field that the short form of the act gives: the first of its own."""


def _unfold(value: Any) -> Any:
    """Convert an act from the short form of the YAML file to flat fields with the act's name under `act`.

    `{say: "…"}` becomes `{act: say, text: "…"}`; `{photo: {caption: …}}` becomes `{act: photo, caption: …}`.
    """
    if not isinstance(value, dict):
        return value
    named = [key for key in value if key in _MAIN_FIELD]
    if len(named) != 1:
        raise ValueError(f"name exactly one act; there are {', '.join(_MAIN_FIELD)}")
    act = named[0]
    rest = {key: item for key, item in value.items() if key != act}
    given = value[act]
    unfolded = act != "setting" and isinstance(given, dict)
    return {"act": act, **rest, **(given if unfolded else {_MAIN_FIELD[act]: given})}


ScenarioAct = Annotated[AnyAct, Field(discriminator="act"), BeforeValidator(_unfold)]
"""Type of an act of any kind, which pydantic reads from the form that the YAML file gives it."""
