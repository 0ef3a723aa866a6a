"""The service that turns findings of the rules into cases and notifies people."""

from datetime import timedelta
from typing import NamedTuple

import structlog

from zalo_governor.domain.cases import UNSURE_LABEL, Case, CaseState
from zalo_governor.domain.clock import EVER
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
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.domain.people import Person
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.features.cases.backlog import CaseBacklog, told_late, told_of_name
from zalo_governor.features.cases.display_names import NAME_RULE
from zalo_governor.features.cases.freshness import is_fresh
from zalo_governor.features.cases.member_request import MemberRequest
from zalo_governor.features.cases.message_lifecycle import MessageLifecycle
from zalo_governor.features.cases.name_reminders import NameReminders
from zalo_governor.features.cases.new_case import new_case
from zalo_governor.features.cases.nobodys_words import NobodysWords
from zalo_governor.features.cases.notifications import CaseNotifications
from zalo_governor.features.cases.suppression import FalseAlarmSuppression
from zalo_governor.features.cases.transitions import join_case, move_case, open_case
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.checks.files import FileRule
from zalo_governor.rules.checks.harmful import HarmfulRule
from zalo_governor.rules.checks.links import LinkRule
from zalo_governor.storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

_REPOST_MINUTES = 5
"""Minutes in which the admins are told at most once that the content of a case was posted again."""


