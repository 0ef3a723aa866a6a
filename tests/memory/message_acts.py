"""Acts on messages, in memory."""

from tests.memory.base import MemoryRepository
from zalo_governor.domain.events import MessageRef, MessageSent, SealedHeard
from zalo_governor.domain.message_acts import ActState, MessageAct, NamedMessage, targets_of
from zalo_governor.storage.repositories.message_acts import MessageActs


class MemoryMessageActs(MemoryRepository, MessageActs):
    """Over lists."""

    def named(self, group_id: str, target: MessageRef) -> list[NamedMessage]:
        return [
            NamedMessage(account=event.account, key=event.key, author_uid=event.sender_uid)
            for event in self._store.events.values()
            if isinstance(event, MessageSent | SealedHeard)
            and event.thread_id == group_id
            and (event.key == target.key if target.key else event.cli_key == target.cli_key)
        ]

    def awaited(self, group_id: str) -> set[str]:
        waiting = [act for act in self._of(group_id) if act.state is ActState.WAITING]
        return {
            name for act in waiting for target in targets_of(act.event) for name in (target.key, target.cli_key) if name
        }

    def waiting_for(self, group_id: str, key: str, cli_key: str) -> list[MessageAct]:
        return [
            act
            for act in self._of(group_id)
            if act.state is ActState.WAITING
            for target in targets_of(act.event)
            if target.key == key or (cli_key and target.cli_key == cli_key)
        ]

    def unsettled(self, group_id: str) -> list[MessageAct]:
        return [act for act in self._of(group_id) if act.state in {ActState.WAITING, ActState.CLAIMED}]

    def add(self, act: MessageAct) -> set[str]:
        self._store.acts.append(act)
        [target] = targets_of(act.event)
        return {target.key, target.cli_key} - {""} if act.state is ActState.WAITING else set()

    def settle(self, act: MessageAct) -> bool:
        for number, stored in enumerate(self._store.acts):
            if (stored.event.id, stored.place) == (act.event.id, act.place):
                self._store.acts[number] = act
        return True

    def _of(self, group_id: str) -> list[MessageAct]:
        return [act for act in self._store.acts if act.event.thread_id == group_id]
