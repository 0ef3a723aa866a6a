"""Builders of the JSON elements that Zalo sends in socket frames.

Elements are messages, recalls, reactions, receipts and group actions (members joining, changed settings …).
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.file_server import ServedFile
from zalo_governor.simulator.world import GROUP_ID, MEMBER_UID, FriendRequest, Group, World

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
    return _complete_message(world, given, sender=sender, to=str(given.get("idTo", world.main_account.uid)), cmd=501)


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
        "ownerId": message["uidFrom"],
        "cliMsgId": int(message["cliMsgId"]),
        "globalMsgId": int(message["msgId"]),
        "cliMsgType": CLIENT_TYPES.get(message["msgType"], 1),
        "ts": int(message["ts"]),
        "msg": content if isinstance(content, str) else "",
        "attach": "" if isinstance(content, str) else json.dumps(content, ensure_ascii=False),
        "fromD": message["dName"],
        "ttl": 0,
    }


def recall_of(message: RawDict) -> RawDict:
    """Return the fields of a message of type `chat.undo`, which tells clients that its sender recalls `message`.

    Recalling unsends a message. `group_message` or `private_message` adds the other fields.
    """
    return {
        "msgType": "chat.undo",
        "uidFrom": message["uidFrom"],
        "idTo": message["idTo"],
        "content": {
            "globalMsgId": int(message["msgId"]),
            "cliMsgId": int(message["cliMsgId"]),
            "deleteMsg": 0,
            "srcId": message["uidFrom"],
            "destId": message["idTo"],
        },
    }


def deletion_of(messages: Iterable[RawDict], group_id: str, by: str) -> RawDict:
    """Return the fields of a message of type `chat.delete`: an administrator has deleted `messages` for everybody.

    `by` is the administrator's uid; `group_message` adds the other fields. The shape is inferred from other events, not
    observed at Zalo.
    """
    return {
        "msgType": "chat.delete",
        "uidFrom": by,
        "idTo": group_id,
        "content": [
            {"globalMsgId": message["msgId"], "clientMsgId": message["cliMsgId"], "uidFrom": message["uidFrom"]}
            for message in messages
        ],
    }


def reaction_to(target: RawDict, by: str, icon: str) -> RawDict:
    """Return the fields of a message of type `chat.reaction`: a person reacts to the message `target` with an icon.

    `by` is the uid of the person who reacts; an empty icon removes the person's reaction. `group_message` or
    `private_message` adds the other fields.
    """
    content = {
        "rMsg": [
            {
                "gMsgID": int(target["msgId"]),
                "cMsgID": int(target["cliMsgId"]),
                "msgType": CLIENT_TYPES.get(target["msgType"], 1),
            }
        ],
        "rIcon": icon,
        "rType": 3 if icon else -1,
        "source": 6,
    }
    return {
        "msgType": "chat.reaction",
        "uidFrom": by,
        "idTo": target["idTo"],
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
    board = {"oldBoardVersion": group.version, "boardVersion": group.version + 1}
    group.version += 1
    return control("group", "new_pin_topic", {**board, "topic": topic, "actorId": by, "groupId": group.id})


def friend_request(request: FriendRequest) -> list[RawDict]:
    """Return the events with which Zalo tells a person of a friend request.

    There are two, because Zalo sends the older form `req` as well as `req_v2`.
    """
    data = {"toUid": request.to, "fromUid": request.by, "src": 85, "message": request.message}
    return [control("fr", "req", data), control("fr", "req_v2", data)]


def befriended(uid: str) -> RawDict:
    """Return the event with which Zalo tells a person of a new friend; the event's data is only the friend's `uid`."""
    return control("fr", "add", uid)


def unpin_act(group: Group, by: str, message: RawDict) -> RawDict:
    """Unpin `message` in the group in the name of the person `by` (uid); return Zalo's event that announces it."""
    topic = next(pin for pin in group.pins if json.loads(pin["params"])["global_msg_id"] == message["msgId"])
    group.pins.remove(topic)
    board = {"oldBoardVersion": group.version, "boardVersion": group.version + 1}
    group.version += 1
    return control("group", "unpin_topic", {**board, "topic": topic, "actorId": by, "groupId": group.id})


def control(act_type: str, act: str, data: Any, **more: Any) -> RawDict:
    """Return a control event: an element of the array `controls` in a socket frame with command 601.

    Control events report everything that is not a message or a reaction. `act_type` is the kind of subject ("group",
    "fr" for friends) and `act` the action. For `act_type` "group" the data is encoded as a JSON string, as at Zalo.
    """
    body = json.dumps(data, ensure_ascii=False) if act_type == "group" else data
    return {"content": {"act_type": act_type, "act": act, "data": body, **more}}


def _complete_message(world: World, given: RawDict, *, sender: str, to: str, cmd: int) -> RawDict:
    msg_id = str(given.get("msgId") or world.new_message_id())
    person = world.person(world.main_account.uid if sender == "0" else sender, str(given.get("dName") or ""))
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
        "content": given.get("_text"),
        "notify": "1",
        "ttl": 0,
        "userId": "0",
        "uin": "0",
        "topOut": "0",
        "topOutTimeOut": "0",
        "topOutImprTimeOut": "0",
        "propertyExt": {"color": 0, "size": 0, "type": 0, "subType": 0, "ext": ""},
        "paramsExt": {"countUnread": 1, "containType": 0, "platformType": 1},
        "cmd": cmd,
        "st": 3,
        "at": 0,
        "realMsgId": "0",
    }
    return message | {key: value for key, value in given.items() if key != "_text"}
