"""Follow-up on whether notices (messages of the bot) were delivered.

An urgent alert that reached no admin is escalated; a case whose member was notified gets the state "reminded"; people
to whom messages arrive again are told what they missed.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

import structlog

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import AT_ONCE
from zalo_governor.domain.delivery import UNHEARD_AFTER, Undelivered
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import DESK, Person, Role
from zalo_governor.features.cases.transitions import move_case
from zalo_governor.messaging.formatter import moment, number
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

Key = TypeVar("Key")

_CHECK_EVERY = timedelta(minutes=1)
_FINAL_OUTCOMES = frozenset({"sent", "found", "refused"})
_OFFICE_ROLES = (Role.ADMIN, Role.ADMIN_STAFF, Role.LEADER, Role.REPORT_READER)


class FallbackNote(NamedTuple):
    """Text to send by e-mail or webhook, because an urgent alert has reached no admin over Zalo."""

    subject: str
    text: str


class DeliveryFollowUp(Speaker):
    """Periodic check of which notices (messages of the bot) were delivered, with the actions that follow.

    Urgent alerts that reached no admin are passed on to others. Implements `app.due_work.Work`.

    Args:
        tell: sends (subject, text) by e-mail and webhook in the background.
        on_posted: called when notices were put into the outbox.
    """

    def __init__(
        self,
        policy: ServicePolicy,
        *,
        tell: Callable[[str, str], None],
        begin: BeginUnitOfWork,
        on_posted: Callable[[], None],
    ) -> None:
        super().__init__(policy)
        self._tell = tell
        self._begin = begin
        self._on_posted = on_posted
        self._check_at: datetime | None = None

    def sent(self, outcome: str) -> None:
        """Note the outcome of a try to send a notice; if it is final (sent, refused), make the next check due at once.

        Called by the worker that sends the outbox, after each try.
        """
        if outcome in _FINAL_OUTCOMES:
            self._check_at = None

    def next_due(self) -> datetime | None:
        """Return when to check next: a minute after the last check, or earlier if an alert has to be passed on."""
        # Read once: `sent` sets it to None in another thread.
        check_at, now = self._check_at, self._policy.clock()
        if check_at is None or now < check_at - _CHECK_EVERY:
            return AT_ONCE
        with self._begin(reading=True) as uow:
            unheard = uow.deliveries.next_unheard(UNHEARD_AFTER)
        return min(check_at, unheard or check_at)

    def act(self, now: datetime) -> None:
        """Pass on alerts that reached no admin, mark cases whose member was notified, report notices that were lost."""
        self._check_at = now + _CHECK_EVERY
        with self._begin() as uow:
            unheard = uow.deliveries.unheard_alerts(now - UNHEARD_AFTER)
            notes = [self._escalate_alert(uow, alert, now) for alert in unheard if self._claim_escalation(uow, alert)]
            for alert in unheard:
                uow.deliveries.mark_escalated(alert, now)
            for case in uow.deliveries.delivered_requests():
                move_case(uow, case, CaseState.REMINDED, at=now, by=None)
            self._tell_of_unreached_people(uow, now)
            self._tell_of_losses(uow, now)
            # Before the commit: if the process dies in between, sending twice is better than never.
            for note in notes:
                self._tell(note.subject, note.text)
        self._on_posted()

    def _escalate_alert(self, uow: UnitOfWork, alert: Sequence[Undelivered], now: datetime) -> FallbackNote:
        """Tell the leader's staff (report readers) of an urgent alert that reached no admin.

        Args:
            alert: the notices to all admins that make up the alert.

        Returns:
            A message about the alert, to send by e-mail or webhook as well.
        """
        first = alert[0]
        desk = {notice.person_id for notice in alert}
        about = self._alert_fields(uow, first)
        text = self._voice.render(TextId("unheard_alert"), **about)
        told = 0
        for person in self._leaders_office(uow, first.group_id):
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
            group_id=first.group_id,
            subject=about["code"],
            detail={"notices": len(alert), "codes": codes, "others": told},
        )
        log.error("alert_unheard", case=first.case_id, notices=len(alert), others=told)
        why = self._voice.render(TextId("unheard_codes"), codes=", ".join(map(str, codes))) if codes else ""
        return FallbackNote(
            self._voice.render(TextId("unheard_subject"), code=about["code"]),
            self._voice.render(TextId("unheard_note"), why=why, **about),
        )

    def _claim_escalation(self, uow: UnitOfWork, alert: Sequence[Undelivered]) -> bool:
        """Return whether to pass the alert on to others, and mark that as done: once for all alerts about one case."""
        case = uow.cases.get(alert[0].case_id) if alert[0].case_id else None
        return case is None or uow.claims.claim_once(f"unheard:{case.code}", case.opened_at)

    def _alert_fields(self, uow: UnitOfWork, notice: Undelivered) -> dict[str, str]:
        case = uow.cases.get(notice.case_id) if notice.case_id else None
        citation = self._policy.of(notice.group_id).voice.cited(case, within=True) if case else ""
        return {
            "code": case.code if case else self._voice.render(TextId("unheard_many")),
            "what": self._voice.render(TextId("unheard_what"), citation=citation) if case else "",
            "when": moment(case.event_at if case else notice.created_at),
            "group": self._voice.group(self._policy.group(notice.group_id)),
        }

    def _leaders_office(self, uow: UnitOfWork, group_id: str) -> list[Person]:
        """Return the leader's staff who read the reports (Role.REPORT_READER), or the leader, if there are none."""
        readers = self._post.holders_in(uow, group_id, Role.REPORT_READER)
        return readers or self._post.holders_in(uow, group_id, Role.LEADER)

    def _tell_of_unreached_people(self, uow: UnitOfWork, now: datetime) -> None:
        """Tell the admins which members or leaders did not get notices about open cases.

        In the quiet hours (at night), only urgent notices are reported.
        """
        unreached = uow.deliveries.unreached_people(now - UNHEARD_AFTER)
        for group_id, notices in _group_by(
            [one for one in unreached if one.urgent or not self._policy.of(one.group_id).rests_until(now)],
            lambda one: one.group_id,
        ):
            rows, voice = [], self._policy.of(group_id).voice
            for notice in _gravest_first(notices):
                case = uow.cases.get(notice.case_id) if notice.case_id else None
                if case and case.state.open and notice.person_id is not None:
                    who = voice.who(uow.people.get(notice.person_id))
                    rows.append(
                        voice.render(TextId("unreached_row"), code=case.code, who=who, citation=voice.cited(case))
                    )
            if rows:
                text = voice.render(TextId("unreached_people"), rows="\n".join(rows))
                urgent = any(notice.urgent for notice in notices)
                self._post.to_desk(uow, text, group_id=group_id, case_id=notices[0].case_id, urgent=urgent)
            uow.deliveries.mark_told_to_desk(notices, now)

    def _tell_of_losses(self, uow: UnitOfWork, now: datetime) -> None:
        """Tell admins, leaders and report readers, after a time without delivery, which notices they have missed."""
        for person_id, lost in _group_by(uow.deliveries.lost_notices(), lambda notice: notice.person_id):
            uow.deliveries.mark_told_of_loss(lost, now)
            person = None if person_id is None else uow.people.get(person_id)
            notices = [one for one in lost if person and person.holds(one.group_id, *_OFFICE_ROLES)]
            if person is None or not notices:
                continue
            codes = dict.fromkeys(f"VP{notice.case_id}" for notice in _gravest_first(notices) if notice.case_id)
            others = sum(notice.case_id is None for notice in notices)
            what = [*codes, *([self._voice.render(TextId("lost_others"), count=number(others))] if others else [])]
            text = self._voice.render(
                TextId("lost_notices"),
                start=moment(min(notice.created_at for notice in notices)),
                count=number(len(notices)),
                what=", ".join(what),
            )
            on_desk = person.holds(notices[0].group_id, *DESK)
            purpose = Purpose.ADMIN_ALERT if on_desk else Purpose.LEADER_ALERT
            self._post.to_person(uow, person, text, purpose, group_id=notices[0].group_id)


def _gravest_first(notices: Iterable[Undelivered]) -> list[Undelivered]:
    return sorted(notices, key=lambda notice: (not notice.urgent, notice.id))


def _group_by(notices: Iterable[Undelivered], key: Callable[[Undelivered], Key]) -> list[tuple[Key, list[Undelivered]]]:
    found: dict[Key, list[Undelivered]] = {}
    for notice in notices:
        found.setdefault(key(notice), []).append(notice)
    return list(found.items())
