"""Build the JSON elements of socket frames: messages, recalls, reactions, receipts and group acts."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from zalo_governor.domain.inbound import RawDict
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
"""msgType -> the integer that Zalo uses for this type in quotes and pins."""


def group_message(world: World, given: RawDict) -> RawDict:
    """Return a complete group message: the fields in `given` plus defaults; `_text` becomes the content."""
    sender = str(given.get("uidFrom", MEMBER_UID))
    return _complete_message(world, given, sender=sender, to=str(given.get("idTo", GROUP_ID)), cmd=521)


def private_message(world: World, given: RawDict) -> RawDict:
    """Return a complete private message, by default from the sample member (`MEMBER_UID`) to the main account.

    `given` overrides the default fields; its `_text` becomes the content.
    """
    sender = str(given.get("uidFrom", MEMBER_UID))
    return _complete_message(world, given, sender=sender, to=str(given.get("idTo", world.main_account.uid)), cmd=501)


def attachment(title: str = "", href: str = "", **more: Any) -> RawDict:
    """Return the content object of a photo, file or link; `params` is passed as a dict and stored as a JSON string."""
    params = json.dumps(more.pop("params", {}), ensure_ascii=False)
    base = {"title": title, "description": "", "href": href, "thumb": "", "childnumber": 0, "action": "", "type": ""}
    return base | more | {"params": params}


def quote_of(message: RawDict) -> RawDict:
    """Return the `quote` object of a reply to the message."""
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
    """Return the fields of a `chat.undo` (recall); `group_message` or `private_message` completes them."""
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
    """Return the fields of a `chat.delete` of members' messages by an administrator.

    The shape is inferred from other events, not observed at Zalo.
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
    """Return the fields of a `chat.reaction` with a JSON string as content; an empty icon removes the reaction."""
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
    """Return an element of `groupSeens` (cmd 522) that says which uids have seen a message."""
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
    """Return a control element (cmd 601): `by` performed the group action `act` on `members`.

    Increments the group's version. `more` overrides fields of the data object.
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
    }
    return control("group", act, data | more)


def pin_act(world: World, group: Group, by: str, message: RawDict) -> RawDict:
    """Add a pin of the message to the group and return the control element (cmd 601) that announces the pin."""
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
    """Return the control elements (cmd 601) of a friend request: Zalo sends the older `req` as well as `req_v2`."""
    data = {"toUid": request.to, "fromUid": request.by, "src": 85, "message": request.message}
    return [control("fr", "req", data), control("fr", "req_v2", data)]


def befriended(uid: str) -> RawDict:
    """Return the control element (cmd 601) that announces a new friend; its data is only the friend's uid."""
    return control("fr", "add", uid)


def unpin_act(group: Group, by: str, message: RawDict) -> RawDict:
    """Remove the pin of the message from the group and return the control element (cmd 601) that announces it."""
    topic = next(pin for pin in group.pins if json.loads(pin["params"])["global_msg_id"] == message["msgId"])
    group.pins.remove(topic)
    board = {"oldBoardVersion": group.version, "boardVersion": group.version + 1}
    group.version += 1
    return control("group", "unpin_topic", {**board, "topic": topic, "actorId": by, "groupId": group.id})


def control(act_type: str, act: str, data: Any, **more: Any) -> RawDict:
    """Return an element of `controls` (cmd 601); for `act_type` "group" its data is a JSON string, as at Zalo."""
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
