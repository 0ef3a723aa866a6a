"""Protocols that the pipeline uses; the packages zalo, storage, rules, sandbox and features implement them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from zalo_governor.domain.connection import BackfillEnd
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Admitted, Element
from zalo_governor.domain.notices import Outgoing, Reception
from zalo_governor.rules.base import RuleContext
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork


class Reactions(Protocol):
    """Reacts to judged events: opens cases (breaches under review), sends notices, answers commands.

    `features.facade` implements this.
    """

    def reads_in_advance(self, event: EventBase) -> bool:
        """Return whether `prepare` reads stored data for this event, so that all events before it must be stored."""
        ...

    def prepare(self, begin: BeginUnitOfWork, event: EventBase) -> None:
        """Read in advance, in a read-only transaction of `begin`, what would take `react` too long to read."""
        ...

    def filter_findings(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> Verdict:
        """Return the verdict without findings that do not count, such as missing diacritics in a command to the bot."""
        ...

    def react(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Write what follows from one judged event (cases, notices, answers to commands) in the transaction `uow`."""
        ...


Parser = Callable[[Admitted], EventBase]
"""Returns the event that a stored element means; raises UnparsableElementError if the element has no known form."""


class Rules(Protocol):
    """Judge of events by the rules of the regulation; `rules.engine` and `sandbox.rules` implement this."""

    def ask(self, cases: Sequence[tuple[EventBase, RuleContext]], /) -> list[Verdict]:
        """Judge events, each given with the facts that rules may use beside it; return their verdicts in that order.

        All events of one call are judged by the same version of the rules. Raises ProgramEndsError if the program is
        stopping.
        """
        ...


class Sender(Protocol):
    """Sender of messages; `zalo.api.client` implements this."""

    def send(self, outgoing: Outgoing, content: bytes | None = None) -> Reception:
        """Send the message once, without a retry; `content` holds the bytes of its attached file, None if it has none.

        Raises:
            SendRefusedError: Zalo refused the message for good.
            SendTooLongError: the message is longer than Zalo takes.
            SendDeferredError: the message was certainly not sent; a later try may succeed.
            SendUncertainError: the message may have been sent.
        """
        ...

    def find_sent(self, outgoing: Outgoing) -> Reception | None:
        """Find out, by its echo or from Zalo, whether a message that may have been sent has arrived.

        Return None if neither shows it, which is no proof that it was not sent.

        Raises:
            GovernorError: Zalo did not answer.
        """
        ...


Mac = Callable[[bytes], bytes]
"""Keyed hash of a content, 16 bytes: tells whether two contents are equal without storing them."""


History = Callable[[str, int, int, Callable[[Sequence[Element]], None]], BackfillEnd]
"""Reads the history of a group, or of all private conversations if the id is the bot account's uid.

Called with that id, the highest inbox id from before the gap (0: none), the time (ms) of the oldest messages wanted if
nothing is stored, and a function that is called with the elements, oldest first.
Returns whether the history reached back far enough; `app.ingestion` implements it.
"""


class HistoryPage(Protocol):
    """One page of a group's message history, as Zalo returned it."""

    @property
    def elements(self) -> Sequence[Element]:
        """Return the messages and other elements of the page, newest first."""
        ...

    @property
    def cursor(self) -> int:
        """Return the lowest msgId of the page; the next page holds the messages older than that."""
        ...

    @property
    def end(self) -> object | None:
        """Return why no older page can be asked for; None if one can."""
        ...
