"""Events: what happened in a group. Every element (message, act or receipt) received from Zalo becomes one event.

Fields follow Zalo's data format as described in `docs/design.md`; names follow the regulation, not Zalo.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from zalo_governor.domain.inbound import Source
from zalo_governor.domain.models import FrozenModel

_TYPED_WITH_LINK = frozenset({"webchat", "chat.recommended", "chat.link"})
"""Zalo's types of messages with a link, of which Zalo shows a preview (a card)."""


class EventBase(FrozenModel):
    """Base class of all events (what happened in a group, such as a message), with the fields that every event has."""

    kind: ClassVar[str]
    """Name of the event class in the database, such as `message_sent`."""

    id: int = 0
    """Id of the inbox entry that the event was parsed from; 0 for an event that is only checked, never stored."""
    account: str = ""
    thread_id: str = ""
    """Group id, or the other person's uid in a private conversation."""
    is_group: bool = True
    key: str = ""
    """Zalo's id of the message (msgId); for acts without an id, a digest of their content (see `Element.key`)."""
    cli_key: str = ""
    """The id that the client of a message's sender chose (cliMsgId); "" for other events, and where there is none."""
    sender_uid: str = ""
    sender_name: str = ""
    """The sender's name as contained in this event; "" where it contained none."""
    at: datetime
    """When the event happened, by Zalo's clock; aware, UTC."""
    source: Source = Source.LIVE
    late: bool = False
    """True where a younger event of the same group was judged before this event."""
    encrypted: bool | None = None
    """Whether the group is end-to-end encrypted, as acts in it tell; None where the event does not say."""

    def strings(self) -> Iterator[tuple[str, str]]:
        """Yield (field name, text) for each text of the event that a person typed, for rules to scan; here none."""
        yield from ()

    # Events are pickled for the process that runs the rules; the field values are enough, and smaller.
    def __getstate__(self) -> dict[Any, Any]:
        """Return the field values for pickling."""
        return self.__dict__

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """Restore the event from its pickled field values."""
        nothing_else = {"__pydantic_extra__": None, "__pydantic_private__": None}
        super().__setstate__({"__dict__": state, "__pydantic_fields_set__": set(state), **nothing_else})


class Attachment(FrozenModel):
    """An attachment of a message: photo, file, link, contact card, sticker, voice, video or location."""

    type: str
    """Zalo's msgType: `chat.photo`, `share.file`, `chat.recommended` …"""
    title: str = ""
    """Caption of a photo, name of a file or title of a link."""
    description: str = ""
    url: str = ""
    size: int | None = None
    """Size in bytes; None where Zalo does not say."""
    addresses: tuple[str, ...] = ()
    """URLs of the content of a file or picture, the best copy first; () for other types, and where there is none."""
    checksum: str = ""
    """MD5 of the content as 32 lower-case hexadecimal digits; "" where Zalo does not say."""
    extension: str = ""
    """File extension without the dot, in lower case, as announced; "" where there is none."""
    other_strings: tuple[tuple[str, str], ...] = ()
    """(parameter name, text) of all other parameters of the attachment whose text the sender can choose."""


class Quote(FrozenModel):
    """A message quoted by a reply. Most rules ignore it, but if it may be a state secret, the reply is not stored."""

    owner_uid: str
    """uid of the sender of the quoted message."""
    key: str
    """Zalo's id of the quoted message (msgId)."""
    text: str = ""
    strings: tuple[tuple[str, str], ...] = ()


class Mention(FrozenModel):
    """A member mentioned with @ in a message; `start` and `length` locate the mention in the text."""

    uid: str
    """uid of the member; `-1` for all members."""
    start: int
    length: int


class MessageSent(EventBase):
    """A message sent in a group, or privately to the bot."""

    kind: ClassVar[str] = "message_sent"
    message_type: str = "webchat"
    text: str = ""
    """The text that the sender typed: the message itself, or the caption of a photo."""
    attachment: Attachment | None = None
    quote: Quote | None = None
    mentions: tuple[Mention, ...] = ()
    time_to_live_ms: int = 0

    @property
    def is_caption(self) -> bool:
        """Return whether the text belongs to a photo or file; one that was typed with a link is no caption."""
        return self.attachment is not None and self.attachment.type not in _TYPED_WITH_LINK

    def strings(self) -> Iterator[tuple[str, str]]:
        """Yield (field name, text) for each text that a person typed: the message's, the attachment's, the quote's."""
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


