"""Finds the stored message that a recall, deletion or reaction (an "act") is about; decides if the act has an effect.

Phones often name a message only by its client's id, which two authors may share (zalo-protocol.md, 14.1 to 14.3). A
doubtful act is stored and counted, but changes nothing. An act whose message has not come yet is applied when it comes.
"""

import structlog

from zalo_governor.domain.events import (
    DeletionScope,
    EventBase,
    MessageDeleted,
    MessageRecalled,
    MessageRef,
    MessageRevised,
    MessageSent,
    Reacted,
    SealedHeard,
    SystemNotice,
)
from zalo_governor.domain.message_acts import (
    ActOnMessage,
    ActState,
    MessageAct,
    NamedMessage,
    targets_of,
    with_targets,
)
from zalo_governor.features.cases.audit import audit_case
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

_GROUP_MESSAGE = 3
"""Value of `MessageDeleted.type` for the deletion of a message in a group (zalo-protocol.md, 14.1)."""
_KNOWN_ACTION_TYPES = frozenset({None, 0, 1})
"""Values of `MessageDeleted.action_type` with which a deletion may be one for everybody."""


class MessageActs:
    """Service that finds the stored messages that recalls, deletions and reactions ("acts") are about."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._awaited: dict[str, set[str]] = {}
        """Id of a conversation -> ids of the messages for which stored acts wait; a cache that spares queries."""

    def resolve(self, uow: UnitOfWork, event: EventBase) -> list[EventBase]:
        """Return the event as the features have to handle it; if it is a message, also the acts that waited for it.

        Of the targets of a recall, deletion or reaction only those are kept that are stored messages and to which it
        applies (a deletion: if the owner or a deputy made it for everybody); they are named by their msgId.
        """
        if isinstance(event, MessageRevised) and event.revises:
            event = self._with_revised_key(uow, event, event.revises)
        if isinstance(event, MessageSent | SealedHeard | SystemNotice):
            return [event, *self._waiting_for(uow, event)] if self._is_awaited(uow, event) else [event]
        if isinstance(event, MessageRecalled | MessageDeleted | Reacted):
            acts = [
                self._decide(uow, with_targets(event, (target,)), place)
                for place, target in enumerate(targets_of(event))
                if self._may_count(event)
            ]
            for act in acts:
                self._store(uow, act)
            applied = [targets_of(act.event)[0] for act in acts if act.state is ActState.APPLIED]
            return [with_targets(event, tuple(applied))]
        return [event]

    def retry(self, uow: UnitOfWork, group_id: str) -> list[EventBase]:
        """Decide again, after a group sync, on the group's undecided acts (recalls …); return those to apply now.

        A deletion by a person who is neither owner nor deputy after the sync is never applied.
        """
        self._awaited.pop(group_id, None)
        return self._decide_again(uow, uow.message_acts.unsettled(group_id))

    def _is_awaited(self, uow: UnitOfWork, event: EventBase) -> bool:
        awaited = self._awaited.get(event.thread_id)
        if awaited is None:
            awaited = self._awaited[event.thread_id] = uow.message_acts.awaited(event.thread_id)
        return event.key in awaited or event.cli_key in awaited

    def _waiting_for(self, uow: UnitOfWork, event: EventBase) -> list[EventBase]:
        return self._decide_again(uow, uow.message_acts.waiting_for(event.thread_id, event.key, event.cli_key))

    def _decide_again(self, uow: UnitOfWork, acts: list[MessageAct]) -> list[EventBase]:
        applied: list[EventBase] = []
        for act in acts:
            now = self._decide(uow, act.event, act.place)
            if act.state is ActState.CLAIMED and now.state is ActState.CLAIMED:
                now = now.model_copy(update={"state": ActState.DOUBTFUL})
            if now.state is not act.state and uow.message_acts.settle(now) and now.state is ActState.APPLIED:
                applied.append(now.event)
        return applied

    def _may_count(self, event: ActOnMessage) -> bool:
        """Return whether the act can have an effect: not if it deletes only one account's own copies of messages."""
        if isinstance(event, MessageDeleted):
            # The bot may have deleted only its own copy; of a deletion that an admin orders, Zalo's answer counts.
            own = event.sender_uid == self._policy.account
            return event.is_group and not own and event.scope is not DeletionScope.CONVERSATION
        return event.is_group or isinstance(event, MessageRecalled)

    def _decide(self, uow: UnitOfWork, event: ActOnMessage, place: int) -> MessageAct:
        """Return the act with its state as of now; the target of an act to be applied is the stored message."""
        state = self._refusal(uow, event)
        if state is None:
            found = self._find(uow, event)
            if isinstance(found, MessageRef):
                return MessageAct(event=with_targets(event, (found,)), place=place, state=ActState.APPLIED)
            state = found
        return MessageAct(event=event, place=place, state=state)

    def _refusal(self, uow: UnitOfWork, event: ActOnMessage) -> ActState | None:
        """Return the state that keeps a deletion from being applied; None if owner or deputy made it for everybody."""
        if not isinstance(event, MessageDeleted):
            return None
        if event.type != _GROUP_MESSAGE or event.action_type not in _KNOWN_ACTION_TYPES:
            return ActState.DOUBTFUL
        group = uow.members.group_snapshot(event.thread_id)
        if event.sender_uid and group and event.sender_uid in group.admin_uids:
            return None
        self._policy.sync_soon(event.thread_id)
        return ActState.CLAIMED

    def _find(self, uow: UnitOfWork, event: ActOnMessage) -> MessageRef | ActState:
        """Return the stored message that the event is about, by its msgId; if it is not clear, the state of the act."""
        target = targets_of(event)[0]
        author = event.sender_uid if isinstance(event, MessageRecalled) else target.author_uid
        named = uow.message_acts.named(event.thread_id, MessageRef(key=target.key)) if target.key else []
        if named:
            if isinstance(event, MessageRecalled) and not any(self._wrote(uow, event, one, author) for one in named):
                self._audit_foreign(uow, event, target.key)
                return ActState.DOUBTFUL
            return MessageRef(key=named[0].key)
        if not target.cli_key or (target.key and not author):
            return ActState.WAITING
        if not target.cli_key.isdecimal():  # no id of Zalo's clients; of a sealed message only its hash is stored
            return ActState.DOUBTFUL
        named = uow.message_acts.named(event.thread_id, MessageRef(cli_key=target.cli_key))
        keys = {one.key for one in named if not author or self._wrote(uow, event, one, author)}
        if len(keys) > 1:
            return ActState.DOUBTFUL
        return MessageRef(key=keys.pop()) if keys else ActState.WAITING

    def _with_revised_key(self, uow: UnitOfWork, event: MessageRevised, target: MessageRef) -> MessageRevised:
        """Return the edit with the msgId of the edited message as its `key`; unchanged if that message is not clear."""
        ref = MessageRef(key=target.key) if target.key else MessageRef(cli_key=target.cli_key)
        named = uow.message_acts.named(event.thread_id, ref)
        keys = {one.key for one in named if self._wrote(uow, event, one, event.sender_uid)}
        return event.model_copy(update={"key": keys.pop()}) if len(keys) == 1 else event

    def _wrote(self, uow: UnitOfWork, event: EventBase, message: NamedMessage, uid: str) -> bool:
        """Return whether the person whom the event's account sees as `uid` is the author of a message."""
        if message.account == event.account:
            return message.author_uid == uid
        person, author = uow.people.find(event.account, uid), uow.people.find(message.account, message.author_uid)
        return person is not None and author is not None and person.id == author.id

    def _audit_foreign(self, uow: UnitOfWork, event: ActOnMessage, key: str) -> None:
        """Audit that somebody recalled another person's message that belongs to a case; Zalo should not allow that."""
        for case in uow.cases.of_message(event.thread_id, key):
            audit_case(uow, "recall.foreign", case, {"event": event.id}, at=self._policy.clock())
            log.warning("recall.foreign", case=case.code)

    def _store(self, uow: UnitOfWork, act: MessageAct) -> None:
        if act.state is ActState.APPLIED and isinstance(act.event, Reacted):
            return
        awaited = uow.message_acts.add(act)
        if act.event.thread_id in self._awaited:
            self._awaited[act.event.thread_id] |= awaited
