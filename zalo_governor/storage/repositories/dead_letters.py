"""Elements in the inbox that an earlier version of the program did not understand, and that this one parses again."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, literal_column, or_, select, update

from zalo_governor.domain.events import Unrecognised
from zalo_governor.domain.inbound import READER_VERSION, Admitted
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox_rows import admitted_of
from zalo_governor.storage.schema import events, former_accounts, inbox, rule_failures


class DeadLetters:
    """The elements that one bot account, or an account that it replaced, received and could not parse.

    These are the dead letters, and the elements that became an `Unrecognised` event.
    """

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        former = select(former_accounts.c.uid).where(former_accounts.c.successor == account)
        self._unread: ColumnElement[bool] = and_(
            or_(inbox.c.account == account, inbox.c.account.in_(former)),
            inbox.c.body.is_not(None),
            or_(inbox.c.read_by.is_(None), inbox.c.read_by < READER_VERSION),
        )

    def unread(self) -> list[int]:
        """Return the inbox ids of such elements that this version of the program has not read yet, oldest first."""
        dead = select(inbox.c.id).where(inbox.c.state == literal_column("'dead'"), self._unread)
        unrecognised = (
            select(events.c.id)
            .join(inbox, inbox.c.id == events.c.id)
            .where(events.c.kind == Unrecognised.kind, self._unread)
        )
        with self._database.read() as connection:
            return sorted({*connection.scalars(dead), *connection.scalars(unrecognised)})

    def letters(self, ids: Sequence[int]) -> list[Admitted]:
        """Return those of the inbox entries `ids` that still have their content, decrypted, oldest first.

        Raises:
            WrongKeyError: one cannot be decrypted.
        """
        wanted = select(inbox, literal_column("false")).where(inbox.c.id.in_(ids), self._unread).order_by(inbox.c.id)
        with self._database.read() as connection:
            return [admitted_of(self._database.keys, row) for row in connection.execute(wanted)]

    def make_room(self, letters: Sequence[Admitted]) -> None:
        """Change the entries' fingerprints (hashes of content), so that `Inbox.admit` takes the elements as new."""
        with self._database.write() as connection:
            for id_, entry, _ in letters:
                other = entry.fingerprint + b"\0"
                connection.execute(update(inbox).where(inbox.c.id == id_).values(fingerprint=other))

    def settle(self, read: Sequence[int], admitted_again: Sequence[int]) -> None:
        """Record that this version has tried the entries `read`; delete those of `admitted_again`, now stored anew."""
        with self._database.write() as connection:
            connection.execute(update(inbox).where(inbox.c.id.in_(read)).values(read_by=READER_VERSION))
            if admitted_again:
                for ids in (rule_failures.c.event_id, events.c.id, inbox.c.id):
                    connection.execute(delete(ids.table).where(ids.in_(admitted_again)))
                self._database.erase_traces()