class MessageRef(FrozenModel):
    """How Zalo names a message that an event is about; phones often give no `key` (zalo-protocol.md, 14.1 to 14.3)."""

    key: str = ""
    """Zalo's id of the message (msgId); "" where Zalo gave 0 or nothing."""
    cli_key: str = ""
    """The id that the client of the message's author chose (cliMsgId): a clock in ms, which two authors may share."""
    author_uid: str = ""
    """uid of the message's author; "" where Zalo does not say."""


class MessageRevised(MessageSent):
    """A message received once more with the same id (msgId) but other content, or edited by its author."""

    kind: ClassVar[str] = "message_revised"
    revises: MessageRef | None = None
    """The message that an edit names; None where Zalo sent the same msgId again.

    A client can name anybody's message, so services get the edit under that msgId only if its sender is the author.
    """


class SystemNotice(EventBase):
    """A line that Zalo's software wrote, such as a pin, a vote in a poll or a reminder card (or a client imitating it).

    No member wrote it, so `sender_uid` is empty and nobody is held responsible; but its texts and links are checked.
    """

    kind: ClassVar[str] = "system_notice"
    message_type: str = ""
    """Zalo's msgType: `webchat`, `group.poll`, `chat.ecard` …"""
    action: str = ""
    """Zalo's name of what the line tells, such as `msginfo.actionlist`; "" where Zalo gives none."""
    texts: tuple[str, ...] = ()
    """Every string in the content that may be words or a link."""

    def strings(self) -> Iterator[tuple[str, str]]:
        """Yield ("notice", text) for each text, for the rules on secrets and on links."""
        yield from (("notice", text) for text in self.texts)


class UnknownContent(SystemNotice):
    """A message of a type, or with an action, unknown to the program; nobody is held responsible for its texts."""

    kind: ClassVar[str] = "unknown_content"


class GroupCall(SystemNotice):
    """An act in a voice or video call of the group, such as its start (`action`); the bot cannot hear the call."""

    kind: ClassVar[str] = "group_call"


class DeletionScope(StrEnum):
    """What a deletion covers."""

    MESSAGE = "message"
    CONVERSATION = "conversation"
    """All messages of the conversation, on the devices of the account that cleared it."""
    UNKNOWN = "unknown"


class MessageRecalled(EventBase):
    """The sender recalled a message (`chat.undo`)."""

    kind: ClassVar[str] = "message_recalled"
    target: MessageRef
    placeholder: bool | None = None
    """Whether a line "message recalled" stays in its place; None where Zalo does not say."""


class MessageDeleted(EventBase):
    """The sender deleted messages (`chat.delete`): for all members, or only on the devices of one account.

    Only a deletion for all by the group's owner or a deputy counts (`features.cases.message_acts`).
    """

    kind: ClassVar[str] = "message_deleted"
    targets: tuple[MessageRef, ...]
    scope: DeletionScope = DeletionScope.UNKNOWN
    type: int | None = None
    """Zalo's number: 1 a message, 2 all of a private conversation, 3 a message, 4 all of a group's; None if unclear."""
    action_type: int | None = None
    """Zalo's number of the kind of deletion: 0, probably 1 for one by an owner or deputy; None if unclear."""


class Reacted(EventBase):
    """A member added a reaction icon to messages, or removed all of the own icons from them."""

    kind: ClassVar[str] = "reacted"
    targets: tuple[MessageRef, ...]
    icon: str
    """The reaction icon; "" where the member removed all own icons from the messages."""
    reaction_type: int | None = None
    """Zalo's number of the icon; -1 with a removal."""


class MessageSeen(EventBase):
    """Zalo's receipt: who received or saw a message (socket commands 502, 522); stored for cases and directives."""

    kind: ClassVar[str] = "message_seen"
    target_key: str
    seen_uids: tuple[str, ...] = ()
    delivered_uids: tuple[str, ...] = ()


class NamedUid(FrozenModel):
    """The uid and display name of a member whom an event names."""

    uid: str
    name: str = ""


