"""Parses stored elements into events; one that cannot be parsed raises, and becomes a dead letter (kept, counted)."""

import re
from collections.abc import Callable

from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.events import (
    AdminChanged,
    Attachment,
    DeletionScope,
    EventBase,
    GroupCall,
    GroupInfoChanged,
    GroupSettingChanged,
    MembersJoined,
    MembersLeft,
    Mention,
    MessageDeleted,
    MessageRecalled,
    MessageRef,
    MessageRevised,
    MessageSeen,
    MessageSent,
    NamedUid,
    NameObserved,
    Quote,
    Reacted,
    SealedHeard,
    SystemNotice,
    UnknownContent,
    Unrecognised,
)
from zalo_governor.domain.inbound import NESTED_TOO_DEEP, Admitted, ElementKind, RawDict
from zalo_governor.zalo.events.authorship import UPDATES, WITH_FILE, Writer, call_in, updated_message, writer_of
from zalo_governor.zalo.events.ids import as_id, as_object, id_in, int_or_none, json_array, json_object, uid_of
from zalo_governor.zalo.events.parse_acts import Shared, friend_act, group_act
from zalo_governor.zalo.events.text_fields import all_strings, is_worded, string_of, strings_of

_TEXT = "webchat"
_TYPED = UPDATES | {_TEXT}
"""Types of messages whose title is the text that the member typed, and not the name of something else."""
_CAPTIONED = _TYPED | {"chat.photo", "chat.video.msg", "chat.gif", "chat.doodle"}
_PREVIEW = "recommened.link"  # Zalo's own spelling
_FILE = "share.file"
_ADDRESSES = ("hdUrl", "oriUrl", "href", "normalUrl")
"""Fields of the content of a photo or file that hold its address, the best copy first."""
_ON_FILE_SERVER = WITH_FILE | {"chat.voice", "chat.video.msg", "chat.video.memo", "chat.sticker"}
"""Types of messages whose addresses all lead to Zalo's file server, and are seen by nobody."""
_SHORTEST_TEXT = 3
_ADDRESS = re.compile(r"\S*://\S*")
_MD5 = re.compile(r"[0-9a-f]{32}")
_EXTENSION = re.compile(r"\w{1,16}")
_ALL_ICONS_REMOVED = -1
_DELETION_SCOPES: dict[int | None, DeletionScope] = {
    1: DeletionScope.MESSAGE,
    2: DeletionScope.CONVERSATION,
    3: DeletionScope.MESSAGE,
    4: DeletionScope.CONVERSATION,
}
"""`type` of an item of a deletion (zalo-protocol.md, 14.1) -> what the deletion covers."""
_PARAMS_FIELDS = (
    "link_target",
    "link_redirect",
    "media_title",
    "media_source",
    "media_artist",
    "contact_phone",
    "poll_question",
    "poll_option",
    "todo",
)
_QUOTE_FIELDS = ("quote_title", "quote_description", "quote_url", "quote_sender_name")


def parse(admitted: Admitted) -> EventBase:
    """Parse an inbox entry into an event, such as a message or a member joining; implements `pipeline.ports.Parser`.

    Raises:
        UnparsableElementError: the entry does not have the form that is expected of its kind.
    """
    entry = admitted.entry
    shared = _common_fields(admitted)
    if entry.seal is not None:
        return SealedHeard(mac=entry.seal.mac, size=entry.seal.size, **shared)
    if entry.raw is None:
        raise UnparsableElementError(f"{entry.kind}: neither a body nor a seal")
    if entry.raw == NESTED_TOO_DEEP:
        raise UnparsableElementError(f"{entry.kind}: nested too deep")
    try:
        if admitted.revision and entry.kind is ElementKind.MESSAGE:
            return _parse_message(entry.raw, shared, MessageRevised)
        return _PARSERS[entry.kind](entry.raw, shared)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        # Without the cause: it may quote the message.
        raise UnparsableElementError(f"{entry.kind}: {type(error).__name__}") from None


