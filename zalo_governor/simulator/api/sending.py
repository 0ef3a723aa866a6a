"""Endpoints of the simulated Zalo API with which a client sends, recalls, deletes and reacts to messages."""

import json
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint
from zalo_governor.simulator.errors import AnswerError
from zalo_governor.simulator.messages import CLIENT_TYPES, group_message, private_message

_MOST_LETTERS = 2_613
"""Longest plain text in letters: where the official client splits what is pasted (zalo-protocol.md, 14.9)."""
_MOST_STYLED_BYTES = 3_300
"""Most bytes of a text and its styles' JSON: 3,281 were accepted and 3,712 refused (zalo-protocol.md, 14.9)."""


def send_text(call: Call) -> RawDict:
    """Answer the API calls `sendmsg`, `sms` and `mention`: send a text message from the calling account.

    `sendmsg` and `mention` (with mentions of members) send to a group, `sms` to a person.

    Raises:
        AnswerError: as `publish`; 118 (with styles 112), the text is too long; 123, a repeat (`Faults.repeat_seconds`).
    """
    _check_text(call)
    said = {"content": str(call.params["message"]), "ttl": int(call.params.get("ttl", 0))}
    return publish(call, {**said, **_mentions(call)})


def send_quote(call: Call) -> RawDict:
    """Answer the API call `quote`: send a text message that quotes (replies to) an earlier message."""
    params, owner = call.params, call.stage.meant(call.account, call.params["qmsgOwner"])
    quote = {
        "ownerId": owner,
        "cliMsgId": int(params["qmsgCliId"]),
        "globalMsgId": int(params["qmsgId"]),
        "cliMsgType": int(params["qmsgType"]),
        "ts": int(params["qmsgTs"]),
        "msg": params.get("qmsg") or "",
        "attach": params.get("qmsgAttach", ""),
        "fromD": call.stage.world.person(owner).name,
        "ttl": int(params.get("qmsgTTL", 0)),
    }
    return publish(call, {"content": str(params["message"]), "quote": quote, **_mentions(call)})


def publish(call: Call, said: RawDict, *, file_id: str = "") -> RawDict:
    """Send a message from the calling account to its group or person and return its id as the call's answer.

    The message is stored in the conversation's history and in the request log; the clients of all participants receive
    it over their sockets after the call has been answered.

    Args:
        call: The API call; its parameter `clientId` becomes the message's cliMsgId (the id that the sending client
            chose).
        said: The fields of the message that differ from the defaults, such as `content` or `quote`.
        file_id: Id of the uploaded photo or file that the message shows; "" for a text message.

    Raises:
        AnswerError: Zalo's error 165 if the account is not in the group, 166 if only administrators may write there,
            122 if the recipient accepts no messages from strangers.
    """
    world, private = call.stage.world, not call.is_group
    thread = _target_person_uid(call) if private else _target_group_id(call)
    client_id = str(call.params["clientId"])
    complete = private_message if private else group_message
    message = complete(world, {"uidFrom": call.account.uid, "idTo": thread, "cliMsgId": client_id, **said})
    content: Any = message["content"]
    call.stage.ledger.message(
        {
            "thread": thread,
            "is_group": not private,
            "text": content if isinstance(content, str) else str(content.get("title", "")),
            "client_id": client_id,
            "msg_id": message["msgId"],
            "msg_type": message["msgType"],
            "file_id": file_id,
            "quote": message.get("quote"),
            "mentions": message.get("mentions"),
            "from": call.account.uid,
            "path": call.path,
            "at_ms": int(message["ts"]),
        }
    )
    aloud = call.stage.faults.echo and not call.stage.hub.cut
    call.stage.spawn(call.stage.say(message, private=private, aloud=aloud))
    return {"msgId": message["msgId"]}


def undo(call: Call) -> RawDict:
    """Answer the API calls `undomsg` (group) and `undo` (person): recall (unsend) a message of the calling account.

    Raises:
        AnswerError: Zalo's error 114, the account itself has sent no message with this id.
    """
    message = _own_message(call, str(call.params["msgId"]))
    call.stage.spawn(call.stage.recall(message, private=not call.is_group))
    return {"status": 0}


