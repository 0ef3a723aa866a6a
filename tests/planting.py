"""Elements as Zalo sends them, with a text planted in any one of the places that the parser reads."""

import json
from collections.abc import Callable
from typing import Any

from zalo_governor.domain.inbound import ElementKind, RawDict
from zalo_governor.simulator.messages import attachment, control, group_act, group_message, quote_of
from zalo_governor.simulator.world import BOT_UID, GROUP_ID, MEMBER_UID, World
from zalo_governor.zalo.events.text_fields import EACH, FIELDS

Pack = Callable[[Any], str]
"""Writes JSON inside a string."""

PACKINGS: dict[str, Pack] = {
    "as Zalo writes it": lambda value: json.dumps(value, ensure_ascii=False),
    "escaped": json.dumps,
    "after blanks": lambda value: " \n" + json.dumps(value),
    "after a byte order mark": lambda value: "\ufeff" + json.dumps(value),
    "beside a number of 5,000 digits": lambda value: f'{{"n":{"9" * 5000},{json.dumps(value)[1:]}',
    "before its own double": lambda value: json.dumps(value)[:-1] + "".join(f',"{key}":""' for key in value) + "}",
    "cut off": lambda value: json.dumps(value)[:-1],
}


def planted(world: World, field: str, text: str, pack: Pack = PACKINGS["as Zalo writes it"]) -> RawDict:
    """An element with every field that Zalo gives, the text in that one of them.

    Raises:
        KeyError: the field is heard over no wire, but found when the group is looked at.
    """
    place = FIELDS[field]
    made: RawDict = _planted(_MAKERS[place.kind](world, place.path), place.path, text, pack)
    return made


def fields_of(kind: ElementKind) -> list[str]:
    """The fields of the parser's table that belong to elements of that kind."""
    return sorted(field for field, place in FIELDS.items() if place.kind is kind)


def _message(world: World, path: tuple[str, ...]) -> RawDict:
    quoted = group_message(world, {"content": attachment("Ảnh hội nghị"), "msgType": "chat.photo"})
    typed = path in {("content",), ("dName",)}
    content = {"_text": "đồng ý"} if typed else {"content": attachment("Lịch họp", params={"item": {}, "options": []})}
    return group_message(world, {**content, "quote": quote_of(quoted)})


def _planted(value: Any, path: tuple[str, ...], text: str, pack: Pack) -> Any:
    """The element with the text at that path; a string on the way there holds JSON, and goes on holding it."""
    if not path:
        return text
    step, rest = path[0], path[1:]
    packed = isinstance(value, str)
    inside = json.loads(value) if packed and value.startswith("{") else value
    if step == EACH:
        return [_planted(inside[0] if inside else {}, rest, text, pack)]
    inside = inside if isinstance(inside, dict) else {}
    below = inside.get(step)
    if below is None:
        below = "" if step in {"params", "attach", "description"} else {}
    planted = {**inside, step: _planted(below, rest, text, pack)}
    return pack(planted) if packed else planted


def _group_act(world: World, path: tuple[str, ...]) -> RawDict:
    return group_act(world, world.group(GROUP_ID), "update", MEMBER_UID, [MEMBER_UID])


def _friend_act(world: World, path: tuple[str, ...]) -> RawDict:
    return control("fr", "req", {"fromUid": MEMBER_UID, "toUid": BOT_UID, "message": ""})


_MAKERS: dict[ElementKind, Callable[[World, tuple[str, ...]], RawDict]] = {
    ElementKind.MESSAGE: _message,
    ElementKind.GROUP_ACT: _group_act,
    ElementKind.FRIEND_ACT: _friend_act,
}
