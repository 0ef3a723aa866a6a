"""Answers to clients that request, over the socket, messages and reactions sent before they connected.

The requests are frames with the commands 510, 511, 610 and 611.
"""

from collections.abc import Iterable
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.history import History
from zalo_governor.simulator.world import Account, World

COMMANDS = frozenset({510, 511, 610, 611})
_MAX_MESSAGES = 200


def old_messages(world: World, account: Account, cmd: int, asked: Any) -> RawDict:
    """Return the data of the answer to a client that requests missed messages or reactions over its socket.

    The command `cmd` is 510 for the account's private messages, 511 for the messages of its groups, 610 and 611 for the
    reactions to them. `asked` is the data of the client's frame. The answer holds the newest 200 whose msgId is greater
    than the `lastId` in `asked`, oldest first.
    """
    more = {"lastActionId": "0", "lastActionIdOther": "0", "more": 0}
    match cmd:
        case 510:
            return {"msgs": _newest_messages(world.private_of(account).values(), asked), **more}
        case 511:
            return {"groupMsgs": _newest_messages((group.history for group in world.groups_of(account)), asked), **more}
        case 610:
            return {"reacts": _newest_messages(world.private_reactions_of(account), asked), **more}
        case _:
            reactions = (group.reactions for group in world.groups_of(account))
            return {"reactGroups": _newest_messages(reactions, asked), **more}


def _newest_messages(histories: Iterable[History], asked: Any) -> list[RawDict]:
    last = str(asked.get("lastId") or "0") if isinstance(asked, dict) else "0"
    after = int(last) if last.isascii() and last.isdigit() else 0
    found = [message for history in histories for message in history.after(after, _MAX_MESSAGES)]
    found.sort(key=lambda message: int(message["msgId"]))
    return found[-_MAX_MESSAGES:]
