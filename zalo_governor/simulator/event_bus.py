"""Everything that can happen in the simulated Zalo (messages, recalls, group changes …).

Each method changes the stored state and sends Zalo's event to the clients of the accounts concerned.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator import messages
from zalo_governor.simulator.cards import line_about, system_line
from zalo_governor.simulator.messages import DeletionKind
from zalo_governor.simulator.sockets import Hub
from zalo_governor.simulator.state import State
from zalo_governor.simulator.world import Account, Device, Group, World


class EventBus(State):
    """State of the running simulation together with its open sockets, over which events are sent to clients.

    The API endpoints, the control API and the scenario player call its methods to simulate what people do on Zalo. An
    event is sent to the accounts concerned: the members of the group, or both people of a private conversation.
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
        """Add a message, given with all its fields, to the history of its conversation without sending it to clients.

        A group message without a recipient (`idTo`) is ignored.
        """
        if private:
            self.world.private_history(*self.world.parties(message)).add(message)
        elif "idTo" in message:
            self.world.group(str(message["idTo"])).history.add(message)

    async def say(self, message: RawDict, *, private: bool = False, aloud: bool = True) -> RawDict:
        """Add a message, given with all its fields, to the history and send it to the clients of the conversation.

        If `aloud` is False, the message is only added to the history, like one that the clients missed in an outage.
        """
        self.remember(message, private=private)
        if aloud:
            array, cmd = ("msgs", 501) if private else ("groupMsgs", 521)
            await self.hub.send({array: [message]}, cmd=cmd, to=self._audience(message, private=private))
        return message

    async def recall(
        self,
        message: RawDict,
        *,
        private: bool = False,
        aloud: bool = True,
        device: Device | None = None,
        placeholder: bool = True,
    ) -> RawDict:
        """Recall (unsend) a message in the name of its sender and return the message that announces the recall.

        The recalled message is removed from the history. The announcement, a message of type `chat.undo`, is added
        to the history and, unless `aloud` is False, sent to the clients. `device` is what the sender recalls it with;
        None means the sender's own device.
        """
        self.forget(message, private=private)
        undo = messages.recall_of(message, self._device(message["uidFrom"], device), placeholder=placeholder)
        return await self.say(messages.complete(self.world, undo, private=private), private=private, aloud=aloud)

    async def delete(
        self,
        deleted: Sequence[RawDict],
        by: str,
        kind: DeletionKind = DeletionKind.ALL,
        *,
        aloud: bool = True,
        device: Device | None = None,
    ) -> RawDict:
        """Delete messages of one conversation as the person with the uid `by`; return the message that announces it.

        The announcement has the type `chat.delete`. If the owner or a deputy of the group deletes for all, the deleted
        messages leave the history and the announcement enters it. If a plain member does, it is sent to everybody, but
        nothing is deleted. If people delete for themselves, it is only sent to their own clients.
        """
        private = messages.is_private(deleted[0])
        given = messages.deletion_of(deleted, by, kind, self._device(by, device))
        notice = messages.complete(self.world, given, private=private)
        if kind is DeletionKind.ALL:
            if not private and self.world.group(str(notice["idTo"])).manages(by):
                for message in deleted:
                    self.forget(message)
            return await self.say(notice, private=private, aloud=aloud)
        if aloud:
            await self.hub.send({"msgs" if private else "groupMsgs": [notice]}, cmd=notice["cmd"], to=[by])
        return notice

    async def react(
        self,
        target: RawDict,
        by: str,
        icon: str,
        *,
        private: bool = False,
        aloud: bool = True,
        device: Device | None = None,
        also: Sequence[RawDict] = (),
    ) -> RawDict:
        """Store and send clients the event that the person with the uid `by` reacted to the message `target`.

        An empty icon means that the person removed the reactions. If `aloud` is False, nothing is sent, as in an
        outage: clients get the reaction only by the request for old reactions. `also` are further messages of the same
        conversation that the same event names.
        """
        given = messages.reaction_to([target, *also], by, icon, self._device(by, device))
        element = messages.complete(self.world, given, private=private) | {"cmd": 612}
        if private:
            self.world.private_reactions(*self.world.parties(element)).add(element)
        else:
            self.world.group(str(element["idTo"])).reactions.add(element)
        if aloud:
            reacts: RawDict = {"reacts": [], "reactGroups": []}
            reacts["reacts" if private else "reactGroups"] = [element]
            await self.hub.send(reacts, cmd=612, to=self._audience(element, private=private))
        return element

    async def receipt(self, target: RawDict, group: Group, seen: Sequence[str]) -> None:
        """Send clients a receipt: the people in `seen` (uids) have seen the message `target` of the group."""
        receipts = [messages.receipt(target, group.id, seen)]
        await self.hub.send({"delivereds": [], "groupSeens": receipts}, cmd=522, to=group.members)

    async def group_act(self, group: Group, act: str, by: str, members: Sequence[str] = (), **more: Any) -> None:
        """Send clients the event that the person `by` (uid) changed the group or its `members` by the action `act`.

        `act` is Zalo's name of the action, such as "join" or "update_setting"; `more` overrides fields of the event's
        data. The people in `members` (uids) receive the event even if they have just been removed from the group.
        """
        control = messages.group_act(self.world, group, act, by, members, **more)
        await self.control(control, [*group.members, *members])

    async def ask_friendship(self, by: str, to: str, message: str) -> None:
        """Store a friend request from the person `by` to the person `to` (uids) and send its event to `to` only."""
        request = self.world.ask_friendship(by, to, message)
        for control in messages.friend_request(request):
            await self.control(control, [to])

    async def befriend(self, one: str, other: str) -> None:
        """Make two people (uids) friends, `one` by accepting; both get an event and a line of Zalo's software."""
        self.world.friends.add(frozenset({one, other}))
        for hears, friend in ((one, other), (other, one)):
            await self.control(messages.befriended(friend), [hears])
        line = system_line("Hai bạn đã trở thành bạn bè", []) | {"uidFrom": other, "idTo": one}
        await self.say(messages.complete(self.world, line, private=True), private=True)

    async def control(self, control: RawDict, to: Collection[str]) -> None:
        """Send a control event (built by `messages.control`) to the accounts with the uids in `to`.

        Zalo's control events (command 601) report everything that is not a message or a reaction: group changes, pins,
        friend requests. Some of them Zalo's software also reports in a line of the group's chat.
        """
        await self.hub.send({"controls": [control]}, cmd=601, to=to)
        line = line_about(self.world, control)
        if line is not None:
            await self.say(messages.complete(self.world, line))

    def forget(self, message: RawDict, *, private: bool = False) -> None:
        """Remove a message from the history of its conversation without sending anything to clients."""
        message_id = str(message["msgId"])
        if private:
            self.world.private_history(*self.world.parties(message)).remove(message_id)
        else:
            self.world.group(str(message["idTo"])).history.remove(message_id)

    def meant(self, account: Account, uid: object) -> str:
        """Return the uid under which the simulator stores the person whom a client of `account` calls `uid`.

        The client uses the uids that its account sees, the simulator those that the main account (the bot's) sees. "0"
        means the client's own account.
        """
        text = str(uid)
        return account.uid if text == "0" else self.world.uid_meant(account, text)

    def _device(self, uid: str, device: Device | None) -> Device:
        return device or self.world.person(uid).device

    def _audience(self, message: RawDict, *, private: bool) -> Collection[str]:
        return self.world.parties(message) if private else self.world.group(str(message["idTo"])).members
