"""The judge: parses stored entries, has the rules check them, and writes the verdicts and what follows from them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Any

import structlog

from zalo_governor.domain.backoff import doubling
from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.errors import ProgramEndsError, StoreUnavailableError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import RuleFailure, Verdict
from zalo_governor.domain.inbound import Admitted, ElementKind, place_of
from zalo_governor.pipeline.evaluation import Assessment, Evaluator, NotUnderstood, Understood
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.ordering import EventOrdering
from zalo_governor.pipeline.ports import Parser, Reactions, Rules
from zalo_governor.pipeline.storage_retry import retry_until_stored
from zalo_governor.rules.base import SealingRule
from zalo_governor.rules.loader import Rulebook
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.unit_of_work import UnitsOfWork

log = structlog.get_logger(__name__)

_BATCH = 600
"""Most entries judged in one transaction; people are told of findings only after it has been committed."""
_CAPACITY = 1000
"""Most entries that wait in memory to be judged; further ones stay in the inbox until they are read from it."""
_CATCH_UP_SECONDS = 0.05
"""How long `accept` waits for a judge that is over capacity, before it leaves the entries to be read from the inbox.

The wait avoids reading and decrypting entries again when the judge is only briefly short of processor time.
"""
_RETRY_FIRST_SECONDS = 0.05
_RETRY_LONGEST_SECONDS = 10.0
_OWN_KINDS_TO_REACT_TO = frozenset({ElementKind.MESSAGE, ElementKind.NOTICE, ElementKind.GROUP_ACT})
"""Kinds of the bot account's own entries that the features get too: they may wait for one of its messages."""
_LONGEST_CLIENT_ID = 18
"""Most digits of a cliMsgId that fit into a database integer; those that the bot gives its messages have 13."""


