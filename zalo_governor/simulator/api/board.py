"""Endpoints of the simulated Zalo API that list, add and remove a group's pinned messages (the group's board)."""

import json

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint
from zalo_governor.simulator.errors import AnswerError
from zalo_governor.simulator.messages import pin_act, unpin_act

_PIN = 2


def board_list(call: Call) -> RawDict:
    """Answer the API call `board/list` with a page of the pinned messages of a group.

    The call's parameter `board_type` selects the kind of board items: 0 means all kinds, 2 means pinned messages. For
    any other kind the answer is an empty list, because the simulator's boards hold only pinned messages.
    """
    group = call.own_group("group_id")
    pins = group.pins if int(call.params.get("board_type", 0)) in {0, _PIN} else []
    count = int(call.params.get("count", len(pins)))
    first = count * (int(call.params.get("page", 1)) - 1)
    return {"items": [{"boardType": _PIN, "data": pin} for pin in pins[first : first + count]], "count": len(pins)}


def pin(call: Call) -> RawDict:
    """Answer the API call `board/topic/createv2`: pin a message in a group, notify the members and return the pin.

    Raises:
        AnswerError: Zalo's error 165, the calling account is not in the group; 166, only administrators may pin in this
            group; 114, the message to pin is not in the group's history.
    """
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
    """Answer the API call `board/unpinv2`: remove a pinned message from a group's board and notify the members.

    Raises:
        AnswerError: Zalo's error 165, the calling account is not in the group; 114, the group has no such pin.
    """
    group = call.own_group()
    topic_id = str(call.params["topic"]["topicId"])
    topic = next((topic for topic in group.pins if topic["id"] == topic_id), None)
    if topic is None:
        raise AnswerError(114, "invalid params")
    call.stage.spawn(call.stage.control(unpin_act(group, call.account.uid, topic), group.members))
    return {}


ENDPOINTS: dict[str, Endpoint] = {
    "/api/board/list": board_list,
    "/api/board/topic/createv2": pin,
    "/api/board/unpinv2": unpin,
}
