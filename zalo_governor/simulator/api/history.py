"""API endpoints that return earlier messages."""

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api.call import Call, Endpoint

_PAGE = 50


def recent(call: Call) -> RawDict:
    """Answer `getrecentv2`: a page of a group's messages older than the cursor `globalMsgId`, newest first.

    `lastMsgId` in the answer is the oldest message of the page, the next cursor. Zalo returns at most 50 per page.
    """
    group = call.own_group("groupId")
    count = max(1, min(int(call.params.get("count", _PAGE)), _PAGE))
    page, more = group.history.before(int(call.params["globalMsgId"]), count)
    return {"groupMsgs": page, "lastMsgId": page[-1]["msgId"] if page else "0", "hasMore": int(more)}


def last_messages(call: Call) -> RawDict:
    """Answer `get-last-msgs`: the last message of every conversation of the account."""
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
