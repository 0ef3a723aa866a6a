"""Casework: what the rules find becomes a case, and the people who have to know are told."""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.elements import Source
from zalo_governor.domain.events import (
    EventBase,
    MembersJoined,
    MessageDeleted,
    MessageRecalled,
    MessageRevised,
    NameObserved,
    SealedHeard,
)
from zalo_governor.domain.findings import Finding, SealedFinding, Severity, Verdict
from zalo_governor.domain.people import Person
from zalo_governor.office.alerts import Alerts
from zalo_governor.office.messages import Text
from zalo_governor.office.policy import OfficePolicy
from zalo_governor.office.ports import OfficeUnit
from zalo_governor.office.voice import Voice

log = structlog.get_logger(__name__)

NAME_RULE = "3.2-ho-ten-chuc-vu"
"""The rule whose cases close by themselves when the person's name is right."""
FRESH_FOR = timedelta(minutes=5)
"""What was heard later than this after it happened warns nobody, and no command in it is carried out."""

_SUMMED_UP_WITHIN = timedelta(days=7)

_GRAVITY = list(Severity)
_EVER = from_ms(0)


class Casework:
    """Fits `pipeline.ports.Reactions[OfficeUnit]`."""

    def __init__(self, policy: OfficePolicy) -> None:
        self._policy = policy
        self._alerts = Alerts(policy)
        self._voice = Voice(policy.catalogue, policy.regulation)

    def react(self, unit: OfficeUnit, event: EventBase, verdict: Verdict) -> None:
        """Open, join or close cases for one judged event of a governed group, and report rules that raised."""
        if verdict.failures:
            self._alerts.rules_failed(unit, self._group_of(event), verdict.failures)
        if not event.is_group or event.thread_id not in self._policy.groups:
            return
        if isinstance(event, MessageRecalled):
            self._withdrawn(unit, event, (event.target_key,))
        elif isinstance(event, MessageDeleted):
            self._withdrawn(unit, event, event.target_keys)
        for concern in _concerns(event, verdict):
            self._pursue(unit, event, concern)
        if isinstance(event, NameObserved) and not _doubtful_name(verdict):
            self._name_fixed(unit, event)

    def recovered(self, unit: OfficeUnit, group_id: str) -> None:
        """Sum up for the admin and the staff, each once, the late cases of which they were not told yet.

        To be called when what backfill brought, or what waited in the inbox at start, has been judged. The case is
        what is remembered, and not the recovery: a process may die between finding a case and telling of it.
        """
        now = self._policy.clock()
        late = [
            case
            for case in unit.cases(group_id, start=now - _SUMMED_UP_WITHIN, end=now + timedelta(seconds=1))
            if case.late and unit.first_run(f"recovered:{case.code}", case.opened_at)
        ]
        if late:
            self._alerts.recovered(unit, group_id, late)

    def swept(self, unit: OfficeUnit, group_id: str, since: datetime) -> None:
        """Tell the admin and the staff in one message of the names that the sweep which began at `since` found.

        To be called when what the sweep handed on has been judged.
        """
        found = [
            case
            for case in unit.cases(group_id, start=since, end=self._policy.clock() + timedelta(seconds=1))
            if case.rule_id == NAME_RULE and not case.late
        ]
        if found:
            self._alerts.swept(unit, group_id, found)

    def _group_of(self, event: EventBase) -> str:
        return event.thread_id if event.is_group else self._policy.home_group_id

    def _pursue(self, unit: OfficeUnit, event: EventBase, concern: "_Concern") -> None:
        person = unit.sender(event.account, concern.uid)
        if person is None:
            self._alerts.nobody(unit, event, concern.finding.clause)
            return
        case, same_message = self._present_case(unit, event, person, concern)
        if case is None:
            self._open(unit, event, person, concern)
            return
        joined = case.model_copy(update={"last_event_at": max(event.at, case.last_event_at)})
        unit.save_case(joined if same_message else case.joined(at=event.at), joined_event_id=event.id)
        self._audit(unit, "case.joined", case, {"event": event.id})

    def _present_case(
        self, unit: OfficeUnit, event: EventBase, person: Person, concern: "_Concern"
    ) -> tuple[Case | None, bool]:
        """The open case to join, and whether it is about this very message in an earlier form."""
        rule_id = concern.finding.rule_id
        earlier = isinstance(event, MessageRevised | SealedHeard)
        for case in unit.case_of_message(event.thread_id, event.key) if earlier else ():
            if case.state.open and case.rule_id == rule_id and case.person_id == person.id:
                return case, True
        since = event.at - self._policy.repeat_window
        if concern.sealed:
            mac = event.mac if isinstance(event, SealedHeard) else None
            return (unit.sealed_case(event.thread_id, person.id, mac, since) if mac else None), False
        if concern.about_name:
            return unit.open_case(event.thread_id, rule_id, person.id, None, _EVER), False
        return unit.open_case(event.thread_id, rule_id, person.id, None, since), False

    def _open(self, unit: OfficeUnit, event: EventBase, person: Person, concern: "_Concern") -> None:
        now = self._policy.clock()
        finding = concern.finding
        fresh = is_fresh(event, now)
        case = unit.add_case(
            Case(
                id=0,
                group_id=event.thread_id,
                rule_id=finding.rule_id,
                clause=finding.clause,
                severity=finding.severity,
                label=finding.label,
                level=finding.level,
                sealed=concern.sealed,
                person_id=person.id,
                state=CaseState.NEW,
                opened_at=now,
                event_at=event.at,
                last_event_at=event.at,
                first_event_id=event.id,
                message_key=event.key,
                late=not fresh,
                state_at=now,
            )
        )
        self._audit(unit, "case.opened", case, {"event": event.id, "late": case.late})
        log.info("case", case=case.code, rule=case.rule_id, severity=case.severity.value, late=case.late)
        if not fresh:
            return
        proposal = finding.suggestion if isinstance(finding, Finding) else None
        asked = self._alerts.ask_member(unit, case, person, proposal, about_name=concern.about_name, late=event.late)
        if asked is Text.MEMBER_ASKED:
            self._move(unit, case, CaseState.REMINDED, "")
        if event.source is not Source.SWEEP:
            self._alerts.new_case(unit, case, person, asked, about_name=concern.about_name)

    def _withdrawn(self, unit: OfficeUnit, event: EventBase, keys: tuple[str, ...]) -> None:
        gone: dict[int, set[str]] = {}
        cases: dict[int, Case] = {}
        for key in dict.fromkeys(keys):
            for case in unit.case_of_message(event.thread_id, key):
                if case.state.open:
                    cases[case.id] = case
                    gone.setdefault(case.id, set()).add(key)
        for case in cases.values():
            minutes = max(1, round((event.at - case.event_at).total_seconds() / 60))
            all_gone = len(gone[case.id]) >= case.count
            if all_gone:
                reason = self._voice.say(Text.REASON_RECALLED, minutes=minutes)
                self._move(unit, case, CaseState.REMEDIED, reason)
            self._audit(unit, "case.withdrawn", case, {"event": event.id, "minutes": minutes, "all": all_gone})
            if case.sealed and not case.late:
                self._alerts.withdrawn(unit, case, minutes, all_gone=all_gone)

    def _name_fixed(self, unit: OfficeUnit, event: NameObserved) -> None:
        person = unit.sender(event.account, event.sender_uid)
        case = person and unit.open_case(event.thread_id, NAME_RULE, person.id, None, _EVER)
        if case:
            self._move(unit, case, CaseState.REMEDIED, self._voice.say(Text.REASON_NAME_FIXED))

    def _move(self, unit: OfficeUnit, case: Case, to: CaseState, reason: str) -> None:
        moved = case.moved(to, at=self._policy.clock(), by=None, reason=reason)
        unit.save_case(moved)
        self._audit(unit, "case.moved", moved, {"from": case.state.value, "to": to.value})

    def _audit(self, unit: OfficeUnit, action: str, case: Case, detail: dict[str, object]) -> None:
        unit.audit(
            action,
            at=self._policy.clock(),
            actor_id=None,
            group_id=case.group_id,
            subject=case.code,
            detail={"rule": case.rule_id, **detail},
        )


class _Concern(NamedTuple):
    """The gravest finding of one rule on one person in one event."""

    finding: Finding | SealedFinding
    uid: str
    sealed: bool
    about_name: bool


def is_fresh(event: EventBase, now: datetime) -> bool:
    """Whether it was heard while it still makes sense to act on it at once."""
    return event.source is not Source.BACKFILL and now - event.at <= FRESH_FOR


def _concerns(event: EventBase, verdict: Verdict) -> list[_Concern]:
    """What cases are made of. Where a finding seals, the others are not pursued: nothing is made of that text."""
    gravest: dict[tuple[str, str], _Concern] = {}
    for finding in verdict.findings:
        sealing = isinstance(finding, SealedFinding) or finding.seals
        if finding.shadow or finding.severity is Severity.SUSPECT or (verdict.sealed and not sealing):
            continue
        uid = _subject(event, finding)
        if uid is None:
            continue
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


def _doubtful_name(verdict: Verdict) -> bool:
    """Whether the rule found anything on the name, or could not say."""
    found = any(finding.rule_id == NAME_RULE for finding in verdict.findings)
    return found or verdict.sealed or any(failure.rule_id == NAME_RULE for failure in verdict.failures)
