"""The chat commands, and the steps that carry one out: in which groups the person may use it, its argument, its reply.

Used by the chat (`dispatcher.py`) and by the panel, which shows the same commands as buttons in a browser.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import structlog

from zalo_governor.domain.clock import today
from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import Group, Person
from zalo_governor.features.help.commands import Help
from zalo_governor.messaging.command_parsing import (
    Typed,
    case_number,
    counts_things,
    directive_number,
    each_case,
    names_case,
    without_frame,
)
from zalo_governor.messaging.commands import Answer, AnyCommand, Call
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

_MOST_CODES = 10
"""Maximum number of codes (`VP12`) for which one command is carried out; further codes are ignored."""
Append = Callable[..., None]
"""Function that writes a row of the audit log, with the parameters of `AuditTrail.append`."""
PANEL = "panel"
"""Place of a command in the audit log, if it was given in the panel; for the chat it is `group` or `private`."""


def commands_by_word(policy: ServicePolicy, kinds: Sequence[type[AnyCommand]]) -> dict[str, AnyCommand]:
    """Create the chat commands, and `/trogiup` (help) on them; return a mapping from word (`baocao`) to command."""
    named: list[AnyCommand] = [kind(policy) for kind in kinds]
    return {command.word: command for command in (*named, Help(policy, named))}


class CommandBook:
    """The chat commands by their words and aliases, and the steps that carry one out."""

    def __init__(self, policy: ServicePolicy, kinds: Sequence[type[AnyCommand]]) -> None:
        self._policy = policy
        self.by_word = commands_by_word(policy, kinds)
        for command in list(self.by_word.values()):
            self.by_word |= dict.fromkeys(command.aliases, command)

    def reach(self, uow: UnitOfWork, command: AnyCommand, person: Person, event: EventBase) -> list[Group]:
        """Return the groups in which the person may use the command; if typed in a group, that one or none.

        A command for everybody may be used by the members of a group, and by those who hold a role there; if there is
        only one group, by whoever writes to the bot.
        """
        groups = groups_of(self._policy, event)
        if command.roles is not None:
            return [group for group in groups if command.allowed_in(person, group.id)]
        if len(groups) == 1:
            return groups
        member_of = uow.members.groups_with(self._policy.account, person.uid)
        return [group for group in groups if group.id in member_of or person.roles_in(group.id)]

    def groups_meant(
        self, command: AnyCommand, person: Person, reach: list[Group], typed: Typed, event: EventBase
    ) -> tuple[list[Group], Typed]:
        """Return the groups that the command is about, and `typed` without the name of a group.

        `reach` holds the groups in which the person may use it. In a private chat: the one of them that the command
        names, else that chosen by `/nhom`, else all. In a group: `reach` unchanged.
        """
        if len(reach) <= 1 or event.is_group:
            return reach, typed
        # A code determines the group, and the words after the code may end like another group's name.
        coded = any(read(typed.rest) for read in (names_case, case_number, directive_number))
        if command.takes_group and not (command.by_code and coded):
            found, rest = command.group_named(typed.rest, reach)
            if found is not None:
                return [found], typed._replace(rest=rest)
        return [group for group in reach if group.id == person.chosen_group] or reach, typed

    def arguments(self, command: AnyCommand, typed: Typed, *, may: bool) -> list[Any] | None:
        """Return the command's parsed argument in a list, or one for each of up to ten codes; None if any is invalid.

        Without a slash, a bare number (`12`) is taken for a code only if the person `may` use the command and no
        noun follows (`12 tin`, 12 messages); otherwise the message is ordinary talk.
        """
        bare = command.by_code and not typed.slash and typed.rest and not names_case(typed.rest)
        if bare and (not may or counts_things(typed.rest)):
            return None
        day = today(self._policy.clock())
        arguments = []
        for rest in (each_case(typed.rest) if command.several else [typed.rest])[:_MOST_CODES]:
            argument = command.understand(rest, day)
            if argument is None and command.forgiving:
                argument = command.understand(without_frame(rest), day)
            arguments.append(argument)
        return None if None in arguments else arguments

    def carry_out(
        self,
        uow: UnitOfWork,
        person: Person,
        word: str,
        rest: str = "",
        *,
        group_id: str = NO_GROUP,
        append: Append | None = None,
    ) -> Answer | None:
        """Carry out a command that a person gives in the panel, as if typed in private, and write it to the audit log.

        `rest` is the text that would be typed after the command's word; with a `group_id`, the command is about that
        group only. `append` writes the audit log if the transaction `uow` only reads. Returns the reply, which is not
        sent; None if the person may not use the command, which is audited too.
        """
        command = self.by_word[word]
        event = MessageSent(
            account=self._policy.account,
            thread_id=person.uid,
            is_group=False,
            sender_uid=person.uid,
            key=f"{PANEL}:{uuid4()}",
            at=self._policy.clock(),
            text=f"/{word} {rest}".strip(),
        )
        reach = self.reach(uow, command, person, event)
        if group_id:
            reach = [group for group in reach if group.id == group_id]
        if not reach and (command.roles is not None or group_id):
            self.audit(append or uow.audit.append, event, person, "command.refused", word, place=PANEL)
            return None
        typed = Typed(word, " ".join(rest.split()), slash=True)
        groups = reach
        if not group_id:
            groups, typed = self.groups_meant(command, person, reach, typed, event)
        arguments = self.arguments(command, typed, may=True)
        if arguments is None:
            usage = self._policy.voice.render(command.usage)
            answer = Answer([self._policy.voice.render_for(person, TextId("usage"), usage=usage)], "usage")
        else:
            answer = command.answer_each(Call(uow, person, groups, event, len(arguments), reach), arguments)
        self.audit(
            append or uow.audit.append,
            event,
            person,
            "command",
            word,
            place=PANEL,
            outcome=answer.outcome,
            about=answer.subject,
        )
        return answer

    def audit(
        self,
        append: Append,
        event: EventBase,
        person: Person,
        action: str,
        subject: str,
        *,
        place: str = "",
        **detail: str,
    ) -> None:
        """Write to the audit log, and without names to the program's log, that a command was carried out or refused.

        `action` says which of these, `subject` is the command's word, `place` where it was given (such as `PANEL`).
        """
        place = place or ("group" if event.is_group else "private")
        append(
            action,
            at=self._policy.clock(),
            actor_id=person.id,
            group_id=event.thread_id if event.is_group else NO_GROUP,
            subject=subject,
            detail=({"event": event.id} if event.id else {}) | {"place": place, **detail},
        )
        log.info(action, command=subject, place=place, person=person.id, outcome=detail.get("outcome"))


def groups_of(policy: ServicePolicy, event: EventBase) -> list[Group]:
    """Return the governed groups that an event may be about: its own, or all if it is private."""
    governed = policy.governed
    return [group for group in governed if group.id == event.thread_id] if event.is_group else governed
