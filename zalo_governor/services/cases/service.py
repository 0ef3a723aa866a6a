"""CaseService: what the rules find becomes a case, and the people who have to know are told."""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import from_ms, minutes_of
from zalo_governor.domain.events import (
    EventBase,
    GroupCall,
    MembersJoined,
    MessageRevised,
    MessageSent,
    NameObserved,
    SealedHeard,
)
from zalo_governor.domain.findings import Finding, SealedFinding, Severity, Verdict
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.domain.people import Person
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.services.cases.backlog import CaseBacklog, told_late, told_of_name
from zalo_governor.services.cases.freshness import is_fresh
from zalo_governor.services.cases.message_lifecycle import MessageLifecycle
from zalo_governor.services.cases.new_case import new_case
from zalo_governor.services.cases.notifications import NAME_RULE, CaseNotifications
from zalo_governor.services.cases.suppression import FalseAlarmSuppression
from zalo_governor.services.cases.transitions import join_case, move_case, open_case
from zalo_governor.services.members.name_reminders import NameReminders
from zalo_governor.services.messaging.formatter import MessageFormatter, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork

log = structlog.get_logger(__name__)

_REPOST_MINUTES = 5
"""The desk hears once within so long that the content of a case was posted again."""

_GRAVITY = list(Severity)
_EVER = from_ms(0)


