"""Events of the running simulation: change the world and send the event to the accounts concerned."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator import messages
from zalo_governor.simulator.sockets import Hub
from zalo_governor.simulator.state import State
from zalo_governor.simulator.world import Account, Group, World


class EventBus(State):
    """The shared state with the open sockets; used by the HTTP calls, the control API and the scenario player.

    An event is sent to the accounts that take part: the members of the group, or both sides of a private conversation.
    """

    def __init__(self, make_world: Callable[[], World]) -> None:
        super().__init__(make_world)
        self.hub = Hub(self)

    async def finish(self) -> None:
        """Cancel background tasks, wake coroutines that wait for a QR code, and close all sockets."""
        await self.end_tasks()
        await self.qr_codes.end()
        await self.hub.close(1001)

    def remember(self, message: RawDict, *, private: bool = False) -> None:
        """Add a complete message to the history of its conversation."""
        if private:
            self.world.private_history(*self.world.parties(message)).add(message)
        elif "idTo" in message:
            self.world.group(str(message["idTo"])).history.add(message)

    async def say(self, message: RawDict, *, private: bool = False, aloud: bool = True) -> RawDict:
        """Add a complete message to the history and, if `aloud`, send it to the sockets."""
        self.remember(message, private=private)
        if aloud:
            array, cmd = ("msgs", 501) if private else ("groupMsgs", 521)
            await self.hub.send({array: [message]}, cmd=cmd, to=self._audience(message, private=private))
        return message

    async def recall(self, message: RawDict, *, private: bool = False, aloud: bool = True) -> RawDict:
        """Recall a message in the sender's name: replace it in the history by a `chat.undo` and send that."""
        self.forget(message, private=private)
        undo = messages.recall_of(message)
        complete = messages.private_message if private else messages.group_message
        return await self.say(complete(self.world, undo), private=private, aloud=aloud)

    async def delete(self, deleted: list[RawDict], group_id: str, by: str) -> None:
        """Delete messages of a group in the name of the administrator `by`, and send the `chat.delete` event."""
        for message in deleted:
            self.forget(message)
        await self.say(messages.group_message(self.world, messages.deletion_of(deleted, group_id, by)))

    async def react(self, target: RawDict, by: str, icon: str, *, private: bool = False) -> None:
        """Send the event that `by` reacted to the message `target` with an icon; an empty icon removes the reaction."""
        complete = messages.private_message if private else messages.group_message
        element = complete(self.world, messages.reaction_to(target, by, icon)) | {"cmd": 612}
        reacts: RawDict = {"reacts": [], "reactGroups": []}
        reacts["reacts" if private else "reactGroups"] = [element]
        await self.hub.send(reacts, cmd=612, to=self._audience(element, private=private))

    async def receipt(self, target: RawDict, group: Group, seen: Sequence[str]) -> None:
        """Send the event that the people in `seen` (uids) have seen a group's message."""
        receipts = [messages.receipt(target, group.id, seen)]
        await self.hub.send({"delivereds": [], "groupSeens": receipts}, cmd=522, to=group.members)

    async def group_act(self, group: Group, act: str, by: str, members: Sequence[str] = (), **more: Any) -> None:
        """Send the event that `by` performed the group action `act` on `members`, also to members who were removed."""
        control = messages.group_act(self.world, group, act, by, members, **more)
        await self.control(control, [*group.members, *members])

    async def ask_friendship(self, by: str, to: str, message: str) -> None:
        """Store a friend request from `by` to `to` and send the event to the recipient only."""
        request = self.world.ask_friendship(by, to, message)
        for control in messages.friend_request(request):
            await self.control(control, [to])

    async def befriend(self, one: str, other: str) -> None:
        """Make two people friends and send each of them the event."""
        self.world.friends.add(frozenset({one, other}))
        for hears, friend in ((one, other), (other, one)):
            await self.control(messages.befriended(friend), [hears])

    async def control(self, control: RawDict, to: Collection[str]) -> None:
        """Send a control element (cmd 601) to the accounts with these uids."""
        await self.hub.send({"controls": [control]}, cmd=601, to=to)

    def forget(self, message: RawDict, *, private: bool = False) -> None:
        """Remove a message from the history of its conversation."""
        message_id = str(message["msgId"])
        if private:
            self.world.private_history(*self.world.parties(message)).remove(message_id)
        else:
            self.world.group(str(message["idTo"])).history.remove(message_id)

    def meant(self, account: Account, uid: object) -> str:
        """Convert a uid sent by a client to the main account's view; "0" is the client's own account."""
        text = str(uid)
        return account.uid if text == "0" else self.world.uid_meant(account, text)

    def _audience(self, message: RawDict, *, private: bool) -> Collection[str]:
        return self.world.parties(message) if private else self.world.group(str(message["idTo"])).members
