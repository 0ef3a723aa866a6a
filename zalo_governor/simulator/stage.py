"""The running simulation: the world, who listens to it, and how things happen in it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from zalo_governor.domain.elements import RawDict
from zalo_governor.simulator import messages
from zalo_governor.simulator.faults import Faults
from zalo_governor.simulator.ledger import Ledger
from zalo_governor.simulator.sockets import Hub
from zalo_governor.simulator.world import Account, World


class Stage:
    """Holds the state that the HTTP calls, the sockets, the control API and the player share."""

    def __init__(self, make_world: Callable[[], World]) -> None:
        self._make_world = make_world
        self._tasks: set[asyncio.Task[Any]] = set()
        self.world = make_world()
        self.faults = Faults()
        self.ledger = Ledger()
        self.hub = Hub(self)
        self.base_url = ""
        """Where the server listens: `127.0.0.1:PORT`."""

    def reset(self) -> None:
        """A fresh world, no faults, nothing remembered. Sockets stay open."""
        self.world = self._make_world()
        self.faults = Faults()
        self.ledger = Ledger()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let something happen right after the present answer."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """End what was spawned and close all sockets."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hub.close(1001)

    def remember(self, message: RawDict, *, private: bool = False) -> None:
        """Put a completed message into the history of its thread."""
        if private:
            own = {self.world.main_account.uid, "0"}
            sender, to = str(message.get("uidFrom")), str(message.get("idTo"))
            self.world.private_history(to if sender in own else sender).add(message)
        elif "idTo" in message:
            self.world.group(str(message["idTo"])).history.add(message)

    async def say(self, message: RawDict, *, private: bool = False, aloud: bool = True) -> RawDict:
        """A completed message is said; not `aloud` means that it is said while nobody can hear it."""
        self.remember(message, private=private)
        if aloud:
            await self.hub.send({"msgs" if private else "groupMsgs": [message]}, cmd=501 if private else 521)
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
        await self.hub.send(reacts, cmd=612)

    async def act(self, control: RawDict) -> None:
        """A control (601) goes out: a group act, or the word that an uploaded file is ready."""
        await self.hub.send({"controls": [control]}, cmd=601)

    def forget(self, message: RawDict, *, private: bool = False) -> None:
        """Take a message out of the history."""
        if private:
            for history in self.world.private.values():
                history.remove(str(message["msgId"]))
        else:
            self.world.group(str(message["idTo"])).history.remove(str(message["msgId"]))

    def meant(self, account: Account, uid: object) -> str:
        """A uid as a client named it, "0" for itself, as the world calls it."""
        text = str(uid)
        return account.uid if text == "0" else self.world.uid_meant(account, text)
