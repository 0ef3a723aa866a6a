"""What happened in the group. Every element that was heard and understood becomes exactly one of these.

Shapes follow the wire as `docs/design.md` describes it; names are the regulation's and not Zalo's.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.inbound import Source


class EventBase(BaseModel):
    """What every event has."""

    model_config = ConfigDict(frozen=True)

    kind: ClassVar[str]
    """The event's name in the store."""

    id: int = 0
    """The number of its inbox entry; 0 for an event that is only checked and never stored."""
    account: str = ""
    thread_id: str = ""
    """Group id, or the other person's uid in a private conversation."""
    is_group: bool = True
    key: str = ""
    """msgId, or what stands for it."""
    sender_uid: str = ""
    sender_name: str = ""
    """The sender's name as this event carried it, "" where it carried none."""
    at: datetime
    """When, by Zalo's clock; aware, UTC."""
    source: Source = Source.LIVE
    late: bool = False
    """Heard after something younger of the same group had been judged."""

    def strings(self) -> Iterator[tuple[str, str]]:
        """Every (field, text) that a person wrote into this event and that was not already judged elsewhere."""
        yield from ()

    # Each event goes to the process of the rules and none comes back changed: its values are all that need to go.
    def __getstate__(self) -> dict[Any, Any]:
        """The values of all fields."""
        return self.__dict__

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """The event with these values."""
        nothing_else = {"__pydantic_extra__": None, "__pydantic_private__": None}
        super().__setstate__({"__dict__": state, "__pydantic_fields_set__": set(state), **nothing_else})


class Attachment(BaseModel):
    """Something that hangs on a message: photo, file, link, contact card, sticker, voice, video, place."""

    model_config = ConfigDict(frozen=True)

    type: str
    """Zalo's msgType: `chat.photo`, `share.file`, `chat.recommended` …"""
    title: str = ""
    """Caption of a photo, name of a file, title of a link."""
    description: str = ""
    url: str = ""
    size: int | None = None
    """Bytes, where Zalo says."""
    other_strings: tuple[tuple[str, str], ...] = ()
    """(field, text) pairs of its params that people can write into."""


class Quote(BaseModel):
    """The message that a reply quotes. Quotes do not accuse the quoter of their style, but a secret stays a secret."""

    model_config = ConfigDict(frozen=True)

    owner_uid: str
    key: str
    text: str = ""
    strings: tuple[tuple[str, str], ...] = ()


class Mention(BaseModel):
    """Somebody addressed with @ in a message."""

    model_config = ConfigDict(frozen=True)

    uid: str
    """`-1` for everybody."""
    start: int
    length: int


class MessageSent(EventBase):
    """A message, in the group or private to the bot."""

    kind: ClassVar[str] = "message_sent"
    message_type: str = "webchat"
    text: str = ""
    """What was typed: the message itself, or the caption of a photo."""
    attachment: Attachment | None = None
    quote: Quote | None = None
    mentions: tuple[Mention, ...] = ()
    time_to_live_ms: int = 0

    def strings(self) -> Iterator[tuple[str, str]]:
        """The typed text first, then whatever else the message carries."""
        if self.text:
            yield "text", self.text
        if self.attachment:
            field = "file_name" if self.attachment.type == "share.file" else "title"
            if self.attachment.title and self.attachment.title != self.text:
                yield field, self.attachment.title
            if self.attachment.description:
                yield "description", self.attachment.description
            yield from self.attachment.other_strings
        if self.quote:
            if self.quote.text:
                yield "quote", self.quote.text
            yield from self.quote.strings


class MessageRevised(MessageSent):
    """The same msgId came again with other content."""

    kind: ClassVar[str] = "message_revised"


class MessageRecalled(EventBase):
    """The sender took a message back (`chat.undo`)."""

    kind: ClassVar[str] = "message_recalled"
    target_key: str


class MessageDeleted(EventBase):
    """An administrator of the group deleted messages (`chat.delete`)."""

    kind: ClassVar[str] = "message_deleted"
    target_keys: tuple[str, ...]


class Reacted(EventBase):
    """Somebody put an icon on a message, or took it away."""

    kind: ClassVar[str] = "reacted"
    target_key: str
    icon: str
    """"" when the reaction was taken away."""


class MessageSeen(EventBase):
    """A receipt (502/522): who has received or seen a message. Only kept for messages under a case or a directive."""

    kind: ClassVar[str] = "message_seen"
    target_key: str
    seen_uids: tuple[str, ...] = ()
    delivered_uids: tuple[str, ...] = ()


