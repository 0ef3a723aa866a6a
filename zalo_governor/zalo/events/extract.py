"""Splits one socket frame into its elements (messages, reactions, receipts, group changes …), each with an id; no I/O.

The command (type number) of the frame is ignored: every known array is read in whatever frame it occurs, since some
accounts get messages in frames of other commands. Each element is read on its own; one that cannot be classified is
kept as `ElementKind.OTHER`, so that it becomes a counted dead letter and does not affect its neighbours.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from zalo_governor.domain.inbound import Element, ElementKind, Entry, RawDict, Source
from zalo_governor.zalo.errors import UndecodableFrameError, ZaloError
from zalo_governor.zalo.events.authorship import Writer, writer_of
from zalo_governor.zalo.events.ids import as_id, as_object, digest, group_id_of, json_object, time_of, uid_of
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.frames.json import canonical, read_json_text

_MOST_ELEMENTS = 20_000

_MESSAGE_KINDS = {
    "chat.undo": ElementKind.RECALL,
    "chat.delete": ElementKind.DELETION,
    "chat.reaction": ElementKind.REACTION,
}


def elements_of(frame: Frame, *, account: str, source: Source, now_ms: int) -> list[Element]:
    """Split a decoded frame into its elements (messages, reactions …), in order; omit notices of typing and uploads.

    Args:
        frame: the decoded frame.
        account: uid of the bot account.
        source: how the frame was received, over the socket or as missed messages; stored in each element.
        now_ms: the present time, used for elements without a plausible time of their own.

    Raises:
        UndecodableFrameError: the frame has more than 20,000 elements, which might exhaust the memory.
    """
    content = frame.content
    context = _Context(account, source, now_ms)
    elements: list[Element] = []
    for name, items in content.items():
        if items is None or name not in _READERS:
            continue
        read, is_group = _READERS[name]
        listed = items if isinstance(items, list) else [items]
        if len(elements) + len(listed) > _MOST_ELEMENTS:
            raise UndecodableFrameError(f"frame:{frame.cmd}/{frame.sub}:too_many_elements")
        if name == "actions":
            listed = [item for item in listed if not _is_typing(item)]
        if name == "controls":
            listed = [item for item in listed if not _is_upload(item)]
        elements += [_read_element(read, context, item, is_group) for item in listed]
    return elements


def read_again(entry: Entry) -> Element | None:
    """Classify a stored inbox entry again with the present code; return its element, marked as fetched by backfill.

    The array of the frame that held it is inferred from its fields. None if it cannot be classified, or was not
    received from Zalo but made by group sync.
    """
    raw, context = entry.raw, _Context(entry.account, Source.BACKFILL, entry.at_ms)
    if raw is None or entry.source is Source.SWEEP:
        return None
    read: _Reader = _message
    if "seenUids" in raw or "deliveredUids" in raw:
        read = _receipt
    elif "msgType" not in raw:
        content = raw.get("content")
        read = _control if isinstance(content, dict) and "act_type" in content else _reaction
    element = _read_element(read, context, raw, entry.is_group)
    return None if element.kind is ElementKind.OTHER else element


def typing_notices(frame: Frame) -> int:
    """Return how many "is typing" notices the frame contains; `elements_of` drops them."""
    items = frame.content.get("actions")
    return sum(map(_is_typing, items)) if isinstance(items, list) else 0


def uploads_done(frame: Frame) -> list[tuple[str, str]]:
    """Return (file id, URL) of each upload by the account that the frame reports as finished."""
    items = frame.content.get("controls")
    done = [_content_of(item) for item in items if _is_upload(item)] if isinstance(items, list) else []
    urls = [(as_id(content.get("fileId")), as_object(content.get("data")).get("url")) for content in done]
    return [(file_id, url) for file_id, url in urls if isinstance(url, str) and url]


def act_types(frame: Frame) -> list[str]:
    """Return the `act_type` of those elements of the frame's array `controls` that are no group act or friend act."""
    items = frame.content.get("controls")
    contents = [_content_of(item) for item in items] if isinstance(items, list) else []
    types = [content.get("act_type") for content in contents]
    return [kind for kind in types if isinstance(kind, str) and kind not in {"group", "fr"}]


def knows(frame: Frame) -> bool:
    """Return whether the frame contains any array ("msgs" …) from which `elements_of` reads elements, or read marks.

    Frames 504 and 524 carry `clearUnreads`: what the account has read on another device (zalo-protocol.md, 14.6).
    """
    return "clearUnreads" in frame.content or not _READERS.keys().isdisjoint(frame.content)


class _Context(NamedTuple):
    account: str
    source: Source
    now_ms: int


_Reader = Callable[[_Context, RawDict, bool], Element]


