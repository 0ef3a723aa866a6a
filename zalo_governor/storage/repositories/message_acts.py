"""Acts on messages (recalls, deletions, reactions): stored until their message is known and they are applied."""

import re
from typing import Any

from sqlalchemy import Row, Select, and_, func, literal_column, or_, select, update

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.events import DeletionScope, MessageDeleted, MessageRecalled, MessageRef, Reacted
from zalo_governor.domain.inbound import ElementKind, Source
from zalo_governor.domain.message_acts import ActOnMessage, ActState, MessageAct, NamedMessage, targets_of
from zalo_governor.storage.repositories.base import Repository, is_one_of
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.schema import accounts, events, former_accounts, inbox, message_acts

_MOST_WAITING = 1_000
"""Greatest number of acts that may wait in a conversation; further ones are stored as doubtful."""
_MOST_NAMED = 50
"""Greatest number of rows read to find a message, which has one for each bot account and revision."""
_MOST_DECIDED_AGAIN = 200
"""Greatest number of acts of a group that are decided again after a group sync, which holds the write lock."""
_ICON = re.compile(r"[!-~]{0,12}")
# Literals, written as in the partial indexes, which databases do not use otherwise.
_WAITING = message_acts.c.state == literal_column("'waiting'")
_UNSETTLED = is_one_of(message_acts.c.state, (ActState.WAITING, ActState.CLAIMED))


class MessageActs(Repository):
    """Repository of acts on messages: recalls, deletions and reactions that wait to be settled, or were settled."""

    def named(self, group_id: str, target: MessageRef) -> list[NamedMessage]:
        """Return the judged messages of a conversation with the target's `key`, or if that is "", its `cli_key`.

        A message appears once for each bot account that received it, and again for each revision.
        """
        named = inbox.c.key == storable(target.key) if target.key else inbox.c.cli_key == storable(target.cli_key)
        rows = self._tx.execute(
            select(inbox.c.account, inbox.c.key, inbox.c.sender_uid)
            .join(events, events.c.id == inbox.c.id)
            .where(
                inbox.c.account.in_(_HEARD_BY),
                inbox.c.thread_id == storable(group_id),
                inbox.c.kind == ElementKind.MESSAGE.value,
                named,
            )
            .limit(_MOST_NAMED)
        )
        return [NamedMessage(account=row.account, key=row.key, author_uid=row.sender_uid) for row in rows]

    def awaited(self, group_id: str) -> set[str]:
        """Return the ids (msgId or cliMsgId) of the messages for which recalls, deletions or reactions wait."""
        rows = self._tx.execute(
            select(message_acts.c.message_key, message_acts.c.cli_key).where(
                _WAITING, message_acts.c.group_id == storable(group_id)
            )
        )
        return {name for row in rows for name in row if name}

    def waiting_for(self, group_id: str, key: str, cli_key: str) -> list[MessageAct]:
        """Return the acts that may be about the message with these ids and that wait for it, oldest first."""
        named = or_(
            message_acts.c.message_key == storable(key),
            and_(message_acts.c.cli_key == storable(cli_key), message_acts.c.cli_key != ""),
        )
        waiting = _ACTS.where(_WAITING, message_acts.c.group_id == storable(group_id), named)
        return self._acts(waiting.order_by(message_acts.c.at_ms))

    def unsettled(self, group_id: str) -> list[MessageAct]:
        """Return the group's newest acts whose state is WAITING or CLAIMED; at most 200, oldest first."""
        newest = _ACTS.where(_UNSETTLED, message_acts.c.group_id == storable(group_id))
        if self._tx.account is not None:
            # Whether somebody may delete is known only for the uids that this account sees.
            newest = newest.where(inbox.c.account == self._tx.account)
        return self._acts(newest.order_by(message_acts.c.at_ms.desc()).limit(_MOST_DECIDED_AGAIN))[::-1]

    def add(self, act: MessageAct) -> set[str]:
        """Store an act; return the ids of the message for which it waits, empty if it does not wait.

        Of each conversation at most 1,000 acts can wait; a further one is stored as doubtful.
        """
        event, target = act.event, targets_of(act.event)[0]
        group_id = storable(event.thread_id)
        waits = act.state is ActState.WAITING and self._number_waiting(group_id) < _MOST_WAITING
        state = ActState.DOUBTFUL if act.state is ActState.WAITING and not waits else act.state
        row = {
            "event_id": event.id,
            "place": act.place,
            "group_id": group_id,
            "kind": event.kind,
            "at_ms": to_ms(event.at),
            "state": state.value,
            "message_key": storable(target.key),
            "cli_key": storable(target.cli_key),
            "author_uid": storable(target.author_uid),
            # The client chooses the icon: nothing that could be a text is stored here.
            "icon": (event.icon if _ICON.fullmatch(event.icon) else "?") if isinstance(event, Reacted) else "",
        }
        self._tx.execute(self._tx.database.insert_or_ignore(message_acts), row)
        return {storable(name) for name in (target.key, target.cli_key) if name} if waits else set()

    def settle(self, act: MessageAct) -> bool:
        """Store an act's new state, and which message it is about; return False if another transaction settled it."""
        self._tx.flush()
        settled = (
            update(message_acts)
            .where(
                message_acts.c.event_id == act.event.id,
                message_acts.c.place == act.place,
                _UNSETTLED,
            )
            .values(state=act.state.value, message_key=storable(targets_of(act.event)[0].key))
        )
        return bool(self._tx.connection.execute(settled).rowcount)

    def _number_waiting(self, group_id: str) -> int:
        waiting = select(func.count()).where(_WAITING, message_acts.c.group_id == group_id)
        return int(self._tx.execute(waiting).scalar_one())

    def _acts(self, wanted: Select[Any]) -> list[MessageAct]:
        rows = self._tx.execute(wanted)
        return [MessageAct(event=_event(row), place=row.place, state=ActState(row.state)) for row in rows]


_ACTS = select(message_acts, inbox.c.account, inbox.c.is_group, inbox.c.key, inbox.c.sender_uid, inbox.c.source).join(
    inbox, inbox.c.id == message_acts.c.event_id
)
_HEARD_BY = select(accounts.c.uid).union(select(former_accounts.c.uid))


def _event(row: Row[Any]) -> ActOnMessage:
    target = MessageRef(key=row.message_key, cli_key=row.cli_key, author_uid=row.author_uid)
    shared = {
        "id": row.event_id,
        "account": row.account,
        "thread_id": row.group_id,
        "is_group": row.is_group,
        "key": row.key,
        "sender_uid": row.sender_uid,
        "at": from_ms(row.at_ms),
        "source": Source(row.source),
    }
    if row.kind == MessageRecalled.kind:
        return MessageRecalled(target=target, **shared)
    if row.kind == Reacted.kind:
        return Reacted(targets=(target,), icon=row.icon, **shared)
    # Only deletions of a group's message wait or are claimed.
    return MessageDeleted(targets=(target,), scope=DeletionScope.MESSAGE, type=3, **shared)