class CaseService(EventHandler):
    """Service that opens, extends and closes cases for events judged by the rules."""

    governed = False
    remarkable = True

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._alerts = CaseNotifications(policy)
        self._lifecycle = MessageLifecycle(policy)
        self._false_alarms = FalseAlarmSuppression(policy)
        self._nobodys = NobodysWords(policy)
        self._reminders = NameReminders(policy, self._alerts)
        self._backlog = CaseBacklog(policy, self._alerts)

    def filter_findings(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> Verdict:
        """Mark the findings of rules that an admin has put on trial: they are recorded, and nobody is told."""
        return verdict.with_trials(uow.trials.rules(event.thread_id))

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Open, extend or close cases for a judged event of a governed group; tell the admins which rules failed."""
        if verdict.failures:
            self._alerts.rules_failed(uow, event.thread_id if event.is_group else NO_GROUP, verdict.failures)
        if not event.is_group or event.thread_id not in self._policy.groups:
            return
        self._lifecycle.handle_event(uow, event)
        if isinstance(event, GroupCall):
            # Nothing but the fact of a call is known, so it is recorded without a case.
            detail = {"event": event.id, "call": event.action}
            clause = self._policy.regulation.number_of(ClauseTopic.CLASSIFIED_WORK)
            uow.audit.append("call", at=event.at, group_id=event.thread_id, subject=clause, detail=detail)
        for concern in _gravest_concerns(event, verdict):
            self._open_or_join(uow, event, concern)
        for uid in _rightly_named(event, verdict):
            self._close_name_case(uow, event, uid)

    def handle_late_findings(
        self, uow: UnitOfWork, event: MessageSent | SealedHeard, verdict: Verdict, file_mac: bytes | None
    ) -> None:
        """Open or extend cases for findings that were made after the message was judged, such as those in a file.

        Args:
            event: the message, without its content; `SealedHeard` if it was sealed for the findings.
            verdict: the findings only; a finding that seals still has its reason, which is told but not stored.
            file_mac: keyed hash of the file in which the findings were made, by which false alarms are recognised.
        """
        for concern in _gravest_concerns(event, verdict):
            self._open_or_join(uow, event, concern, _Late(event, file_mac))
        if not self._is_live(event):
            self._backlog.recovered(uow, event.thread_id)

    def tell_urgent(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of the group's urgent cases in events received late, unless they were told before."""
        self._backlog.urgent(uow, group_id)

    def tell_recovered(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of all cases found in messages that were fetched later from Zalo."""
        self._backlog.recovered(uow, group_id)

    def after_sync(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of the cases that a group sync has opened, and of the unknown names that it has read."""
        self._backlog.swept(uow, group_id)
        self._backlog.named_since(uow, group_id)

    def _open_or_join(
        self, uow: UnitOfWork, event: EventBase, concern: "_Concern", late: "_Late | None" = None
    ) -> None:
        """Open a case for the finding in `concern`, or add the event to the case that exists already; notify people.

        If the same content was marked as a false alarm before, no case is opened. `late` is given for a finding that
        was made after the event was judged.
        """
        person = uow.people.find_or_create(event.account, concern.uid)
        if person is None:
            self._nobodys.report(uow, event, concern.finding)
            return
        if concern.about_name and self._is_outsider(uow, event, person):
            return
        mark, taken_back_by = self._false_alarms.look(uow, event, concern.finding, concern.uid, late and late.file_mac)
        if taken_back_by is not None:
            self._false_alarms.pass_over(uow, event, concern.finding, person, taken_back_by)
            return
        case, same_message = self._find_case_to_join(uow, event, person, concern)
        if case is None:
            self._open(uow, event, person, concern, mark, late)
            return
        if same_message:
            case = case.model_copy(update={"last_event_at": max(event.at, case.last_event_at)})
        else:
            case = case.joined(at=event.at)
        live = self._is_live(event)
        if graver := case.is_exceeded_by(concern.finding.severity):
            case = case.model_copy(
                update={
                    "clause": concern.finding.clause,
                    "severity": concern.finding.severity,
                    "label": concern.finding.label,
                    "level": concern.finding.level,
                    "sealed": case.sealed or concern.sealed,
                    "same_as": self._earlier_case_id(uow, event) or case.same_as,
                    "late": case.late or not live,
                }
            )
            case = self._with_due_times(event, case, person)
        join_case(uow, case, event.id, at=self._policy.clock(), mark=mark)
        if graver:
            if live:
                self._notify(uow, event, case, person, concern, gone=case.state is CaseState.REMEDIED)
        elif case.sealed and not same_message and not self._is_untold(uow, case):
            self._tell_of_repost(uow, event, case)

    def _is_live(self, event: EventBase) -> bool:
        """Return whether people are notified of the event at once; if it came late, `CaseBacklog` notifies them."""
        return event.source is not Source.BACKFILL and is_fresh(event, self._policy.clock())

    def _is_untold(self, uow: UnitOfWork, case: Case) -> bool:
        return case.late and not uow.claims.is_claimed(*told_late(case))

    def _is_outsider(self, uow: UnitOfWork, event: EventBase, person: Person) -> bool:
        """Return whether the person is an outsider (not on the roster); outsiders are not asked to correct names."""
        here = uow.outsiders.present(event.thread_id, person.id)
        return any(case.state is not CaseState.FALSE_ALARM for _, case in here)

    def _tell_of_repost(self, uow: UnitOfWork, event: EventBase, case: Case) -> None:
        """Tell the admins that the content of a sealed case was posted again, and ask the member to recall it.

        This is done at most once in 5 minutes. Sealed content is not stored, as it may be a state secret.
        """
        now = self._policy.clock()
        window = now.replace(minute=now.minute - now.minute % _REPOST_MINUTES, second=0, microsecond=0)
        if uow.claims.claim_once(f"reposted:{case.code}", window):
            again = case.model_copy(update={"event_at": event.at})
            self._alerts.ask_member(uow, again, old=not is_fresh(event, now))
            self._alerts.reposted(uow, case, event.at)

    def _find_case_to_join(
        self, uow: UnitOfWork, event: EventBase, person: Person, concern: "_Concern"
    ) -> tuple[Case | None, bool]:
        """Return (case to add the event to, or None to open a new one; whether the case has the message already).

        The first case that fits is taken:

        | case of the same rule | fits if |
        | --- | --- |
        | of the same message, edited or received by another bot account | `Case.takes_again` says so |
        | of a finding that seals: about the same content by the same person | open, last event in `repeat_window` |
        | of a display name of the same person | open |
        | of any other message of the same person | open, not sealed, last event in `repeat_window` |
        """
        rule_id = concern.finding.rule_id
        revised = event.revision if isinstance(event, SealedHeard) else isinstance(event, MessageRevised)
        if isinstance(event, MessageSent | SealedHeard):
            for case in uow.cases.of_message(event.thread_id, event.key):
                again = case.takes_again(concern.finding.severity, seals=concern.sealed, revised=revised)
                if case.rule_id == rule_id and again:
                    return case, True
        since = event.at - timedelta(minutes=self._policy.escalation.repeat_window_minutes)
        if concern.sealed:
            mac = event.mac if isinstance(event, SealedHeard) else None
            return (uow.cases.find_sealed(event.thread_id, person.id, mac, since) if mac else None), False
        return uow.cases.find_open(
            event.thread_id, rule_id, person.id, None, EVER if concern.about_name else since
        ), False

    def _open(
        self,
        uow: UnitOfWork,
        event: EventBase,
        person: Person,
        concern: "_Concern",
        mark: bytes | None,
        late: "_Late | None",
    ) -> None:
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
            same_as=self._earlier_case_id(uow, event),
            nth=1 + before,
        )
        case = open_case(uow, self._with_due_times(event, case, person), at=now, mark=mark)
        log.info("case", case=case.code, rule=case.rule_id, severity=case.severity.value, late=case.late)
        withdrawn = late and self._lifecycle.note_earlier_withdrawal(uow, late.message, case)
        if live:
            self._notify(uow, event, withdrawn or case, person, concern, gone=withdrawn is not None)

    def _earlier_case_id(self, uow: UnitOfWork, event: EventBase) -> int | None:
        # An event of size 0 could not be parsed: there is no content to compare.
        earlier = uow.cases.with_content(event.mac) if isinstance(event, SealedHeard) and event.size else None
        # The storage has sealed the message before its findings are handled: a case of it may have the content already.
        return earlier.id if earlier and earlier.message_key != event.key else None

    def _with_due_times(self, event: EventBase, case: Case, person: Person) -> Case:
        """Return a copy with the times when the admins (by a digest) and the leader are to be told of the case."""
        now = self._policy.clock()
        _, desk_at, leader_at = self._policy.steps(case, person, now)
        gathered = (
            desk_at is not None and desk_at > now and is_fresh(event, now) and not _is_told_after_sync(event, case)
        )
        return case.model_copy(update={"due_at": leader_at, "desk_due_at": desk_at if gathered else None})

    def _notify(
        self,
        uow: UnitOfWork,
        event: EventBase,
        case: Case,
        person: Person,
        concern: "_Concern",
        *,
        gone: bool = False,
    ) -> None:
        """Ask the member to correct the breach and tell the admins, if the escalation policy says to do so now.

        Nobody is asked to recall a message that is `gone` already.
        """
        if concern.about_name and event.source is Source.SWEEP and not self._may_ask(uow, case, person):
            return
        asked = MemberRequest.GONE
        if not gone:
            asked = self._alerts.ask_member(uow, case, old=False)
        if _is_told_after_sync(event, case):
            return
        if case.rule_id == NAME_RULE:
            uow.claims.claim_once(*told_of_name(case))
        if case.late:
            uow.claims.claim_once(*told_late(case))
        if case.desk_due_at is None and self._policy.steps(case, person, self._policy.clock()).desk_at is not None:
            reason = concern.finding.reason if isinstance(concern.finding, Finding) else None
            self._alerts.new_case(uow, case, asked, reason)

    def _may_ask(self, uow: UnitOfWork, case: Case, person: Person) -> bool:
        """Return False if a request to correct the name would be sent, but today's limit of requests is reached."""
        return bool(self._alerts.reason_not_notified(uow, case, person, old=False)) or self._reminders.may_ask(
            uow, case.group_id
        )

    def _close_name_case(self, uow: UnitOfWork, event: EventBase, uid: str) -> None:
        """Close the member's open case about a wrong display name, if any, as the rules found the new name correct."""
        person = uow.people.find_or_create(event.account, uid)
        case = person and uow.cases.find_open(event.thread_id, NAME_RULE, person.id, None, EVER)
        # An event of joining that is received late shows an older name.
        if case and (isinstance(event, NameObserved) or event.at >= case.last_event_at):
            minutes = self._voice.lasted(event.at - case.event_at)
            reason = self._voice.render(TextId("reason_name_fixed"), minutes=minutes)
            move_case(uow, case, CaseState.REMEDIED, at=self._policy.clock(), by=None, reason=reason)


_OTHER_SERVICES = frozenset({OUTSIDERS, *CHANGE_RULES})
"""Ids of the rules for whose findings `OutsiderService` and `GroupChangeService` open the cases."""


_ONE_MATTER = frozenset({HarmfulRule.id, LinkRule.id, FileRule.id})
_HARMFUL = "harmful"
"""Stands for the rules in `_ONE_MATTER`: their findings on one message open a single case."""


class _Late(NamedTuple):
    """Message and file of findings that were made after the message was judged, such as by a scan."""

    message: MessageSent | SealedHeard
    file_mac: bytes | None
    """Keyed hash of the file in which the findings were made; None if it is unknown."""


class _Concern(NamedTuple):
    """Reason to open or extend a case: the gravest finding of one rule about one person in one event."""

    finding: Finding | SealedFinding
    uid: str
    sealed: bool
    about_name: bool


def _is_told_after_sync(event: EventBase, case: Case) -> bool:
    """Return whether the admins are told of the case in the summary after a group sync instead of at once.

    That is so if the group sync, which reads the members from Zalo, found the case, and no state secret is suspected.
    """
    return event.source is Source.SWEEP and not case.sealed


def _gravest_concerns(event: EventBase, verdict: Verdict) -> list[_Concern]:
    """Return, for each rule and person, the gravest finding on the event that needs a case opened by `CaseService`.

    The rules on harmful contents, links and files count as one. Of a sealed event (content not stored, as it may be a
    state secret), only the findings that seal it count. Missing diacritics do not count if an admin has to check
    whether the message is a secret.
    """
    if not verdict.findings:
        return []
    gravest: dict[tuple[str, str], _Concern] = {}
    outsiders = {_subject_uid(event, finding) for finding in verdict.findings if finding.rule_id == OUTSIDERS}
    looked_at = [one for one in verdict.findings if not one.shadow and one.severity is not Severity.SUSPECT]
    doubtful = any(finding.label == UNSURE_LABEL for finding in looked_at)
    for finding in verdict.findings:
        sealing = isinstance(finding, SealedFinding) or finding.seals
        if finding.shadow or finding.severity is Severity.SUSPECT or (verdict.sealed and not sealing):
            continue
        uid = _subject_uid(event, finding)
        if uid is None or finding.rule_id in _OTHER_SERVICES:
            continue
        if uid in outsiders and not sealing:
            continue  # An outsider gets no other case.
        if doubtful and finding.rule_id == DiacriticsRule.id:
            continue  # Nobody is asked to send again, or shown, what may be a secret.
        # A scam with its link, or a link with its file, is one matter of one message.
        harmful = finding.rule_id in _ONE_MATTER
        key = (_HARMFUL if harmful else finding.rule_id, uid)
        known = gravest.get(key)
        if known is None or known.finding.severity.rank < finding.severity.rank:
            about_name = isinstance(event, NameObserved | MembersJoined) and not sealing
            gravest[key] = _Concern(finding, uid, sealing, about_name)
    return list(gravest.values())


def _subject_uid(event: EventBase, finding: Finding | SealedFinding) -> str | None:
    """Return the uid of the person whom the finding is about.

    None if several people joined in one event and the finding does not say which of them it is about.
    """
    if isinstance(finding, SealedFinding) or not isinstance(event, MembersJoined):
        return event.sender_uid
    if finding.subject_uid is None and len(event.members) == 1:
        return event.members[0].uid
    return finding.subject_uid


def _rightly_named(event: EventBase, verdict: Verdict) -> list[str]:
    """Return the uids of the people whose display names the event shows and the rule on names has found correct.

    Empty if the rule failed, or if the event is sealed: its content is not stored, as it may be a state secret.
    """
    if verdict.sealed or any(failure.rule_id == NAME_RULE for failure in verdict.failures):
        return []
    # A person who comes back to the group under another name causes no `NameObserved`.
    joined = event.members if isinstance(event, MembersJoined) else ()
    shown = [event.sender_uid] if isinstance(event, NameObserved) else [one.uid for one in joined if one.name]
    wrong = {_subject_uid(event, finding) for finding in verdict.findings if finding.rule_id == NAME_RULE}
    return [uid for uid in shown if uid not in wrong]
