"""Command `/ghim` (pin): pin an important message in the group (clause 5.2)."""

from datetime import date

from zalo_governor.domain.jobs import Job, PinMessage
from zalo_governor.domain.people import Role
from zalo_governor.services.commands.base import Answer, Call, Command
from zalo_governor.services.messaging.message_ids import MessageId


class Pin(Command[bool]):
    """Command `/ghim` (pin), typed in the group as a reply to a message: pin that message."""

    word = "ghim"
    usage = MessageId.USAGE_PIN
    roles = frozenset({Role.LEADER, Role.LEADERSHIP, Role.ADMIN})

    def understand(self, rest: str, today: date) -> bool | None:
        """Return True if nothing was typed after the command's word, else None (wrong usage); `today` is not used."""
        return None if rest.strip(" .:") else True

    def answer(self, call: Call, argument: bool) -> Answer:
        """Enqueue a job that pins the message to which the command is a reply; a later message reports the result.

        A message that belongs to a sealed case (a suspected state secret) is not pinned. `argument` is unused.
        """
        event, quote = call.event, call.event.quote
        if not event.is_group or quote is None or not quote.key.isdecimal():
            return Answer([self.voice.render_for(call.person, MessageId.PIN_NEEDS_QUOTE)], "needs_quote")
        if any(case.sealed for case in call.uow.cases.of_message(event.thread_id, quote.key)):
            return Answer([self.voice.render_for(call.person, MessageId.PIN_SEALED)], "sealed", quote.key)
        ordered = call.uow.jobs.enqueue(
            Job(
                account=self.policy.account,
                group_id=event.thread_id,
                task=PinMessage(message_key=quote.key),
                ordered_by=call.person.id,
                ordered_at=self.policy.clock(),
            )
        )
        text = self.voice.render_for(call.person, MessageId.PIN_ORDERED)
        return Answer([text], "ordered" if ordered else "waits", quote.key)
