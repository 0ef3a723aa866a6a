"""Queues of missed messages and reactions, which clients read over the socket in pages (zalo-protocol.md, 14.6).

The requests are frames with the commands 510, 511, 610 and 611. Each account has one queue for each of them.
"""

from heapq import merge
from itertools import islice
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.faults import Faults
from zalo_governor.simulator.history import History
from zalo_governor.simulator.world import Account, World

ARRAYS = {510: "msgs", 511: "groupMsgs", 610: "reacts", 611: "reactGroups"}
"""Command of a request -> the array of the answer that holds the messages or reactions."""
_PAGES = {510: 28, 511: 50, 610: 28, 611: 50}
_BEGINNING = "1"


def old_messages(world: World, account: Account, cmd: int, asked: Any, faults: Faults) -> RawDict:
    """Return the data of the answer to a client that requests missed messages or reactions over its socket.

    The command `cmd` is 510 for the account's private messages, 511 for the messages of its groups, 610 and 611 for the
    reactions to them. `asked` is the data of the client's frame, in either spelling. The answer holds a page of the
    actions after the `lastId` in `asked`, oldest first; `more` is 1 if the queue goes on after it.
    """
    asked = asked if isinstance(asked, dict) else {}
    queue, last_id = f"{cmd}_1", str(asked.get("lastId") or _BEGINNING)
    if queue in faults.reset and last_id != _BEGINNING:
        return {"resetLastActionId": 1, "more": 0, ARRAYS[cmd]: []}
    after = int(last_id) if last_id.isascii() and last_id.isdigit() else 0
    histories = _histories(world, account, cmd)
    shown = (filter(faults.shows, history.after(after)) for history in histories)
    dropped = faults.evict.get(queue, 0) if asked.get("first") else 0
    found = merge(*shown, key=lambda message: int(message["msgId"]))
    *page, beyond = [*islice(found, dropped, dropped + _PAGES[cmd]), next(found, None)]
    last = page[-1]["msgId"] if page else last_id
    evicted = bool(dropped) or any(after < history.shortened_to for history in histories)
    return {
        ARRAYS[cmd]: page,
        "more": int(beyond is not None or queue in faults.stall),
        "lastActionId": last_id if queue in faults.stall else last,
        "reqId": str(asked.get("reqId") or asked.get("req_id") or ""),
        "queueStatus": {queue: {"ids": [message["msgId"] for message in page], "lastId": last, "evict": int(evicted)}},
    }


def live_status(cmd: int, data: RawDict) -> RawDict:
    """Return what Zalo adds to a frame with new messages or reactions in `data`; {} for any other frame.

    It is the `queueStatus`, and empty arrays beside messages (zalo-protocol.md, 14.6).
    """
    status: RawDict = {}
    for queue, array in ARRAYS.items():
        items = data.get(array)
        ids = [str(one.get("msgId")) for one in items if isinstance(one, dict)] if isinstance(items, list) else []
        if ids and cmd in {501, 521, 612} and all(one.isascii() and one.isdigit() for one in ids):
            status[f"{queue}_1"] = {"ids": ids, "lastId": max(ids, key=int), "evict": 0}
    beside: RawDict = {} if cmd == 612 else {"clearUnreads": [], "pageMsgs": [], "delivereds": [], "seens": []}
    return {"queueStatus": status, **beside} if status else {}


def _histories(world: World, account: Account, cmd: int) -> list[History]:
    match cmd:
        case 510:
            return list(world.private_of(account).values())
        case 511:
            return [group.history for group in world.groups_of(account)]
        case 610:
            return world.private_reactions_of(account)
        case _:
            return [group.reactions for group in world.groups_of(account)]