class _UnclassifiableError(ZaloError):
    """An element (message, act or receipt) lacks its id or conversation, or is of an unknown type.

    Caught in this module: the element is then kept as `ElementKind.OTHER`.
    """


def _read_element(read: _Reader, context: _Context, item: object, is_group: bool) -> Element:
    if isinstance(item, dict):
        try:
            return read(context, item, is_group)
        except (_UnclassifiableError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            pass
    return _other(context, item, is_group)


def _message(context: _Context, raw: RawDict, is_group: bool) -> Element:
    message_type, content = raw.get("msgType"), raw.get("content")
    if message_type == "webchat" and content.__class__ is str and not raw.get("quote") and not raw.get("mentions"):
        # The fast path, taken nearly always.
        return _message_element(context, raw, is_group, ElementKind.MESSAGE)
    raw = _with_objects(raw)
    kind = _MESSAGE_KINDS.get(str(message_type))
    if kind is None:
        is_members = writer_of(str(message_type or "webchat"), raw.get("content")) is Writer.MEMBER
        kind = ElementKind.MESSAGE if is_members else ElementKind.NOTICE
    return _message_element(context, raw, is_group, kind)


def _reaction(context: _Context, raw: RawDict, is_group: bool) -> Element:
    return _message_element(context, _with_objects(raw), is_group, ElementKind.REACTION)


def _with_objects(raw: RawDict) -> RawDict:
    """Return the message with content, quote and mentions as objects where Zalo gave them as JSON text.

    What a member typed (`webchat`) stays text, whatever it looks like.
    """
    read = {}
    for name in ("content", "quote", "mentions"):
        text = raw.get(name)
        if isinstance(text, str) and text.startswith(("{", "[")):
            if name == "content" and raw.get("msgType") in {None, "", "webchat"}:
                continue
            try:
                read[name] = read_json_text(text)
            except ValueError:
                continue
    return {**raw, **read} if read else raw


def _message_element(context: _Context, raw: RawDict, is_group: bool, kind: ElementKind) -> Element:
    account = context.account
    sender = uid_of(raw.get("uidFrom"), account)
    to = raw.get("idTo")
    # A private conversation goes by the other party.
    thread = uid_of(to, account) if sender == account else sender
    if is_group:
        thread = group_id_of(to)
    key = as_id(raw.get("msgId"))
    said = _content_bytes(raw)
    if not thread or thread == "0":
        raise _UnclassifiableError
    if not key or key == "0":
        if kind is ElementKind.MESSAGE:
            raise _UnclassifiableError
        key = digest(canonical([sender, raw.get("ts")]) + said)
    # Only for messages does the cliMsgId help to recognise duplicates: two equal reactions may share it.
    cli_key = as_id(raw.get("cliMsgId")) if kind is ElementKind.MESSAGE else ""
    return Element(
        account,
        thread,
        is_group,
        kind,
        key,
        cli_key if cli_key and cli_key != "0" else None,
        sender,
        time_of(raw.get("ts"), context.now_ms),
        context.source,
        said,
        raw,
    )


def _receipt(context: _Context, raw: RawDict, is_group: bool) -> Element:
    is_group = is_group or bool(raw.get("groupId"))
    uids = [as_id(uid) for uid in (raw.get("seenUids") or []) + (raw.get("deliveredUids") or [])]
    alone = uids[0] if len(set(uids)) == 1 else ""
    thread = group_id_of(raw.get("groupId")) if is_group else alone
    if not thread or not as_id(raw.get("msgId")):
        raise _UnclassifiableError
    kind, said = ElementKind.RECEIPT, canonical(raw)
    return _element(context, raw, kind, thread, is_group, sender=alone, at=raw.get("mSTs"), said=said)


def _control(context: _Context, raw: RawDict, is_group: bool) -> Element:
    content = json_object(raw.get("content"))
    act_type, act = content.get("act_type"), content.get("act")
    if not isinstance(act, str) or not act or act == "join_reject":
        # Zalo sends a meaningless join_reject beside join when an administrator approves: keep it as OTHER.
        raise _UnclassifiableError
    if act_type == "group":
        return _group_act(context, raw, act, json_object(content.get("data")))
    if act_type == "fr":
        return _friend_act(context, raw, act, content.get("data"))
    raise _UnclassifiableError


def _group_act(context: _Context, raw: RawDict, act: str, data: RawDict) -> Element:
    group_id = group_id_of(data.get("groupId") or data.get("group_id"))
    if not group_id:
        raise _UnclassifiableError
    kind, said, key = ElementKind.GROUP_ACT, canonical([act, data]), _key_of_act(act, group_id, data)
    sender = _actor_of_act(act, data)
    return _element(context, raw, kind, group_id, True, sender=sender, at=data.get("time"), said=said, key=key)


def _key_of_act(act: str, group_id: str, data: RawDict) -> str:
    if not (data.get("time") or data.get("boardVersion")):
        return digest(canonical([act, data]))
    topic = data.get("topic")
    members = [as_id(m.get("id")) if isinstance(m, dict) else as_id(m) for m in data.get("updateMembers") or []]
    identity = [
        act,
        group_id,
        as_id(data.get("sourceId") or data.get("actorId")),
        as_id(data.get("time")),
        as_id(data.get("boardVersion")),
        sorted(members) + sorted(as_id(uid) for uid in data.get("uids") or []),
        as_id(data.get("topicId") or (topic.get("topicId") or topic.get("id") if isinstance(topic, dict) else "")),
    ]
    return digest(canonical(identity))


def _actor_of_act(act: str, data: RawDict) -> object:
    for name in ("sourceId", "actorId", "editorId"):
        if as_id(data.get(name)):
            return data[name]
    for name in ("uids", "updateMembers"):
        concerned = data.get(name)
        if isinstance(concerned, list) and concerned and act in {"join_request", "accept_remind", "reject_remind"}:
            return concerned[0]
    return data.get("creatorId") if act == "remind_topic" else ""


def _friend_act(context: _Context, raw: RawDict, act: str, data: object) -> Element:
    given = json_object(data) if isinstance(data, dict) or str(data).lstrip().startswith("{") else {"uid": data}
    sender = uid_of(given.get("fromUid") or given.get("uid"), context.account)
    other = uid_of(given.get("toUid"), context.account) if sender == context.account else sender
    kind, said = ElementKind.FRIEND_ACT, canonical([act, given])
    return _element(context, raw, kind, other, False, sender=sender, at=given.get("time"), said=said)


def _reject(context: _Context, raw: RawDict, is_group: bool) -> Element:
    raise _UnclassifiableError


def _other(context: _Context, item: object, is_group: bool) -> Element:
    raw: RawDict = item if isinstance(item, dict) else {"value": item}
    try:
        said = canonical(raw)
    except ValueError:
        raw = {"unwritable": _as_text(raw)}
        said = canonical(raw)
    kind, thread = ElementKind.OTHER, group_id_of(raw.get("idTo")) if is_group else ""
    return _element(context, raw, kind, thread, is_group, sender=raw.get("uidFrom"), at=raw.get("ts"), said=said)


def _element(
    context: _Context,
    raw: RawDict,
    kind: ElementKind,
    thread: str,
    is_group: bool,
    *,
    sender: object,
    at: object,
    said: bytes,
    key: str = "",
) -> Element:
    """Return an element to which Zalo gives no id; if no `key` is given, it is a digest of the content (`said`)."""
    account = context.account
    uid, at_ms = uid_of(sender, account), time_of(at, context.now_ms)
    return Element(account, thread, is_group, kind, key or digest(said), None, uid, at_ms, context.source, said, raw)


_READERS: dict[str, tuple[_Reader, bool]] = {
    "msgs": (_message, False),
    "groupMsgs": (_message, True),
    "reacts": (_reaction, False),
    "reactGroups": (_reaction, True),
    "delivereds": (_receipt, False),
    "seens": (_receipt, False),
    "groupSeens": (_receipt, True),
    "controls": (_control, False),
    "actions": (_reject, False),
}


def _as_text(raw: RawDict) -> str:
    try:
        return json.dumps(raw, ensure_ascii=False)
    except RecursionError:
        return "nested too deep"


def _content_bytes(raw: RawDict) -> bytes:
    content, quote, mentions = raw.get("content"), raw.get("quote"), raw.get("mentions")
    if quote or mentions:
        # One delivery has ids as numbers, another as strings: normalise them, so that both give equal bytes.
        return canonical([raw.get("msgType"), content, _quote_key(quote), list(_mention_keys(mentions))])
    return canonical([raw.get("msgType"), content, None, []])


def _quote_key(quote: Any) -> list[object] | None:
    if not isinstance(quote, dict):
        return None
    return [as_id(quote.get("ownerId")), as_id(quote.get("globalMsgId")), quote.get("msg"), quote.get("attach")]


def _mention_keys(mentions: Any) -> Iterator[list[object]]:
    for mention in mentions if isinstance(mentions, list) else ():
        if isinstance(mention, dict):
            yield [as_id(mention.get("uid")), as_id(mention.get("pos")), as_id(mention.get("len"))]


def _content_of(item: object) -> RawDict:
    return as_object(item.get("content")) if isinstance(item, dict) else {}


def _is_upload(item: object) -> bool:
    return _content_of(item).get("act_type") == "file_done"


def _is_typing(item: object) -> bool:
    return isinstance(item, dict) and item.get("act_type") == "typing"