class CaseService:
    """Fits `pipeline.ports.Reactions[UnitOfWork]`."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._alerts = CaseNotifications(policy)
        self._lifecycle = MessageLifecycle(policy)
        self._false_alarms = FalseAlarmSuppression(policy)
        self._reminders = NameReminders(policy, self._alerts)
        self.backlog = CaseBacklog(policy, self._alerts)
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Open, join or close cases for one judged event of a governed group, and report rules that raised."""
        if verdict.failures:
            self._alerts.rules_failed(uow, self._group_of(event), verdict.failures)
        if not event.is_group or event.thread_id not in self._policy.groups:
            return
        self._lifecycle.handle_event(uow, event)
        if isinstance(event, GroupCall):
            # That there was a call is all that can be known of it, and it accuses nobody.
            detail = {"event": event.id, "call": event.action}
            clause = self._policy.regulation.number_of(ClauseTopic.CLASSIFIED_WORK)
            uow.audit.append(
                "call", at=event.at, actor_id=None, group_id=event.thread_id, subject=clause, detail=detail
            )
        for concern in _concerns(event, verdict):
            self._open_or_join(uow, event, concern)
        if isinstance(event, NameObserved) and not _doubtful_name(verdict):
            self._name_fixed(uow, event)

    def remind_of_names(self, uow: UnitOfWork, group_id: str, due: datetime) -> int:
        """See `NameReminders.remind`; and tell the desk how many names are not right yet."""
        asked = self._reminders.remind(uow, group_id)
        self._reminders.sum_up(uow, group_id, due)
        return asked

    def _group_of(self, event: EventBase) -> str:
        return event.thread_id if event.is_group else self._policy.home_group_id

    def _open_or_join(self, uow: UnitOfWork, event: EventBase, concern: "_Concern") -> None:
        person = uow.people.find_or_create(event.account, concern.uid)
        if person is None:
            self._alerts.report_unknown_sender(uow, event, concern.finding.clause)
            return
        if concern.about_name and self._is_outsider(uow, event, person):
            return
        mark, taken_back_by = self._false_alarms.look(uow, event, concern.finding, concern.uid)
        if taken_back_by is not None:
            self._false_alarms.pass_over(uow, event, concern.finding, person, taken_back_by)
            return
        case, same_message = self._present_case(uow, event, person, concern)
        if case is None:
            self._open(uow, event, person, concern, mark)
            return
        if same_message:
            case = case.model_copy(update={"last_event_at": max(event.at, case.last_event_at)})
        else:
            case = case.joined(at=event.at)
        live = self._is_live(event)
        if graver := _graver(concern.finding, case):
            case = case.model_copy(
                update={
                    "severity": concern.finding.severity,
                    "label": concern.finding.label,
                    "late": case.late or not live,
                }
            )
            case = self._timed(event, case, person)
        join_case(uow, case, event.id, at=self._policy.clock(), mark=mark)
        if graver:
            if live:
                self._tell(uow, event, case, person, concern)
        elif case.sealed and not same_message and not self._still_to_be_told(uow, case):
            self._reposted(uow, event, case, person)

    def _is_live(self, event: EventBase) -> bool:
        """Whether people are told as soon as it is judged; of all else `CaseBacklog` tells when all of it is judged."""
        return event.source is not Source.BACKFILL and is_fresh(event, self._policy.clock())

    def _still_to_be_told(self, uow: UnitOfWork, case: Case) -> bool:
        return case.late and not uow.claims.is_claimed(*told_late(case))

    def _is_outsider(self, uow: UnitOfWork, event: EventBase, person: Person) -> bool:
        """Whether that person came in from outside the roster: nobody is asked for a proper name who is not to stay."""
        here = uow.outsiders.present(event.thread_id, person.id)
        return any(case.state is not CaseState.FALSE_ALARM for _, case in here)

    def _reposted(self, uow: UnitOfWork, event: EventBase, case: Case, person: Person) -> None:
        """The same again by the same person: one more message to recall. Who floods the group floods nobody else."""
        now = self._policy.clock()
        window = now.replace(minute=now.minute - now.minute % _REPOST_MINUTES, second=0, microsecond=0)
        if uow.claims.claim_once(f"reposted:{case.code}", window):
            again = case.model_copy(update={"event_at": event.at})
            self._alerts.ask_member(uow, again, person, None, about_name=False, old=not is_fresh(event, now))
            self._alerts.reposted(uow, case, person, event.at)

    def _present_case(
        self, uow: UnitOfWork, event: EventBase, person: Person, concern: "_Concern"
    ) -> tuple[Case | None, bool]:
        """The case to join, and whether it is about this very message: in an earlier form, or as another account of
        the program heard it, whatever has become of the case since.
        """
        rule_id = concern.finding.rule_id
        revised = event.revision if isinstance(event, SealedHeard) else isinstance(event, MessageRevised)
        if isinstance(event, MessageSent | SealedHeard):
            for case in uow.cases.of_message(event.thread_id, event.key):
                if case.rule_id == rule_id and (case.state.open or not revised):
                    return case, True
        since = event.at - self._policy.repeat_window
        if concern.sealed:
            mac = event.mac if isinstance(event, SealedHeard) else None
            return (uow.cases.find_sealed(event.thread_id, person.id, mac, since) if mac else None), False
        if concern.about_name:
            return uow.cases.find_open(event.thread_id, rule_id, person.id, None, _EVER), False
        return uow.cases.find_open(event.thread_id, rule_id, person.id, None, since), False

    def _open(self, uow: UnitOfWork, event: EventBase, person: Person, concern: "_Concern", mark: bytes | None) -> None:
        now = self._policy.clock()
        finding = concern.finding
        live = self._is_live(event)
        since = now - timedelta(days=self._policy.ladder.window_days)
        before = uow.cases.count_before(event.thread_id, person.id, finding.rule_id, since)
        case = new_case(
            event,
            finding,
            person.id,
            now,
            late=not live,
            sealed=concern.sealed,
            same_as=self._same_content(uow, event),
            nth=1 + before,
        )
        case = open_case(uow, self._timed(event, case, person), at=now, mark=mark)
        log.info("case", case=case.code, rule=case.rule_id, severity=case.severity.value, late=case.late)
        if live:
            self._tell(uow, event, case, person, concern)

    def _same_content(self, uow: UnitOfWork, event: EventBase) -> int | None:
        # What could not be read has no content to compare.
        earlier = uow.cases.with_content(event.mac) if isinstance(event, SealedHeard) and event.size else None
        return earlier.id if earlier else None

    def _timed(self, event: EventBase, case: Case, person: Person) -> Case:
        """The case with the moments at which the desk, in a digest, and the leader will hear of it."""
        now = self._policy.clock()
        _, desk_at, leader_at = self._policy.steps(case, person, now)
        gathered = desk_at is not None and desk_at > now and is_fresh(event, now) and not _summed_up(event, case)
        return case.model_copy(update={"due_at": leader_at, "desk_due_at": desk_at if gathered else None})

    def _tell(self, uow: UnitOfWork, event: EventBase, case: Case, person: Person, concern: "_Concern") -> None:
        """Ask the member and tell the desk, where the ladder says that both hear now."""
        finding, about_name = concern.finding, concern.about_name
        proposal = finding.suggestion if isinstance(finding, Finding) else None
        reason = finding.reason if isinstance(finding, Finding) else None
        if about_name and event.source is Source.SWEEP and not self._may_ask(uow, case, person):
            return
        asked = self._alerts.ask_member(uow, case, person, proposal, about_name=about_name, old=False, reason=reason)
        if _summed_up(event, case):
            return
        if case.rule_id == NAME_RULE:
            uow.claims.claim_once(*told_of_name(case))
        if case.late:
            uow.claims.claim_once(*told_late(case))
        if case.desk_due_at is None and self._policy.steps(case, person, self._policy.clock()).desk_at is not None:
            self._alerts.new_case(uow, case, person, asked, about_name=about_name, reason=reason)

    def _may_ask(self, uow: UnitOfWork, case: Case, person: Person) -> bool:
        """At a sweep, which may find hundreds of names at once, only so many are asked on one day."""
        return bool(self._alerts.reason_not_notified(uow, case, person, old=False)) or self._reminders.may_ask(uow)

    def _name_fixed(self, uow: UnitOfWork, event: NameObserved) -> None:
        person = uow.people.find_or_create(event.account, event.sender_uid)
        case = person and uow.cases.find_open(event.thread_id, NAME_RULE, person.id, None, _EVER)
        if case:
            minutes = number(minutes_of(event.at - case.event_at))
            self._move(uow, case, CaseState.REMEDIED, self._voice.render(MessageId.REASON_NAME_FIXED, minutes=minutes))

    def _move(self, uow: UnitOfWork, case: Case, to: CaseState, reason: str) -> None:
        move_case(uow, case, to, at=self._policy.clock(), by=None, reason=reason)