def _common_fields(admitted: Admitted) -> Shared:
    entry = admitted.entry
    return {
        "id": admitted.id,
        "account": entry.account,
        "thread_id": entry.thread_id,
        "is_group": entry.is_group,
        "key": entry.key,
        "cli_key": entry.cli_key or "",
        "sender_uid": entry.sender_uid,
        "sender_name": string_of(entry.raw, "sender_name") if entry.raw else "",
        "at": from_ms(entry.at_ms),
        "source": entry.source,
    }


def _parse_message(raw: RawDict, shared: Shared, event: type[MessageSent] = MessageSent) -> EventBase:
    content = raw.get("content")
    message_type = str(raw.get("msgType") or _TEXT)
    is_text = isinstance(content, str)
    if not is_text and writer_of(message_type, content) is not Writer.MEMBER:
        return _parse_notice(raw, shared)  # Stored as a message by an earlier version.
    shared["message_type"] = message_type
    shared["text"] = string_of(raw, "text") if is_text else _posted_text(raw, message_type)
    if isinstance(content, dict) or message_type in WITH_FILE:
        shared["attachment"] = _attachment(raw, message_type, shared["text"])
    shared["quote"] = _quote(raw, shared["account"])
    shared["mentions"] = _mentions(raw)
    shared["time_to_live_ms"] = int_or_none(raw.get("ttl")) or 0
    if message_type in UPDATES and isinstance(content, dict):
        shared["revises"] = updated_message(content)
        return MessageRevised.model_validate(shared)
    # For speed, as this runs for every message: keyword arguments would be copied into another dict first.
    return event.model_validate(shared)


def _parse_notice(raw: RawDict, shared: Shared) -> EventBase:
    content = raw.get("content")
    message_type = str(raw.get("msgType") or _TEXT)
    fields = content if isinstance(content, dict) else {}
    action, call = fields.get("action"), call_in(fields)
    texts = (text for text in all_strings([content, raw.get("quote")]) if not text.isdecimal())
    shared |= {
        "sender_uid": "",
        "sender_name": "",
        "message_type": message_type,
        "action": call or (action if isinstance(action, str) else ""),
        "texts": tuple(dict.fromkeys(text for text in texts if len(text) >= _SHORTEST_TEXT)),
    }
    if call:
        return GroupCall.model_validate(shared)
    known = writer_of(message_type, content) is Writer.ZALO
    return (SystemNotice if known else UnknownContent).model_validate(shared)


def _posted_text(raw: RawDict, message_type: str) -> str:
    if message_type in _CAPTIONED:
        # Some clients put the caption of a photo into the description.
        return string_of(raw, "title") or string_of(raw, "description")
    return _typed_with_link(raw)


def _typed_with_link(raw: RawDict) -> str:
    """Return the text that a member typed together with a link of which Zalo shows a preview; "" for a link alone.

    The title of such a message is the whole text with the link; otherwise it is the title of the linked page, without
    the link (zalo-protocol.md, 14.5).
    """
    content, title = raw.get("content"), string_of(raw, "title")
    if not isinstance(content, dict) or content.get("action") != _PREVIEW:
        return ""
    link = string_of(raw, "url").rpartition("://")[2].rstrip("/")
    words = _ADDRESS.sub(" ", title)
    words = words.replace(link, " ") if link else words
    return title if words != title and any(map(str.isalpha, words)) else ""


