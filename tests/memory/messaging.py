"""Repositories in memory: trials, outbox, deliveries, feedback, audit, claims."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.memory.base import MemoryRepository
from zalo_governor.domain.audit import MOVED, AuditHead, Move, Opening
from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.delivery import DeliveryState, Undelivered
from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.domain.notices import Notice, Purpose
from zalo_governor.domain.panel import PanelKeyKind
from zalo_governor.domain.trial import Trial, TrialFigures, Withheld
from zalo_governor.storage.repositories.audit import AuditTrail
from zalo_governor.storage.repositories.claims import RESTORED, Claims
from zalo_governor.storage.repositories.feedback import Feedback
from zalo_governor.storage.repositories.outbox_entries import OutboxEntries
from zalo_governor.storage.repositories.panel_keys import PanelKeys
from zalo_governor.storage.repositories.trials import Trials
from zalo_governor.storage.repositories.undelivered import Deliveries

BOT = "7000000000000000001"
NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
GROUP = "8000000000000000001"


class MemoryTrials(MemoryRepository, Trials):
    """Over lists."""

    def get(self, account: str, group_id: str) -> Trial | None:
        return self._store.trial_now

    def save(self, trial: Trial) -> None:
        self._store.trial_now = trial

    def rules(self, group_id: str) -> dict[str, datetime]:
        return {rule: at for (group, rule), at in self._store.tried_rules.items() if group == group_id}

    def begin_rule(self, group_id: str, rule_id: str, at: datetime, by: int) -> None:
        self._store.tried_rules.setdefault((group_id, rule_id), at)

    def end_rule(self, group_id: str, rule_id: str) -> None:
        self._store.tried_rules.pop((group_id, rule_id), None)

    def figures(self, account: str, group_ids: Collection[str], since: datetime) -> TrialFigures:
        return TrialFigures(
            since=since,
            withheld=tuple(self._counted(self._store.held)),
            outcomes=tuple(self._store.outcome_list),
            shadow=tuple(self._store.shadow_list),
        )

    def withheld_of(self, case: Case) -> list[Withheld]:
        return self._counted([notice for notice in self._store.held if notice.case_id == case.id])

    def withheld_count(self, group_id: str, start: datetime, end: datetime) -> int:
        return len(self._store.held)

    def _counted(self, notices: list[Notice]) -> list[Withheld]:
        counted: Counter[tuple[str, int | None, str, str]] = Counter()
        for notice in notices:
            case = self._store.book[notice.case_id] if notice.case_id else None
            counted[notice.group_id, notice.person_id, case.rule_id if case else "", case.clause if case else ""] += 1
        return [
            Withheld(group_id=group, person_id=person, rule_id=rule, clause=clause, notices=count)
            for (group, person, rule, clause), count in counted.items()
        ]


class MemoryOutbox(MemoryRepository, OutboxEntries):
    """Over lists."""

    def add(self, notice: Notice, *, withheld: bool = False) -> None:
        (self._store.held if withheld else self._store.posted).append(notice)

    def last_added(
        self, person_id: int, purpose: str, group_id: str, since: datetime, rule_id: str | None = None
    ) -> datetime | None:
        times = [
            notice.created_at
            for notice in self._reaching()
            if (notice.person_id, notice.purpose, notice.group_id) == (person_id, purpose, group_id)
            and notice.created_at >= since
            and (rule_id is None or rule_id in self._rules_of(notice))
        ]
        return max(times, default=None)

    def people_asked(self, purpose: str, group_ids: Collection[str], since: datetime, rule_id: str) -> int:
        asked = {
            notice.person_id
            for notice in self._reaching()
            if notice.purpose == purpose
            and notice.group_id in group_ids
            and notice.created_at >= since
            and rule_id in self._rules_of(notice)
        }
        return len(asked)

    def _rules_of(self, notice: Notice) -> set[str]:
        return {case.rule_id for case in self._store.book.values() if notice.case_id in {case.id, case.asked_with}}

    def _reaching(self) -> list[Notice]:
        live = self._store.trial_now is not None and self._store.trial_now.live_at is not None
        return self._store.posted if live else self._store.posted + self._store.held


class MemoryDeliveries(MemoryRepository, Deliveries):
    """Over lists."""

    def unheard_alerts(self, before: datetime) -> list[list[Undelivered]]:
        return [alert for alert in self._store.unheard if alert[0].created_at <= before]

    def next_unheard(self, after: timedelta) -> datetime | None:
        return min((alert[0].created_at + after for alert in self._store.unheard), default=None)

    def mark_escalated(self, notices: Sequence[Undelivered], at: datetime) -> None:
        self._store.unheard = [alert for alert in self._store.unheard if alert != list(notices)]

    def lost_notices(self) -> list[Undelivered]:
        return list(self._store.lost)

    def unreached_people(self, before: datetime) -> list[Undelivered]:
        return [notice for notice in self._store.unreached if notice.final or notice.created_at <= before]

    def mark_told_to_desk(self, notices: Sequence[Undelivered], at: datetime) -> None:
        self._store.unreached = [notice for notice in self._store.unreached if notice not in notices]

    def mark_told_of_loss(self, notices: Sequence[Undelivered], at: datetime) -> None:
        self._store.lost = [notice for notice in self._store.lost if notice not in notices]

    def send_again(self, case: Case, now: datetime) -> int:
        return sum(notice.case_id == case.id and notice.final for notice in self._store.unreached)

    def delivered_requests(self) -> list[Case]:
        return [
            case
            for case in self._store.book.values()
            if case.state is CaseState.NEW and self.request_state(case) is DeliveryState.DELIVERED
        ]

    def request_state(self, case: Case) -> DeliveryState:
        requests = [notice for notice in self._store.posted if notice.purpose is Purpose.MEMBER_REQUEST]
        under = case.asked_with or case.id
        asked = any(notice.case_id == under for notice in requests)
        return self._store.deliveries.get(under, DeliveryState.DELIVERED if asked else DeliveryState.NONE)


class MemoryFeedback(MemoryRepository, Feedback):
    """Over lists."""

    def add(self, kind: RemarkKind, *, group_id: str, person_id: int, text: str, at: datetime) -> Remark:
        number = sum(remark.kind is kind for remark in self._store.remarked) + 1
        self._store.remarked.append(
            Remark(kind=kind, number=number, group_id=group_id, person_id=person_id, at=at, text=text)
        )
        return self._store.remarked[-1]

    def between(self, group_id: str, kind: RemarkKind, start: datetime, end: datetime) -> list[Remark]:
        return [
            said
            for said in self._store.remarked
            if (said.group_id, said.kind) == (group_id, kind) and start <= said.at < end
        ]

    def untold(self, group_ids: Collection[str], kind: RemarkKind) -> list[Remark]:
        return [
            said
            for said in self._store.remarked
            if said.group_id in group_ids and said.kind is kind and said.code not in self._store.told
        ]

    def mark_told(self, told: Sequence[Remark], at: datetime) -> None:
        self._store.told |= {said.code for said in told}


class MemoryAuditTrail(MemoryRepository, AuditTrail):
    """Over lists."""

    def last_move(self, case: Case, *, by_others: bool = False) -> Move | None:
        rows = [row for row in self._store.audited if row["action"] == MOVED and row["subject"] == case.code]
        if by_others:
            rows = [row for row in rows if row["actor"] not in {None, case.person_id}]
        return Move(rows[-1]["at"], rows[-1]["actor"], rows[-1]) if rows else None

    def openings(self, case: Case) -> list[Opening]:
        return self._store.opened

    def append(
        self,
        action: str,
        *,
        at: datetime,
        actor_id: int | None = None,
        group_id: str,
        subject: str = "",
        detail: dict[str, Any],
    ) -> None:
        self._store.audited.append(
            {"action": action, "at": at, "actor": actor_id, "group": group_id, "subject": subject, **detail}
        )

    def head(self) -> AuditHead:
        return AuditHead(len(self._store.audited), b"\x0f" * 32)


class MemoryClaims(MemoryRepository, Claims):
    """Over lists."""

    def claim_once(self, job: str, due: datetime) -> bool:
        first = (job, due) not in self._store.runs
        self._store.runs.add((job, due))
        return first

    def is_claimed(self, job: str, due: datetime) -> bool:
        return (job, due) in self._store.runs

    def is_restored_since(self, due: datetime) -> bool:
        return any(job == RESTORED and at >= due for job, at in self._store.runs)


class MemoryPanelKeys(MemoryRepository, PanelKeys):
    """Over lists."""

    def add(self, kind: PanelKeyKind, secret: str, person_id: int, at: datetime, expires: datetime) -> None:
        self._store.panel_keys[secret] = (kind, person_id, expires)

    def use_link(self, secret: str, now: datetime) -> int | None:
        kind, person_id, expires = self._store.panel_keys.get(secret, (None, 0, now))
        if kind is not PanelKeyKind.LINK:
            return None
        del self._store.panel_keys[secret]
        return person_id if expires > now else None

    def holder(self, secret: str, now: datetime, kind: PanelKeyKind = PanelKeyKind.SESSION) -> int | None:
        found, person_id, expires = self._store.panel_keys.get(secret, (None, 0, now))
        return person_id if found is kind and expires > now else None

    def end(self, secret: str) -> None:
        self._store.panel_keys.pop(secret, None)

    def end_all(self, person_id: int) -> int:
        own = {secret: kind for secret, (kind, whose, _) in self._store.panel_keys.items() if whose == person_id}
        for secret in own:
            del self._store.panel_keys[secret]
        return sum(kind is PanelKeyKind.SESSION for kind in own.values())