class Judge:
    """Has the rules judge inbox entries, also those that an earlier process left, each conversation in the order sent.

    Entries arrive in memory. If more than `capacity` of them wait and the judge does not catch up within a moment, it
    discards the copies in memory and reads the entries from the inbox, so that its memory stays bounded.

    Args:
        inbox: the store of received entries.
        units: begins transactions.
        parser: turns an entry into an event.
        rules: judges events.
        gate_rules: returns the rules of the secret gate, whose findings seal an entry (forbid storing its content).
        reactions: returns what reacts to judged events (opens cases, sends notices, answers commands); it may be
            another one for each batch.
        outbox: records which of the bot's messages Zalo has echoed (sent back), so that they have arrived.
        groups: ids of the groups whose order of judging is kept across a restart.
        on_judged: called with each batch once it is durable.
        progress: records the progress of the judge's thread.
        clock: gives the time of judging.
        capacity: most entries in memory.
        book: returns the rulebook by which a group is judged, see `Evaluator`.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        units: UnitsOfWork,
        parser: Parser,
        rules: Rules,
        gate_rules: Callable[[], Sequence[SealingRule[Any]]],
        reactions: Callable[[], Reactions],
        outbox: Outbox,
        groups: Sequence[str],
        on_judged: Callable[[Sequence[tuple[EventBase, Verdict]]], None],
        progress: Heartbeat,
        clock: Clock,
        capacity: int = _CAPACITY,
        book: Callable[[str], Rulebook | None] = lambda _group_id: None,
    ) -> None:
        self._inbox = inbox
        self._units = units
        self._evaluator = Evaluator(
            parser, rules, gate_rules, units.person, inbox.said_before, units.approved_uids, book, units
        )
        self._reactions = reactions
        self._outbox = outbox
        self._groups = groups
        self._on_judged = on_judged
        self._clock = clock
        self._capacity = capacity
        self._lanes = EventOrdering()
        self._given: list[Admitted] = []
        """Entries passed to `accept` that are not in a lane (the queue of one conversation) yet."""
        self._newest_given = 0
        self._read_from: int | None = 0
        """Id of the entry after which to go on reading the inbox; None while entries are taken from memory."""
        self._without_reaction: set[int] = set()
        """Ids of entries on which a feature raised an error: these are stored without calling the features again."""
        self._changed = threading.Condition()
        self._write_lock = threading.Lock()
        """Lock that is held while a batch is written to the database."""
        self._stopping = False
        self._idle = True
        self.progress = progress

    def accept(self, admitted: Sequence[Admitted]) -> None:
        """Queue entries that are stored in the inbox for judging. Never raises, and blocks only for a moment."""
        with self._changed:
            self._newest_given = max(self._newest_given, admitted[-1].id)
            if self._exceeds_capacity(admitted):
                self._changed.wait_for(lambda: self._stopping or not self._given, _CATCH_UP_SECONDS)
            if self._exceeds_capacity(admitted):
                self._read_from = self._given[-1].id if self._given else admitted[0].id - 1
            elif self._read_from is None:
                self._given.extend(admitted)
            self._changed.notify_all()

    def hold(self, account: str, thread_ids: Sequence[str]) -> None:
        """Delay the judging of these conversations, for a limited time, until their missed messages are fetched."""
        now_ms = to_ms(self._clock())
        with self._changed:
            for thread_id in thread_ids:
                self._lanes.hold(account, thread_id, now_ms)

    def release(self, account: str, thread_ids: Sequence[str]) -> None:
        """End the delay that `hold` began: the missed messages of these conversations have been fetched."""
        with self._changed:
            for thread_id in thread_ids:
                self._lanes.release(account, thread_id)
            self._changed.notify_all()

    def run(self) -> None:
        """Judge entries until stopped; those not judged by then stay in the inbox for the next start."""
        self._load_judged_positions()
        while not self._stopping:
            ready = self._take_ready()
            if ready:
                self.progress.begins()
            for start in range(0, len(ready), _BATCH):
                self._judge(ready[start : start + _BATCH])
            self.progress.rests()

    def stop(self) -> None:
        """Make `run` return after the batch that is being judged."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def between_batches(self) -> AbstractContextManager[object]:
        """Return a context manager: inside its block no batch is written, so that a change applies to whole batches."""
        return self._write_lock

    def drain(self, timeout: float) -> bool:
        """Wait until all entries stored so far are judged. Return False if that takes more than `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._idle and not self._given and not self._lanes.size and self._read_from is None, timeout
            )

    def _exceeds_capacity(self, admitted: Sequence[Admitted]) -> bool:
        """Return whether memory cannot hold these entries too; False while entries are read from the inbox instead."""
        behind = len(self._given) + self._lanes.size
        return self._read_from is None and behind + len(admitted) > self._capacity

    def _load_judged_positions(self) -> None:
        """Load how far earlier processes judged each group in order, so that entries sent before that count as late."""
        for thread_id in self._groups:
            while not self._stopping:
                try:
                    judged = self._inbox.judged_last(thread_id)
                except StoreUnavailableError as error:
                    log.error("judge_waits", error=error)
                    self._wait_unless_stopping(_RETRY_FIRST_SECONDS)
                    continue
                with self._changed:
                    for account, place in sorted((account, place_of(at_ms, key)) for account, at_ms, key in judged):
                        self._lanes.remember(account, thread_id, place)
                break

    def _take_ready(self) -> list[tuple[Admitted, bool]]:
        """Return the entries to judge as (entry, is late: a later one was judged before); wait if there are none."""
        self._read_backlog()
        with self._changed:
            if self._given:
                self._lanes.add(self._given, to_ms(self._clock()))
                self._given = []
                self._changed.notify_all()
            ready = self._lanes.take(to_ms(self._clock()))
            if ready:
                self._idle = False
            elif not self._stopping and (self._read_from is None or self._lanes.size):
                wait_ms = self._lanes.wait_ms(to_ms(self._clock()))
                self._idle = not self._lanes.size
                self._changed.notify_all()
                self._changed.wait(None if wait_ms is None else wait_ms / 1000)
            return ready

    def _read_backlog(self) -> None:
        """Read the next unjudged entries from the inbox into the lanes (queues), if nothing waits in memory."""
        with self._changed:
            after, newest = self._read_from, self._newest_given
            if after is None or self._given or self._lanes.size:
                return
        try:
            page = self._inbox.waiting(after_id=after, limit=_BATCH)
        except StoreUnavailableError as error:
            self.progress.begins()
            self.progress.tries_again()
            log.error("judge_waits", error=error)
            self._wait_unless_stopping(_RETRY_FIRST_SECONDS)
            return
        self.progress.rests()
        with self._changed:
            if page:
                self._lanes.add(page, to_ms(self._clock()))
                self._read_from = page[-1].id
            elif self._newest_given == newest:
                # Nothing arrived during the read, so every entry accepted before would have been on the page.
                self._read_from = None

    def _judge(self, batch: Sequence[tuple[Admitted, bool]]) -> None:
        """Have the rules judge a batch, and write it."""
        for delay in doubling(_RETRY_FIRST_SECONDS, _RETRY_LONGEST_SECONDS):
            if self._stopping:
                return
            try:
                assessed = self._evaluator.assess(batch)
            except ProgramEndsError:
                return
            except StoreUnavailableError as error:
                self.progress.tries_again()
                log.error("judge_waits", error=error, entries=len(batch))
                if self._wait_unless_stopping(delay):
                    return
            except Exception as error:
                self._judge_one_by_one(batch, type(error).__name__)
                return
            else:
                for part in self._parts(assessed):
                    self._judge_until_stored(part)
                return

    def _parts(self, batch: Assessment) -> Iterator[Assessment]:
        """Split a batch before each event for which the features read stored data: events before it must be stored."""
        part: list[Understood | NotUnderstood] = []
        for one in batch:
            if part and isinstance(one, Understood) and self._reads_in_advance(one.event):
                yield part
                part = []
            part.append(one)
        yield part

    def _reads_in_advance(self, event: EventBase) -> bool:
        try:
            return self._reactions().reads_in_advance(event)
        except Exception:
            return False  # The features raise again when they react to the event; `_ReactionFault` handles that.

    def _judge_one_by_one(self, batch: Sequence[tuple[Admitted, bool]], error: str) -> None:
        """Judge a failed batch's entries one by one; one that fails again is stored as a dead letter (kept aside)."""
        if self._stopping:
            return  # What it failed on may be what has been closed meanwhile; the next start judges these entries.
        log.error("judge_failed", error=error, entries=len(batch))
        if len(batch) == 1:
            self._store_dead_letter(batch[0][0], error)
            return
        for one in batch:
            self._judge([one])

    def _judge_until_stored(self, batch: Assessment) -> None:
        """Write a batch with its verdicts, retrying until the database is available."""
        for delay in doubling(_RETRY_FIRST_SECONDS, _RETRY_LONGEST_SECONDS):
            try:
                with self._write_lock:
                    self._prepare(batch)
                    judged, echoes = self._write_batch(batch)
            except StoreUnavailableError as error:
                self.progress.tries_again()
                log.error("judge_waits", error=error, entries=len(batch))
                if self._wait_unless_stopping(delay):
                    return
            except _ReactionFault as fault:
                log.error("reaction_failed", entry=fault.entry_id, error=fault.error)
                self._without_reaction.add(fault.entry_id)
            except Exception as error:
                # A bug that one entry triggers must neither stop the judge nor delay the other entries.
                log.error("judge_failed", error=type(error).__name__, entries=len(batch))
                if len(batch) == 1:
                    self._store_dead_letter(batch[0].admitted, type(error).__name__)
                    return
                for one in batch:
                    self._judge_until_stored([one])
                return
            else:
                # The batch is durable: it must not be judged again, whatever fails from here on.
                if echoes:
                    # Zalo has sent back messages of the bot: they have arrived.
                    confirm = partial(self._outbox.confirm, echoes, self._clock())
                    self._retry_until_stored(confirm, echoes=len(echoes))
                self._on_judged(judged)
                self.progress.moves()
                return

    def _store_dead_letter(self, admitted: Admitted, error: str) -> None:
        """Store an entry on which the judge's own code raised as a dead letter (kept, counted and reported)."""

        def store() -> None:
            with self._units.begin() as uow:
                uow.verdicts.store_dead_letter(admitted, f"judge fault: {error}", self._clock())

        self._retry_until_stored(store, entries=1)

    def _retry_until_stored(self, operation: Callable[[], None], **logged: int) -> None:
        """Repeat a storage operation until it succeeds or the program stops; `logged` values go into the log."""

        def on_failure(error: StoreUnavailableError) -> None:
            self.progress.tries_again()
            log.error("judge_waits", error=error, **logged)

        pauses = doubling(_RETRY_FIRST_SECONDS, _RETRY_LONGEST_SECONDS)
        with suppress(StoreUnavailableError):
            retry_until_stored(operation, pauses=pauses, wait=self._wait_unless_stopping, on_failure=on_failure)

    def _write_batch(self, batch: Assessment) -> tuple[list[tuple[EventBase, Verdict]], list[tuple[int, str]]]:
        """Write a batch in one transaction; return its events, and (client id, msgId) of the bot's own messages."""
        now = self._clock()
        judged: list[tuple[EventBase, Verdict]] = []
        echoes: list[tuple[int, str]] = []
        with self._units.begin() as uow:
            for one in self._evaluator.with_late_seals(batch, uow.verdicts.sealed_since):
                if isinstance(one, NotUnderstood):
                    uow.verdicts.store_dead_letter(one.admitted, one.reason, now)
                    continue
                admitted, event, verdict = one
                may_react = admitted.id not in self._without_reaction
                if not may_react:
                    failure = RuleFailure(rule_id="office", error="reaction failed")
                    verdict = verdict.model_copy(update={"failures": (*verdict.failures, failure)})
                if verdict.findings and may_react:
                    with self._reacting(event):
                        verdict = self._reactions().filter_findings(uow, event, verdict)
                uow.verdicts.store(admitted, event, verdict, now)
                judged.append((event, verdict))
                own = admitted.entry.own
                if own:
                    client_id = admitted.entry.cli_key or ""
                    if client_id.isdecimal() and len(client_id) <= _LONGEST_CLIENT_ID:
                        echoes.append((int(client_id), admitted.entry.key))
                # What the bot account itself deletes, it may have deleted for itself alone.
                if may_react and (not own or admitted.entry.kind in _OWN_KINDS_TO_REACT_TO):
                    with self._reacting(event):
                        self._reactions().react(uow, event, verdict)
        self._without_reaction.clear()
        return judged, echoes

    def _prepare(self, batch: Assessment) -> None:
        """Let the features do their slow reading before the transaction, during which other writers have to wait."""
        for one in batch:
            if isinstance(one, Understood) and one.admitted.id not in self._without_reaction:
                with self._reacting(one.event):
                    self._reactions().prepare(self._units.begin, one.event)

    @contextmanager
    def _reacting(self, event: EventBase) -> Iterator[None]:
        """Turn an error of the features, raised in the block, into `_ReactionFault`; only the storage's stays."""
        try:
            yield
        except StoreUnavailableError:
            raise
        except Exception as error:
            raise _ReactionFault(event.id, type(error).__name__) from error

    def _wait_unless_stopping(self, seconds: float) -> bool:
        """Wait for the given seconds, or until the judge is stopping; return whether it is stopping."""
        with self._changed:
            return self._changed.wait_for(lambda: self._stopping, timeout=seconds)


class _ReactionFault(Exception):  # noqa: N818  private to this file
    """A feature raised an error on one event: the batch is rolled back and judged again, this one without features."""

    def __init__(self, entry_id: int, error: str) -> None:
        super().__init__(entry_id, error)
        self.entry_id = entry_id
        self.error = error