def delete(call: Call) -> RawDict:
    """Answer the API call `deletemsg`: delete messages of any members for everybody in the group.

    Only the group's owner and deputies (administrators beside the owner) may do so. With the parameter `onlyMe`, which
    at Zalo deletes the messages for the calling account alone, the simulator deletes nothing.

    Raises:
        AnswerError: Zalo's error 165, the account is not a member; 166, the account is neither owner nor deputy; 114,
            none of the messages was found.
    """
    group = call.own_group()
    if int(call.params.get("onlyMe", 0)):
        return {"status": 0}
    group = call.managed_group()
    found = [group.history.get(str(item["globalMsgId"])) for item in call.params["msgs"]]
    messages = [message for message in found if message is not None]
    if not messages:
        raise AnswerError(114, "invalid params")
    call.stage.spawn(call.stage.delete(messages, call.account.uid))
    return {"status": 0}


def react(call: Call) -> RawDict:
    """Answer the API call `reaction`: add the account's reaction icon to messages, or remove it if the icon is ""."""
    ids: list[str] = []
    for item in call.params["react_list"]:
        body = json.loads(item["message"])
        for target in body["rMsg"]:
            message_id = str(target["gMsgID"])
            message = {
                "msgId": message_id,
                "cliMsgId": str(target["cMsgID"]),
                "msgType": next((key for key, value in CLIENT_TYPES.items() if value == target["msgType"]), "webchat"),
                "idTo": call.own_group().id if call.is_group else _target_person_uid(call),
            }
            by, icon = call.account.uid, str(body["rIcon"])
            call.stage.spawn(call.stage.react(message, by, icon, private=not call.is_group))
            ids.append(message_id)
    return {"msgIds": json.dumps(ids)}


def accepted(call: Call) -> RawDict:
    """Answer an API call that has no effect in the simulator with success (`{"status": 0}`).

    Such calls are "is typing", "delivered" and "seen" notifications, and deletions of private messages.
    """
    return {"status": 0}


def _check_text(call: Call) -> None:
    """Refuse a text that is too long, or that the account has just sent to the same conversation."""
    faults, text = call.stage.faults, str(call.params["message"])
    styles = str(call.params.get("textProperties") or "")
    size = len(f"{text}{styles}".encode())
    if faults.text_bytes and size > faults.text_bytes[0]:
        raise AnswerError(faults.text_bytes[1], "content too long")
    if styles and size > _MOST_STYLED_BYTES:
        raise AnswerError(112, "message too big")
    if not styles and len(text) > _MOST_LETTERS:
        raise AnswerError(118, "content too long")
    thread = str(call.params.get("grid") or call.params.get("toid"))
    since_ms = call.stage.world.now_ms() - faults.repeat_seconds * 1000
    same = [sent for sent in call.stage.ledger.sent if (sent["thread"], sent["text"]) == (thread, text)]
    if faults.repeat_seconds and any(sent["at_ms"] > since_ms for sent in same):
        raise AnswerError(123, "cannot receive messages from you")


def _mentions(call: Call) -> RawDict:
    if "mentionInfo" not in call.params:
        return {}
    mentions = json.loads(call.params["mentionInfo"])
    return {"mentions": [{**mention, "uid": call.stage.meant(call.account, mention["uid"])} for mention in mentions]}


def _target_group_id(call: Call) -> str:
    group = call.own_group()
    if group.settings.get("lockSendMsg") and not group.manages(call.account.uid):
        raise AnswerError(166, "only administrators write here")
    return group.id


def _target_person_uid(call: Call) -> str:
    uid = call.stage.meant(call.account, call.params["toid"])
    if not uid.isdigit():
        raise AnswerError(114, "invalid params")
    world = call.stage.world
    if not (world.person(uid).takes_messages or world.are_friends(call.account.uid, uid)):
        raise AnswerError(122, "this person takes no messages from you")
    return uid


def _own_message(call: Call, msg_id: str) -> RawDict:
    private = call.stage.world.private_of(call.account).values()
    histories = [call.own_group().history] if call.is_group else private
    for history in histories:
        message = history.get(msg_id)
        if message is not None and message["uidFrom"] == call.account.uid:
            return message
    raise AnswerError(114, "invalid params")


ENDPOINTS: dict[str, Endpoint] = {
    "/api/group/sendmsg": send_text,
    "/api/group/mention": send_text,
    "/api/group/quote": send_quote,
    "/api/message/sms": send_text,
    "/api/message/quote": send_quote,
    "/api/group/undomsg": undo,
    "/api/message/undo": undo,
    "/api/group/deletemsg": delete,
    "/api/message/delete": accepted,
    "/api/group/reaction": react,
    "/api/message/reaction": react,
    **{f"/api/{kind}/{act}": accepted for kind in ("group", "message") for act in ("typing", "deliveredv2", "seenv2")},
}
