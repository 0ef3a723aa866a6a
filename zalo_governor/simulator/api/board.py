"""API endpoints of a group's board, which holds its pinned messages."""

import json

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint
from zalo_governor.simulator.errors import AnswerError
from zalo_governor.simulator.messages import control, pin_act

_PIN = 2


def board_list(call: Call) -> RawDict:
    """Answer `board/list`: the group's pins, if the parameter `board_type` asks for everything (0) or for pins (2)."""
    group = call.own_group("group_id")
    pins = group.pins if int(call.params.get("board_type", 0)) in {0, _PIN} else []
    return {"items": [{"boardType": _PIN, "data": pin} for pin in pins], "count": len(pins)}


def pin(call: Call) -> RawDict:
    """Answer `board/topic/createv2`: pin a message of the group."""
    group = call.own_group()
    if group.settings.get("setTopicOnly") and not group.manages(call.account.uid):
        raise AnswerError(166, "only administrators pin here")
    named = json.loads(call.params["params"])
    message = group.history.get(str(named["global_msg_id"]))
    if message is None:
        raise AnswerError(114, "invalid params")
    act = pin_act(call.stage.world, group, call.account.uid, message)
    call.stage.spawn(call.stage.control(act, group.members))
    return group.pins[0]


def unpin(call: Call) -> RawDict:
    """Answer `board/unpinv2`: remove a pin of the group."""
    group = call.own_group()
    topic_id = str(call.params["topic"]["topicId"])
    topic = next((topic for topic in group.pins if topic["id"] == topic_id), None)
    if topic is None:
        raise AnswerError(114, "invalid params")
    group.pins.remove(topic)
    group.version += 1
    board = {"oldBoardVersion": group.version - 1, "boardVersion": group.version}
    data = {**board, "topic": topic, "actorId": call.account.uid, "groupId": group.id}
    call.stage.spawn(call.stage.control(control("group", "unpin_topic", data), group.members))
    return {}


ENDPOINTS: dict[str, Endpoint] = {
    "/api/board/list": board_list,
    "/api/board/topic/createv2": pin,
    "/api/board/unpinv2": unpin,
}
