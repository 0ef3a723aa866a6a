"""Where typed lines come in: who may ask what, from where, and how soon; everything asked is audited."""

from datetime import datetime
from typing import Any

import structlog

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Person, Reach, Role
from zalo_governor.services.cases.freshness import is_fresh, may_be_carried_out
from zalo_governor.services.commands.base import Answer, AnyCommand, Call
from zalo_governor.services.commands.cases import DESK
from zalo_governor.services.commands.parsing import Typed, bare_case, begins_with_slash, names_case, read
from zalo_governor.services.commands.registry import all_commands
from zalo_governor.services.commands.show_case import ShowCase
from zalo_governor.services.messaging.formatter import MessageFormatter, moment
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.notifier import Notifier
from zalo_governor.services.policy import Group, ServicePolicy
from zalo_governor.services.ports import UnitOfWork
from zalo_governor.services.reports.periods import today

log = structlog.get_logger(__name__)

_OFFERED = 3
_ABBREVIATED = 2
"""Letters of an abbreviation: a slip in it is another word."""
_MOST_ANSWERS, _WINDOW_MINUTES = 6, 5
"""So many commands of somebody without an office under the regulation are answered within so long."""
_HINTS, _HINTS_OF_OFFICE = 1, 6
"""So often within the same time is said what may be asked: to members, and to whoever holds an office."""


