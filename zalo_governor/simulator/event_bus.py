"""The running simulation: how things happen in the world, and who hears of them."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator import messages
from zalo_governor.simulator.sockets import Hub
from zalo_governor.simulator.state import State
from zalo_governor.simulator.world import Account, Group, World


class EventBus(State):
    """The state with everybody who listens, for the HTTP calls, the control API and the player.

    What happens is heard by the accounts that take part: a group's members, or the two who talk privately.
    """

    def __init__(self, make_world: Callable[[], World]) -> None:
        super().__init__(make_world)
        self.hub = Hub(self)

    async def finish(self) -> None:
        """End what was spawned, let go of who waits, and close all sockets."""
        await self.end_tasks()
        await self.qr_codes.end()
        await self.hub.close(1001)

    def remember(self, message: RawDict, *, private: bool = False) -> None:
        """Put a completed message into the history of its thread."""
        if private:
            self.world.private_history(*self.world.parties(message)).add(message)
        elif "idTo" in message:
            self.world.group(str(message["idTo"])).history.add(message)

    async def say(self, message: RawDict, *, private: bool = False, aloud: bool = True) -> RawDict:
        """A completed message is said; not `aloud` means that it is said while nobody can hear it."""
        self.remember(message, private=private)
        if aloud:
            array, cmd = ("msgs", 501) if private else ("groupMsgs", 521)
            await self.hub.send({array: [message]}, cmd=cmd, to=self._audience(message, private=private))
        return message

    async def recall(self, message: RawDict, *, private: bool = False, aloud: bool = True) -> RawDict:
        """The sender takes a message back: it leaves the history, and a `chat.undo` stands there instead."""
        self.forget(message, private=private)
        undo = messages.recall_of(message)
        complete = messages.private_message if private else messages.group_message
        return await self.say(complete(self.world, undo), private=private, aloud=aloud)

    async def delete(self, deleted: list[RawDict], group_id: str, by: str) -> None:
        """An administrator of the group takes messages away."""
        for message in deleted:
            self.forget(message)
        await self.say(messages.group_message(self.world, messages.deletion_of(deleted, group_id, by)))

    async def react(self, target: RawDict, by: str, icon: str, *, private: bool = False) -> None:
        """Somebody puts an icon on a message."""
        complete = messages.private_message if private else messages.group_message
        element = complete(self.world, messages.reaction_to(target, by, icon)) | {"cmd": 612}
        reacts: RawDict = {"reacts": [], "reactGroups": []}
        reacts["reacts" if private else "reactGroups"] = [element]
        await self.hub.send(reacts, cmd=612, to=self._audience(element, private=private))

    async def receipt(self, target: RawDict, group: Group, seen: Sequence[str]) -> None:
        """People have seen a message of a group."""
        receipts = [messages.receipt(target, group.id, seen)]
        await self.hub.send({"delivereds": [], "groupSeens": receipts}, cmd=522, to=group.members)

    async def group_act(self, group: Group, act: str, by: str, members: Sequence[str] = (), **more: Any) -> None:
        """`by` did something in the group that concerns `members`; who had to go hears it, too."""
        control = messages.group_act(self.world, group, act, by, members, **more)
        await self.control(control, [*group.members, *members])

    async def ask_friendship(self, by: str, to: str, message: str) -> None:
        """Somebody asks to be somebody's friend; only who is asked hears it."""
        request = self.world.ask_friendship(by, to, message)
        for control in messages.friend_request(request):
            await self.control(control, [to])

    async def befriend(self, one: str, other: str) -> None:
        """Two people become friends, and each hears of the other."""
        self.world.friends.add(frozenset({one, other}))
        for hears, friend in ((one, other), (other, one)):
            await self.control(messages.befriended(friend), [hears])

    async def control(self, control: RawDict, to: Collection[str]) -> None:
        """A control (601) goes out to these accounts."""
        await self.hub.send({"controls": [control]}, cmd=601, to=to)

    def forget(self, message: RawDict, *, private: bool = False) -> None:
        """Take a message out of the history."""
        message_id = str(message["msgId"])
        if private:
            self.world.private_history(*self.world.parties(message)).remove(message_id)
        else:
            self.world.group(str(message["idTo"])).history.remove(message_id)

    def meant(self, account: Account, uid: object) -> str:
        """A uid as a client named it, "0" for itself, as the world calls it."""
        text = str(uid)
        return account.uid if text == "0" else self.world.uid_meant(account, text)

    def _audience(self, message: RawDict, *, private: bool) -> Collection[str]:
        return self.world.parties(message) if private else self.world.group(str(message["idTo"])).members
