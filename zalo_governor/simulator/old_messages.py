"""What the socket answers to a client that asks for what was said before it came (510, 511, 610, 611)."""

from collections.abc import Iterable
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.history import History
from zalo_governor.simulator.world import Account, World

COMMANDS = frozenset({510, 511, 610, 611})
_MOST = 200


def old_messages(world: World, account: Account, cmd: int, asked: Any) -> RawDict:
    """The data of the answer: the newest 200 after `lastId`, oldest first; 510 of the account's private
    conversations, 511 of its groups. Reactions (610, 611) are not kept: their arrays are empty.
    """
    more = {"lastActionId": "0", "lastActionIdOther": "0", "more": 0}
    match cmd:
        case 510:
            return {"msgs": _newest(world.private_of(account).values(), asked), **more}
        case 511:
            return {"groupMsgs": _newest((group.history for group in world.groups_of(account)), asked), **more}
        case 610:
            return {"reacts": [], **more}
        case _:
            return {"reactGroups": [], **more}


def _newest(histories: Iterable[History], asked: Any) -> list[RawDict]:
    last = str(asked.get("lastId") or "0") if isinstance(asked, dict) else "0"
    after = int(last) if last.isascii() and last.isdigit() else 0
    found = [message for history in histories for message in history.after(after, _MOST)]
    found.sort(key=lambda message: int(message["msgId"]))
    return found[-_MOST:]