class MembersJoined(EventBase):
    """Members joined the group; `sender_uid` added or approved them, or is the member who joined by invite link."""

    kind: ClassVar[str] = "members_joined"
    members: tuple[NamedUid, ...]

    def strings(self) -> Iterator[tuple[str, str]]:
        """Yield ("name", display name) for each new member: a text typed by a person, for rules that scan text."""
        yield from (("name", member.name) for member in self.members if member.name)


class JoinRequested(EventBase):
    """People requested to join the group."""

    kind: ClassVar[str] = "join_requested"
    uids: tuple[str, ...]
    pending: int = 0
    """Number of all requests that wait for a decision; 0 where Zalo does not say."""


class MembersLeft(EventBase):
    """Members left the group on their own."""

    kind: ClassVar[str] = "members_left"
    members: tuple[NamedUid, ...]


class MemberRemoved(EventBase):
    """`sender_uid` removed members from the group; with `blocked`, they also cannot join again."""

    kind: ClassVar[str] = "member_removed"
    members: tuple[NamedUid, ...]
    blocked: bool = False


class AdminChanged(EventBase):
    """Members became co-administrators of the Zalo group (`granted` is True), or are no longer (False)."""

    kind: ClassVar[str] = "admin_changed"
    members: tuple[NamedUid, ...]
    granted: bool


class GroupInfoChanged(EventBase):
    """The group's name, description, picture or owner changed; None for fields that the event did not contain."""

    kind: ClassVar[str] = "group_info_changed"
    name: str | None = None
    description: str | None = None
    avatar_url: str | None = None
    owner_uid: str | None = None
    """uid of the group's owner in Zalo."""

    def strings(self) -> Iterator[tuple[str, str]]:
        """Yield (field name, text) for the new name and description: texts typed by a person, for rules to scan."""
        if self.name:
            yield "group_name", self.name
        if self.description:
            yield "group_description", self.description


class GroupSettingChanged(EventBase):
    """Settings of the group changed."""

    kind: ClassVar[str] = "group_setting_changed"
    settings: dict[str, int]
    """{setting: value} of all settings in the event, including unchanged ones."""


class InviteLinkChanged(EventBase):
    """The group's invite link was opened or replaced."""

    kind: ClassVar[str] = "invite_link_changed"
    link: str = ""
    expires_at: datetime | None = None


class BoardChanged(EventBase):
    """An item of the group's board (pin, note, poll, reminder) changed; `act` is Zalo's name of the action."""

    kind: ClassVar[str] = "board_changed"
    act: str
    title: str = ""
    board: int | None = None
    """Zalo's number of the item's type: 1 note, 2 pin, 3 poll; None where Zalo does not say."""

    def strings(self) -> Iterator[tuple[str, str]]:
        """Yield ("board_title", title of the pin, note, poll or reminder): a text typed by a person, for rules."""
        if self.title:
            yield "board_title", self.title


class PinChanged(BoardChanged):
    """A message was pinned or unpinned, or the pins were reordered."""

    kind: ClassVar[str] = "pin_changed"


class NameObserved(EventBase):
    """Group sync found a new or changed display name of the member `sender_uid`."""

    kind: ClassVar[str] = "name_observed"
    name: str

    def strings(self) -> Iterator[tuple[str, str]]:
        """Yield ("name", display name): a text typed by the member, for rules that scan text."""
        yield "name", self.name


class FriendAct(EventBase):
    """A friend request or similar act between the bot account and another account; `act` is Zalo's name of it."""

    kind: ClassVar[str] = "friend_act"
    act: str


class Unrecognised(EventBase):
    """An event, not a message, of a type (`act`, Zalo's name) that the program does not know; stored and reported."""

    kind: ClassVar[str] = "unrecognised"
    act: str


class SealedHeard(EventBase):
    """An event whose content is not stored, as it may be a state secret (sealed); the finding is in the verdict."""

    kind: ClassVar[str] = "sealed_heard"
    mac: bytes
    """Keyed hash of the content, by which the same content can be recognised later."""
    size: int
    """Length of the content in code points."""
    revision: bool = False
    """True where an earlier message with the same msgId had other content."""
    notice: bool = False
    """True for what would have been a `SystemNotice`: nobody is accused of it."""