def _attachment(raw: RawDict, message_type: str, text: str) -> Attachment | None:
    """Return what a message holds beside its text; None if that is nothing, as for formatted text (`rtf`)."""
    content = raw.get("content")
    content = content if isinstance(content, dict) else {}
    params = as_object(content.get("params"))
    title, description, url = (string_of(raw, field) for field in ("title", "description", "url"))
    if message_type in _TYPED or (text and content.get("action") == _PREVIEW):
        title, description = "", "" if description == text else description
    named = [(field, text) for field in _PARAMS_FIELDS for text in strings_of(raw, field)]
    seen = {text for _, text in named}
    rest = content | {"title": None, "description": None, "href": None, "params": params or content.get("params")}
    strings = [text for text in all_strings(rest) if text not in seen]
    other = [("params", text) for text in strings if is_worded(text)]
    if message_type not in _ON_FILE_SERVER:
        other += [("address", text) for text in strings if "://" in text]
    if message_type in _TYPED and not (description or url or named or other):
        return None
    return Attachment(
        type=message_type,
        title=title,
        description=description,
        url=url,
        size=next(filter(None, (int_or_none(params.get(name)) for name in ("fileSize", "totalSize", "hdSize"))), None),
        addresses=_content_addresses(message_type, content, params),
        checksum=_checksum(params),
        extension=_extension(raw, params) if message_type == _FILE else "",
        other_strings=(*named, *dict.fromkeys(other), *([("url", url)] if url else [])),
    )


def _content_addresses(message_type: str, content: RawDict, params: RawDict) -> tuple[str, ...]:
    """Return the URLs from which the content of a file or picture can be downloaded, each once.

    `hd` of a photo is the picture as it was sent, `href` a smaller copy. A link's URL is no content of the message.
    """
    if message_type not in WITH_FILE:
        return ()
    given = [params.get("hd") if message_type == "chat.photo" else None, *(content.get(name) for name in _ADDRESSES)]
    return tuple(dict.fromkeys(address for address in given if isinstance(address, str) and address))


def _checksum(params: RawDict) -> str:
    announced = str(params.get("checksum") or "").lower()
    return announced if _MD5.fullmatch(announced) else ""


def _extension(raw: RawDict, params: RawDict) -> str:
    """Return the extension of a file: as Zalo announces it, else that of the file's name; "" if there is none."""
    _, dot, of_name = string_of(raw, "title").rpartition(".")
    announced = str(params.get("fileExt") or "").lstrip(".") or (of_name if dot else "")
    return announced.lower() if _EXTENSION.fullmatch(announced) else ""


def _quote(raw: RawDict, account: str) -> Quote | None:
    quote = raw.get("quote")
    if not isinstance(quote, dict):
        return None
    return Quote(
        owner_uid=uid_of(quote.get("ownerId"), account),
        key=as_id(quote.get("globalMsgId")),
        text=string_of(raw, "quote"),
        strings=tuple((field, text) for field in _QUOTE_FIELDS for text in strings_of(raw, field)),
    )


def _mentions(raw: RawDict) -> tuple[Mention, ...]:
    mentions = raw.get("mentions")
    if not isinstance(mentions, list):
        return ()
    return tuple(
        Mention(
            uid=as_id(given.get("uid")),
            start=int_or_none(given.get("pos")) or 0,
            length=int_or_none(given.get("len")) or 0,
        )
        for given in mentions
        if isinstance(given, dict) and as_id(given.get("uid"))
    )


def _parse_recall(raw: RawDict, shared: Shared) -> EventBase:
    content = json_object(raw.get("content"))
    # Only the author of a message can recall it.
    [target] = _targets([content], "globalMsgId", "cliMsgId", author=shared["sender_uid"])
    delete = int_or_none(content.get("deleteMsg"))
    return MessageRecalled(target=target, placeholder=None if delete is None else not delete, **shared)


def _parse_deletion(raw: RawDict, shared: Shared) -> EventBase:
    items = json_array(raw.get("content"))
    types = {int_or_none(item.get("type")) for item in items}
    action_types = {int_or_none(item.get("actionType")) for item in items}
    kind = types.pop() if len(types) == 1 else None
    scope = _DELETION_SCOPES.get(kind, DeletionScope.UNKNOWN)
    return MessageDeleted(
        # Whether an item's `uidFrom` is the author or the deleter is not known, so that it identifies nothing.
        targets=_targets(items, "globalDelMsgId", "clientDelMsgId", required=scope is not DeletionScope.CONVERSATION),
        scope=scope,
        type=kind,
        action_type=action_types.pop() if len(action_types) == 1 else None,
        **shared,
    )


