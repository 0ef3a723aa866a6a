"""Protocol of the repository for acts on messages: recalls, deletions and reactions."""

from typing import Protocol

from zalo_governor.domain.events import MessageRef
from zalo_governor.domain.message_acts import MessageAct, NamedMessage


class MessageActs(Protocol):
    """Repository of acts on messages whose effect is not settled, and of withdrawals that were applied."""

    def named(self, group_id: str, target: MessageRef) -> list[NamedMessage]:
        """Return the judged messages of a conversation with the target's `key`, or if that is "", its `cli_key`.

        A message appears once for each bot account that received it, and again for each revision.
        """
        ...

    def awaited(self, group_id: str) -> set[str]:
        """Return the ids (msgId or cliMsgId) of the messages of a conversation for which acts wait."""
        ...

    def waiting_for(self, group_id: str, key: str, cli_key: str) -> list[MessageAct]:
        """Return the acts that may be about the message with these ids and that wait for it, oldest first."""
        ...

    def unsettled(self, group_id: str) -> list[MessageAct]:
        """Return the group's newest acts that wait or are claimed, oldest first: it can be decided on them again."""
        ...

    def add(self, act: MessageAct) -> set[str]:
        """Store an act; return the ids of the message for which it waits, empty if it does not wait.

        Of each conversation only so many acts can wait; a further one is stored as doubtful.
        """
        ...

    def settle(self, act: MessageAct) -> bool:
        """Store the new state of an act and its message; return False if another transaction has settled it."""
        ...
