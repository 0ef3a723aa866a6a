"""Protocols that the pipeline needs; the zalo, storage, rules and services packages implement them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from zalo_governor.domain.connection import BackfillEnd, Gap
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Admitted, Element, Entry
from zalo_governor.domain.notices import Outgoing, Reception
from zalo_governor.domain.people import Person
from zalo_governor.rules.base import RuleContext


class Inbox(Protocol):
    """The durable store of all received entries."""

    def admit(self, entries: Sequence[Entry]) -> list[Admitted]:
        """Write all entries in one durable transaction and return those that were new, in the order given.

        An entry is left out if its (account, thread, kind, key) is stored with the same fingerprint, or if the same
        sender's cli_key is stored with the same fingerprint. After this returns, a power cut loses none of them.
        """
        ...

    def waiting(self, *, after_id: int, limit: int) -> list[Admitted]:
        """Return entries not yet judged with id > after_id, oldest first, with decrypted bodies."""
        ...

    def said_before(self, admitted: Admitted) -> bool:
        """Return whether the sealed content of the entry also occurs in an earlier entry of the same conversation."""
        ...

    def judged_last(self, thread_id: str) -> list[tuple[str, int, str]]:
        """Return (account, Zalo's time in ms, key) of the entries that were judged in order and have the latest times.

        Late entries and entries found by a group sync do not count.
        """
        ...


class Verdicts(Protocol):
    """Repository of judged events with their findings."""

    def store(self, admitted: Admitted, event: EventBase, verdict: Verdict, judged_at: datetime) -> None:
        """Write the event with its findings and failures, and mark the inbox entry done.

        A verdict that seals an entry which still has a body erases that body and its traces.
        """
        ...

    def store_dead_letter(self, admitted: Admitted, reason: str, judged_at: datetime) -> None:
        """Keep an entry that cannot be parsed or judged as a dead letter, so that it is counted and shown."""
        ...


class JudgeUnitOfWork(Protocol):
    """One transaction of the judge: commits all of its writes or none."""

    @property
    def verdicts(self) -> Verdicts:
        """Return the repository of judged events and their findings."""
        ...


UowT = TypeVar("UowT", bound=JudgeUnitOfWork)
UowT_co = TypeVar("UowT_co", bound=JudgeUnitOfWork, covariant=True)
UowT_contra = TypeVar("UowT_contra", bound=JudgeUnitOfWork, contravariant=True)


class UnitsOfWork(Protocol[UowT_co]):
    """Begins transactions."""

    def begin(self) -> AbstractContextManager[UowT_co]:
        """Begin a transaction that commits at the end of the block and rolls back if the block raises."""
        ...

    def person(self, account: str, uid: str) -> Person | None:
        """Return the person behind a uid, outside any transaction; None if the uid is unknown."""
        ...

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """Return the uids on the group's roster, outside any transaction; None if the group has no roster."""
        ...


class Reactions(Protocol[UowT_contra]):
    """Reacts to judged events with cases, notices and answers to commands. The services package implements this."""

    def filter_findings(self, uow: UowT_contra, event: EventBase, verdict: Verdict) -> Verdict:
        """Return the verdict without findings that do not count, such as missing diacritics in a typed command."""
        ...

    def react(self, uow: UowT_contra, event: EventBase, verdict: Verdict) -> None:
        """React to one judged event inside the judge's transaction."""
        ...


class Parser(Protocol):
    """Turns a stored element into an event. `zalo.events.parse` implements this."""

    def __call__(self, admitted: Admitted) -> EventBase:
        """Return the event.

        Raises:
            UnparsableElementError: no event is known for this shape.
        """
        ...


class Rules(Protocol):
    """Judges events by the rules of one rulebook. `rules.engine` and `sandbox.rules` implement this."""

    def ask(self, cases: Sequence[tuple[EventBase, RuleContext]], /) -> Callable[[], list[Verdict]]:
        """Start judging these events and return a function that waits for the verdicts, in the order of the cases.

        The next call may be made before the returned function is called; the returned functions must be called in the
        order of the calls. All cases of one call are judged by one rulebook. Both raise ProgramEndsError if the program
        is stopping.
        """
        ...


class OutboxStore(Protocol):
    """The durable queue of messages to send."""

    def claim(self, *, now: datetime, limit: int, files: bool = False) -> list[Outgoing]:
        """Durably mark up to `limit` due messages as being sent and return them, most urgent first.

        All of them have a file (`files`) or none has. A message that was tried in vain and has expired is given up
        instead.
        """
        ...

    def next_due(self, now: datetime, *, files: bool = False) -> datetime | None:
        """Return when `claim` will next have a message to return; None if nothing waits."""
        ...

    def sent_private_since(self, account: str, since: datetime) -> int:
        """Return how many private messages were sent, or may have been sent, since a time."""
        ...

    def sent(self, outgoing: Outgoing, reception: Reception, at: datetime) -> None:
        """Record that Zalo accepted the message."""
        ...

    def refused(self, outgoing: Outgoing, code: int, at: datetime, *, addressee_refuses: bool) -> None:
        """Record that Zalo refused the message for good; `addressee_refuses`: the addressee cannot be reached."""
        ...

    def deferred(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Put a message that Zalo certainly did not accept (for the error code `code`) back to waiting until a time."""
        ...

    def postponed(self, outgoing: Outgoing, until: datetime) -> None:
        """Put a message that was not tried at all back to waiting until a time."""
        ...

    def uncertain(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Record that it is unknown whether the message was sent.

        The store waits for the message's echo until `until`; then it may be sent once more, with "(gửi lại)" ("sent
        again").
        """
        ...

    def confirm(self, echoes: Sequence[tuple[int, str]], at: datetime) -> None:
        """Mark our own messages as sent, since Zalo echoed them: (client id, msgId) of each."""
        ...

    def reclaim(self, until: datetime, *, files: bool = False) -> int:
        """At start, mark messages that a dead process was sending as uncertain until a time; return how many."""
        ...


class Sender(Protocol):
    """Sends one message. `zalo.api.client` implements this."""

    def send(self, outgoing: Outgoing, content: bytes | None = None) -> Reception:
        """Send the message once; `content` is the content of its file.

        Raises:
            SendRefusedError: Zalo refused the message.
            SendDeferredError: the message was certainly not sent.
            SendUncertainError: the message may have been sent.
        """
        ...

    def find_sent(self, outgoing: Outgoing) -> Reception | None:
        """Ask Zalo whether a message of unknown outcome is in its conversation; return None if it is not shown.

        Raises:
            GovernorError: Zalo did not answer.
        """
        ...


class Mac(Protocol):
    """A keyed hash function."""

    def __call__(self, content: bytes, /) -> bytes:
        """Return 16 bytes that cannot be computed or verified without the key."""
        ...


class Door(Protocol):
    """The secret gate before the store. `pipeline.secret_gate` implements this."""

    def enter(self, element: Element, received_ms: int) -> Entry:
        """Return the element as an entry that may be stored: with its body, or sealed without it."""
        ...


class History(Protocol):
    """Fetches the messages of a group that were missed. `app.ingestion` connects `zalo.history` to it."""

    def __call__(self, group_id: str, heard_id: int, take: Callable[[Sequence[Element]], None], /) -> BackfillEnd:
        """Page back to an entry received before the gap, that is, with an inbox id up to `heard_id` (0: none).

        `take` is called with the found elements, oldest first.
        """
        ...


class HistoryPage(Protocol):
    """A page of a group's history."""

    @property
    def elements(self) -> Sequence[Element]:
        """Return the elements of the page, newest first."""
        ...

    @property
    def cursor(self) -> int:
        """Return the lowest msgId of the page, from which the next, older page starts."""
        ...

    @property
    def has_more(self) -> bool:
        """Return whether there are older messages."""
        ...


class Gaps(Protocol):
    """The record of times in which the bot received nothing."""

    def open_gap(self, group_id: str, began_at: datetime, cause: str, heard_id: int) -> int:
        """Record that a gap began after the inbox entry with that id; return the gap's id."""
        ...

    def end_gap(self, gap_id: int, ended_at: datetime) -> None:
        """Record that the group is received again; its missed messages are still to be fetched."""
        ...

    def add_recovered(self, gap_id: int, count: int) -> None:
        """Add to the number of messages that backfill recovered for the gap."""
        ...

    def settle_gap(self, gap_id: int, closed: bool) -> None:
        """Record that backfill makes no further attempt; `closed`: nothing is missing."""
        ...

    def pending_gaps(self, group_id: str) -> list[Gap]:
        """Return the gaps that an earlier process left unsettled, oldest first."""
        ...

    def given_up_gaps(self, group_id: str, since: datetime) -> list[Gap]:
        """Return the gaps that ended since a time and were settled with messages missing, oldest first."""
        ...

    def close_made_up(self, group_id: str, heard_id: int) -> None:
        """Mark every gap that began after that inbox entry as complete: all later messages have been fetched."""
        ...

    def last_received(self) -> int | None:
        """Return our time (ms) at which anything was last received, or None if nothing ever was."""
        ...

    def first_heard(self, group_id: str) -> int | None:
        """Return Zalo's time (ms) of the group's oldest entry, or None if there is none."""
        ...

    def last_heard(self, group_id: str) -> int | None:
        """Return Zalo's time (ms) of the group's newest entry, or None if there is none."""
        ...
