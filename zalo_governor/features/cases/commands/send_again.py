"""Command `/guilai` (send again): try once more to send what did not reach people about a case."""

from zalo_governor.domain.cases import Case
from zalo_governor.features.cases.commands.decide import CaseCommand
from zalo_governor.messaging.commands import Answer, Call
from zalo_governor.messaging.formatter import number
from zalo_governor.messaging.templates import TextId


class SendAgain(CaseCommand):
    """Command `/guilai VP12` (send again): send the notices about a case that Zalo refused, or that may be lost."""

    word = "guilai"
    usage = TextId("usage_send_again")
    in_help = False

    def about(self, call: Call, case: Case, typed: str) -> Answer:
        """Put the notices about the case that were given up back into the queue, and say how many there were."""
        count = call.uow.deliveries.send_again(case, self.policy.clock())
        if not count:
            return self.say_of(case, TextId("nothing_to_send_again"), "nothing")
        return self.say_of(case, TextId("sent_again"), count=number(count))