def _parse_reaction(raw: RawDict, shared: Shared) -> EventBase:
    content = json_object(raw.get("content"))
    reaction_type = int_or_none(content.get("rType"))
    return Reacted(
        targets=_targets(json_array(content["rMsg"]), "gMsgID", "cMsgID", author=id_in(content, "msgSender")),
        icon="" if reaction_type == _ALL_ICONS_REMOVED else str(content.get("rIcon") or ""),
        reaction_type=reaction_type,
        **shared,
    )


def _targets(
    items: list[RawDict], key: str, cli_key: str, *, author: str = "", required: bool = True
) -> tuple[MessageRef, ...]:
    """Return the messages whose ids the items hold in the fields `key` and `cli_key`; items without ids are left out.

    Raises:
        ValueError: one is required, but none is named.
    """
    named = [(id_in(item, key), id_in(item, cli_key)) for item in items]
    targets = tuple(MessageRef(key=id_, cli_key=client, author_uid=author) for id_, client in named if id_ or client)
    if required and not targets:
        raise ValueError("names no message")
    return targets


def _parse_receipt(raw: RawDict, shared: Shared) -> EventBase:
    key = as_id(raw.get("msgId"))
    if not key or key == "0":
        raise ValueError("names no message")
    return MessageSeen(
        target_key=key,
        seen_uids=tuple(uid_of(uid, shared["account"]) for uid in raw.get("seenUids") or []),
        delivered_uids=tuple(uid_of(uid, shared["account"]) for uid in raw.get("deliveredUids") or []),
        **shared,
    )


def _parse_name(raw: RawDict, shared: Shared) -> EventBase:
    return NameObserved(name=string_of(raw, "observed_name"), **shared)


def _parse_group_state(raw: RawDict, shared: Shared) -> EventBase:
    if "joined" in raw:
        return MembersJoined(members=(NamedUid(uid=as_id(raw["joined"])),), **shared)
    if "left" in raw:
        return MembersLeft(members=(NamedUid(uid=as_id(raw["left"])),), **shared)
    if "settings" in raw:
        return GroupSettingChanged(settings=raw["settings"], **shared)
    for key, granted in (("admin_added", True), ("admin_removed", False)):
        if key in raw:
            return AdminChanged(members=(NamedUid(uid=as_id(raw[key])),), granted=granted, **shared)
    return GroupInfoChanged(
        name=string_of(raw, "observed_group_name") or None,
        description=string_of(raw, "observed_group_description") if "description" in raw else None,
        avatar_url=str(raw["avatar"]) if "avatar" in raw else None,
        owner_uid=as_id(raw.get("owner")) or None,
        encrypted=bool(raw["encrypted"]) if "encrypted" in raw else None,
        **shared,
    )


def _parse_other(raw: RawDict, shared: Shared) -> EventBase:
    content = json_object(raw.get("content"))
    act_type, act = content.get("act_type"), content.get("act")
    if not (act_type and act) or (act_type == "group" and act != "join_reject"):
        raise ValueError("a known element that could not be filed")
    return Unrecognised(act=f"{act_type}/{act}", **shared)


_PARSERS: dict[ElementKind, Callable[[RawDict, Shared], EventBase]] = {
    ElementKind.MESSAGE: _parse_message,
    ElementKind.NOTICE: _parse_notice,
    ElementKind.RECALL: _parse_recall,
    ElementKind.DELETION: _parse_deletion,
    ElementKind.REACTION: _parse_reaction,
    ElementKind.RECEIPT: _parse_receipt,
    ElementKind.GROUP_ACT: group_act,
    ElementKind.FRIEND_ACT: friend_act,
    ElementKind.NAME: _parse_name,
    ElementKind.GROUP_STATE: _parse_group_state,
    ElementKind.OTHER: _parse_other,
}
