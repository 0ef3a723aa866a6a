"""Protocols that the pipeline uses; the packages zalo, storage, rules, sandbox and features implement them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.connection import BackfillEnd, Gap
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Admitted, Element, Entry
from zalo_governor.domain.notices import Outgoing, Reception
from zalo_governor.domain.people import Person
from zalo_governor.domain.repositories import BeginUnitOfWork, UnitOfWork
from zalo_governor.rules.base import RuleContext


class Inbox(Protocol):
    """The inbox: the durable table of everything received, one entry for each message, reaction or other element."""

    def admit(self, entries: Sequence[Entry]) -> list[Admitted]:
        """Write the new ones among the entries in one durable transaction and return them, in the order given.

        An entry is not new if an entry with the same content (`fingerprint`) is stored that has the same (account,
        thread, kind, key), or the same sender and `cli_key`. After this call returns, a power cut loses none of the
        entries.
        """
        ...

    def waiting(self, *, after_id: int, limit: int) -> list[Admitted]:
        """Return at most `limit` entries not yet judged by the rules, with id > after_id, oldest first, decrypted."""
        ...

    def said_before(self, admitted: Admitted) -> bool:
        """Return whether an earlier entry of the same conversation had the same content as this sealed entry.

        Sealed means that the content is not stored, as it may be a state secret; only keyed hashes are compared.
        """
        ...

    def judged_last(self, thread_id: str) -> list[tuple[str, int, str]]:
        """Return (account, Zalo's time in ms, key) of the latest entries of the conversation that were judged in order.

        Entries that were judged late, and entries made by group sync, do not count.
        """
        ...


class Lookups(Protocol):
    """Looks up the facts of `Need` (rules.base), for rules that ask for them. Reads outside any transaction."""

    def position(self, account: str, uid: str) -> str:
        """Return the person's title and agency; "" if unknown."""
        ...

    def joined_at(self, account: str, group_id: str, uid: str) -> datetime | None:
        """Return since when the person has been known to be in the group; None if not there."""
        ...

    def is_directive(self, group_id: str, message_key: str) -> bool:
        """Return whether the message is in the ledger of directives; one that is only proposed is not."""
        ...


class UnitsOfWork(Lookups, Protocol):
    """Factory of the judge's transactions; also reads the persons and rosters that the rules must know."""

    @property
    def begin(self) -> BeginUnitOfWork:
        """Return what begins a transaction."""
        ...

    def person(self, account: str, uid: str) -> Person | None:
        """Return the person whom the bot account `account` sees under this uid; None if unknown.

        Each account sees a person under another uid. Reads outside any transaction.
        """
        ...

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """Return the uids of the people on the group's roster.

        None if the group has no roster. Reads outside any transaction.
        """
        ...


class Reactions(Protocol):
    """Reacts to judged events: opens cases (breaches under review), sends notices, answers commands.

    `features.facade` implements this.
    """

    def reads_in_advance(self, event: EventBase) -> bool:
        """Return whether `prepare` reads for this event, so that everything before it has to be stored."""
        ...

    def prepare(self, begin: BeginUnitOfWork, event: EventBase) -> None:
        """Work out, without keeping a writer waiting, what `react` would have to read for long."""
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


class OutboxStore(Protocol):
    """The outbox: the durable queue of the messages that the bot sends."""

    def claim(self, *, now: datetime, limit: int, files: bool = False) -> list[Outgoing]:
        """Durably mark up to `limit` due messages as being sent and return them, most urgent first.

        With `files`, only messages with an attached file are claimed, otherwise only those without. A message that was
        already tried and whose time for retries is over is given up instead of returned.
        """
        ...

    def next_due(self, now: datetime, *, files: bool = False) -> datetime | None:
        """Return when `claim` will next have a message to return (`now` if at once); None if no message waits."""
        ...

    def sent_private_since(self, account: str, since: datetime) -> int:
        """Return how many private messages the account has sent, or may have sent, since a time."""
        ...

    def cut(self, outgoing: Outgoing) -> None:
        """Record before the send where the part of a long text ends that `outgoing` carries (`Outgoing.end`)."""
        ...

    def sent(self, outgoing: Outgoing, reception: Reception, at: datetime) -> None:
        """Record that Zalo accepted the message; `reception` holds its msgId.

        If it carried a part of a long text, the rest waits to be sent next, as a message with another client id.
        """
        ...

    def refused(self, outgoing: Outgoing, code: int, at: datetime, *, addressee_refuses: bool) -> None:
        """Record that Zalo refused the message with an error code and would refuse it again: it is not retried.

        `addressee_refuses`: the code means that the addressee accepts no messages from the bot account.
        """
        ...

    def deferred(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Put a message that certainly was not sent, as its send failed, back to waiting until a time.

        `code` is Zalo's error code or the HTTP status; None if there was none.
        """
        ...

    def postponed(self, outgoing: Outgoing, until: datetime) -> None:
        """Put a claimed message back to waiting until a time, although sending it was not tried."""
        ...

    def uncertain(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Record that it is unknown whether the message was sent. `code`: HTTP status of the answer, None if none came.

        Until `until`, the store waits for the message's echo (the copy that Zalo sends back over the socket). If none
        comes, the message may be sent once more, with "(gửi lại)" (sent again) added to its text.
        """
        ...

    def confirm(self, echoes: Sequence[tuple[int, str]], at: datetime) -> None:
        """Mark messages of the bot as sent, since their echoes (the copies that Zalo sends back) were received.

        Each echo is (client id that the bot gave to the message, msgId that Zalo gave to it).
        """
        ...

    def reclaim(self, until: datetime, *, files: bool = False) -> int:
        """Mark messages that an earlier process was sending when it ended as uncertain (perhaps sent); return how many.

        They stay so until `until`, in case an echo confirms them. Called once at the start, before `claim`; `files` as
        there.
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


History = Callable[[str, int, Callable[[Sequence[Element]], None]], BackfillEnd]
"""Reads the history of a group, or of all private conversations if the id is the bot account's uid.

Called with that id, the highest inbox id from before the gap (0: none), and what takes the elements, oldest first.
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
    def has_more(self) -> bool:
        """Return whether Zalo has messages older than this page."""
        ...


class Gaps(Protocol):
    """Repository of gaps: times in which the bot missed the messages of a group."""

    def open_gap(self, group_id: str, began_at: datetime, cause: str, heard_id: int) -> int:
        """Store a new gap of a group, and return the gap's id.

        `heard_id` is the id of the newest inbox entry received before the gap; `cause` is a short reason for the log.
        """
        ...

    def end_gap(self, gap_id: int, ended_at: datetime) -> None:
        """Record when the gap ended, that is, when messages arrived again; the missed ones are still to be fetched."""
        ...

    def add_recovered(self, gap_id: int, count: int) -> None:
        """Add `count` to the number of the gap's missed messages that were fetched later."""
        ...

    def settle_gap(self, gap_id: int, outcome: BackfillEnd) -> None:
        """Record that fetching the messages missed in the gap is over; some are missing unless it is REACHED."""
        ...

    def pending_gaps(self, group_id: str) -> list[Gap]:
        """Return the group's gaps whose missed messages are still to be fetched (not settled), oldest first."""
        ...

    def given_up_gaps(self, group_id: str, since: datetime) -> list[Gap]:
        """Return the gaps that ended after `since` and were settled with messages still missing, oldest first."""
        ...

    def close_made_up(self, group_id: str, heard_id: int) -> None:
        """Mark as complete the group's settled gaps that began after inbox entry `heard_id`, or after a later entry.

        Called when everything sent after that entry has been fetched: earlier tries had left messages of those gaps
        missing.
        """
        ...

    def last_received(self) -> int | None:
        """Return our own clock's time (ms) at which anything was last received from Zalo; None if nothing ever was."""
        ...

    def first_heard(self, group_id: str) -> int | None:
        """Return the time by Zalo's clock (ms) of the oldest entry received from the group; None if there is none."""
        ...

    def last_heard(self, group_id: str) -> int | None:
        """Return the time by Zalo's clock (ms) of the newest entry received from the group; None if there is none."""
        ...
