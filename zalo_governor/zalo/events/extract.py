"""One frame -> its elements, each with its identity. Pure.

Nothing here switches on the command of the frame: whatever array Zalo knows is taken wherever it stands, since accounts
have been seen that get messages in frames of other commands. Every element is tried alone; one that cannot be filed is
kept as `ElementKind.OTHER`, so that it becomes a dead letter that is counted, and costs its neighbours nothing.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from zalo_governor.domain.inbound import Element, ElementKind, RawDict, Source
from zalo_governor.zalo.errors import UndecodableFrameError, ZaloError
from zalo_governor.zalo.events.ids import as_id, digest, group_id_of, json_object, time_of, uid_of
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.frames.json import canonical

_MOST_ELEMENTS = 20_000

_MESSAGE_KINDS = {
    "chat.undo": ElementKind.RECALL,
    "chat.delete": ElementKind.DELETION,
    "chat.reaction": ElementKind.REACTION,
}


def elements_of(frame: Frame, *, account: str, source: Source, now_ms: int) -> list[Element]:
    """Every element of the frame in the order in which it stands there; typing notices and the word that
    an own upload is done are left out.

    `now_ms` stands for the time of what carries no believable time of its own.

    Raises:
        UndecodableFrameError: millions of tiny elements, which would take all memory.
    """
    content = frame.content
    hearing = _Hearing(account, source, now_ms)
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
        elements += [_element(read, hearing, item, is_group) for item in listed]
    return elements


def typing_notices(frame: Frame) -> int:
    """How many elements of the frame only said that somebody is typing."""
    items = frame.content.get("actions")
    return sum(map(_is_typing, items)) if isinstance(items, list) else 0


def uploads_done(frame: Frame) -> list[tuple[str, str]]:
    """(file id, address) of the account's own uploads that the frame says are done."""
    items = frame.content.get("controls")
    done = [item["content"] for item in items if _is_upload(item)] if isinstance(items, list) else []
    return [
        (as_id(content.get("fileId")), str(content["data"].get("url") or ""))
        for content in done
        if isinstance(content.get("data"), dict)
    ]


def has_messages_alone(frame: Frame) -> bool:
    """Whether it carries messages and nothing else, as nearly all do."""
    return _MESSAGES.issuperset(frame.content)


def knows(frame: Frame) -> bool:
    """Whether the frame carries any array that elements are taken from."""
    return not _READERS.keys().isdisjoint(frame.content)


class _Hearing(NamedTuple):
    account: str
    source: Source
    now_ms: int


_Reader = Callable[[_Hearing, RawDict, bool], Element]


class _MisfitError(ZaloError):
    """The element lacks what it must be filed by."""