class NamedUid(BaseModel):
    """A uid with the name that an event showed for it."""

    model_config = ConfigDict(frozen=True)

    uid: str
    name: str = ""


class MembersJoined(EventBase):
    """Members came in; `sender_uid` is who added or approved them, equal to the member's own uid for a link."""

    kind: ClassVar[str] = "members_joined"
    members: tuple[NamedUid, ...]

    def strings(self) -> Iterator[tuple[str, str]]:
        """The names that came in."""
        yield from (("name", member.name) for member in self.members if member.name)


class JoinRequested(EventBase):
    """Somebody asked to come in."""

    kind: ClassVar[str] = "join_requested"
    uids: tuple[str, ...]
    pending: int = 0


class MembersLeft(EventBase):
    """Members left by themselves."""

    kind: ClassVar[str] = "members_left"
    members: tuple[NamedUid, ...]


class MemberRemoved(EventBase):
    """`sender_uid` removed members, and with `blocked` also barred them."""

    kind: ClassVar[str] = "member_removed"
    members: tuple[NamedUid, ...]
    blocked: bool = False


class AdminChanged(EventBase):
    """Zalo's right of a co-administrator was given or taken."""

    kind: ClassVar[str] = "admin_changed"
    members: tuple[NamedUid, ...]
    granted: bool


class GroupInfoChanged(EventBase):
    """Name, description, picture or owner of the group, some of them new; what is None was not told."""

    kind: ClassVar[str] = "group_info_changed"
    name: str | None = None
    description: str | None = None
    avatar_url: str | None = None
    owner_uid: str | None = None
    """Who owns the group by Zalo's rights."""

    def strings(self) -> Iterator[tuple[str, str]]:
        """The new name and description."""
        if self.name:
            yield "group_name", self.name
        if self.description:
            yield "group_description", self.description


class GroupSettingChanged(EventBase):
    """Flags of the group changed."""

    kind: ClassVar[str] = "group_setting_changed"
    settings: dict[str, int]
    """All flags that were told, also those that stay as they were."""


class InviteLinkChanged(EventBase):
    """The link by which anybody can come in was made anew."""

    kind: ClassVar[str] = "invite_link_changed"
    link: str = ""
    expires_at: datetime | None = None


class BoardChanged(EventBase):
    """A pin, note, poll or reminder of the group changed; `act` is Zalo's word for it."""

    kind: ClassVar[str] = "board_changed"
    act: str
    title: str = ""
    board: int | None = None
    """Zalo's number of what it is: 1 a note, 2 a pin, 3 a poll; None where it does not say."""

    def strings(self) -> Iterator[tuple[str, str]]:
        """The title of the pinned or noted thing."""
        if self.title:
            yield "board_title", self.title


class PinChanged(BoardChanged):
    """A message was pinned, unpinned, or the pins re-ordered."""

    kind: ClassVar[str] = "pin_changed"


class GroupCall(EventBase):
    """A call in the group; its content cannot be heard."""

    kind: ClassVar[str] = "group_call"
    action: str


class NameObserved(EventBase):
    """A sweep found a display name new or changed; `sender_uid` is the person."""

    kind: ClassVar[str] = "name_observed"
    name: str

    def strings(self) -> Iterator[tuple[str, str]]:
        """The name."""
        yield "name", self.name


class FriendAct(EventBase):
    """A friend request or the like."""

    kind: ClassVar[str] = "friend_act"
    act: str


class Unrecognised(EventBase):
    """Heard, but Zalo's word for it is not known; kept, counted and reported."""

    kind: ClassVar[str] = "unrecognised"
    act: str


class SealedHeard(EventBase):
    """Something was said of which nothing may be kept. The finding stands in the verdict."""

    kind: ClassVar[str] = "sealed_heard"
    mac: bytes
    size: int
    revision: bool = False
    """An earlier message of the same msgId said something else."""


Event = (
    MessageSent
    | MessageRevised
    | MessageRecalled
    | MessageDeleted
    | Reacted
    | MessageSeen
    | MembersJoined
    | JoinRequested
    | MembersLeft
    | MemberRemoved
    | AdminChanged
    | GroupInfoChanged
    | GroupSettingChanged
    | InviteLinkChanged
    | BoardChanged
    | PinChanged
    | GroupCall
    | NameObserved
    | FriendAct
    | Unrecognised
    | SealedHeard
)
