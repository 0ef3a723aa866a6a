"""Builders of messages other than plain text: styled text, cards, polls, calls and lines of Zalo's software.

Each returns the fields in which the message differs from a plain one; `messages.complete` adds the others. The shapes
are described in zalo-protocol.md, 14.4 and 14.5.
"""

import json
from collections.abc import Sequence
from typing import Any, Literal

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.messages import attachment
from zalo_governor.simulator.world import Person, World

CallKind = Literal["groupcall", "calltime", "misscall"]

_LINES = {
    "new_pin_topic": "%1$s đã ghim một tin nhắn",
    "unpin_topic": "%1$s đã bỏ ghim một tin nhắn",
    "update_setting": "%1$s đã thay đổi cài đặt nhóm",
    "update_topic": "%1$s đã tạo một nhắc hẹn",
    "join": "%1$s đã thêm %2$s vào nhóm",
}
"""Zalo's name of a group act -> the sentence by which Zalo's software reports the act in the group's chat."""
_JOINED_BY_LINK = "%1$s đã tham gia nhóm qua link"
_PIN_ROW = 5
"""Value of `st` in the lines that announce a pin."""


def card(message_type: str, title: str = "", **more: Any) -> RawDict:
    """Return a message of the type `message_type` whose content is an object; `more` are fields of it."""
    return {"msgType": message_type, "content": attachment(title, **more)}


def styled_text(text: str, styles: Sequence[RawDict]) -> RawDict:
    """Return a message with formatted text; the style `{"start": 0, "len": 4, "st": "b"}` makes four letters bold."""
    return card("webchat", text, action="rtf", params={"styles": list(styles), "ver": 0})


def system_line(template: str, names: Sequence[str], action_id: str = "") -> RawDict:
    """Return a sentence that Zalo's software writes in the name of a member, such as "Lan đã ghim một tin nhắn".

    `template` names the people as %1$s, %2$s …
    """
    title = template
    for number, name in enumerate(names, start=1):
        title = title.replace(f"%{number}$s", name)
    params = {
        "msg": {"vi": template},
        "highLightsV2": [{"dpn": name} for name in names],
        "actions": [{"actionId": action_id}] if action_id else [],
    }
    return card("webchat", title, action="msginfo.actionlist", params=params)


def line_about(world: World, control: RawDict) -> RawDict | None:
    """Return the chat line "Lan đã …" with which Zalo tells a group of a control event; None if there is none."""
    content = control["content"]
    template = _LINES.get(content["act"]) if content["act_type"] == "group" else None
    if template is None:
        return None
    data = json.loads(content["data"])
    by = str(data.get("sourceId") or data["actorId"])
    members = [] if "topic" in data else data.get("updateMembers", [])
    if any(member["id"] == by for member in members):
        template, members = _JOINED_BY_LINK, []
    pinned = "topic" in data
    line = system_line(
        template,
        [world.person(by).name, ", ".join(member["dName"] for member in members)][: 2 if members else 1],
        "action.groupchat.jump.msg" if pinned else "",
    )
    return line | {"uidFrom": by, "idTo": data["groupId"], **({"st": _PIN_ROW} if pinned else {})}


def reminder_card(title: str, description: str = "") -> RawDict:
    """Return the card of a reminder that a member has made."""
    params = {"actions": [{"actionId": "action.open.reminder"}]}
    return card("chat.ecard", title, description=description, params=params)


def poll(question: str, options: Sequence[str], poll_id: int) -> RawDict:
    """Return the message that announces a poll."""
    choices = [{"content": option, "votes": 0} for option in options]
    return card("group.poll", action="create", params={"pollId": poll_id, "question": question, "options": choices})


def vote_in(announced: RawDict) -> RawDict:
    """Return the chat line with which Zalo reports a vote; `announced` is the poll's message, which it repeats."""
    return {"msgType": "group.poll", "content": announced["content"] | {"action": "vote"}}


def to_do(text: str) -> RawDict:
    """Return a message with a to-do, by which a member gives others a task."""
    return card("chat.todo", params={"item": {"content": text}})


def contact_card(person: Person) -> RawDict:
    """Return a message with a person's contact card."""
    described = {"phone": person.phone, "qrCodeUrl": f"https://qr-talk.zdn.vn/{person.global_id}", "gUid": person.uid}
    about = json.dumps(described, ensure_ascii=False)
    return card("chat.recommended", person.name, action="recommened.user", description=about)


def call(kind: CallKind, minutes: int) -> RawDict:
    """Return the message that Zalo shows about a call that took place, or that nobody answered (`misscall`)."""
    return card("chat.recommended", action=f"recommened.{kind}", params={"duration": minutes * 60, "calltype": 1})


def edited(message: RawDict, text: str) -> RawDict:
    """Return the message by which a phone replaces the text of an earlier `message` by `text`.

    Only the name of its type is known; that it names the earlier message as a recall does is a guess.
    """
    named = {"globalMsgId": 0, "cliMsgId": int(message["cliMsgId"]), "srcId": int(message["uidFrom"]), "destId": 0}
    return {"msgType": "chat.msg.update", "uidFrom": message["uidFrom"], "content": attachment(text) | named}
