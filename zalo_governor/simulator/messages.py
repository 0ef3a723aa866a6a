"""Builders of the JSON elements that Zalo sends in socket frames.

Elements are messages, recalls, reactions, receipts and group actions (members joining, changed settings …).
"""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.file_server import ServedFile
from zalo_governor.simulator.world import GROUP_ID, MEMBER_UID, Device, FriendRequest, Group, World

_PRIVATE = 501
"""Zalo's command number of private messages."""

CLIENT_TYPES = {
    "webchat": 1,
    "chat.voice": 31,
    "chat.photo": 32,
    "chat.sticker": 36,
    "chat.doodle": 37,
    "chat.recommended": 38,
    "chat.link": 38,
    "chat.location.new": 43,
    "chat.video.msg": 44,
    "share.file": 46,
    "chat.gif": 49,
}
"""Zalo's name of a message type (`msgType`) -> the integer for this type in quotes, reactions and pins."""
_REACTION_TYPES = {":>": 0, "--b": 1, ":-((": 2, "/-strong": 3, "/-heart": 5, ":-h": 20, ":o": 32}


def complete(world: World, given: RawDict, *, private: bool = False) -> RawDict:
    """Return a message of a group, or a private one, with all fields that Zalo sends; `given` holds some of them."""
    return private_message(world, given) if private else group_message(world, given)


def is_private(message: RawDict) -> bool:
    """Return whether a message, given with all its fields, belongs to a private conversation."""
    return message.get("cmd") == _PRIVATE


def group_message(world: World, given: RawDict) -> RawDict:
    """Return a group message with all fields that Zalo sends.

    Fields that are not in `given` get default values. `given` may hold the text of the message under `_text`.
    """
    sender = str(given.get("uidFrom", MEMBER_UID))
    return _complete_message(world, given, sender=sender, to=str(given.get("idTo", GROUP_ID)), cmd=521)


def private_message(world: World, given: RawDict) -> RawDict:
    """Return a private message with all fields that Zalo sends.

    Fields that are not in `given` get default values; by default the sample member (`MEMBER_UID`) writes to the main
    account (the bot's). `given` may hold the text of the message under `_text`.
    """
    sender = str(given.get("uidFrom", MEMBER_UID))
    return _complete_message(
        world, given, sender=sender, to=str(given.get("idTo", world.main_account.uid)), cmd=_PRIVATE
    )


def attachment(title: str = "", href: str = "", **more: Any) -> RawDict:
    """Return the object in the field `content` of a photo, file or link message.

    `more` overrides its fields. Its `params` (details such as the file size) are given as a dict and stored as a JSON
    string, as at Zalo.
    """
    params = json.dumps(more.pop("params", {}), ensure_ascii=False)
    base = {"title": title, "description": "", "href": href, "thumb": "", "childnumber": 0, "action": "", "type": ""}
    return base | more | {"params": params}


def file_message(file: ServedFile, file_id: str, caption: str = "") -> RawDict:
    """Return the fields `msgType` and `content` of a message with a photo or file that the file server serves.

    `caption` is the text under a photo. `group_message` or `private_message` adds the other fields.
    """
    href, size = file.address(file_id), str(len(file.content))
    if file.kind == "photo":
        params: RawDict = {"hd": file.address(file_id, "hd"), "hdSize": size, "width": 1240, "height": 1754}
        return {"msgType": "chat.photo", "content": attachment(caption, href, thumb=href, params=params)}
    params = {
        "fileSize": size,
        "checksum": file.checksum,
        "checksumSha": "",
        "fileExt": file.name.rpartition(".")[2],
        "fdata": "{}",
        "fType": 1,
    }
    return {"msgType": "share.file", "content": attachment(file.name, href, params=params)}


def quote_of(message: RawDict) -> RawDict:
    """Return the object that a reply to `message` carries in its field `quote`."""
    content = message.get("content")
    return {
        "ownerId": int(message["uidFrom"]),
        "cliMsgId": int(message["cliMsgId"]),
        "globalMsgId": int(message["msgId"]),
        "cliMsgType": CLIENT_TYPES.get(message["msgType"], 1),
        "ts": int(message["ts"]),
        "msg": content if isinstance(content, str) else "",
        "attach": "" if isinstance(content, str) else json.dumps(content, ensure_ascii=False),
        "fromD": message["dName"],
        "ttl": 0,
    }


