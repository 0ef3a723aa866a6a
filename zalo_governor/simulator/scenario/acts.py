"""Pydantic models of the acts in a scenario's YAML file: what people do, and what the bot is expected to do about it.

Each act is a mapping with `at` (scenario time), usually `by` (a person's key) and one key that names the act:
`{at: "07:30:05", by: an, say: "…"}` or, with further fields, `{…, photo: {caption: "…", file: "…"}}`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _seconds(text: object) -> int:
    """Convert "HH:MM" or "HH:MM:SS" to seconds since midnight."""
    parts = str(text).split(":")
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError('give the time in quotes as "HH:MM" or "HH:MM:SS"')
    hours, minutes, *rest = map(int, parts)
    seconds = rest[0] if rest else 0
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("there is no such time of day")
    return hours * 3600 + minutes * 60 + seconds


ClockTime = Annotated[int, BeforeValidator(_seconds)]
"""Seconds since midnight; written as "HH:MM" or "HH:MM:SS" in YAML."""


class Expect(_Model):
    """Expected reaction of the bot to an act; the demonstration checks it."""

    rule: str | None = None
    """Name of the rule under which the act must open a case."""
    joins: bool = False
    """Whether the finding must join an open case of the same person instead of opening one."""
    late: bool = False
    """Whether the bot hears the act only after an outage: it opens a case but must not warn anybody at once."""
    sealed: bool = False
    """Whether the case must be sealed, that is, nothing of the text is stored anywhere."""
    leader_told: bool = False
    """Whether the leader must be told of the case, because an admin caused it."""
    fixes: bool = False
    """Whether the new name is the one that the bot proposed, so that the case about the name must close."""
    nothing: bool = False
    """Whether no case may be opened, however suspicious the act looks."""
    reply_contains: str | None = None
    """Words that a private reply to the person must contain; case is ignored."""
    reply_file: str | None = None
    """File name extension of a file that the bot must send privately to the person; `png` also accepts a picture."""
    group_reply_contains: str | None = None
    """Words that a reply of the bot in the group must contain."""


class Act(_Model):
    """Fields common to all acts."""

    at: ClockTime
    by: str = ""
    """Key of the person who performs the act."""
    id: str = ""
    """Name by which later acts refer to this message."""
    expect: Expect = Expect()


class Say(Act):
    """`by` writes a text message in the group."""

    act: Literal["say"]
    text: str
    mention: str | None = None
    """Key of the person mentioned, or `all`."""


class Reply(Act):
    """`by` replies in the group to an earlier message, quoting it; `to` is the earlier act's id."""

    act: Literal["reply"]
    to: str
    text: str


class Photo(Act):
    """`by` sends a photo with a caption to the group."""

    act: Literal["photo"]
    caption: str
    file: str = "anh.jpg"


class File(Act):
    """`by` sends a file to the group; `size` is in bytes."""

    act: Literal["file"]
    name: str
    size: int = 245_760


class Link(Act):
    """`by` sends a link with Zalo's preview to the group."""

    act: Literal["link"]
    url: str
    title: str = ""
    description: str = ""


class Sticker(Act):
    """`by` sends a sticker to the group."""

    act: Literal["sticker"]
    number: int


class Recall(Act):
    """`by` recalls the own message whose act has the id `of`."""

    act: Literal["recall"]
    of: str


class React(Act):
    """`by` reacts with an icon to the message whose act has the id `to`."""

    act: Literal["react"]
    to: str
    icon: str = "/-strong"


class Join(Act):
    """`who` joins the group: added by `by`, or by the invite link if `by` is empty."""

    act: Literal["join"]
    who: str


class Leave(Act):
    """`by` leaves the group."""

    act: Literal["leave"]
    confirmed: Literal[True]
    """Always true: the act is written as `leave: true`."""


class Remove(Act):
    """`by` removes the member `who` from the group."""

    act: Literal["remove"]
    who: str


class RenameMember(Act):
    """`by` changes their own display name; Zalo sends no event, only later messages carry the new name."""

    act: Literal["rename_member"]
    name: str


class RenameGroup(Act):
    """`by` changes the group's name."""

    act: Literal["rename_group"]
    name: str


class DescribeGroup(Act):
    """`by` changes the group's description."""

    act: Literal["describe_group"]
    description: str


class GroupPicture(Act):
    """`by` changes the group's picture."""

    act: Literal["group_picture"]
    picture: str


class InviteLink(Act):
    """`by` creates or renews the group's invite link, which is valid for `hours` hours."""

    act: Literal["invite_link"]
    hours: int


class Owner(Act):
    """`by` transfers the ownership of the group to `who`."""

    act: Literal["owner"]
    who: str


class Unpin(Act):
    """`by` removes the pin of the message whose act has the id `of`."""

    act: Literal["unpin"]
    of: str


class Setting(Act):
    """`by` changes setting flags of the group."""

    act: Literal["setting"]
    flags: dict[str, int]


class Admin(Act):
    """`by` makes `who` a Zalo deputy of the group, or with `granted: false` withdraws that."""

    act: Literal["admin"]
    who: str
    granted: bool = True


class Pin(Act):
    """`by` pins the message whose act has the id `of`."""

    act: Literal["pin"]
    of: str


class Befriend(Act):
    """`by` sends a friend request to the bot account."""

    act: Literal["befriend"]
    message: str


class Cut(Act):
    """The network fails for some scenario minutes; messages sent meanwhile only enter the history."""

    act: Literal["cut"]
    minutes: float
    code: int = 1006
    """WebSocket close code; 1006 breaks the connections without a close frame."""


class Dm(Act):
    """`by` sends a private message to the bot account."""

    act: Literal["dm"]
    text: str


class Follow(Act):
    """`by` sends the bot account the command, with its codes, that the bot's last private message to them offered."""

    act: Literal["follow"]
    command: str = Field(pattern=r"^/[a-z]+$")


class Call(Act):
    """`by` holds a group call of which Zalo shows a message in the group."""

    act: Literal["call"]
    minutes: int


class Seen(Act):
    """`by` and all in `who` have seen the message whose act has the id `of`."""

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
    """Convert an act's short YAML form to flat fields with the act's name under `act`.

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
"""Any act, in the form in which the YAML file gives it."""
