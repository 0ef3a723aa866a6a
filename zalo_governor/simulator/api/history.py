"""Endpoints of the simulated Zalo API that return messages sent earlier."""

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint

_PAGE = 50


def recent(call: Call) -> RawDict:
    """Answer the API call `getrecentv2` with a page of a group's messages, newest first (zalo-protocol.md, 14.7).

    The page holds messages whose msgId is below the call's parameter `globalMsgId`, at most 50 as at Zalo. `lastMsgId`
    in the answer is the msgId of the page's oldest message, with which a client requests the next page. Zalo shows
    nothing from before the login: older pages contain no messages, but `isFiltered` and `hasMore`, without end.
    """
    return _page(call, above=call.stage.faults.old_below or 0)


def old(call: Call) -> RawDict:
    """Answer the API call `getoldv2`, with which clients fetch the pages after one with `isOld`, like `getrecentv2`."""
    return _page(call, above=0)


def last_messages(call: Call) -> RawDict:
    """Answer the API call `get-last-msgs` with the last message of every group and private conversation."""
    world = call.stage.world
    groups = [group.history for group in world.groups_of(call.account)]
    private = world.private_of(call.account).values()
    return {
        "msgs": [message for history in private for message in history.last()],
        "groupMsgs": [message for history in groups for message in history.last()],
    }


def _page(call: Call, above: int) -> RawDict:
    group, faults = call.own_group("groupId"), call.stage.faults
    count = max(1, min(int(call.params.get("count", _PAGE)), _PAGE))
    cursor = int(call.params["globalMsgId"])
    if faults.broken_below and cursor < faults.broken_below:
        return {"error": 500, "groupMsgs": [], "lastMsgId": "0", "hasMore": 0}
    below = group.history.before(cursor, count)
    page = [message for message in below if faults.shows(message) and int(message["msgId"]) >= above]
    return {
        "error": 0,
        "groupMsgs": page,
        "lastMsgId": page[-1]["msgId"] if page else str(cursor),
        "hasMore": 1,
        "isOld": int(len(page) < len(below) and bool(above)),
        "isFiltered": int(not page),
    }


ENDPOINTS: dict[str, Endpoint] = {
    "/api/cm/getrecentv2": recent,
    "/api/cm/getoldv2": old,
    "/api/preloadconvers/get-last-msgs": last_messages,
}
