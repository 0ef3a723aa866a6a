"""Outsiders: group members who are not on the approved roster (clause 4.5); the admins are told of each at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.errors import IllegalTransitionError
from zalo_governor.domain.events import EventBase, JoinRequested, MemberRemoved, MembersJoined, MembersLeft
from zalo_governor.domain.findings import Finding, Severity, Verdict
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.jobs import Job, RemoveMember
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.outsiders import OUTSIDERS, Outsider
from zalo_governor.domain.people import DESK, Person
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.roster_matching import likeliest
from zalo_governor.features.cases.alert_notes import AlertNotes
from zalo_governor.features.cases.freshness import is_fresh, was_fresh
from zalo_governor.features.cases.new_case import new_case
from zalo_governor.features.cases.newcomers import way_in
from zalo_governor.features.cases.notifications import CaseNotifications
from zalo_governor.features.cases.transitions import join_case, move_case, open_case
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.formatter import brief, listed, moment, number
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.shortening import Shortenable, shortest
from zalo_governor.messaging.templates import TextId
from zalo_governor.messaging.trial_filter import on_trial
from zalo_governor.storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

_MEMBERSHIP_EVENTS = (MembersJoined, JoinRequested, MembersLeft, MemberRemoved)
_ROWS = 10
_TOLD_WITHIN = timedelta(days=7)


class OutsiderService(EventHandler):
    """Service that opens and closes cases about outsiders as they join and leave groups."""

    remarkable = True

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._alerts = CaseNotifications(policy)
        self._notes = AlertNotes(policy)

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Act on a judged event of a governed group: a join, a join request or a departure; ignore others."""
        if not isinstance(event, _MEMBERSHIP_EVENTS) or event.thread_id not in self._policy.groups:
            return
        findings = [
            finding
            for finding in verdict.findings
            if isinstance(finding, Finding) and finding.rule_id == OUTSIDERS and not finding.shadow
        ]
        if isinstance(event, MembersJoined):
            self._open_cases(uow, event, [finding for finding in findings if finding.severity is not Severity.SUSPECT])
        elif isinstance(event, JoinRequested):
            self._tell_of_join_request(uow, event, len(findings))
        elif isinstance(event, MembersLeft | MemberRemoved):
            self._record_departure(uow, event)

    def after_sync(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of outsiders, if not told of them before."""
        self.tell_urgent(uow, group_id)

    def tell_urgent(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins, once each, of outsiders whose joining was not received live but found out later.

        One message lists those who joined just now, and the members who added them are asked to check; another lists
        those found too late to ask anybody. Before that, cases about people who are on the roster, as is known by now,
        are closed.
        """
        self.recognised(uow, group_id)
        since = self._policy.clock() - _TOLD_WITHIN
        here = uow.outsiders.present(group_id)
        found = [
            (newcomer, case)
            for newcomer, case in here
            if case.state.open and case.opened_at >= since and self._claim_telling(uow, newcomer, case)
        ]
        if fresh := [(newcomer, case) for newcomer, case in found if _was_joining_heard(case)]:
            self._tell_at_once(uow, group_id, fresh)
        if older := [(newcomer, case) for newcomer, case in found if not _was_joining_heard(case)]:
            self._tell_admins(uow, group_id, older, self._voice.render(TextId("adder_not_asked")))

    def recognised(self, uow: UnitOfWork, group_id: str) -> None:
        """Close, as false alarms, cases about people who, by a phone number or a new roster, are now on the roster."""
        here = [(newcomer, case) for newcomer, case in uow.outsiders.present(group_id) if case.state.open]
        if not here:
            return
        approved = uow.roster.approved_uids(self._policy.account, group_id) or frozenset()
        for newcomer, case in here:
            if newcomer.uid in approved:
                self.close(uow, case, CaseState.FALSE_ALARM, self._voice.render(TextId("reason_recognised")))

    def close(self, uow: UnitOfWork, case: Case, to: CaseState, reason: str, *, by: int | None = None) -> Case:
        """Move the case to the state `to` and return it; return it unchanged if its state does not allow that."""
        try:
            return move_case(uow, case, to, at=self._policy.clock(), by=by, reason=reason)
        except IllegalTransitionError:
            return case

    def _open_cases(self, uow: UnitOfWork, event: MembersJoined, findings: Sequence[Finding]) -> None:
        """Open or extend a case for each outsider who joined; tell the admins at once if the event is live."""
        at_once = is_fresh(event, self._policy.clock()) and event.source is Source.LIVE
        told = []
        for finding in findings:
            person = uow.people.find_or_create(event.account, finding.subject_uid or "")
            if person is None:
                continue
            opened = self._open_or_join(uow, event, finding, person, late=not at_once)
            if opened and at_once and self._claim_telling(uow, *opened):
                told.append(opened)
        if told:
            self._tell_at_once(uow, event.thread_id, told)

    def _tell_at_once(self, uow: UnitOfWork, group_id: str, came: Sequence[tuple[Outsider, Case]]) -> None:
        """Tell the admins of new outsiders, ask the members who added them to check, remove them if so configured."""
        by_adder: dict[int, list[tuple[Outsider, Case]]] = {}
        for newcomer, case in came:
            if newcomer.brought_by is not None:
                by_adder.setdefault(newcomer.brought_by, []).append((newcomer, case))
        asked = [self._ask_adder(uow, brought) for brought in by_adder.values()]
        member = "\n".join(dict.fromkeys(asked)) or self._voice.render(
            TextId("adder_link") if all(case.label == "by_link" for _, case in came) else TextId("adder_nobody")
        )
        self._tell_admins(uow, group_id, came, member)
        for newcomer, case in came:
            self._remove_if_configured(uow, newcomer, case)

    def _open_or_join(
        self, uow: UnitOfWork, event: MembersJoined, finding: Finding, person: Person, *, late: bool
    ) -> tuple[Outsider, Case] | None:
        """Open a case about the outsider, or add the event to the existing one; return outsider and case.

        None is returned if the case exists already; but outsider and case are returned if the event is the first to
        tell who added the outsider to the group.
        """
        by = uow.people.find_or_create(event.account, event.sender_uid) if finding.label == "added" else None
        here = uow.outsiders.present(event.thread_id, person.id)
        if here:
            # The same joining was found before, by a group sync or another bot account.
            newcomer, case = here[-1]
            if by is None or newcomer.brought_by is not None:
                join_case(uow, case, event.id, at=self._policy.clock())
                return None
            case = case.model_copy(update={"person_id": by.id, "label": finding.label})
            join_case(uow, case, event.id, at=self._policy.clock())
            uow.outsiders.set_brought_by(case, by.id)
            return newcomer.model_copy(update={"brought_by": by.id}), case
        now = self._policy.clock()
        case = open_case(uow, new_case(event, finding, (by or person).id, now, late=late), at=now)
        newcomer = Outsider(
            case_id=case.id,
            group_id=event.thread_id,
            account=event.account,
            uid=person.uid,
            person_id=person.id,
            brought_by=by.id if by else None,
            came_at=event.at,
        )
        uow.outsiders.add(newcomer)
        log.info("case", case=case.code, rule=case.rule_id, severity=case.severity.value, late=late)
        return newcomer, case

    def _claim_telling(self, uow: UnitOfWork, newcomer: Outsider, case: Case) -> bool:
        """Return whether the admins are still to be told of the outsider, and mark the outsider as told (claim).

        True the first time, and once more when it has become known who added the outsider.
        """
        return uow.claims.claim_once(f"newcomer:{case.code}:{newcomer.brought_by or ''}", case.opened_at)

    def _ask_adder(self, uow: UnitOfWork, added: Sequence[tuple[Outsider, Case]]) -> str:
        """Ask the member who added these outsiders to check them; return the text telling the admins of this."""
        first = added[0][1]
        by = uow.people.get(first.person_id)
        if by.holds(first.group_id, *DESK):
            return self._voice.render(TextId("adder_on_desk"))
        if reason_not_notified := self._alerts.reason_not_notified(uow, first, by, old=False):
            return self._voice.render(reason_not_notified.told_to_admins)
        named = [self._voice.who(uow.people.get(newcomer.person_id)) for newcomer, _ in added]
        codes = [case.code for _, case in added]
        others = self._voice.render(TextId("request_added_others"), count=number(len(named) - 1)) if named[1:] else ""
        text = self._voice.render_for(
            by,
            TextId("request_added"),
            names=Shortenable(", ".join(named), shortest(named[0]) + others),
            group=self._voice.group(self._policy.group(first.group_id)),
            when=moment(first.event_at),
            citation=self._voice.citation(first.clause),
            code=Shortenable(", ".join(codes), "–".join(dict.fromkeys((codes[0], codes[-1])))),
        )
        sent = self._post.to_person(
            uow, by, text, Purpose.MEMBER_REQUEST, group_id=first.group_id, case_id=first.id, urgent=first.urgent
        )
        for _, case in added[1:]:
            uow.cases.save(case.model_copy(update={"asked_with": first.id}))
        return self._voice.render(TextId("adder_asked") if sent else TextId("adder_withheld"))

    def _tell_admins(self, uow: UnitOfWork, group_id: str, found: Sequence[tuple[Outsider, Case]], member: str) -> None:
        rows = [self._row(uow, newcomer, case) for newcomer, case in found[:_ROWS]]
        if len(found) > _ROWS:
            rows.append(self._voice.render(TextId("newcomers_more"), names=self._names(uow, found[_ROWS:])))
        first = found[0][1]
        said = self._voice.render(
            TextId("newcomers_several") if len(found) > 1 else TextId("newcomers"),
            head=self._voice.head(first),
            codes=self._voice.codes([case for _, case in found]),
            place=self._notes.place(first),
            sign=self._notes.sign(first),
            rows=listed(rows, "\n"),
            told=member,
            closing=self._voice.render(TextId("alert_closing")),
            **({"count": number(len(found))} if len(found) > 1 else {}),
        )
        urgent = any(case.urgent for _, case in found)
        self._post.to_desk(uow, said, group_id=group_id, case_id=found[0][1].id, urgent=urgent)

    def _names(self, uow: UnitOfWork, found: Sequence[tuple[Outsider, Case]]) -> str:
        people = [(case.code, self._voice.who(uow.people.get(newcomer.person_id))) for newcomer, case in found]
        return "\n".join(self._voice.render(TextId("newcomer_name"), code=code, who=who) for code, who in people)

    def _row(self, uow: UnitOfWork, newcomer: Outsider, case: Case) -> str:
        person = uow.people.get(newcomer.person_id)
        about = {
            "code": case.code,
            "who": self._voice.who(person),
            "way": way_in(uow, self._voice, newcomer, case),
            "when": brief(newcomer.came_at),
        }
        if person.namesake:
            other = self._voice.namesake(person)
            return self._voice.render(TextId("newcomer_row_namesake"), other=other, **about)
        likely = ""
        matched = uow.roster.matched(newcomer.account, newcomer.group_id)
        place = likeliest(matched, person.display_name) if person.display_name else None
        if place is not None:
            entry = matched[place][0]
            likely = Shortenable(
                self._voice.render(TextId("newcomer_likely"), name=entry.full_name, title=entry.position),
                self._voice.render(TextId("newcomer_likely_short"), name=entry.full_name),
            )
        return self._voice.render(TextId("newcomer_row"), likely=likely, **about)

    def _remove_if_configured(self, uow: UnitOfWork, newcomer: Outsider, case: Case) -> None:
        """Enqueue a job that removes the outsider from the group, if the settings say that outsiders are removed.

        Not while the account is on trial (only Role.ADMIN gets messages), not if it lacks the right to remove members,
        and not if the name is unknown or resembles that of a person on the roster.
        """
        if not self._policy.roster.remove_outsiders or not self._may_remove_members(uow, newcomer.group_id):
            return
        if on_trial(self._policy, uow, newcomer.group_id):
            return
        name = uow.people.get(newcomer.person_id).display_name
        if not name or likeliest(uow.roster.matched(newcomer.account, newcomer.group_id), name) is not None:
            return
        order_expulsion(uow, newcomer, case, None, self._policy.clock())

    def _may_remove_members(self, uow: UnitOfWork, group_id: str) -> bool:
        snapshot = uow.members.group_snapshot(group_id)
        return snapshot is not None and self._policy.account in snapshot.admin_uids

    def _tell_of_join_request(self, uow: UnitOfWork, event: JoinRequested, outsiders: int) -> None:
        """Tell the admins how many people ask to join the group, and how many (`outsiders`) are not on its roster.

        The program itself admits nobody.
        """
        if not is_fresh(event, self._policy.clock()) or not uow.claims.claim_once(f"asked_in:{event.key}", event.at):
            return
        has_roster = uow.roster.approved_uids(event.account, event.thread_id) is not None
        unlisted = self._voice.render(TextId("asked_in_outsiders"), count=number(outsiders)) if outsiders else ""
        text = self._voice.render(
            TextId("asked_in") if has_roster else TextId("asked_in_no_roster"),
            group=self._voice.group(self._policy.group(event.thread_id)),
            count=number(len(event.uids)),
            **({"outsiders": unlisted} if has_roster else {}),
        )
        self._post.to_desk(uow, text, group_id=event.thread_id)

    def _record_departure(self, uow: UnitOfWork, event: MembersLeft | MemberRemoved) -> None:
        """Close the cases of outsiders who left the group; for people on the roster, audit who left or was removed."""
        approved = uow.roster.approved_uids(event.account, event.thread_id) or frozenset()
        by = uow.people.find_or_create(event.account, event.sender_uid) if isinstance(event, MemberRemoved) else None
        for member in event.members:
            person = uow.people.find_or_create(event.account, member.uid)
            if person is None:
                continue
            for _, case in uow.outsiders.present(event.thread_id, person.id):
                uow.outsiders.mark_gone(case, event.at)
                if case.state.open:
                    lasted = self._voice.lasted(event.at - case.event_at)
                    reason = self._voice.render(TextId("reason_left"), minutes=lasted)
                    self.close(uow, case, CaseState.REMEDIED, reason)
                elif member.uid not in approved:
                    uow.cases.save(case.remedied(event.at))
            if member.uid in approved:
                detail = {"event": event.id, "person": person.id, "kind": event.kind, "by": by.id if by else None}
                uow.audit.append(
                    "roster.left",
                    at=event.at,
                    actor_id=by.id if by else None,
                    group_id=event.thread_id,
                    subject=self._policy.regulation.number_of(ClauseTopic.OUTSIDERS),
                    detail=detail,
                )


def _was_joining_heard(case: Case) -> bool:
    """Return whether the case comes from an event that reports how the outsider joined, at most 5 minutes old then."""
    return case.label != "unseen" and was_fresh(case)


def order_expulsion(uow: UnitOfWork, newcomer: Outsider, case: Case, by: int | None, now: datetime) -> bool:
    """Enqueue a job that removes the outsider from the group; return False if such a job is waiting already.

    Args:
        by: id of the person who ordered the removal; None if the program removes outsiders by its settings.
    """
    return uow.jobs.enqueue(
        Job(
            account=newcomer.account,
            group_id=newcomer.group_id,
            task=RemoveMember(uid=newcomer.uid),
            case_id=case.id,
            ordered_by=by,
            ordered_at=now,
        )
    )
