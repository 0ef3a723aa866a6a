"""What follows from the delivery of notices: another way up for an urgent alert that nobody of the desk has got, the
state of a case whose member was reached, and word of what was lost to whoever can be reached again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

import structlog

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import AT_ONCE
from zalo_governor.domain.delivery import UNHEARD_AFTER, Undelivered
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Person, Role
from zalo_governor.services.cases.transitions import move_case
from zalo_governor.services.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.notifier import Notifier
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

Key = TypeVar("Key")

_LOOK_EVERY = timedelta(minutes=1)
_SETTLED = frozenset({"sent", "found", "refused"})
_OFFICE = (Role.ADMIN, Role.ADMIN_STAFF, Role.LEADER, Role.REPORT_READER)


class FallbackNote(NamedTuple):
    """What goes out by e-mail or webhook."""

    subject: str
    text: str


class DeliveryFollowUp:
    """Fits `app.due_work.Work`.

    Args:
        tell: sends (subject, text) by e-mail and webhook, without waiting for it.
        on_posted: called when something was put into the outbox.
    """

    def __init__(
        self,
        policy: ServicePolicy,
        *,
        tell: Callable[[str, str], None],
        begin: BeginUnitOfWork,
        on_posted: Callable[[], None],
    ) -> None:
        self._policy = policy
        self._tell = tell
        self._begin = begin
        self._on_posted = on_posted
        self._post = Notifier(policy)
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)
        self._look_at: datetime | None = None

    def sent(self, outcome: str) -> None:
        """A try to send has ended so (`OutboxWorker.on_sent`): there may be something to follow up at once."""
        if outcome in _SETTLED:
            self._look_at = None

    def next_due(self) -> datetime | None:
        """See `app.due_work.Work`."""
        now = self._policy.clock()
        if self._look_at is None or now < self._look_at - _LOOK_EVERY:
            return AT_ONCE
        with self._begin() as uow:
            unheard = uow.deliveries.next_unheard(UNHEARD_AFTER)
        return min(self._look_at, unheard or self._look_at)

    def act(self, now: datetime) -> None:
        """Do all that follows from what has become of the notices by now."""
        self._look_at = now + _LOOK_EVERY
        with self._begin() as uow:
            unheard = uow.deliveries.unheard_alerts(now - UNHEARD_AFTER)
            notes = [self._take_another_way(uow, alert, now) for alert in unheard if self._is_first(uow, alert)]
            for alert in unheard:
                uow.deliveries.mark_escalated(alert, now)
            for case in uow.deliveries.delivered_requests():
                move_case(uow, case, CaseState.REMINDED, at=now, by=None)
            self._tell_of_unreached_people(uow, now)
            self._tell_of_losses(uow, now)
            # Before the commit: should the process die in between, it is better told twice than never.
            for note in notes:
                self._tell(note.subject, note.text)
        self._on_posted()

    def _take_another_way(self, uow: UnitOfWork, alert: Sequence[Undelivered], now: datetime) -> FallbackNote:
        """Nobody of the desk has got an urgent alert: tell the leader's office; gives what to send past Zalo."""
        first = alert[0]
        desk = {notice.person_id for notice in alert}
        about = self._about(uow, first)
        text = self._voice.render(MessageId.UNHEARD_ALERT, **about)
        told = 0
        for person in self._leaders_office(uow):
            if person.id in desk:
                continue
            told += self._post.to_person(
                uow,
                person,
                text,
                Purpose.LEADER_ALERT,
                group_id=first.group_id,
                case_id=first.case_id,
                urgent=True,
            )
        codes = sorted({notice.code for notice in alert if notice.code is not None})
        uow.audit.append(
            "alert.unheard",
            at=now,
            actor_id=None,
            group_id=first.group_id,
            subject=about["code"],
            detail={"notices": len(alert), "codes": codes, "others": told},
        )
        log.error("alert_unheard", case=first.case_id, notices=len(alert), others=told)
        why = self._voice.render(MessageId.UNHEARD_CODES, codes=", ".join(map(str, codes))) if codes else ""
        return FallbackNote(
            self._voice.render(MessageId.UNHEARD_SUBJECT, code=about["code"]),
            self._voice.render(MessageId.UNHEARD_NOTE, why=why, **about),
        )

    def _is_first(self, uow: UnitOfWork, alert: Sequence[Undelivered]) -> bool:
        """Of one case the other way is taken once, whatever more there is to tell of it."""
        case = uow.cases.get(alert[0].case_id) if alert[0].case_id else None
        return case is None or uow.claims.claim_once(f"unheard:{case.code}", case.opened_at)

    def _about(self, uow: UnitOfWork, notice: Undelivered) -> dict[str, str]:
        case = uow.cases.get(notice.case_id) if notice.case_id else None
        return {
            "code": case.code if case else self._voice.render(MessageId.UNHEARD_MANY),
            "what": self._voice.render(MessageId.UNHEARD_WHAT, citation=self._voice.cited(case)) if case else "",
            "when": moment(case.event_at if case else notice.created_at),
            "group": self._voice.group(self._policy.group(notice.group_id)),
        }

    def _leaders_office(self, uow: UnitOfWork) -> list[Person]:
        """Who reads the reports in the leader's place; where nobody does, the leader."""
        return self._post.holders(uow, Role.REPORT_READER) or self._post.holders(uow, Role.LEADER)

    def _tell_of_unreached_people(self, uow: UnitOfWork, now: datetime) -> None:
        """Tell the desk whom a notice about a case does not reach; in the quiet hours of what is urgent alone."""
        quiet = self._policy.quiet_hours is not None and self._policy.quiet_hours.until(now) is not None
        unreached = uow.deliveries.unreached_people(now - UNHEARD_AFTER)
        for group_id, notices in _by([one for one in unreached if one.urgent or not quiet], lambda one: one.group_id):
            rows = []
            for notice in _gravest_first(notices):
                case = uow.cases.get(notice.case_id) if notice.case_id else None
                if case and case.state.open and notice.person_id is not None:
                    who = self._voice.who(uow.people.get(notice.person_id))
                    citation = self._voice.cited(case)
                    rows.append(self._voice.render(MessageId.UNREACHED_ROW, code=case.code, who=who, citation=citation))
            if rows:
                text = self._voice.render(MessageId.UNREACHED_PEOPLE, rows="\n".join(rows))
                urgent = any(notice.urgent for notice in notices)
                self._post.to_desk(uow, text, group_id=group_id, case_id=notices[0].case_id, urgent=urgent)
            uow.deliveries.mark_told_to_desk(notices, now)

    def _tell_of_losses(self, uow: UnitOfWork, now: datetime) -> None:
        """Tell whoever can be reached again what did not get through meanwhile."""
        for person_id, notices in _by(uow.deliveries.lost_notices(), lambda notice: notice.person_id):
            uow.deliveries.mark_told_of_loss(notices, now)
            person = None if person_id is None else uow.people.get(person_id)
            if person is None or not person.has(*_OFFICE):
                continue
            codes = dict.fromkeys(f"VP{notice.case_id}" for notice in _gravest_first(notices) if notice.case_id)
            others = sum(notice.case_id is None for notice in notices)
            what = [*codes, *([self._voice.render(MessageId.LOST_OTHERS, count=number(others))] if others else [])]
            text = self._voice.render(
                MessageId.LOST_NOTICES,
                start=moment(min(notice.created_at for notice in notices)),
                count=number(len(notices)),
                what=", ".join(what),
            )
            purpose = Purpose.ADMIN_ALERT if person.has(Role.ADMIN, Role.ADMIN_STAFF) else Purpose.LEADER_ALERT
            self._post.to_person(uow, person, text, purpose, group_id=notices[0].group_id)


def _gravest_first(notices: Iterable[Undelivered]) -> list[Undelivered]:
    return sorted(notices, key=lambda notice: (not notice.urgent, notice.id))


def _by(notices: Iterable[Undelivered], key: Callable[[Undelivered], Key]) -> list[tuple[Key, list[Undelivered]]]:
    found: dict[Key, list[Undelivered]] = {}
    for notice in notices:
        found.setdefault(key(notice), []).append(notice)
    return list(found.items())
