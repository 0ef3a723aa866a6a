"""Table of the fields of raw elements that hold text written by people; the parser reads such text only through it."""

from collections.abc import Iterator
from typing import NamedTuple

from zalo_governor.domain.inbound import ElementKind, RawDict
from zalo_governor.zalo.frames.json import read_json_text

EACH = "*"
"""Step of a path that means every item of a list."""


class Place(NamedTuple):
    """Place of a text field in the JSON of elements of one kind (messages, group changes …): the keys that lead to it.

    A key may also lead into a string that is itself JSON. The step `EACH` means every item of a list.
    """

    kind: ElementKind
    path: tuple[str, ...]


def _message(*path: str) -> Place:
    return Place(ElementKind.MESSAGE, path)


def _act(*path: str) -> Place:
    return Place(ElementKind.GROUP_ACT, ("content", "data", *path))


FIELDS: dict[str, Place] = {
    "sender_name": _message("dName"),
    "text": _message("content"),
    "title": _message("content", "title"),
    "description": _message("content", "description"),
    "url": _message("content", "href"),
    "link_target": _message("content", "params", "href"),
    "link_redirect": _message("content", "params", "redirect_url"),
    "media_title": _message("content", "params", "mediaTitle"),
    "media_source": _message("content", "params", "src"),
    "media_artist": _message("content", "params", "artist"),
    "contact_phone": _message("content", "description", "phone"),
    "poll_question": _message("content", "params", "question"),
    "poll_option": _message("content", "params", "options", EACH, "content"),
    "todo": _message("content", "params", "item", "content"),
    "quote": _message("quote", "msg"),
    "quote_title": _message("quote", "attach", "title"),
    "quote_description": _message("quote", "attach", "description"),
    "quote_url": _message("quote", "attach", "href"),
    "quote_sender_name": _message("quote", "fromD"),
    "group_name": _act("groupName"),
    "group_description": _act("groupDesc"),
    "member_name": _act("updateMembers", EACH, "dName"),
    "pin_title": _act("topic", "params", "title"),
    "pin_sender_name": _act("topic", "params", "senderName"),
    "topic_title": _act("groupTopic", "params", "title"),
    "topic_plain_title": _act("groupTopic", "title"),
    "reminder": _act("msg"),
    "invite_link": _act("info", "group_link"),
    "friend_message": Place(ElementKind.FRIEND_ACT, ("content", "data", "message")),
    "observed_name": Place(ElementKind.NAME, ("name",)),
    "observed_group_name": Place(ElementKind.GROUP_STATE, ("name",)),
    "observed_group_description": Place(ElementKind.GROUP_STATE, ("description",)),
}


def strings_of(raw: RawDict, field: str) -> list[str]:
    """Return the non-empty strings of one field, such as "poll_option" (a key of `FIELDS`), in a raw element."""
    return [text for text in _walk(raw, FIELDS[field].path) if text]


def string_of(raw: RawDict, field: str) -> str:
    """Return the first string of one field, such as "text" (a key of `FIELDS`), in a raw element; "" if none."""
    path = FIELDS[field].path
    if len(path) == 1:
        text = raw.get(path[0])
        return text if isinstance(text, str) else ""
    return next(iter(strings_of(raw, field)), "")


def posted_text(raw: RawDict) -> str:
    """Return all text that the sender of a message wrote, one line per field, without text quoted from other messages.

    `raw` is the message as Zalo sent it.
    """
    content = raw.get("content")
    if isinstance(content, str) and not content.startswith(("{", "[")):
        return content
    return "\n".join(dict.fromkeys(text for field in _POSTED for text in strings_of(raw, field)))


def is_worded(text: str) -> bool:
    """Return whether a string looks like words rather than an id or a link."""
    return not text.isascii() or " " in text.strip()


def all_strings(value: object) -> Iterator[str]:
    """Yield all strings in a JSON value, even in JSON nested as a string, but no keys of objects."""
    if isinstance(value, str):
        nested = _parse_if_json(value)
        if nested is not value:
            yield from all_strings(nested)
        else:
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from all_strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from all_strings(item)


def _walk(value: object, path: tuple[str, ...]) -> Iterator[str]:
    if not path:
        if isinstance(value, str):
            yield value
        return
    value = _parse_if_json(value)
    step, rest = path[0], path[1:]
    if step == EACH:
        for item in value if isinstance(value, list) else ():
            yield from _walk(item, rest)
    elif isinstance(value, dict) and step in value:
        yield from _walk(value[step], rest)


def _parse_if_json(value: object) -> object:
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return read_json_text(value)
    except ValueError:
        return value


_POSTED = ("text", "title", "description", "media_title", "poll_question", "poll_option", "todo")
