"""Lookup, one at a time, of the roster's telephone numbers on Zalo, to learn the accounts of approved members."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from zalo_governor.domain.clock import AT_ONCE
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.people import FoundAccount
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.members.outsiders import OutsiderService
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_A_DAY = timedelta(days=1)
_NOT_FOUND_FOR = timedelta(days=30)
"""Time until a number without an account is looked up again: its owner may have made it searchable meanwhile."""
_NOTHING_TO_ASK = timedelta(minutes=10)
_RETRY_AFTER = timedelta(hours=1)


class _Wanted(NamedTuple):
    group_id: str
    phone: str
    entry: RosterEntry


class PhoneLookup:
    """Service that looks up the roster's telephone numbers on Zalo, one at a time, within a daily limit.

    Args:
        find: returns the account of a number (+84…), or None if Zalo shows none; raises GovernorError.
    """

    def __init__(
        self,
        policy: ServicePolicy,
        *,
        find: Callable[[str], FoundAccount | None],
        begin: BeginUnitOfWork,
    ) -> None:
        self._policy = policy
        self._find = find
        self._begin = begin
        self._newcomers = OutsiderService(policy)
        self._next = AT_ONCE

    def next_due(self) -> datetime | None:
        """Return when to look up the next telephone number; None if the settings allow no lookups."""
        return self._next if self._policy.roster.lookups_per_day else None

    def act(self, now: datetime) -> None:
        """Look up the number of one roster entry whose account is not known yet, if the daily limit allows."""
        with self._begin() as uow:
            used_up = (
                uow.roster.phone_lookups_since(self._policy.account, now - _A_DAY)
                >= self._policy.roster.lookups_per_day
            )
            wanted = None if used_up else self._next_number(uow, now)
        if wanted is None:
            self._next = now + _NOTHING_TO_ASK
            return
        try:
            found = self._find(wanted.phone)
        except GovernorError as error:
            log.warning("phone_lookup_failed", error=error)
            self._next = now + _RETRY_AFTER
            return
        self._next = now + self._policy.roster.lookup_every
        with self._begin() as uow:
            self._record_result(uow, wanted, found, now)

    def _next_number(self, uow: UnitOfWork, now: datetime) -> _Wanted | None:
        account = self._policy.account
        for group in self._policy.governed:
            for entry, uids in uow.roster.matched(account, group.id):
                if uids or not entry.phone:
                    continue
                asked = uow.roster.phone_looked_up_at(account, entry.phone)
                if asked is None or now - asked > _NOT_FOUND_FOR:
                    return _Wanted(group.id, entry.phone, entry)
        return None

    def _record_result(self, uow: UnitOfWork, wanted: _Wanted, found: FoundAccount | None, now: datetime) -> None:
        uow.roster.note_phone_lookup(self._policy.account, wanted.group_id, wanted.phone, now, found=found is not None)
        log.info("phone_lookup", found=found is not None)
        if found is None:
            return
        uow.roster.link_phone(self._policy.account, wanted.phone, found, wanted.entry)
        person = uow.people.find_or_create(self._policy.account, found.uid)
        uow.audit.append(
            "roster.recognised",
            at=now,
            group_id=wanted.group_id,
            subject=self._policy.of(wanted.group_id).regulation.number_of(ClauseTopic.ACCOUNTS),
            detail={"by": "phone", "person": person.id if person else None},
        )
        self._newcomers.recognised(uow, wanted.group_id)
