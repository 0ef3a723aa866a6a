"""The inbox: durable, encrypted storage of everything received from Zalo, before the rules judge it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    bindparam,
    cast,
    exists,
    func,
    insert,
    literal_column,
    select,
)

from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.inbound import Admitted, Element, ElementKind, Entry, Source, number_of
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.account_numbers import ACCOUNT_LOCK, account_number
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.identity import formers
from zalo_governor.storage.repositories.inbox_rows import admitted_of, row_of
from zalo_governor.storage.repositories.late_seals import without_sealed
from zalo_governor.storage.schema import (
    NUMBER_BITS,
    WAITS,
    case_events,
    directives,
    erasures,
    events,
    former_accounts,
    inbox,
    waiting,
)

# An id is ms << 20 | sequence << 8 | number of the account: ordered by time, and never the same in two processes
# that write for different accounts without seeing each other's rows.
_SEQUENCE_BITS = 12
_HIGHEST_ID = (1 << 63) - 1

_earlier = inbox.alias()
_revision = exists().where(
    _earlier.c.account == inbox.c.account,
    _earlier.c.thread_id == inbox.c.thread_id,
    _earlier.c.kind == inbox.c.kind,
    _earlier.c.key == inbox.c.key,
    _earlier.c.id < inbox.c.id,
)
_NEWEST_ID = select(func.max(inbox.c.id))
# The range may also hold ids issued to other accounts meanwhile.
_LANDED = select(inbox.c.id).where(inbox.c.id.between(bindparam("first"), bindparam("last")))
_REVISIONS = _LANDED.where(_revision)
_WAITING = (
    select(inbox, _revision.label("revision"))
    .join_from(waiting, inbox, WAITS)
    .where(waiting.c.id > bindparam("after_id"))
    .order_by(waiting.c.id)
    .limit(bindparam("count"))
)
_JUDGED = (
    select(inbox, _revision.label("revision"))
    .where(
        inbox.c.account == bindparam("account"),
        inbox.c.id.not_in(select(waiting.c.id)),
        inbox.c.state == literal_column("'done'"),
        inbox.c.id > bindparam("after_id"),
    )
    .order_by(inbox.c.id)
    .limit(bindparam("count"))
)
_KNOWN = select(inbox.c.key, inbox.c.id).where(
    inbox.c.account.in_(bindparam("accounts", expanding=True)),
    inbox.c.thread_id == bindparam("thread_id"),
    inbox.c.kind == bindparam("kind"),
    inbox.c.id <= bindparam("up_to"),
    inbox.c.key.in_(bindparam("keys", expanding=True)),
)
_JUDGED_LAST = (
    select(inbox.c.account, events.c.at_ms, inbox.c.key)
    .join(events, events.c.id == inbox.c.id)
    .where(
        events.c.group_id == bindparam("thread_id"),
        events.c.source != Source.SWEEP.value,
        events.c.late.is_(False),
    )
    .order_by(events.c.at_ms.desc())
    .limit(200)  # the most entries expected with the same time
)
_LAST = (
    select(inbox.c.key, inbox.c.at_ms)
    .where(
        inbox.c.account.in_(bindparam("accounts", expanding=True)),
        inbox.c.thread_id == bindparam("thread_id"),
        inbox.c.kind == ElementKind.MESSAGE.value,
    )
    .order_by(inbox.c.at_ms.desc(), inbox.c.id.desc())
    .limit(1)
)
_OLDEST = (
    select(inbox.c.key)
    .where(
        inbox.c.account.in_(bindparam("accounts", expanding=True)),
        inbox.c.thread_id == bindparam("thread_id"),
        inbox.c.kind == ElementKind.MESSAGE.value,
        inbox.c.id <= bindparam("up_to"),
    )
    .order_by(inbox.c.at_ms)
    .limit(100)  # several, since Zalo's clock may have jumped
)

# Receipts tell what people do: only those of messages of cases and of directives are stored.
_WATCHED = tuple(
    select(number)
    .where(number.table.c.group_id == bindparam("group_id"), number.table.c.message_key == bindparam("message_key"))
    .limit(1)
    for number in (case_events.c.case_id, directives.c.id)
)


def lowest_id(moment: datetime) -> int:
    """Return the lowest id that an inbox entry stored at `moment` can have; entries stored earlier have lower ids."""
    return to_ms(moment) << _SEQUENCE_BITS + NUMBER_BITS


def received_ms(entry_id: int) -> int:
    """Return when the entry with that id was received, in ms since 1970."""
    return entry_id >> _SEQUENCE_BITS + NUMBER_BITS


class InboxCounts(NamedTuple):
    """Number of inbox entries: all (`heard`), not judged by the rules yet (`waiting`), not parsable (`dead`)."""

    heard: int
    waiting: int
    dead: int


class Inbox:
    """The inbox (everything received from Zalo): a durable table, one entry for each element.

    With `account`, `waiting` and `judged_last` return only that bot account's entries: if several processes share a
    PostgreSQL, each judges what its own account received. Without `account`, they return all.
    """

    def __init__(self, database: Database, account: str | None = None) -> None:
        self._database = database
        self._numbers: dict[str, int] = {}
        self._formers: dict[str, list[str]] = {}
        self._newest: int | None = None
        self._waiting, self._judged_last = _WAITING, _JUDGED_LAST
        if account is not None:
            self._waiting, self._judged_last = (asked.where(_heard_by(account)) for asked in (_WAITING, _JUDGED_LAST))

    def admit(self, entries: Sequence[Entry]) -> list[Admitted]:
        """Write the new ones among the entries in one durable transaction and return them, in the order given.

        An entry is not new if an entry with the same content (`fingerprint`) is stored that has the same (account,
        thread, kind, key), or the same sender and `cli_key`. After this call returns, a power cut loses none of the
        entries.
        """
        entries = self._without_known_history(entries)
        if not entries:
            return []
        # Encryption is slow, so it happens before the write lock is taken.
        rows = [row_of(self._database.keys, entry) for entry in entries]
        with self._database.write() as connection:
            numbers = self._lock_account_numbers(connection, entries)
            if (admissible := without_sealed(connection, entries)) is not entries:
                entries, rows = admissible, [row_of(self._database.keys, entry) for entry in admissible]
            now = to_ms(self._database.clock()) << _SEQUENCE_BITS
            tick = max((connection.scalar(_NEWEST_ID) or 0) >> NUMBER_BITS, now) + 1
            ids = [tick + place << NUMBER_BITS | numbers[entry.account] for place, entry in enumerate(entries)]
            for id_, row in zip(ids, rows, strict=True):
                row["id"] = id_
            # Sealed rows first: of two duplicates, the sealed one must win.
            rows.sort(key=lambda row: row["seal_rule"] is None)
            connection.execute(self._database.insert_or_ignore(inbox), rows)
            span = {"first": ids[0], "last": ids[-1]}
            new = frozenset(ids).intersection(connection.scalars(_LANDED, span))
            if new:
                connection.execute(insert(waiting), [{"id": id_} for id_ in sorted(new)])
            revisions = frozenset(connection.scalars(_REVISIONS, span))
        self._numbers |= numbers
        # Ids computed for entries that were known already are issued again.
        self._newest = max(new, default=self._newest)
        return [Admitted(id_, entry, id_ in revisions) for id_, entry in zip(ids, entries, strict=True) if id_ in new]

    def waiting(self, *, after_id: int, limit: int) -> list[Admitted]:
        """Return at most `limit` entries not judged by the rules yet, with id > after_id, oldest first, decrypted.

        Raises:
            WrongKeyError: an entry cannot be decrypted.
        """
        return self._admitted(self._waiting, {"after_id": after_id, "count": limit})

    def judged(self, account: str, *, after_id: int, limit: int) -> list[Admitted]:
        """Return at most `limit` of the account's judged entries with id > after_id, oldest first, decrypted.

        Sealed entries, whose content may be a state secret, have no body. Raises WrongKeyError as `waiting`.
        """
        return self._admitted(_JUDGED, {"account": account, "after_id": after_id, "count": limit})

    def known(self, account: str, thread_id: str, keys: Iterable[str]) -> set[str]:
        """Return those of the Zalo message ids `keys` that are stored for the conversation `thread_id`."""
        return set(self.numbers(account, thread_id, keys))

    def numbers(
        self,
        account: str,
        thread_id: str,
        keys: Iterable[str],
        *,
        kind: ElementKind = ElementKind.MESSAGE,
        up_to: int | None = None,
    ) -> dict[str, int]:
        """Return inbox ids: key (Zalo's id) -> id of its first entry, for those `keys` stored of the conversation.

        With `up_to`, only entries up to that inbox id count.
        """
        values = {
            "accounts": self._accounts(account),
            "thread_id": storable(thread_id),
            "kind": kind.value,
            "keys": [storable(key) for key in keys],
            "up_to": _HIGHEST_ID if up_to is None else up_to,
        }
        numbers: dict[str, int] = {}
        with self._database.read() as connection:
            for key, number in connection.execute(_KNOWN, values):
                numbers[key] = min(number, numbers.get(key, number))
        return numbers

    def oldest(self, account: str, thread_id: str, up_to: int | None = None) -> int | None:
        """Return the lowest stored msgId of the conversation, or None; with `up_to`, of entries up to that inbox id."""
        values = {
            "accounts": self._accounts(account),
            "thread_id": thread_id,
            "up_to": _HIGHEST_ID if up_to is None else up_to,
        }
        with self._database.read() as connection:
            keys = connection.scalars(_OLDEST, values)
            return min((number for key in keys if (number := number_of(key)) is not None), default=None)

    def said_before(self, admitted: Admitted) -> bool:
        """Return whether an earlier entry of the same conversation had the same content as this sealed entry.

        Sealed means that the content is not stored, as it may be a state secret; only keyed hashes are compared.
        """
        seal = admitted.entry.seal
        if seal is None:
            return False
        same = select(inbox.c.id).where(
            inbox.c.seal_mac == seal.mac,
            inbox.c.thread_id == storable(admitted.entry.thread_id),
            inbox.c.id < admitted.id,
        )
        with self._database.read() as connection:
            return connection.execute(same.limit(1)).first() is not None

    def judged_last(self, thread_id: str) -> list[tuple[str, int, str]]:
        """Return (account, Zalo's time in ms, key) of the latest entries of the conversation that were judged in order.

        Entries that were judged late, and entries made by group sync, do not count.
        """
        with self._database.read() as connection:
            rows = connection.execute(self._judged_last, {"thread_id": thread_id})
            return [(row.account, row.at_ms, row.key) for row in rows]

    def newest_id(self) -> int:
        """Return the highest id among the inbox entries stored at the first call and those added by `admit` since.

        Only the first call queries the database; later calls never wait.
        """
        if self._newest is None:
            with self._database.read() as connection:
                self._newest = connection.scalar(_NEWEST_ID) or 0
        return self._newest

    def last(self, account: str, thread_id: str) -> tuple[str, int] | None:
        """Return (message id, Zalo's time in ms) of the latest message of a conversation; None if there is none."""
        with self._database.read() as connection:
            row = connection.execute(_LAST, {"accounts": self._accounts(account), "thread_id": thread_id}).first()
        return None if row is None else (row.key, row.at_ms)

    def receipt_is_watched(self, receipt: Element) -> bool:
        """Return whether a receipt (Zalo's 502/522: received, seen) is of a message of a case, or of a directive."""
        message = {"group_id": storable(receipt.thread_id), "message_key": storable(str(receipt.raw.get("msgId")))}
        with self._database.read() as connection:
            return any(connection.execute(watched, message).first() is not None for watched in _WATCHED)

    def counts(self) -> InboxCounts:
        """Return the numbers of inbox entries, over all bot accounts and conversations."""
        unjudged = select(func.count()).select_from(waiting)
        dead = select(func.count()).select_from(inbox).where(inbox.c.state == literal_column("'dead'"))
        heard = select(func.count()).select_from(inbox)
        with self._database.read() as connection:
            row = connection.execute(
                select(heard.scalar_subquery(), unjudged.scalar_subquery(), dead.scalar_subquery())
            ).one()
        return InboxCounts(*row)

    def _accounts(self, account: str) -> list[str]:
        """Return the bot account and the accounts that it replaced; cached."""
        known = self._formers.get(account)
        if known is None:
            with self._database.read() as connection:
                known = self._formers[account] = formers(connection, account)
        return [account, *known]

    def _without_known_history(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Return the entries not stored yet for a replaced account, nor as an old private message of an erased person.

        An entry received live with new content is always kept.
        """
        if not any(len(self._accounts(entry.account)) > 1 or _may_be_erased(entry) for entry in entries):
            return entries
        with self._database.read() as connection:
            return [
                entry
                for entry in entries
                if not self._is_known_history(connection, entry) and not _is_erased(connection, entry)
            ]

    def _is_known_history(self, connection: Connection, entry: Entry) -> bool:
        same = select(inbox.c.fingerprint).where(
            inbox.c.account.in_(self._accounts(entry.account)[1:]),
            inbox.c.thread_id == storable(entry.thread_id),
            inbox.c.kind == entry.kind.value,
            inbox.c.key == storable(entry.key),
        )
        heard = connection.scalars(same).all()
        # uids in a message differ between accounts, so the same message may have another fingerprint.
        return bool(heard) and (entry.source is not Source.LIVE or entry.fingerprint in heard)

    def _lock_account_numbers(self, connection: Connection, entries: Sequence[Entry]) -> dict[str, int]:
        """Return account -> its number within inbox ids; lock the issuing of such ids until the transaction ends."""
        numbers = {}
        for account in sorted({entry.account for entry in entries}):
            known = self._numbers.get(account)
            numbers[account] = account_number(self._database, connection, account) if known is None else known
            self._database.lock(connection, ACCOUNT_LOCK + numbers[account])
        return numbers

    def _admitted(self, statement: Select[Any], values: dict[str, Any]) -> list[Admitted]:
        with self._database.read() as connection:
            rows = connection.execute(statement, values).all()
        return [admitted_of(self._database.keys, row) for row in rows]


def _may_be_erased(entry: Entry) -> bool:
    return not entry.is_group and entry.source is not Source.LIVE


def _is_erased(connection: Connection, entry: Entry) -> bool:
    """Return whether an entry of Zalo's history is stored for a person whose uid was erased (`maintenance.erasure`)."""
    same = select(inbox.c.id).where(
        inbox.c.account == entry.account,
        inbox.c.thread_id.in_(select(literal_column("'erased-'") + cast(erasures.c.person_id, String))),
        inbox.c.kind == entry.kind.value,
        inbox.c.key == storable(entry.key),
        inbox.c.fingerprint == entry.fingerprint,
    )
    return _may_be_erased(entry) and connection.execute(same.limit(1)).first() is not None


def _heard_by(account: str) -> ColumnElement[bool]:
    """Return the SQL condition: received by the account or by an account that it replaced."""
    former = exists().where(former_accounts.c.uid == inbox.c.account, former_accounts.c.successor == account)
    # No IN list of accounts: without statistics SQLite would search an index that begins with the account, and would
    # sort all waiting entries for every page.
    return (inbox.c.account == account) | former
