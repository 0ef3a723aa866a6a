"""Pydantic models of the acts in a scenario's YAML file: what people do, and how the bot should react.

Each act is a mapping with `at` (time of day in the scenario), usually `by` (key of the acting person) and one key that
names the act: `{at: "07:30:05", by: an, say: "…"}` or, with further fields, `{…, photo: {caption: "…", file: "…"}}`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from zalo_governor.simulator.samples import SampleName


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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


class Expect(_Model):
    """How the bot should react to an act (scripted event) of a scenario; the command `zalo-governor demo` checks it.

    A rule is a check for one kind of breach of the group's regulation; a case is a possible breach that the bot has
    recorded for review.
    """

    rule: str | None = None
    """Name of the rule under which the bot must open a case about the act; None if no such case is expected."""
    joins: bool = False
    """Whether the bot must add the act to a case that is already open for the same person.

    If False and a rule is expected, the act must open a case of its own.
    """
    late: bool = False
    """Whether the bot learns of the act only after an outage of the connection.

    It must then open a case, but must not send a warning at once, because the act lies in the past.
    """
    sealed: bool = False
    """Whether the case must be sealed: none of the message's text may be stored anywhere.

    Cases are sealed if the message may be a state secret.
    """
    leader_told: bool = False
    """Whether the bot must tell the leader (head of the group) of the case, because an administrator caused it."""
    fixes: bool = False
    """Whether the act changes the person's display name to the name that the bot proposed.

    The open case about the person's incorrect name must then close by itself.
    """
    in_file: bool = False
    """Whether what is wrong is in the file or picture of the act: the bot sees it only when it has scanned the file."""
    digest: bool = False
    """Whether the administrators need not be told of the case at once, but in the next digest."""
    not_checked: str | None = None
    """Reason, a value of `NotChecked`, for which the report must count the act's file as not completely checked."""
    nothing: bool = False
    """Whether the act must not lead to a case, although it resembles a breach."""
    reply_contains: str | None = None
    """Text that the bot's private reply to the person must contain, ignoring letter case; None: not checked."""
    reply_file: str | None = None
    """Extension of the name of a file that the bot must send privately to the person; None if not checked.

    For `png` a photo message also counts.
    """
    group_reply_contains: str | None = None
    """Text that a reply of the bot in the group must contain, ignoring letter case; None: not checked."""


class Act(_Model):
    """Base class of all scenario acts (what a person does, or an outage), with the fields that every act has."""

    at: ClockTime
    by: str = ""
    """Key (short name) of the person who performs the act; "" for an act of nobody, such as an outage."""
    id: str = ""
    """Id by which later acts, such as a recall, refer to the message sent by this act; "" if none does."""
    expect: Expect = Expect()


class Say(Act):
    """Scenario act: the person `by` writes a text message in the group."""

    act: Literal["say"]
    text: str
    mention: str | None = None
    """Key of the person whom the text mentions, `all` if it mentions everybody, None if it mentions nobody."""


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


class React(Act):
    """Scenario act: the person `by` reacts with an icon to the message of the earlier act with the id `to`."""

    act: Literal["react"]
    to: str
    icon: str = "/-strong"


class Join(Act):
    """Scenario act: the person `who` (a key) joins the group.

    The person is added by `by`; if `by` is empty, the person joins through the invite link.
    """

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
    """Scenario act: the person `by` makes a group call over Zalo that lasts `minutes` minutes.

    Zalo shows a message about the call in the group.
    """

    act: Literal["call"]
    minutes: int


class Seen(Act):
    """Scenario act: the people `by` and `who` (keys) have seen the message of the earlier act with the id `of`."""

    act: Literal["seen"]
    of: str
    who: list[str] = []


AnyAct = (
    Say | Reply | Photo | File | Link | Sticker | Recall | React | Join | Leave | Remove | RenameMember
    | RenameGroup | DescribeGroup | GroupPicture | InviteLink | Owner | Setting | Admin | Pin | Unpin | Befriend | Cut
    | Dm | Follow | Call | Seen
)  # fmt: skip

_MAIN_FIELD = {
    "say": "text",
    "reply": "text",
    "photo": "caption",
    "file": "name",
    "link": "url",
    "sticker": "number",
    "recall": "of",
    "react": "to",
    "join": "who",
    "leave": "confirmed",
    "remove": "who",
    "rename_member": "name",
    "rename_group": "name",
    "describe_group": "description",
    "group_picture": "picture",
    "invite_link": "hours",
    "owner": "who",
    "unpin": "of",
    "setting": "flags",
    "admin": "who",
    "pin": "of",
    "befriend": "message",
    "cut": "minutes",
    "dm": "text",
    "follow": "command",
    "call": "minutes",
    "seen": "of",
}


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
