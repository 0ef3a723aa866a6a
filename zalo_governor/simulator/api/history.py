"""Endpoints of the simulated Zalo API that return messages sent earlier."""

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint

_PAGE = 50


def recent(call: Call) -> RawDict:
    """Answer the API call `getrecentv2` with a page of a group's messages, newest first.

    The page holds messages whose msgId is below the call's parameter `globalMsgId`, at most 50 as at Zalo. `lastMsgId`
    in the answer is the msgId of the page's oldest message, with which a client requests the next page.
    """
    group = call.own_group("groupId")
    count = max(1, min(int(call.params.get("count", _PAGE)), _PAGE))
    page, more = group.history.before(int(call.params["globalMsgId"]), count)
    return {"groupMsgs": page, "lastMsgId": page[-1]["msgId"] if page else "0", "hasMore": int(more)}


def last_messages(call: Call) -> RawDict:
    """Answer the API call `get-last-msgs` with the last message of every group and private conversation."""
    world = call.stage.world
    groups = [group.history for group in world.groups_of(call.account)]
    private = world.private_of(call.account).values()
    return {
        "msgs": [message for history in private for message in history.after(0, 1)],
        "groupMsgs": [message for history in groups for message in history.after(0, 1)],
    }


ENDPOINTS: dict[str, Endpoint] = {
    "/api/cm/getrecentv2": recent,
    "/api/preloadconvers/get-last-msgs": last_messages,
}
