"""Tells whose words a message holds: those of the member who sent it, or of Zalo's software (zalo-protocol.md, 14.4).

Zalo names a member as the sender of lines that its software wrote, such as "Lan đã ghim một tin nhắn" or a poll vote.
"""

from enum import Enum, auto

from zalo_governor.domain.events import MessageRef
from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.events.ids import as_id, id_in

UPDATES = frozenset({"chat.msg.update", "chat.e2ee.replace"})
"""Types of messages that replace the content of another; their fields are a guess (zalo-protocol.md, 14.5, 14.12)."""
WITH_FILE = frozenset({"share.file", "chat.photo", "chat.gif", "chat.doodle"})
"""Types of messages whose content is downloaded; voice and video are not, as nothing reads them."""

_CALLS = frozenset({"recommened.calltime", "recommened.misscall", "recommened.groupcall"})  # Zalo's own spelling
_CALL_BUBBLE = "sendBubbleMessage"
_ZALOS_TYPES = frozenset({"chat.ecard", "chat.sync.theme", "system"})
_VOTES = frozenset({"vote", "update", "close", "share"})
_MEMBERS_ACTIONS: dict[str, tuple[str, ...]] = {
    "webchat": ("", "rtf"),
    "group.poll": ("create",),
    "chat.webcontent": ("zinstant.bankcard",),
    "chat.recommended": ("", "recommened.link", "recommened.user", "recommened.vip", "show.profile", "recommend.gif"),
}
"""Type of message -> actions with which a member sends it; another action may stand for a line of Zalo's software."""
_MEMBERS_TYPES = WITH_FILE | {
    "chat.voice",
    "chat.video.msg",
    "chat.video.memo",
    "chat.video.live.msg",
    "chat.sticker",
    "chat.link",
    "share.link",
    "chat.list",
    "chat.list.action",
    "chat.forward",
    "chat.zalo.me",
    "chat.poll",
    "chat.todo",
    "chat.location.new",
    "chat.livelocation",
}
"""Types of messages that a member sends, whatever their action."""


class Writer(Enum):
    """Whose words a message holds."""

    MEMBER = auto()
    ZALO = auto()
    """Zalo's software, or an unofficial client that imitates it."""
    UNKNOWN = auto()
    """The type of message or its action is not known: the words may be anybody's."""


def writer_of(message_type: str, content: object) -> Writer:
    """Return whose words a message holds, by its type and the `action` in its content; a text is always the member's.

    A file is the member's whatever its action says, so that a forged action does not keep it from being scanned.
    """
    if message_type in _ZALOS_TYPES or (message_type.startswith("group.") and message_type != "group.poll"):
        return Writer.ZALO
    if content is None or isinstance(content, str):
        return Writer.UNKNOWN if message_type in UPDATES or message_type == "group.poll" else Writer.MEMBER
    if not isinstance(content, dict):
        return Writer.UNKNOWN
    if message_type in WITH_FILE:
        return Writer.MEMBER
    action = _action_of(content)
    if call_in(content) or _is_zalos_action(message_type, action, content):
        return Writer.ZALO
    if message_type in UPDATES:
        target = updated_message(content)
        return Writer.MEMBER if target.key or target.cli_key else Writer.UNKNOWN
    known = action in _MEMBERS_ACTIONS.get(message_type, ()) or message_type in _MEMBERS_TYPES
    return Writer.MEMBER if known else Writer.UNKNOWN


def call_in(content: RawDict) -> str:
    """Return the kind of phone call that a message's content reports, such as "misscall"; "" if it reports none."""
    action = _action_of(content)
    if action in _CALLS:
        return action.removeprefix("recommened.")
    return "bubble" if content.get("title") == _CALL_BUBBLE else ""


def updated_message(content: RawDict) -> MessageRef:
    """Return the ids of the message that an update (see `UPDATES`) with this content replaces; "" for a missing id."""
    key = id_in(content, "globalMsgId", "gMsgID", "msgId")
    return MessageRef(key=key, cli_key=id_in(content, "cliMsgId", "cMsgID"))


def _action_of(content: RawDict) -> str:
    action = content.get("action")
    return action if isinstance(action, str) else "unknown" if action else ""


def _is_zalos_action(message_type: str, action: str, content: RawDict) -> bool:
    """Return whether the action marks a line of Zalo's software: a notice, or a vote in a poll."""
    if message_type == "group.poll":
        return action in _VOTES
    is_notice = action.startswith("msginfo.") or as_id(content.get("layoutType")) == "1"
    return is_notice and message_type not in _MEMBERS_TYPES