_OTHER_SERVICES = frozenset({OUTSIDERS, *CHANGE_RULES})
"""Rules whose findings `OutsiderService` and `GroupChangeService` make cases of."""


class _Concern(NamedTuple):
    """The gravest finding of one rule on one person in one event."""

    finding: Finding | SealedFinding
    uid: str
    sealed: bool
    about_name: bool


def _summed_up(event: EventBase, case: Case) -> bool:
    """Whether the desk hears of the case together with all that the sweep has found."""
    return event.source is Source.SWEEP and not case.sealed


def _concerns(event: EventBase, verdict: Verdict) -> list[_Concern]:
    """What cases are made of. Where a finding seals, the others are not pursued: nothing is made of that text."""
    if not verdict.findings:
        return []
    gravest: dict[tuple[str, str], _Concern] = {}
    outsiders = {_subject(event, finding) for finding in verdict.findings if finding.rule_id == OUTSIDERS}
    for finding in verdict.findings:
        sealing = isinstance(finding, SealedFinding) or finding.seals
        if finding.shadow or finding.severity is Severity.SUSPECT or (verdict.sealed and not sealing):
            continue
        uid = _subject(event, finding)
        if uid is None or finding.rule_id in _OTHER_SERVICES:
            continue
        if uid in outsiders and not sealing:
            continue  # And nobody asks an outsider for a proper name.
        key = (finding.rule_id, uid)
        known = gravest.get(key)
        if known is None or _GRAVITY.index(known.finding.severity) < _GRAVITY.index(finding.severity):
            about_name = isinstance(event, NameObserved | MembersJoined) and not sealing
            gravest[key] = _Concern(finding, uid, sealing, about_name)
    return list(gravest.values())


def _subject(event: EventBase, finding: Finding | SealedFinding) -> str | None:
    """Whom the finding is about; None where several names came in at once and it does not say: the sweep will."""
    if isinstance(finding, SealedFinding) or not isinstance(event, MembersJoined):
        return event.sender_uid
    if finding.subject_uid is None and len(event.members) == 1:
        return event.members[0].uid
    return finding.subject_uid


def _graver(finding: Finding | SealedFinding, case: Case) -> bool:
    """Whether the desk has not heard of the case yet, and now has to at once."""
    return case.severity is Severity.TRIAGE and _GRAVITY.index(finding.severity) > _GRAVITY.index(case.severity)


def _doubtful_name(verdict: Verdict) -> bool:
    """Whether the rule found anything on the name, or could not say."""
    found = any(finding.rule_id == NAME_RULE for finding in verdict.findings)
    return found or verdict.sealed or any(failure.rule_id == NAME_RULE for failure in verdict.failures)