def recall_of(message: RawDict, device: Device = Device.PHONE, *, placeholder: bool = True) -> RawDict:
    """Return the fields of a message of type `chat.undo`, which tells clients that its sender recalls `message`.

    Recalling unsends a message; with `placeholder`, a line stays in its place. A phone names the message by its client
    id alone, since 0 means "not given" (zalo-protocol.md, 14.2). `complete` adds the other fields.
    """
    return {
        "msgType": "chat.undo",
        "uidFrom": message["uidFrom"],
        "idTo": message["idTo"],
        "content": {
            "globalMsgId": _global_id(message, device),
            "cliMsgId": int(message["cliMsgId"]),
            "deleteMsg": int(not placeholder),
            "srcId": int(message["uidFrom"]),
            "destId": 0 if device is Device.PHONE else int(message["idTo"]),
        },
    }


class DeletionKind(StrEnum):
    """What a person deletes, and for whom."""

    ALL = "all"
    """Messages, for everybody in the group; without effect unless the owner or a deputy does it."""
    ME = "me"
    """Messages, for the person alone."""
    CONVERSATION = "conversation"
    """The whole conversation up to the named message, for the person alone."""


def deletion_of(deleted: Sequence[RawDict], by: str, kind: DeletionKind, device: Device = Device.PHONE) -> RawDict:
    """Return the fields of a message of type `chat.delete`: the person `by` (uid) has deleted messages.

    All messages in `deleted` are of one conversation. `complete` adds the other fields. That a deletion for everybody
    has the `actionType` 1 is a guess; the rest is known (zalo-protocol.md, 14.1).
    """
    private = is_private(deleted[0])
    to = deleted[0]["uidFrom" if by == deleted[0]["idTo"] else "idTo"]
    number = (2 if private else 4) if kind is DeletionKind.CONVERSATION else (1 if private else 3)
    return {
        "msgType": "chat.delete",
        "uidFrom": by,
        "idTo": to,
        "content": [
            {
                "type": number,
                "actionType": int(kind is DeletionKind.ALL),
                "uidFrom": int(message["uidFrom"]),
                "uidTo": int(to),
                "clientDelMsgId": int(message["cliMsgId"]),
                "globalDelMsgId": _global_id(message, device),
                "destId": int(to),
            }
            for message in deleted
        ],
    }


def reaction_to(targets: Sequence[RawDict], by: str, icon: str, device: Device = Device.PHONE) -> RawDict:
    """Return the fields of a message of type `chat.reaction`: the person `by` (uid) reacts to messages with an icon.

    The icon is Zalo's code, such as "/-strong"; "" removes all of the person's icons from the messages. A phone names
    each message by its cliMsgId and the uid of its sender, other devices by cliMsgId and msgId. `complete` adds the
    other fields.
    """
    phone = device is Device.PHONE
    content = {
        "rMsg": [
            {
                "gMsgID": _global_id(target, device),
                "cMsgID": int(target["cliMsgId"]),
                "msgType": CLIENT_TYPES.get(target["msgType"], 1),
            }
            for target in targets
        ],
        "rIcon": icon,
        "rType": _REACTION_TYPES.get(icon, 3) if icon else -1,
        "source": 0 if phone else 6,
        **({"msgSender": int(targets[0]["uidFrom"])} if phone else {}),
    }
    return {
        "msgType": "chat.reaction",
        "uidFrom": by,
        "idTo": targets[0]["idTo"],
        "content": json.dumps(content, ensure_ascii=False),
    }


def receipt(target: RawDict, group_id: str, seen: Sequence[str]) -> RawDict:
    """Return a receipt which says that the people in `seen` (uids) have seen the group message `target`.

    It is an element of the array `groupSeens` in a frame with command 522.
    """
    return {
        "msgId": target["msgId"],
        "realMsgId": target["msgId"],
        "seen": 1,
        "deliveredUids": list(seen),
        "seenUids": list(seen),
        "mSTs": int(target["ts"]),
        "groupId": group_id,
    }


def group_act(world: World, group: Group, act: str, by: str, members: Sequence[str] = (), **more: Any) -> RawDict:
    """Return the event with which Zalo reports that the person `by` (uid) changed the group by the action `act`.

    `act` is Zalo's name of the action, such as "join" or "update_setting"; `members` are the uids of those whom the
    action concerns. `more` overrides fields of the event's data. The group's version number is increased, as after
    every change.
    """
    group.version += 1
    data = {
        "subType": 1,
        "groupId": group.id,
        "creatorId": group.owner,
        "groupName": group.name,
        "sourceId": by,
        "updateMembers": [
            {"id": uid, "dName": world.person(uid).name, "avatar": "", "type": 1, "avatar_25": ""} for uid in members
        ],
        "groupSetting": dict(group.settings),
        "groupTopic": None,
        "info": {},
        "extraData": {},
        "time": str(world.now_ms()),
        "avt": None,
        "fullAvt": None,
        "isAdd": 0,
        "hideGroupInfo": 0,
        "version": str(group.version),
        "groupType": 1,
        "e2ee": int(group.encrypted),
    }
    return control("group", act, data | more)


