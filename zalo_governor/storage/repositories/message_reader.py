"""Decrypts stored messages one by one, so that they can be searched in memory; writes nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import literal, select, union_all

from zalo_governor.domain.cases import Reader
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.inbound import ElementKind, RawDict
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.bodies import open_message, storable
from zalo_governor.storage.schema import case_readers, former_accounts, inbox

_BATCH_SIZE = 1000


class StoredMessage(NamedTuple):
    """A message that was posted in a group, decrypted."""

    id: int
    """Id of the inbox entry."""
    group_id: str
    key: str
    """Zalo's msgId."""
    sender_uid: str
    """uid of the sender; "" for a line that Zalo's software wrote."""
    at: datetime
    raw: RawDict


class SealedMessage(NamedTuple):
    """A message that may be a state secret: its content is not stored, only a keyed hash of it."""

    id: int
    group_id: str
    sender_uid: str
    at: datetime


class MessageReader:
    """Reads the stored group messages that one bot account, or an account that it replaced, received."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        former = select(former_accounts.c.uid).where(former_accounts.c.successor == account)
        self._accounts = union_all(select(literal(account)), former)

    def bodies(self, *, since: datetime) -> Iterator[tuple[int, RawDict]]:
        """Yield (inbox entry id, message as received) of each stored group message since `since`, oldest first.

        Messages whose content was removed are left out.

        Raises:
            WrongKeyError: a message cannot be decrypted.
        """
        wanted = (
            select(inbox.c.id, inbox.c.account, inbox.c.thread_id, inbox.c.key, inbox.c.body)
            .where(
                inbox.c.account.in_(self._accounts),
                inbox.c.is_group,
                inbox.c.kind.in_((ElementKind.MESSAGE.value, ElementKind.NOTICE.value)),
                inbox.c.at_ms >= to_ms(since),
                inbox.c.body.is_not(None),
            )
            .order_by(inbox.c.id)
            .execution_options(yield_per=_BATCH_SIZE)
        )
        with self._database.read() as connection:
            for id_, account, thread_id, key, body in connection.execute(wanted):
                yield id_, open_message(self._database.keys, account, thread_id, key, body)

    def of(self, ids: Sequence[int]) -> list[StoredMessage]:
        """Return the messages with these inbox entry ids, in the order of `ids`, without those whose content is gone.

        Raises:
            WrongKeyError: as `bodies`.
        """
        wanted = select(inbox).where(inbox.c.id.in_(ids), inbox.c.body.is_not(None))
        with self._database.read() as connection:
            rows = {row.id: row for row in connection.execute(wanted)}
        return [
            StoredMessage(
                id=row.id,
                group_id=row.thread_id,
                key=row.key,
                sender_uid="" if row.kind == ElementKind.NOTICE.value else row.sender_uid,
                at=from_ms(row.at_ms),
                raw=open_message(self._database.keys, row.account, row.thread_id, row.key, row.body),
            )
            for row in (rows[id_] for id_ in ids if id_ in rows)
        ]

    def message(self, group_id: str, key: str) -> RawDict | None:
        """Return the message with Zalo's id `key` as received from Zalo; of several revisions, the newest.

        Returns None if the message is unknown or the content of any revision was removed.

        Raises:
            WrongKeyError: the message cannot be decrypted.
        """
        thread_id, stored_key = storable(group_id), storable(key)
        forms = (
            select(inbox.c.account, inbox.c.body)
            .where(
                inbox.c.account.in_(self._accounts),
                inbox.c.thread_id == thread_id,
                inbox.c.kind == ElementKind.MESSAGE.value,
                inbox.c.key == stored_key,
            )
            .order_by(inbox.c.id.desc())
        )
        with self._database.read() as connection:
            kept = connection.execute(forms).all()
        if not kept or any(form.body is None for form in kept):
            return None
        return open_message(self._database.keys, kept[0].account, thread_id, stored_key, kept[0].body)

    def readers(self, group_id: str, key: str) -> list[Reader]:
        """Return who has received or seen the message with Zalo's id `key`, by person id.

        Recorded only for messages that belong to a case; [] for others.
        """
        wanted = (
            select(case_readers.c.person_id, case_readers.c.seen)
            .where(case_readers.c.group_id == group_id, case_readers.c.message_key == key)
            .order_by(case_readers.c.person_id)
        )
        with self._database.read() as connection:
            return [Reader(person_id=row.person_id, seen=row.seen) for row in connection.execute(wanted)]

    def sealed_like(self, content: bytes) -> list[SealedMessage]:
        """Return the sealed messages (possible state secrets) with exactly this content, found by its keyed hash.

        `content` is the text as it is hashed before storing: without capitals, diacritics and punctuation
        (`text.fold.skeleton`).
        """
        wanted = (
            select(inbox.c.id, inbox.c.thread_id, inbox.c.sender_uid, inbox.c.at_ms)
            .where(
                inbox.c.account.in_(self._accounts),
                inbox.c.is_group,
                inbox.c.seal_mac == self._database.keys.mac(content),
            )
            .order_by(inbox.c.id)
        )
        with self._database.read() as connection:
            return [
                SealedMessage(row.id, row.thread_id, row.sender_uid, from_ms(row.at_ms))
                for row in connection.execute(wanted)
            ]
