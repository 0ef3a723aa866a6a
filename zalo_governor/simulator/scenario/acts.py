"""What people can do in a scenario, as written in YAML.

Each act is a mapping with `at` (clock of the scenario), mostly `by` (a person's key) and one key that names the act:
`{at: "07:30:05", by: an, say: "…"}` or, with more to tell, `{…, photo: {caption: "…", file: "…"}}`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _seconds(text: object) -> int:
    """Seconds since midnight of "HH:MM" or "HH:MM:SS"."""
    parts = str(text).split(":")
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError('give the time in quotes as "HH:MM" or "HH:MM:SS"')
    hours, minutes, *rest = map(int, parts)
    seconds = rest[0] if rest else 0
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("there is no such time of day")
    return hours * 3600 + minutes * 60 + seconds


ClockTime = Annotated[int, BeforeValidator(_seconds)]
"""Seconds since midnight; "HH:MM" or "HH:MM:SS" in YAML."""


class Expect(_Model):
    """What the bot must make of an act; a demonstration checks it."""

    rule: str | None = None
    """A case under this rule, opened by this act."""
    joins: bool = False
    """The finding joins the open case of the same person instead of opening one."""
    late: bool = False
    """Heard only after a cut: a case, and nobody is warned at once."""
    sealed: bool = False
    """A sealed case, and no trace of the text anywhere."""
    leader_told: bool = False
    """The leader is told of that case: an admin did it."""
    fixes: bool = False
    """The name is the one that the bot had proposed, and the case about the name closes by itself."""
    nothing: bool = False
    """No case, however suspicious it may look."""
    reply_contains: str | None = None
    """A private answer to the person with these words in it, in any capitals."""
    reply_file: str | None = None
    """A private answer that is a file with this ending, or a picture for `png`."""
    group_reply_contains: str | None = None
    """An answer in the group with these words in it."""


class Act(_Model):
    """What all acts have."""

    at: ClockTime
    by: str = ""
    """Key of the person who does it."""
    id: str = ""
    """A name by which later acts refer to this message."""
    expect: Expect = Expect()


class Say(Act):
    """A message in the group."""

    act: Literal["say"]
    text: str
    mention: str | None = None
    """A person's key, or `all`."""


class Reply(Act):
    """A message that quotes another."""

    act: Literal["reply"]
    to: str
    text: str


class Photo(Act):
    """A photo with a caption."""

    act: Literal["photo"]
    caption: str
    file: str = "anh.jpg"


class File(Act):
    """A file."""

    act: Literal["file"]
    name: str
    size: int = 245_760


class Link(Act):
    """A link with Zalo's preview."""

    act: Literal["link"]
    url: str
    title: str = ""
    description: str = ""


class Sticker(Act):
    """A sticker."""

    act: Literal["sticker"]
    number: int


class Recall(Act):
    """The sender takes a message back."""

    act: Literal["recall"]
    of: str


class React(Act):
    """An icon on a message."""

    act: Literal["react"]
    to: str
    icon: str = "/-strong"


class Join(Act):
    """Somebody comes in: by the link, or added by `by`."""

    act: Literal["join"]
    who: str


class Leave(Act):
    """`by` leaves the group."""

    act: Literal["leave"]
    confirmed: Literal[True]
    """Written as `leave: true`."""


class Remove(Act):
    """`by` removes a member."""

    act: Literal["remove"]
    who: str


class RenameMember(Act):
    """`by` changes the own name; nothing on the wire says so, later messages carry it."""

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
    """`by` gives the group another picture."""

    act: Literal["group_picture"]
    picture: str


class InviteLink(Act):
    """`by` opens the invite link or makes it anew, for some hours."""

    act: Literal["invite_link"]
    hours: int


class Owner(Act):
    """`by` hands the group over to somebody."""

    act: Literal["owner"]
    who: str


class Unpin(Act):
    """`by` takes the pin of a message away."""

    act: Literal["unpin"]
    of: str


class Setting(Act):
    """`by` changes flags of the group."""

    act: Literal["setting"]
    flags: dict[str, int]


class Admin(Act):
    """`by` makes somebody Zalo's deputy, or takes that away."""

    act: Literal["admin"]
    who: str
    granted: bool = True


class Pin(Act):
    """`by` pins a message."""

    act: Literal["pin"]
    of: str


class Befriend(Act):
    """`by` asks to be the bot account's friend."""

    act: Literal["befriend"]
    message: str


class Cut(Act):
    """The line breaks for some minutes of the scenario; what is said meanwhile only enters the history."""

    act: Literal["cut"]
    minutes: float
    code: int = 1006
    """The close code; 1006 breaks the connection without a word."""


class Dm(Act):
    """A private message to the bot account."""

    act: Literal["dm"]
    text: str


class Follow(Act):
    """`by` does what the bot account's last private message offers: types the command in it, with all its codes."""

    act: Literal["follow"]
    command: str = Field(pattern=r"^/[a-z]+$")


class Call(Act):
    """A group call: Zalo shows a notice of it."""

    act: Literal["call"]
    minutes: int


class Seen(Act):
    """`by` and all in `who` have seen a message."""

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
    """`{say: "…"}` as `{act: say, text: "…"}`, and `{photo: {caption: …}}` with the inner keys beside the others."""
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
"""Any act, as YAML gives it."""