class CommandDesk:
    """Takes commands from messages, and from nothing else: no revision, quote, caption, file name or display name."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._post = Notifier(policy)
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)
        self._commands = all_commands(policy)
        for command in list(self._commands.values()):
            self._commands |= dict.fromkeys(command.aliases, command)
        self._words = {word: command.forgiving and len(word) > _ABBREVIATED for word, command in self._commands.items()}

    def recognises(self, event: EventBase) -> bool:
        """Whether the event is a typed command, so that the haste of typing one is not held against anybody."""
        typed = self._typed(event)
        command = self._commands.get(typed.word) if typed else None
        if command is None or typed is None:
            return False
        return self._understood(command, typed) is not None

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Carry out what the event asks for, if it asks for anything."""
        if event.is_group and event.thread_id not in self._policy.groups:
            return
        if verdict.sealed:
            if not event.is_group:
                self._decline_sealed(uow, event, verdict)
            return
        typed = self._typed(event)
        if type(event) is not MessageSent or (typed is None and event.is_group):
            return
        if typed is not None and event.is_group and not typed.word and not typed.close:
            return
        person = uow.people.find_or_create(event.account, event.sender_uid)
        if person is None or (
            event.is_group and not uow.claims.claim_once(f"command:{event.thread_id}:{event.key}", event.at)
        ):
            return  # Another account of the program heard it too, and answers.
        if typed is not None and not self._has_patience(uow, person):
            self._audit(uow, event, person, "command.too_many", typed.word)
            return
        person = uow.people.get(person.id)
        command = self._commands.get(typed.word) if typed else None
        if command is None or typed is None:
            self._hint(uow, event, person, typed)
            return
        argument = self._understood(command, typed)
        if (argument is None and not typed.slash) or (typed.bare and not command.allowed(person)):
            self._hint(uow, event, person, None, code=typed.rest if typed.bare else "")
        elif not may_be_carried_out(event, self._policy.clock()):
            self._too_late(uow, event, person, command)
        elif not command.allowed(person):
            self._refuse(uow, event, person, command)
        elif argument is None:
            usage = self._voice.render(command.usage)
            text = self._voice.render_for(person, MessageId.USAGE, usage=usage)
            self._give(uow, event, person, command, Answer([text], "usage"))
        else:
            call = Call(uow, person, self._groups_of(event), event)
            self._give(uow, event, person, command, command.answer(call, argument))

    def _typed(self, event: EventBase) -> Typed | None:
        # Not isinstance: a revision is a MessageSent too, and what was changed afterwards is never a command.
        if type(event) is not MessageSent or event.attachment or not event.text:
            return None
        if event.is_group and not begins_with_slash(event.text):
            return None
        if code := bare_case(event.text):
            return Typed(ShowCase.word, code, slash=True, bare=True)
        return read(event.text, self._words)

    def _understood(self, command: AnyCommand, typed: Typed) -> Any:
        if command.by_code and not typed.slash and not names_case(typed.rest):
            return None
        return command.understand(typed.rest, today(self._policy.clock()))

    def _has_patience(self, uow: UnitOfWork, person: Person) -> bool:
        """Whether one more answer may go to that person now: who floods the bot must not get its account blocked."""
        if person.roles - {Role.MEMBER}:
            return True
        return self._within(uow, f"answer:{person.id}", _MOST_ANSWERS)

    def _within(self, uow: UnitOfWork, what: str, most: int) -> bool:
        """Whether that is done one of the first `most` times of this window; counts it."""
        return any(uow.claims.claim_once(f"{what}:{number}", self._window()) for number in range(most))

    def _window(self) -> datetime:
        now = self._policy.clock()
        return now.replace(minute=now.minute - now.minute % _WINDOW_MINUTES, second=0, microsecond=0)

    def _groups_of(self, event: EventBase) -> list[Group]:
        governed = self._policy.governed
        return [group for group in governed if group.id == event.thread_id] if event.is_group else governed

    def _group_id(self, event: EventBase) -> str:
        return event.thread_id if event.is_group else self._policy.home_group_id

    def _give(self, uow: UnitOfWork, event: EventBase, person: Person, command: AnyCommand, answer: Answer) -> None:
        group_id = self._group_id(event)
        for text in answer.texts:
            self._post.to_person(uow, person, text, answer.purpose, group_id=group_id, asked_for=True)
        for file in answer.files:
            instead = self._voice.render(MessageId.REPORT_FILE_FAILED, name=file.name)
            self._post.file_to_person(uow, person, file, instead, answer.purpose, group_id=group_id, asked_for=True)
        if event.is_group:
            line = answer.group_line or self._voice.render_for(person, MessageId.ANSWERED_PRIVATELY)
            if person.reach is Reach.REFUSED:
                line = self._voice.render_for(person, MessageId.UNREACHED_IN_GROUP)
            self._post.to_group(uow, line, group_id=group_id)
        self._audit(uow, event, person, "command", command.word, outcome=answer.outcome, about=answer.subject)

    def _refuse(self, uow: UnitOfWork, event: EventBase, person: Person, command: AnyCommand) -> None:
        text = self._voice.render_for(person, MessageId.REFUSED, command=f"/{command.word}")
        self._post.to_person(uow, person, text, Purpose.REPLY, group_id=self._group_id(event), asked_for=True)
        self._audit(uow, event, person, "command.refused", command.word)

    def _too_late(self, uow: UnitOfWork, event: EventBase, person: Person, command: AnyCommand) -> None:
        self._audit(uow, event, person, "command.stale", command.word)
        this_hour = self._policy.clock().replace(minute=0, second=0, microsecond=0)
        if uow.claims.claim_once(f"stale_command:{person.id}", this_hour):
            text = self._voice.render_for(person, MessageId.STALE, when=moment(event.at), command=f"/{command.word}")
            self._post.to_person(uow, person, text, Purpose.REPLY, group_id=self._group_id(event), asked_for=True)

    def _hint(self, uow: UnitOfWork, event: EventBase, person: Person, typed: Typed | None, *, code: str = "") -> None:
        """Say what may be asked; `code` is that of a case, where somebody wrote nothing else."""
        now = self._policy.clock()
        if not may_be_carried_out(event, now):
            return
        group_id = self._group_id(event)
        if typed is not None:
            text = self._voice.render_for(person, MessageId.UNKNOWN_COMMAND, near=self._near(person, typed))
            self._post.to_person(uow, person, text, Purpose.REPLY, group_id=group_id, asked_for=True)
            self._audit(uow, event, person, "command.unknown", "")
        elif self._within(uow, f"hint:{person.id}", _HINTS_OF_OFFICE if person.roles - {Role.MEMBER} else _HINTS):
            hint = self._voice.render_for(person, MessageId.HINT_DESK if person.has(*DESK) else MessageId.HINT)
            text = self._voice.render_for(person, MessageId.HINT_CASE, code=code) if code else hint
            self._post.to_person(uow, person, text, Purpose.SYSTEM, group_id=group_id, asked_for=True)

    def _near(self, person: Person, typed: Typed) -> str:
        """The likest of the commands that the person may use."""
        near = dict.fromkeys(self._commands[word] for word in typed.near)
        likest = [command for command in near if command.allowed(person)][:_OFFERED]
        rows = [self._voice.render(MessageId.HELP_ROW, usage=self._voice.render(command.usage)) for command in likest]
        return self._voice.render(MessageId.NEAR_COMMANDS, rows="\n".join(rows)) if rows else ""

    def _decline_sealed(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        told = [finding for finding in verdict.findings if not finding.shadow]
        person = uow.people.find_or_create(event.account, event.sender_uid)
        if not told or person is None or not is_fresh(event, self._policy.clock()):
            return  # A rule on trial says nothing to anybody.
        if not self._has_patience(uow, person):
            return
        citation = self._voice.citation(told[0].clause)
        text = self._voice.render_for(uow.people.get(person.id), MessageId.SEALED_PRIVATE, citation=citation)
        self._post.to_person(uow, person, text, Purpose.REPLY, group_id=self._policy.home_group_id, asked_for=True)
        self._audit(uow, event, person, "private.sealed", "")

    def _audit(
        self, uow: UnitOfWork, event: EventBase, person: Person, action: str, subject: str, **detail: str
    ) -> None:
        place = "group" if event.is_group else "private"
        uow.audit.append(
            action,
            at=self._policy.clock(),
            actor_id=person.id,
            group_id=self._group_id(event),
            subject=subject,
            detail={"event": event.id, "place": place, **detail},
        )
        log.info(action, command=subject, place=place, person=person.id, **detail)
