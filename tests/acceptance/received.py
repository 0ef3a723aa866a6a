"""The same frames for every unmodified client, and what each says that it received (docs/simulator.md)."""

import json
import queue
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.acceptance.processes import Lines, order
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.cards import system_line
from zalo_governor.simulator.messages import (
    DeletionKind,
    attachment,
    deletion_of,
    group_act,
    group_message,
    quote_of,
    reaction_to,
    recall_of,
)
from zalo_governor.simulator.world import GROUP_ID, MEMBER_UID, World

PAGE = Path(__file__).parents[2] / "docs" / "simulator.md"
_THREE = {"groupMsgs": [{"_text": "một"}, {"_text": "hai"}, {"_text": "ba"}]}
_LAST = "hết"
_NOTHING = "nothing"
_PATIENCE_SECONDS = 30.0


def frames() -> dict[str, list[dict[str, Any]]]:
    """What Zalo sends, as the list names it, with its frames."""
    world = World(system_clock)
    said = group_message(world, {"_text": "Kính chào các đồng chí", "uidFrom": MEMBER_UID})
    photo = {"msgType": "chat.photo", "content": attachment("Ảnh họp", href="https://mau.gov.vn/anh.jpg")}
    mention = {"mentions": [{"uid": "-1", "pos": 0, "len": 4, "type": 1}], "quote": quote_of(said)}
    receipt = {"msgId": said["msgId"], "realMsgId": "0", "groupId": GROUP_ID, "seenUids": [MEMBER_UID], "mSTs": 1}
    typing = {"act_type": "typing", "act": "gtyping", "data": f'"uid":"{MEMBER_UID}","gid":"{GROUP_ID}","ts":"1"'}
    acts = ("join", "leave", "update", "update_setting", "add_admin", "new_link")
    controls = [group_act(world, world.group(GROUP_ID), act, MEMBER_UID, [MEMBER_UID]) for act in acts]
    encodings = [(0, "none"), (1, "gzip"), (1, "zlib"), (2, "gzip"), (2, "zlib"), (3, "none")]
    reaction = group_message(world, reaction_to([said], MEMBER_UID, "/-strong")) | {"cmd": 612}
    return {
        "one message": [{"data": {"groupMsgs": [said]}}],
        **{
            f"three messages in one frame, encrypt {encrypt}, {comp}": [
                {"encrypt": encrypt, "comp": comp, "data": _THREE}
            ]
            for encrypt, comp in encodings
        },
        "three messages under a wrong tag": [{"bad_tag": True, "data": _THREE}],
        "three messages, the second with null for content": [
            {"data": {"groupMsgs": [{"_text": "một"}, {"_text": "hai", "content": None}, {"_text": "ba"}]}}
        ],
        "a private message (501)": [{"cmd": 501, "data": {"msgs": [{"_text": "riêng"}]}}],
        "a message with mention and quote": [{"data": {"groupMsgs": [{"_text": "@All vâng", **mention}]}}],
        "a photo with a caption": [{"data": {"groupMsgs": [{"_text": "", **photo}]}}],
        "a recall from a phone": [{"data": {"groupMsgs": [{"_text": "", **recall_of(said)}]}}],
        "a deletion": [{"data": {"groupMsgs": [{"_text": "", **deletion_of([said], MEMBER_UID, DeletionKind.ALL)}]}}],
        "a line of Zalo's own software": [
            {"data": {"groupMsgs": [{"_text": "", **system_line("%1$s đã ghim", ["Lan"])}]}}
        ],
        "a reaction from a phone (612)": [{"cmd": 612, "data": {"reacts": [], "reactGroups": [reaction]}}],
        "a receipt (522)": [{"cmd": 522, "data": {"delivereds": [], "groupSeens": [receipt]}}],
        "somebody types (602)": [{"cmd": 602, "data": {"actions": [typing]}}],
        "six group acts (601)": [{"cmd": 601, "data": {"controls": controls}}],
        "read marks with messages (504)": [{"cmd": 504, "data": {"clearUnreads": [], **_THREE}}],
        "old messages (511)": [{"cmd": 511, "sub": 1, "data": _THREE}],
    }


def received(client: Lines, base: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """What the client says of each: `3 × message`, or `nothing`. What is wanted of it is waited for."""
    return {name: _told(client, base, sent, wanted.get(name, _NOTHING)) for name, sent in frames().items()}


def listed(column: int) -> dict[str, str]:
    """What docs/simulator.md says of the client in that column."""
    table = PAGE.read_text(encoding="utf-8").partition("## What unmodified clients receive")[2]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {row[0]: row[column] for row in rows[2:]}


def _told(client: Lines, base: str, sent: list[dict[str, Any]], wanted: str) -> str:
    order(base, "push", frames=sent)
    kinds: Counter[str] = Counter()
    with suppress(queue.Empty):
        while _in_words(kinds) != wanted:
            kinds[json.loads(client.until("{", _PATIENCE_SECONDS))["what"]] += 1
    # More than that? zca-js decodes frames side by side, in threads where they are encrypted and packed: what is sent
    # later may be told earlier, but hardly three times in a row by the same way. A frame in clear would
    # overtake them all.
    for _ in range(3):
        order(base, "push", frames=[{"encrypt": 2, "comp": "gzip", "data": {"groupMsgs": [{"_text": _LAST}]}}])
        while True:
            found = json.loads(client.until("{"))
            if _LAST in (found.get("text"), (found.get("message") or {}).get("data", {}).get("content")):
                break
            kinds[found["what"]] += 1
    return _in_words(kinds)


def _in_words(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items())) or _NOTHING
