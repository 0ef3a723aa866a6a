"""The service that records every change of a group, and opens cases for changes without the leader's approval."""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import EVER
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Verdict
from zalo_governor.domain.group_changes import CHANGE_RULES, Approval, Change, ChangeKind, GroupChange
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.jobs import FetchPicture, Job
from zalo_governor.domain.people import NOBODY_UID, Person
from zalo_governor.features.cases.backlog import told_late
from zalo_governor.features.cases.new_case import new_case
from zalo_governor.features.cases.transitions import join_case, open_case
from zalo_governor.features.group_changes.diff import changes_of, concerns_group, group_after
from zalo_governor.features.group_changes.notifications import ChangeNotifications
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

_TOLD_MINUTES = 5
"""Minutes in which repeated changes of one case are reported at most once."""
_MOMENT = timedelta(milliseconds=1)


class GroupChangeService(EventHandler):
    """Service that records changes of governed groups, and opens or extends cases for unapproved ones."""

    own = True

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._telling = ChangeNotifications(policy)

    def filter_findings(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> Verdict:
        """Return the verdict without findings on data of the group, such as its name, that the event does not change.

        An event may repeat data that has not changed.
        """
        if verdict.sealed or not any(_is_about_group(finding) for finding in verdict.findings):
            return verdict
        changed = {change.kind.value for change in self._changes(uow, event)}
        kept = [finding for finding in verdict.findings if not _is_about_group(finding) or finding.label in changed]
        return verdict.model_copy(update={"findings": tuple(kept)})

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Record what the event changes in a governed group; open or extend cases for unapproved changes."""
        if verdict.sealed or not concerns_group(event):
            return
        changes = self._changes(uow, event)
        self._update_snapshot(uow, event)
        actor = uow.people.find_or_create(event.account, event.sender_uid)
        findings = {
            finding.label: finding for finding in verdict.findings if _is_about_group(finding) and not finding.shadow
        }
        held: dict[str, _Unapproved] = {}
        for change in changes:
            if self._is_duplicate(uow, event, change):
                continue
            kept = GroupChange(
                group_id=event.thread_id,
                event_id=event.id,
                at=event.at,
                actor_id=actor.id if actor else None,
                change=change,
            )
            finding = findings.get(change.kind.value)
            if finding is None or not isinstance(finding, Finding) or self._is_entitled(event, actor):
                uow.group_changes.add(event.account, kept)
            elif approval := self._find_approval(uow, event, change):
                self._record_approved(uow, kept, approval)
            else:
                held.setdefault(finding.rule_id, _Unapproved(finding, [])).changes.append(kept)
        for one in held.values():
            self._open_or_join(uow, event, actor or self._unknown_person(uow, event), one)

    def after_sync(self, uow: UnitOfWork, group_id: str) -> None:
        """Enqueue a download of the group's present picture, so that the next picture can be compared with it."""
        group = uow.members.group_snapshot(group_id)
        if group and group.avatar_url:
            self._enqueue_picture(uow, group_id, group.avatar_url, None)

    def _changes(self, uow: UnitOfWork, event: EventBase) -> list[Change]:
        def number(uid: str) -> str:
            person = uow.people.find_or_create(event.account, uid)
            return str(person.id) if person else ""

        return changes_of(event, uow.members.group_snapshot(event.thread_id), number)

    def _update_snapshot(self, uow: UnitOfWork, event: EventBase) -> None:
        """Store the state of the group after the event, if the event changes it."""
        before = uow.members.group_snapshot(event.thread_id)
        after = before and group_after(event, before)
        if after and after != before:
            uow.members.update_group(event.account, after)

    def _is_duplicate(self, uow: UnitOfWork, event: EventBase, change: Change) -> bool:
        """Return whether the same change was recorded already, through another bot account."""
        if event.source is Source.SWEEP:
            return False
        same = uow.group_changes.between(event.thread_id, event.at, event.at + _MOMENT)
        return any(kept.change == change and kept.event_id != event.id for kept in same)

    def _is_entitled(self, event: EventBase, actor: Person | None) -> bool:
        """Return whether the change needs no approval: made by the bot account, or by a person who may approve."""
        return event.sender_uid == self._policy.account or (
            actor is not None and actor.holds(event.thread_id, *self._policy.approval.roles)
        )

    def _find_approval(self, uow: UnitOfWork, event: EventBase, change: Change) -> Approval | None:
        given = uow.group_changes.approvals(event.thread_id, event.at)
        return next((approval for approval in given if approval.covers(change, event.id, event.at)), None)

    def _record_approved(self, uow: UnitOfWork, kept: GroupChange, approval: Approval) -> None:
        uow.group_changes.use_approval(approval.id, kept.event_id)
        uow.group_changes.add(self._policy.account, kept.model_copy(update={"approval_id": approval.id}))
        uow.audit.append(
            "change.approved",
            at=self._policy.clock(),
            actor_id=kept.actor_id,
            group_id=kept.group_id,
            subject=kept.change.kind.value,
            detail={"event": kept.event_id, "approval": approval.id, "by": approval.given_by},
        )

    def _open_or_join(self, uow: UnitOfWork, event: EventBase, actor: Person, held: "_Unapproved") -> None:
        now = self._policy.clock()
        label = held.changes[0].change.kind.value
        since = event.at - timedelta(minutes=self._policy.escalation.repeat_window_minutes)
        case = uow.cases.find_open(event.thread_id, held.finding.rule_id, actor.id, label, since)
        if case is None:
            finding = held.finding.model_copy(update={"label": label})
            case = new_case(event, finding, actor.id, now, late=event.late)
            case = open_case(uow, case, at=now, detail={"kind": label})
            log.info("case", case=case.code, rule=case.rule_id, kind=label)
        else:
            case = case.joined(at=event.at)
            join_case(uow, case, event.id, at=now, detail={"kind": label})
        for kept in held.changes:
            uow.group_changes.add(event.account, kept.model_copy(update={"case_id": case.id}))
            if kept.change.kind is ChangeKind.PICTURE and kept.change.after:
                self._enqueue_picture(uow, event.thread_id, kept.change.after, case.id)
        if case.late:
            uow.claims.claim_once(*told_late(case))  # `CaseBacklog` must not report the case again.
        if not case.urgent and self._policy.rests_until(now):
            uow.claims.claim_once(*change_waits(case, event.id))
            return
        window = now.replace(minute=now.minute - now.minute % _TOLD_MINUTES, second=0, microsecond=0)
        if case.count == 1 or uow.claims.claim_once(f"changed:{case.code}", window):
            told = self._telling.changed(uow, case, actor, [kept.change for kept in held.changes])
            if told != case:
                uow.cases.save(told)

    def _enqueue_picture(self, uow: UnitOfWork, group_id: str, address: str, case_id: int | None) -> None:
        """Enqueue the download of a group picture; not if the picture is stored and the job belongs to no case."""
        account, task = self._policy.account, FetchPicture(address=address)
        if case_id is not None or uow.pictures.thumbnail(account, group_id, address) is None:
            now = self._policy.clock()
            uow.jobs.enqueue(Job(account=account, group_id=group_id, task=task, case_id=case_id, ordered_at=now))

    def _unknown_person(self, uow: UnitOfWork, event: EventBase) -> Person:
        nobody = uow.people.find_or_create(event.account, NOBODY_UID)
        if nobody is None:
            raise KeyError(NOBODY_UID)
        return nobody


def change_waits(case: Case, event_id: int) -> tuple[str, datetime]:
    """Return the claim (name, time) by which it is stored that notices about a change wait for the end of quiet hours.

    The change is the one that the event `event_id` made and `case` is about.
    """
    return f"change_waits:{case.code}:{event_id}", EVER


class _Unapproved(NamedTuple):
    """Changes that one event made without the approval that they need, with the finding of the rule that says so."""

    finding: Finding
    changes: list[GroupChange]


def _is_about_group(finding: object) -> bool:
    return isinstance(finding, Finding) and finding.rule_id in CHANGE_RULES
