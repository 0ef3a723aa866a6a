"""What the pipeline needs of the others. The pipeline owns these interfaces; zalo, store and office fit them."""

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
    """Durable memory of everything heard."""

    def admit(self, entries: Sequence[Entry]) -> list[Admitted]:
        """Write all entries in one durable transaction and give those that were new, in the order given.

        An entry is left out where its (account, thread, kind, key) is there with the same fingerprint, or where the
        same sender's cli_key is there with the same fingerprint. When this returns, a power cut loses none of them.
        """
        ...

    def waiting(self, *, after_id: int, limit: int) -> list[Admitted]:
        """Entries not yet judged with id > after_id, oldest first, bodies decrypted."""
        ...

    def said_before(self, admitted: Admitted) -> bool:
        """Whether the sealed content of the entry stood in an earlier entry of the same conversation."""
        ...

    def judged_last(self, thread_id: str) -> list[tuple[str, int, str]]:
        """(account, Zalo's time in ms, key) of the entries judged in their turn that have the youngest times.

        What was late, and what a sweep found, is not among them.
        """
        ...


class Verdicts(Protocol):
    """What was heard and what the rules found."""

    def store(self, admitted: Admitted, event: EventBase, verdict: Verdict, judged_at: datetime) -> None:
        """Write the event with its findings and failures, and mark the inbox entry done.

        A verdict that seals an entry which still has a body removes that body and its traces.
        """
        ...

    def store_dead_letter(self, admitted: Admitted, reason: str, judged_at: datetime) -> None:
        """Keep an entry that cannot be understood as a dead letter, so that it is counted and shown."""
        ...


class JudgeUnitOfWork(Protocol):
    """One transaction of the judge: all of it happens, or nothing."""

    @property
    def verdicts(self) -> Verdicts:
        """What was heard and what the rules found."""
        ...


UowT = TypeVar("UowT", bound=JudgeUnitOfWork)
UowT_co = TypeVar("UowT_co", bound=JudgeUnitOfWork, covariant=True)
UowT_contra = TypeVar("UowT_contra", bound=JudgeUnitOfWork, contravariant=True)


class UnitsOfWork(Protocol[UowT_co]):
    """Begins transactions."""

    def begin(self) -> AbstractContextManager[UowT_co]:
        """A transaction that commits at the end of the block and rolls back if the block raises."""
        ...

    def person(self, account: str, uid: str) -> Person | None:
        """The person behind a uid, outside of any transaction; None where nobody is known under it yet."""
        ...

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """uids of those who belong to the group, outside of any transaction; None where it has no roster."""
        ...


class Reactions(Protocol[UowT_contra]):
    """What people do with an event: cases, notices, answers to commands. The office fits this."""

    def filter_findings(self, uow: UowT_contra, event: EventBase, verdict: Verdict) -> Verdict:
        """The verdict without what is not held against anybody, such as the haste of typing a command."""
        ...

    def react(self, uow: UowT_contra, event: EventBase, verdict: Verdict) -> None:
        """Act on one judged event inside the judge's transaction."""
        ...


class Parser(Protocol):
    """Turns a wire element into an event. zalo.parse fits this."""

    def __call__(self, admitted: Admitted) -> EventBase:
        """The event.

        Raises:
            UnparsableElementError: no event is known for this shape.
        """
        ...


class Rules(Protocol):
    """The rules of one rulebook, wherever they think. `rules.engine` and `sandbox.rules` fit this."""

    def ask(self, cases: Sequence[tuple[EventBase, RuleContext]], /) -> Callable[[], list[Verdict]]:
        """Let them think about these; what is given waits for the verdicts, in the order of the cases.

        The next question may be asked before the answer to this one is called for; answers are called for in the order
        of the questions. All cases of one question are judged by one rulebook. Both raise ProgramEndsError where the
        program has to end before.
        """
        ...


