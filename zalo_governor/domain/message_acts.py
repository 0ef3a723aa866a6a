"""Recalls, deletions and reactions, for each of which the program must find out which message is meant."""

from enum import StrEnum

from zalo_governor.domain.events import MessageDeleted, MessageRecalled, MessageRef, Reacted
from zalo_governor.domain.models import FrozenModel

ActOnMessage = MessageRecalled | MessageDeleted | Reacted


class ActState(StrEnum):
    """What became of an act (recall, deletion, reaction) on a message; only `APPLIED` acts have an effect."""

    APPLIED = "applied"
    WAITING = "waiting"
    """The message has not been judged yet: the act is applied once it is."""
    CLAIMED = "claimed"
    """A deletion by a member who is not known as owner or deputy: checked again after the next group sync."""
    DOUBTFUL = "doubtful"
    """Not clear which message is meant, or not proven that it was withdrawn for all: never applied."""


class MessageAct(FrozenModel):
    """An act on one message, as it is stored until it is settled."""

    event: ActOnMessage
    """The recall, deletion or reaction, with this message as its only target."""
    place: int
    """Place of the message among the targets of the event as Zalo sent it."""
    state: ActState


class NamedMessage(FrozenModel):
    """A judged message that a recall, deletion or reaction may be about, as one bot account received it."""

    account: str
    key: str
    author_uid: str
    """uid of the author, as that account sees it."""


def targets_of(event: ActOnMessage) -> tuple[MessageRef, ...]:
    """Return the messages that a recall, deletion or reaction is about."""
    return (event.target,) if isinstance(event, MessageRecalled) else event.targets


def with_targets(event: ActOnMessage, targets: tuple[MessageRef, ...]) -> ActOnMessage:
    """Return the event with these targets; a recall without any has an empty `MessageRef`."""
    if isinstance(event, MessageRecalled):
        return event.model_copy(update={"target": targets[0] if targets else MessageRef()})
    return event.model_copy(update={"targets": targets})


def target_keys(event: ActOnMessage) -> list[str]:
    """Return the msgIds of the messages that the event is about, each once; messages given without one are left out."""
    return list(dict.fromkeys(target.key for target in targets_of(event) if target.key))
