"""The notifier: puts messages to a person, to all admins or to a group into the outbox, to be sent later."""

from typing import Any

import structlog

from zalo_governor.domain.documents import ReportFile
from zalo_governor.domain.notices import NO_GROUP, Notice, Purpose
from zalo_governor.domain.people import DESK, Person, Role
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.trial_filter import withheld_from
from zalo_governor.storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)


class Notifier:
    """Writer of one bot account's notices (messages to people) into the outbox, from which they are sent."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy

    def to_person(
        self,
        uow: UnitOfWork,
        person: Person,
        text: str,
        purpose: Purpose,
        *,
        group_id: str,
        case_id: int | None = None,
        urgent: bool = False,
        asked_for: bool = False,
    ) -> bool:
        """Put a private message to the person into the outbox, which sends a text too long for Zalo in parts.

        Args:
            group_id: the group on whose behalf the message is sent.
            case_id: the case that the message is about, if it is about one.
            urgent: the message is sent before others, and retried longer (`Notice.urgent`).
            asked_for: the message answers a command of the person; such messages are sent also on trial.

        Returns:
            Whether the message will be sent; False if the account is on trial, so that the message is only counted.
        """
        withheld = withheld_from(self._policy, uow, group_id, person, asked_for=asked_for)
        about = {"person_id": person.id, "case_id": case_id, "urgent": urgent}
        uow.outbox.add(self._notice(person.uid, text, purpose, group_id, **about), withheld=withheld)
        return not withheld

    def file_to_person(
        self,
        uow: UnitOfWork,
        person: Person,
        file: ReportFile,
        instead: str,
        purpose: Purpose,
        *,
        group_id: str,
        asked_for: bool = False,
    ) -> None:
        """Put a file for the person into the outbox; if the file cannot be rendered, the text `instead` is sent."""
        withheld = withheld_from(self._policy, uow, group_id, person, asked_for=asked_for)
        notice = self._notice(person.uid, instead, purpose, group_id, person_id=person.id, file=file)
        uow.outbox.add(notice, withheld=withheld)

    def to_desk(
        self, uow: UnitOfWork, text: str, *, group_id: str, case_id: int | None = None, urgent: bool = False
    ) -> None:
        """Put a private message to each admin of the group (the desk: Role.ADMIN, ADMIN_STAFF) into the outbox.

        What concerns no group (NO_GROUP), such as an outage, goes to the admins of all groups and to overseers.
        `urgent` messages are sent before others and retried longer; `case_id` is the case that the message is about.
        """
        desk = self.holders_in(uow, group_id, *DESK, *(() if group_id else (Role.OVERSEER,)))
        if not desk:
            log.warning("nobody_to_tell", group=group_id, case=case_id)
        for person in desk:
            self.to_person(uow, person, text, Purpose.ADMIN_ALERT, group_id=group_id, case_id=case_id, urgent=urgent)

    def to_group(self, uow: UnitOfWork, text: str, *, group_id: str) -> None:
        """Put a message to the group into the outbox; only for short replies to commands and the introduction."""
        withheld = withheld_from(self._policy, uow, group_id, None, asked_for=True)
        uow.outbox.add(self._notice(group_id, text, Purpose.REPLY, group_id, is_group=True), withheld=withheld)

    def _notice(self, thread_id: str, text: str, purpose: Purpose, group_id: str, **more: Any) -> Notice:
        return Notice(
            account=self._policy.account,
            thread_id=thread_id,
            text=str(text),
            purpose=purpose,
            group_id=group_id,
            created_at=self._policy.clock(),
            **more,
        )

    def holders_in(self, uow: UnitOfWork, group_id: str, *roles: Role) -> list[Person]:
        """Return the people who hold any of the roles in the group (NO_GROUP: in any); bot accounts are left out."""
        holders = uow.people.holders(self._policy.account)
        return [one for one in holders if one.holds(group_id, *roles) and not one.holds(NO_GROUP, Role.BOT)]
