"""Messages that belong to cases: which are gone from the group, who has read them, codes that confirm removals."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy import case as when

from zalo_governor.domain.cases import Case, CaseMessage, Reader, Withdrawal
from zalo_governor.domain.clock import from_ms, from_ms_or_none, to_ms
from zalo_governor.domain.events import MessageDeleted, MessageSeen
from zalo_governor.domain.inbound import ElementKind
from zalo_governor.domain.jobs import CodeCheck
from zalo_governor.domain.message_acts import ActState
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.inbox import lowest_id
from zalo_governor.storage.schema import (
    case_events,
    case_readers,
    events,
    former_accounts,
    inbox,
    message_acts,
    person_uids,
    removal_codes,
)
from zalo_governor.storage.security.crypto import binding

MOST_WRONG_CODES = 3
"""Number of wrong tries after which a one-time code (`CaseMessages.issue_removal_code`) becomes void."""

# A case recorded by hand is not about the message with the command that recorded it.
_IS_MESSAGE = (case_events.c.message_key != "", inbox.c.kind == ElementKind.MESSAGE.value)


class CaseMessages(Repository):
    """The messages of a case: whether they are gone, who has read them, one-time removal codes."""

    def of(self, case: Case) -> list[CaseMessage]:
        """Return the messages of a case, each once, in order of receipt; events that are not messages are left out."""
        rows = self._tx.execute(
            select(case_events, inbox.c.account, inbox.c.cli_key, inbox.c.sender_uid, inbox.c.at_ms)
            .join(inbox, inbox.c.id == case_events.c.event_id)
            .where(case_events.c.case_id == case.id, *_IS_MESSAGE)
            .order_by(case_events.c.event_id)
        )
        found: dict[str, CaseMessage] = {}
        for row in rows:
            account, owner_uid = self._current_account(row.account, row.sender_uid)
            message = CaseMessage(
                account=account,
                key=row.message_key,
                cli_key=row.cli_key,
                owner_uid=owner_uid,
                at=from_ms(row.at_ms),
                gone_at=from_ms_or_none(row.gone_ms),
                gone_by=row.gone_by,
                deleted=bool(row.deleted),
            )
            found.setdefault(message.key, message)
        return list(found.values())

    def gone_times(self, cases: Sequence[Case]) -> dict[int, list[datetime | None]]:
        """Return case id -> the times at which its messages were removed from the group (None: still there)."""
        rows = self._tx.execute(
            select(case_events.c.case_id, case_events.c.message_key, case_events.c.gone_ms)
            .join(inbox, inbox.c.id == case_events.c.event_id)
            .where(case_events.c.case_id.in_([case.id for case in cases]), *_IS_MESSAGE)
            .distinct()
        )
        found: dict[int, list[datetime | None]] = {}
        for row in rows:
            found.setdefault(row.case_id, []).append(from_ms_or_none(row.gone_ms))
        return found

    def mark_gone(self, group_id: str, message_key: str, at: datetime, by: int | None, *, deleted: bool) -> bool:
        """Record that a message of a case was recalled by its sender or, if `deleted`, deleted by an administrator.

        `message_key` is the msgId; `by` is the number of the person who did it, None if Zalo does not say.

        Returns:
            False if nothing was recorded: it was known already, or the message belongs to no case.
        """
        self._tx.flush()
        marked = self._tx.connection.execute(
            update(case_events)
            .where(
                case_events.c.group_id == group_id,
                case_events.c.message_key == storable(message_key),
                case_events.c.gone_ms.is_(None),
            )
            .values(gone_ms=to_ms(at), gone_by=by, deleted=deleted)
        )
        return bool(marked.rowcount)

    def find_withdrawal(self, group_id: str, message_key: str) -> Withdrawal | None:
        """Return the first recall or deletion of the message, even if older than the case; None if there is none."""
        acts = message_acts
        row = self._tx.execute(
            select(acts.c.kind, acts.c.at_ms, inbox.c.account, inbox.c.sender_uid)
            .join(inbox, inbox.c.id == acts.c.event_id)
            .where(
                acts.c.group_id == storable(group_id),
                acts.c.message_key == storable(message_key),
                acts.c.state == ActState.APPLIED.value,
            )
            .order_by(acts.c.at_ms)
            .limit(1)
        ).first()
        if row is None:
            return None
        account, by_uid = self._current_account(row.account, row.sender_uid)
        deleted = row.kind == MessageDeleted.kind
        return Withdrawal(account=account, by_uid=by_uid, at=from_ms(row.at_ms), deleted=deleted)

    def note_readers(
        self, group_id: str, message_key: str, *, seen: Iterable[int], delivered: Iterable[int], at: datetime
    ) -> None:
        """Record who has seen a message that belongs to a case, and who has only received it (`delivered`).

        `seen` and `delivered` are ids of persons, taken from one of Zalo's receipts.
        """
        self._tx.flush()
        has_seen = frozenset(seen)
        place = {"group_id": group_id, "message_key": storable(message_key)}
        for person_id in sorted(has_seen.union(delivered)):
            row = {**place, "person_id": person_id, "seen": person_id in has_seen, "noted_ms": to_ms(at)}
            self._tx.connection.execute(self._tx.database.insert_or_ignore(case_readers), row)
        if has_seen:
            self._tx.connection.execute(
                update(case_readers)
                .where(
                    case_readers.c.group_id == group_id,
                    case_readers.c.message_key == place["message_key"],
                    case_readers.c.person_id.in_(has_seen),
                )
                .values(seen=True)
            )

    def readers(self, case: Case) -> list[Reader]:
        """Return the persons who have received or read any message of the case, ordered by person number."""
        seen = func.max(when((case_readers.c.seen, 1), else_=0))
        keys = select(case_events.c.message_key).where(case_events.c.case_id == case.id)
        rows = self._tx.execute(
            select(case_readers.c.person_id, seen.label("seen"))
            .where(case_readers.c.group_id == case.group_id, case_readers.c.message_key.in_(keys))
            .group_by(case_readers.c.person_id)
            .order_by(case_readers.c.person_id)
        )
        return [Reader(person_id=row.person_id, seen=bool(row.seen)) for row in rows]

    def forget_readers(self, before: datetime) -> int:
        """Delete the records, made before `before`, of who received or read messages of cases; return their number.

        Of the stored receipts received before that time, content and sender are deleted.
        """
        self._tx.flush()
        old_id = lowest_id(before)
        receipts = inbox.c.kind == ElementKind.RECEIPT.value
        self._tx.connection.execute(
            update(inbox)
            .where(inbox.c.id < old_id, receipts, or_(inbox.c.body.is_not(None), inbox.c.sender_uid != ""))
            .values(body=None, sender_uid="")
        )
        self._tx.connection.execute(
            update(events)
            .where(events.c.id < old_id, events.c.kind == MessageSeen.kind, events.c.person_id.is_not(None))
            .values(person_id=None)
        )
        dropped = self._tx.connection.execute(delete(case_readers).where(case_readers.c.noted_ms < to_ms(before)))
        return dropped.rowcount

    def _current_account(self, account: str, uid: str) -> tuple[str, str]:
        """Return (bot account that replaced `account`, uid under which the new account sees the person `uid`).

        Returns `account` unchanged if it was not replaced, and `uid` unchanged if the person was not recognised.
        """
        successor = self._tx.execute(
            select(former_accounts.c.successor).where(former_accounts.c.uid == account)
        ).scalar()
        if successor is None:
            return account, uid
        before = person_uids.alias()
        seen = (
            select(person_uids.c.uid)
            .join(before, before.c.person_id == person_uids.c.person_id)
            .where(before.c.account == account, before.c.uid == uid, person_uids.c.account == successor)
        )
        return successor, self._tx.execute(seen.limit(1)).scalar() or uid

    def issue_removal_code(self, case: Case, person_id: int, code: str, expires: datetime) -> None:
        """Store a one-time code with which the person can confirm one removal; earlier codes become invalid.

        The removal is that of the case's messages, or of the outsider whom the case is about, from the group.
        """
        self._tx.execute(delete(removal_codes).where(*_is_code_of(case, person_id)))
        self._tx.connection.execute(
            insert(removal_codes),
            {
                "case_id": case.id,
                "person_id": person_id,
                "group_id": case.group_id,
                "mac": self._code_mac(case, person_id, code),
                "expires_ms": to_ms(expires),
                "wrong": 0,
            },
        )

    def check_removal_code(self, case: Case, person_id: int, code: str, now: datetime) -> CodeCheck:
        """Check a typed one-time code against the stored one.

        The stored code becomes invalid when it is accepted, and after three wrong tries (`MOST_WRONG_CODES`).
        """
        bound = _is_code_of(case, person_id)
        row = self._tx.execute(select(removal_codes).where(*bound).with_for_update()).first()
        if row is None or row.expires_ms <= to_ms(now):
            return CodeCheck.EXPIRED
        if compare_digest(row.mac, self._code_mac(case, person_id, code)):
            self._tx.connection.execute(delete(removal_codes).where(*bound))
            return CodeCheck.ACCEPTED
        wrong = row.wrong + 1
        if wrong >= MOST_WRONG_CODES:
            self._tx.connection.execute(delete(removal_codes).where(*bound))
            return CodeCheck.SPENT
        self._tx.connection.execute(update(removal_codes).where(*bound).values(wrong=wrong))
        return CodeCheck.WRONG

    def _code_mac(self, case: Case, person_id: int, code: str) -> bytes:
        return self._tx.keys.mac(binding("removal code", str(case.id), str(person_id), code))


def _is_code_of(case: Case, person_id: int) -> list[ColumnElement[bool]]:
    return [removal_codes.c.case_id == case.id, removal_codes.c.person_id == person_id]