def _element(read: _Reader, hearing: _Hearing, item: object, is_group: bool) -> Element:
    if isinstance(item, dict):
        try:
            return read(hearing, item, is_group)
        except (_MisfitError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            pass
    return _other(hearing, item, is_group)


def _message(hearing: _Hearing, raw: RawDict, is_group: bool) -> Element:
    return _filed_message(hearing, raw, is_group, _MESSAGE_KINDS.get(str(raw.get("msgType")), ElementKind.MESSAGE))


def _reaction(hearing: _Hearing, raw: RawDict, is_group: bool) -> Element:
    return _filed_message(hearing, raw, is_group, ElementKind.REACTION)


def _filed_message(hearing: _Hearing, raw: RawDict, is_group: bool, kind: ElementKind) -> Element:
    account = hearing.account
    sender = uid_of(raw.get("uidFrom"), account)
    to = raw.get("idTo")
    thread = group_id_of(to) if is_group else _other_side(sender, to, account)
    key = as_id(raw.get("msgId"))
    said = _said(raw)
    if not thread or thread == "0":
        raise _MisfitError
    if not key or key == "0":
        if kind is ElementKind.MESSAGE:
            raise _MisfitError
        key = digest(canonical([sender, raw.get("ts")]) + said)
    # Only of messages is the cliMsgId a mark of having been heard: two equal reactions may share it.
    cli_key = as_id(raw.get("cliMsgId")) if kind is ElementKind.MESSAGE else ""
    return Element(
        account,
        thread,
        is_group,
        kind,
        key,
        cli_key if cli_key and cli_key != "0" else None,
        sender,
        time_of(raw.get("ts"), hearing.now_ms),
        hearing.source,
        said,
        raw,
    )


def _receipt(hearing: _Hearing, raw: RawDict, is_group: bool) -> Element:
    is_group = is_group or bool(raw.get("groupId"))
    uids = [as_id(uid) for uid in (raw.get("seenUids") or []) + (raw.get("deliveredUids") or [])]
    alone = uids[0] if len(set(uids)) == 1 else ""
    thread = group_id_of(raw.get("groupId")) if is_group else alone
    if not thread or not as_id(raw.get("msgId")):
        raise _MisfitError
    said = canonical(raw)
    at_ms = time_of(raw.get("mSTs"), hearing.now_ms)
    key = digest(said)
    return Element(
        hearing.account,
        thread,
        is_group,
        ElementKind.RECEIPT,
        key,
        None,
        uid_of(alone, hearing.account),
        at_ms,
        hearing.source,
        said,
        raw,
    )


def _control(hearing: _Hearing, raw: RawDict, is_group: bool) -> Element:
    content = json_object(raw.get("content"))
    act_type, act = content.get("act_type"), content.get("act")
    if not isinstance(act, str) or not act or act == "join_reject":
        # Zalo sends join_reject beside join when an administrator approves: kept, but it means nothing.
        raise _MisfitError
    if act_type == "group":
        return _group_act(hearing, raw, act, json_object(content.get("data")))
    if act_type == "fr":
        return _friend_act(hearing, raw, act, content.get("data"))
    raise _MisfitError


def _group_act(hearing: _Hearing, raw: RawDict, act: str, data: RawDict) -> Element:
    group_id = group_id_of(data.get("groupId") or data.get("group_id"))
    if not group_id:
        raise _MisfitError
    return Element(
        hearing.account,
        group_id,
        True,
        ElementKind.GROUP_ACT,
        _act_key(act, group_id, data),
        None,
        uid_of(_actor(act, data), hearing.account),
        time_of(data.get("time"), hearing.now_ms),
        hearing.source,
        canonical([act, data]),
        raw,
    )


def _act_key(act: str, group_id: str, data: RawDict) -> str:
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


def _actor(act: str, data: RawDict) -> object:
    for name in ("sourceId", "actorId", "editorId"):
        if as_id(data.get(name)):
            return data[name]
    for name in ("uids", "updateMembers"):
        concerned = data.get(name)
        if isinstance(concerned, list) and concerned and act in {"join_request", "accept_remind", "reject_remind"}:
            return concerned[0]
    return data.get("creatorId") if act == "remind_topic" else ""


def _friend_act(hearing: _Hearing, raw: RawDict, act: str, data: object) -> Element:
    given = json_object(data) if isinstance(data, dict) or str(data).lstrip().startswith("{") else {"uid": data}
    sender = uid_of(given.get("fromUid") or given.get("uid"), hearing.account)
    other = uid_of(given.get("toUid"), hearing.account) if sender == hearing.account else sender
    said = canonical([act, given])
    return Element(
        hearing.account,
        other,
        False,
        ElementKind.FRIEND_ACT,
        digest(said),
        None,
        sender,
        time_of(given.get("time"), hearing.now_ms),
        hearing.source,
        said,
        raw,
    )


def _misfit(hearing: _Hearing, raw: RawDict, is_group: bool) -> Element:
    raise _MisfitError


def _other(hearing: _Hearing, item: object, is_group: bool) -> Element:
    raw: RawDict = item if isinstance(item, dict) else {"value": item}
    try:
        said = canonical(raw)
    except ValueError:
        raw = {"unwritable": _as_text(raw)}
        said = canonical(raw)
    return Element(
        hearing.account,
        group_id_of(raw.get("idTo")) if is_group else "",
        is_group,
        ElementKind.OTHER,
        digest(said),
        None,
        uid_of(raw.get("uidFrom"), hearing.account),
        time_of(raw.get("ts"), hearing.now_ms),
        hearing.source,
        said,
        raw,
    )


_MESSAGES = frozenset({"msgs", "groupMsgs"})
_READERS: dict[str, tuple[_Reader, bool]] = {
    "msgs": (_message, False),
    "groupMsgs": (_message, True),
    "reacts": (_reaction, False),
    "reactGroups": (_reaction, True),
    "delivereds": (_receipt, False),
    "seens": (_receipt, False),
    "groupSeens": (_receipt, True),
    "controls": (_control, False),
    "actions": (_misfit, False),
}


def _as_text(raw: RawDict) -> str:
    try:
        return json.dumps(raw, ensure_ascii=False)
    except RecursionError:
        return "nested too deep"


def _other_side(sender: str, to: object, account: str) -> str:
    return uid_of(to, account) if sender == account else sender


def _said(raw: RawDict) -> bytes:
    content, quote, mentions = raw.get("content"), raw.get("quote"), raw.get("mentions")
    if isinstance(content, str) and content.startswith("{") and raw.get("msgType") != "webchat":
        content = _object_or_text(content)
    if quote or mentions:
        # Numbers here, digits there: only what both deliveries have in common is compared.
        return canonical([raw.get("msgType"), content, _quoted(quote), list(_addressed(mentions))])
    return canonical([raw.get("msgType"), content, None, []])


def _object_or_text(text: str) -> object:
    try:
        return json_object(text)
    except ValueError:
        return text


def _quoted(quote: Any) -> list[object] | None:
    if not isinstance(quote, dict):
        return None
    return [as_id(quote.get("ownerId")), as_id(quote.get("globalMsgId")), quote.get("msg"), quote.get("attach")]


def _addressed(mentions: Any) -> Iterator[list[object]]:
    for mention in mentions if isinstance(mentions, list) else ():
        if isinstance(mention, dict):
            yield [as_id(mention.get("uid")), as_id(mention.get("pos")), as_id(mention.get("len"))]


def _is_upload(item: object) -> bool:
    content = item.get("content") if isinstance(item, dict) else None
    return isinstance(content, dict) and content.get("act_type") == "file_done"


def _is_typing(item: object) -> bool:
    return isinstance(item, dict) and item.get("act_type") == "typing"