class OutboxStore(Protocol):
    """The durable queue of messages to send."""

    def claim(self, *, now: datetime, limit: int, files: bool = False) -> list[Outgoing]:
        """Mark up to `limit` due messages, all with a file or all without one, as being sent, durably, most urgent
        first, and give them; what was tried in vain and whose time has ended is given up instead."""
        ...

    def next_due(self, now: datetime, *, files: bool = False) -> datetime | None:
        """When `claim` will next have something to give; None where nothing waits."""
        ...

    def sent_private_since(self, account: str, since: datetime) -> int:
        """How many private messages went out, or may have gone out, since then."""
        ...

    def sent(self, outgoing: Outgoing, reception: Reception, at: datetime) -> None:
        """Zalo took it."""
        ...

    def refused(self, outgoing: Outgoing, code: int, at: datetime, *, addressee_refuses: bool) -> None:
        """Zalo refused it for good; `addressee_refuses` tells that the addressee cannot be reached."""
        ...

    def deferred(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Zalo certainly did not take it, for the reason of that code: back to waiting until then."""
        ...

    def postponed(self, outgoing: Outgoing, until: datetime) -> None:
        """It was not tried at all: back to waiting until then."""
        ...

    def uncertain(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Nobody knows: wait for the echo until then, after that it may be sent once more with "(gửi lại)"."""
        ...

    def confirm(self, echoes: Sequence[tuple[int, str]], at: datetime) -> None:
        """Echoes (clientId, msgId) of our own messages came back: those sends are certain."""
        ...

    def reclaim(self, until: datetime, *, files: bool = False) -> int:
        """At start: what was being sent when the process died becomes uncertain until then; gives how many."""
        ...


class Sender(Protocol):
    """Sends one message. zalo.client fits this."""

    def send(self, outgoing: Outgoing, content: bytes | None = None) -> Reception:
        """Send it, once; `content` is that of its file.

        Raises:
            SendRefusedError: Zalo said no.
            SendDeferredError: it certainly did not go out.
            SendUncertainError: it may have gone out.
        """
        ...

    def find_sent(self, outgoing: Outgoing) -> Reception | None:
        """Ask Zalo whether a message of unknown outcome stands in its conversation; None where that is not shown.

        Raises:
            GovernorError: Zalo did not answer that.
        """
        ...


class Mac(Protocol):
    """A keyed hash."""

    def __call__(self, content: bytes, /) -> bytes:
        """16 bytes that nobody without the key can make or test."""
        ...


class Door(Protocol):
    """Stands before the store. pipeline.door fits this."""

    def enter(self, element: Element, received_ms: int) -> Entry:
        """The element as it may be written: with its body, or sealed."""
        ...


class History(Protocol):
    """Fetches what a group said while nobody listened. app ties zalo.backfill to it."""

    def __call__(self, group_id: str, heard_id: int, take: Callable[[Sequence[Element]], None], /) -> BackfillEnd:
        """Page back beyond what was heard before the gap: inbox entries up to `heard_id`, 0 where there are none.

        `take` gets what was found, oldest first.
        """
        ...


class HistoryPage(Protocol):
    """A page of a group's history."""

    @property
    def elements(self) -> Sequence[Element]:
        """Newest first."""
        ...

    @property
    def cursor(self) -> int:
        """Its lowest msgId: from there the next page goes back."""
        ...

    @property
    def has_more(self) -> bool:
        """Whether there is anything older."""
        ...


class Gaps(Protocol):
    """The record of times in which the bot could not hear."""

    def open_gap(self, group_id: str, began_at: datetime, cause: str, heard_id: int) -> int:
        """Write that a gap began, after the inbox entry of that number; gives the gap's number."""
        ...

    def end_gap(self, gap_id: int, ended_at: datetime) -> None:
        """The group is heard again; what was missed is still to be fetched."""
        ...

    def add_recovered(self, gap_id: int, count: int) -> None:
        """So many more messages of it were brought back."""
        ...

    def settle_gap(self, gap_id: int, closed: bool) -> None:
        """No more is to be tried; `closed` where nothing is missing."""
        ...

    def pending_gaps(self, group_id: str) -> list[Gap]:
        """The gaps that are not settled, oldest first: those of a process that died before it could."""
        ...

    def given_up_gaps(self, group_id: str, since: datetime) -> list[Gap]:
        """The gaps that ended since then and were settled without being whole, oldest first."""
        ...

    def close_made_up(self, group_id: str, heard_id: int) -> None:
        """All that was said after that entry is here by now: whatever gap began after it is whole."""
        ...

    def last_received(self) -> int | None:
        """Our time (ms) at which anything last came in, None where nothing ever did."""
        ...

    def first_heard(self, group_id: str) -> int | None:
        """Zalo's time (ms) of the oldest entry of the group, None where there is none."""
        ...

    def last_heard(self, group_id: str) -> int | None:
        """Zalo's time (ms) of the youngest entry of the group, None where there is none."""
        ...
