"""Gaps: times in which the bot account could not receive a group's messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update

from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.connection import BackfillEnd, Gap
from zalo_governor.domain.inbound import Source
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.identity import formers
from zalo_governor.storage.repositories.rows import fields_of
from zalo_governor.storage.schema import former_accounts, gaps, inbox, job_runs


class Gaps:
    """Gaps (times in which messages were missed) of one bot account; each method is a transaction of its own.

    A gap is opened, ended when messages arrive again, and settled when fetching the missed messages is over.
    """

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account
        former = select(former_accounts.c.uid).where(former_accounts.c.successor == account)
        self._former = inbox.c.account.in_(former)

    def open_gap(self, group_id: str, began_at: datetime, cause: str, heard_id: int) -> int:
        """Store a new gap (time in which the group's messages are missed), which lasts until `end_gap`; return its id.

        `heard_id` is the id of the last inbox entry received before the gap; 0 if there is none. `cause` says why it
        began.
        """
        row = {
            "account": self._account,
            "group_id": group_id,
            "began_ms": to_ms(began_at),
            "cause": storable(cause),
            "recovered": 0,
            "closed": False,
            "pending": True,
            "heard_id": heard_id,
        }
        with self._database.write() as connection:
            return int(connection.execute(insert(gaps).returning(gaps.c.id), row).scalar_one())

    def end_gap(self, gap_id: int, ended_at: datetime) -> None:
        """Record when the gap ended, that is, when messages arrived again; the missed ones are still to be fetched."""
        self._change(gap_id, ended_ms=to_ms(ended_at))

    def add_recovered(self, gap_id: int, count: int) -> None:
        """Add `count` to the number of the gap's missed messages that were fetched later."""
        self._change(gap_id, recovered=gaps.c.recovered + count)

    def settle_gap(self, gap_id: int, outcome: BackfillEnd) -> None:
        """Record that fetching the gap's missed messages is over; unless `outcome` is REACHED, some are missing."""
        closed = outcome is BackfillEnd.REACHED
        self._change(gap_id, pending=False, closed=closed, outcome=outcome.value)

    def last_heard(self, group_id: str, up_to: int | None = None) -> int | None:
        """Return the latest time (ms, Zalo's clock) of an inbox entry received from the group; None if there is none.

        Entries made by group sync (comparing Zalo's member list) do not count: they bear the local clock's time. The
        account's own uid as `group_id` stands for all its private conversations. With `up_to`, only entries up to that
        inbox id count.
        """
        return self._heard(func.max(inbox.c.at_ms), group_id, up_to)

    def first_heard(self, group_id: str, up_to: int | None = None) -> int | None:
        """Return the earliest time (ms, Zalo's clock) of an inbox entry received from the group; None if there is none.

        Entries made by group sync do not count. The account's own uid as `group_id` stands for all its private
        conversations. With `up_to`, only entries up to that inbox id count.
        """
        return self._heard(func.min(inbox.c.at_ms), group_id, up_to)

    def last_received(self) -> int | None:
        """Return our own clock's time (ms) at which anything was last received from Zalo; None if nothing ever was."""
        with self._database.read() as connection:
            accounts = [self._account, *formers(connection, self._account)]
            heard = select(inbox.c.received_ms).where(inbox.c.account.in_(accounts))
            received_ms: int | None = connection.scalar(heard.order_by(inbox.c.id.desc()).limit(1))
        return received_ms

    def note_listening(self, group_id: str, at: datetime) -> None:
        """Store that from `at` on the bot receives what is sent in the group; until then nothing was received."""
        with self._database.write() as connection:
            row = {"job": self._listening(group_id), "due_ms": to_ms(at)}
            connection.execute(self._database.insert_or_ignore(job_runs), row)

    def listening_since(self, group_id: str) -> int | None:
        """Return the earliest time (ms, our clock) stored for the group by `note_listening`; None if there is none."""
        with self._database.read() as connection:
            noted = select(func.min(job_runs.c.due_ms)).where(job_runs.c.job == self._listening(group_id))
            since_ms: int | None = connection.scalar(noted)
        return since_ms

    def _listening(self, group_id: str) -> str:
        return f"listening:{self._account}:{group_id}"

    def pending_gaps(self, group_id: str) -> list[Gap]:
        """Return the group's gaps (times of missed messages) whose messages are still to be fetched, oldest first.

        Includes gaps that last, and gaps of earlier runs of the program.
        """
        pending = select(gaps).where(gaps.c.account == self._account, gaps.c.group_id == group_id, gaps.c.pending)
        with self._database.read() as connection:
            return [gap(row) for row in connection.execute(pending.order_by(gaps.c.began_ms, gaps.c.id))]

    def given_up_gaps(self, group_id: str, since: datetime) -> list[Gap]:
        """Return the group's gaps of which not all missed messages could be fetched, to try again; oldest first.

        Only gaps that ended at `since` or later. Returns [] for private conversations (`group_id` is the account's
        uid), where nothing proves that all was fetched.
        """
        given_up = select(gaps).where(
            gaps.c.account == self._account,
            gaps.c.group_id == group_id,
            gaps.c.ended_ms >= to_ms(since),
            gaps.c.pending.is_(False),
            gaps.c.closed.is_(False),
        )
        if group_id == self._account:
            return []
        with self._database.read() as connection:
            return [gap(row) for row in connection.execute(given_up.order_by(gaps.c.began_ms, gaps.c.id))]

    def close_made_up(self, group_id: str, heard_id: int) -> None:
        """Mark the group's settled, incomplete gaps as complete if they began after inbox entry `heard_id` or later.

        To be called when everything sent after that entry has been fetched.
        """
        with self._database.write() as connection:
            connection.execute(
                update(gaps)
                .where(
                    gaps.c.account == self._account,
                    gaps.c.group_id == group_id,
                    gaps.c.ended_ms.is_not(None),
                    gaps.c.pending.is_(False),
                    gaps.c.closed.is_(False),
                    gaps.c.heard_id >= heard_id,
                )
                .values(closed=True)
            )

    def _heard(self, at_ms: ColumnElement[int], group_id: str, up_to: int | None) -> int | None:
        received = select(at_ms).where(*self._is_received(group_id))
        if up_to is not None:
            received = received.where(inbox.c.id <= up_to)
        with self._database.read() as connection:
            heard_ms: int | None = connection.scalar(received)
        return heard_ms

    def _is_received(self, group_id: str) -> tuple[ColumnElement[bool], ...]:
        private = group_id == self._account
        return (
            # In a group, messages received by replaced accounts are not missing.
            inbox.c.account == self._account if private else or_(inbox.c.account == self._account, self._former),
            inbox.c.is_group.is_(False) if private else inbox.c.thread_id == group_id,
            inbox.c.source != Source.SWEEP.value,
        )

    def _change(self, gap_id: int, **values: Any) -> None:
        with self._database.write() as connection:
            connection.execute(update(gaps).where(gaps.c.id == gap_id).values(values))


def gap(row: Row[Any]) -> Gap:
    """Convert a row of the table `gaps` to a Gap (a time in which the bot missed a group's messages)."""
    return Gap.model_validate(fields_of(row))