def pin_act(world: World, group: Group, by: str, message: RawDict) -> RawDict:
    """Pin `message` in the group in the name of the person `by` (uid); return Zalo's event that announces the pin."""
    content = message["content"]
    params = {
        "senderUid": message["uidFrom"],
        "senderName": message["dName"],
        "client_msg_id": message["cliMsgId"],
        "global_msg_id": message["msgId"],
        "msg_type": CLIENT_TYPES.get(message["msgType"], 1),
        "title": content if isinstance(content, str) else str(content.get("title", "")),
    }
    now = world.now_ms()
    topic = {
        "id": world.new_message_id(),
        "type": 2,
        "color": -14540254,
        "emoji": "📌",
        "startTime": -1,
        "duration": -1,
        "repeat": 0,
        "action": 0,
        "params": json.dumps(params, ensure_ascii=False),
        "creatorId": by,
        "createTime": now,
        "editorId": by,
        "editTime": now,
    }
    group.pins.insert(0, topic)
    return _board_act(group, "new_pin_topic", by, topic)


def friend_request(request: FriendRequest) -> list[RawDict]:
    """Return the two events with which Zalo tells a person of a friend request: the older form `req`, and `req_v2`."""
    data = {"toUid": request.to, "fromUid": request.by, "src": 85, "message": request.message}
    return [control("fr", "req", data), control("fr", "req_v2", data)]


def befriended(uid: str) -> RawDict:
    """Return the event with which Zalo tells a person of a new friend; the event's data is only the friend's `uid`."""
    return control("fr", "add", uid)


def unpin_act(group: Group, by: str, topic: RawDict) -> RawDict:
    """Remove `topic`, one of the group's pins, in the name of the person `by` (uid); return Zalo's event of that."""
    group.pins.remove(topic)
    return _board_act(group, "unpin_topic", by, topic)


def control(act_type: str, act: str, data: Any, **more: Any) -> RawDict:
    """Return a control event: an element of the array `controls` in a socket frame with command 601.

    Control events report everything that is not a message or a reaction. `act_type` is the kind of subject ("group",
    "fr" for friends) and `act` the action. For `act_type` "group" the data is encoded as a JSON string, as at Zalo.
    """
    body = json.dumps(data, ensure_ascii=False) if act_type == "group" else data
    return {"content": {"act_type": act_type, "act": act, "data": body, **more}}


def _board_act(group: Group, act: str, by: str, topic: RawDict) -> RawDict:
    group.version += 1
    board = {"oldBoardVersion": group.version - 1, "boardVersion": group.version}
    return control("group", act, {**board, "topic": topic, "actorId": by, "groupId": group.id})


def _global_id(message: RawDict, device: Device) -> int:
    return 0 if device is Device.PHONE else int(message["msgId"])


def _complete_message(world: World, given: RawDict, *, sender: str, to: str, cmd: int) -> RawDict:
    msg_id = str(given.get("msgId") or world.new_message_id())
    person = world.person(world.main_account.uid if sender == "0" else sender, str(given.get("dName") or ""))
    content = given.get("content", given.get("_text"))
    message = {
        "actionId": msg_id,
        "msgId": msg_id,
        "cliMsgId": world.new_client_id(),
        "msgType": "webchat",
        "uidFrom": sender,
        "idTo": to,
        "dName": person.name,
        "ts": str(world.now_ms()),
        "status": 1,
        "content": content,
        "notify": "1",
        "ttl": 0,
        "userId": "0",
        "uin": "0",
        "topOut": "0",
        "topOutTimeOut": "0",
        "topOutImprTimeOut": "0",
        "propertyExt": {"color": 0, "size": 0, "type": 0, "subType": 0, "ext": '{"shouldParseLinkOrContact":0}'},
        "paramsExt": {"countUnread": 1, "containType": 0, "platformType": 1},
        "cmd": cmd,
        "st": 3,
        "at": 5 if isinstance(content, str) else 0,
        "realMsgId": "0",
    }
    return message | {key: value for key, value in given.items() if key != "_text"}
