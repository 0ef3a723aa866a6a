"""Command `/ghim` (pin): pin an important message in the group (clause 5.2)."""

from datetime import date
from typing import NamedTuple

from zalo_governor.domain.jobs import Job, PinMessage
from zalo_governor.domain.people import Role
from zalo_governor.messaging.command_parsing import directive_number
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.templates import TextId


class Target(NamedTuple):
    """The message to be pinned."""

    group_id: str
    key: str
    """Zalo's id of the message (msgId)."""


class Pin(Command[int]):
    """Command `/ghim` (pin), typed in the group as a reply to a message, or `/ghim CĐ1`: pin that message."""

    word = "ghim"
    usage = TextId("usage_pin")
    roles = frozenset({Role.LEADER, Role.LEADERSHIP, Role.ADMIN})

    def understand(self, rest: str, today: date) -> int | None:
        """Return the number of the directive (`CĐ1`) whose message is to be pinned; 0 for the quoted message.

        Returns None for anything else.
        """
        if not rest.strip(" .:"):
            return 0
        found = directive_number(rest)
        return found[0] if found and not found[1] else None

    def answer(self, call: Call, argument: int) -> Answer:
        """Enqueue a job that pins the message; a later message reports the result.

        A message that belongs to a sealed case (a suspected state secret) is not pinned.
        """
        target = self._directive(call, argument) if argument else self._quoted(call)
        if target is None:
            return self.say(call, TextId("pin_needs_quote"), "needs_quote")
        if any(case.sealed for case in call.uow.cases.of_message(target.group_id, target.key)):
            return self.say(call, TextId("pin_sealed"), "sealed", target.key)
        ordered = call.uow.jobs.enqueue(
            Job(
                account=self.policy.account,
                group_id=target.group_id,
                task=PinMessage(message_key=target.key),
                ordered_by=call.person.id,
                ordered_at=self.policy.clock(),
            )
        )
        return self.say(call, TextId("pin_ordered"), "ordered" if ordered else "waits", target.key)

    def _quoted(self, call: Call) -> Target | None:
        event, quote = call.event, call.event.quote
        if not event.is_group or quote is None or not quote.key.isdecimal():
            return None
        return Target(event.thread_id, quote.key)

    def _directive(self, call: Call, number: int) -> Target | None:
        directive = call.uow.directives.get(number)
        if directive is None or not call.reaches(directive.group_id):
            return None
        return Target(directive.group_id, directive.message_key) if directive.message_key.isdecimal() else None
