"""Adds messages to the outbox (the queue of messages to send) in the transaction that decides on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, or_, select

from zalo_governor.domain.clock import from_ms_or_none, to_ms
from zalo_governor.domain.notices import Notice, OutgoingState
from zalo_governor.domain.send_retries import expiry_of
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.rows import columns_of
from zalo_governor.storage.repositories.trials import Trials
from zalo_governor.storage.schema import URGENT_PRIORITY, cases, outbox

_IS_ABOUT = or_(cases.c.id == outbox.c.case_id, cases.c.asked_with == outbox.c.case_id)
"""SQL join condition of a message with its own case, and with further cases that the same message is about."""
_POST = insert(outbox)


@dataclass(eq=False)
class OutboxEntries(Repository):
    """Adds messages to the outbox in the transaction that decides on them, and tells when one was last added."""

    _trials: Trials
    has_new: bool = False
    """Whether this transaction added a message that is to be sent."""

    def add(self, notice: Notice, *, withheld: bool = False) -> None:
        """Add a message to the outbox.

        If `withheld`, the message is only counted, never sent: the account is on trial (only the admins get messages).
        """
        self.has_new = self.has_new or not withheld
        seal, to, file = self._tx.keys.seal_text, (notice.account, notice.thread_id), notice.file
        values = {
            "priority": URGENT_PRIORITY if notice.urgent else notice.purpose.priority,
            "body": seal(notice.text, "outbox", *to),
            "file": None if file is None else seal(file.model_dump_json(), "outbox_file", *to),
            "state": (OutgoingState.WITHHELD if withheld else OutgoingState.WAITING).value,
            # 0, not the time of writing, which would lie in the future after the clock is set back.
            "not_before_ms": to_ms(notice.not_before) if notice.not_before else 0,
            "attempts": 0,
            "repeated": False,
            "expires_ms": to_ms(expiry_of(notice)),
        }
        self._tx.write_later(_POST, columns_of(outbox, notice) | values)

    def last_added(
        self, person_id: int, purpose: str, group_id: str, since: datetime, rule_id: str | None = None
    ) -> datetime | None:
        """Return when a message of that purpose (`Purpose`) was last added for the person since `since`; None if never.

        With `rule_id`, only messages about cases of that rule count. During the trial, in which most messages are
        withheld instead of sent, withheld messages count too, so that the program behaves as it will afterwards.
        """
        newest = (
            select(outbox.c.created_ms)
            .where(
                outbox.c.group_id == group_id,
                outbox.c.person_id == person_id,
                outbox.c.purpose == purpose,
                outbox.c.created_ms >= to_ms(since),
                *self._is_counted([group_id]),
            )
            .order_by(outbox.c.created_ms.desc())
            .limit(1)
        )
        if rule_id is not None:
            newest = newest.join(cases, _IS_ABOUT).where(cases.c.rule_id == rule_id)
        created_ms = self._tx.execute(newest).scalar()
        return from_ms_or_none(created_ms)

    def people_asked(self, purpose: str, group_ids: Collection[str], since: datetime, rule_id: str) -> int:
        """Count the people for whom a message of that purpose, about a case of that rule, was added to the outbox.

        Only messages added since `since`. Messages withheld during the trial count as in `last_added`.
        """
        counted = (
            select(func.count(outbox.c.person_id.distinct()))
            .join(cases, _IS_ABOUT)
            .where(
                outbox.c.group_id.in_(group_ids),
                outbox.c.purpose == purpose,
                outbox.c.created_ms >= to_ms(since),
                cases.c.rule_id == rule_id,
                *self._is_counted(group_ids),
            )
        )
        return self._tx.execute(counted).scalar() or 0

    def _is_counted(self, group_ids: Collection[str]) -> list[ColumnElement[bool]]:
        live = [group_id for group_id in group_ids if self._trials.is_live(group_id)]
        if not live:
            return []
        sent = outbox.c.state != OutgoingState.WITHHELD.value
        return [sent if len(live) == len(group_ids) else or_(sent, outbox.c.group_id.not_in(live))]
