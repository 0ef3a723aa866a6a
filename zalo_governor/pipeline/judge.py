"""The judge: what is durable in the inbox becomes an event, gets its verdict and its reactions, in one transaction."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic

import structlog

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.errors import ProgramEndsError, StoreUnavailableError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import RuleFailure, Verdict
from zalo_governor.domain.inbound import Admitted, ElementKind, place_of
from zalo_governor.domain.retry import doubling
from zalo_governor.pipeline.evaluation import Assessment, Evaluator, NotUnderstood
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.ordering import EventOrdering
from zalo_governor.pipeline.ports import Inbox, OutboxStore, Parser, Reactions, Rules, UnitsOfWork, UowT
from zalo_governor.rules.base import SealingRule

log = structlog.get_logger(__name__)

_BATCH = 600
"""Entries of one transaction at most: what is found among them is told when it ends."""
_CAPACITY = 1000
_TURN_SECONDS = 0.05
"""How long whoever gives more than that waits for the judge: one that only waits for its turn of the interpreter need
not read again, and decrypt, what was in memory a moment ago."""
_RETRY_FIRST = 0.05
_RETRY_LONGEST = 10.0
_ASK_THE_STORE = frozenset({ElementKind.GROUP_ACT, ElementKind.GROUP_STATE})
"""What rules are told of these depends on what was judged before: who belongs to the group."""
_OWN_HEARD = frozenset({ElementKind.DELETION, ElementKind.GROUP_ACT})
_LONGEST_CLIENT_ID = 18
"""Digits that a database takes; ours have thirteen."""


class Judge(Generic[UowT]):
    """Judges what intake admitted, lane by lane, and what an earlier process left unjudged.

    `groups` are the conversations whose order is kept over a restart.

    Bodies reach the judge in memory. When it falls behind by more than `capacity` entries, and does not catch up in a
    moment, it lets go of what it was given and reads on from the inbox, so that its memory stays bounded; at start it
    begins that way.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        units: UnitsOfWork[UowT],
        parser: Parser,
        rules: Rules,
        door_rules: Callable[[], Sequence[SealingRule[Any]]],
        reactions: Reactions[UowT],
        outbox: OutboxStore,
        groups: Sequence[str],
        on_judged: Callable[[Sequence[tuple[EventBase, Verdict]]], None],
        progress: Heartbeat,
        clock: Clock,
        capacity: int = _CAPACITY,
    ) -> None:
        self._inbox = inbox
        self._units = units
        self._assessor = Evaluator(parser, rules, door_rules, units.person, inbox.said_before, units.approved_uids)
        self._reactions = reactions
        self._outbox = outbox
        self._groups = groups
        self._on_judged = on_judged
        self._clock = clock
        self._capacity = capacity
        self._lanes = EventOrdering()
        self._given: list[Admitted] = []
        self._newest_given = 0
        self._read_from: int | None = 0
        """Id after which to read from the inbox; None while everything comes in memory."""
        self._under_way: tuple[Sequence[tuple[Admitted, bool]], Callable[[], Assessment]] | None = None
        """The batch that the rules think about, and what waits for them."""
        self._without_reaction: set[int] = set()
        self._changed = threading.Condition()
        self._batch = threading.Lock()
        self._stopping = False
        self._idle = True
        self.progress = progress

    def accept(self, admitted: Sequence[Admitted]) -> None:
        """Take what is durable; never fails, and holds nobody up for longer than a moment."""
        with self._changed:
            self._newest_given = max(self._newest_given, admitted[-1].id)
            if self._is_too_much(admitted):
                self._changed.wait_for(lambda: self._stopping or not self._given, _TURN_SECONDS)
            if self._is_too_much(admitted):
                self._read_from = self._given[-1].id if self._given else admitted[0].id - 1
            elif self._read_from is None:
                self._given.extend(admitted)
            self._changed.notify_all()

    def hold(self, account: str, thread_ids: Sequence[str]) -> None:
        """Let these conversations wait for backfill, within bounds."""
        now_ms = to_ms(self._clock())
        with self._changed:
            for thread_id in thread_ids:
                self._lanes.hold(account, thread_id, now_ms)

    def release(self, account: str, thread_ids: Sequence[str]) -> None:
        """Backfill of these conversations is through."""
        with self._changed:
            for thread_id in thread_ids:
                self._lanes.release(account, thread_id)
            self._changed.notify_all()

    def run(self) -> None:
        """Judge until stopped; what is in memory at the stop stays waiting in the inbox for the next start.

        While the rules think about a batch, the one before it is written. Both happen in the order of the lanes.
        """
        self._remember()
        while not self._stopping:
            ready = self._take()
            if ready:
                self.progress.begins()
            for start in range(0, len(ready), _BATCH):
                if not self._stopping:
                    self._go_on(ready[start : start + _BATCH])
            if not ready:
                self._finish()
                self.progress.rests()
        self._finish()

    def stop(self) -> None:
        """Let `run` end after the batch that the rules think about."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def between_batches(self) -> AbstractContextManager[object]:
        """While the block runs no batch is judged: what it changes counts for whole batches."""
        return self._batch

    def drain(self, timeout: float) -> bool:
        """Wait until everything admitted so far is judged; whether that was reached within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._idle and not self._given and not self._lanes.size and self._read_from is None, timeout
            )

    def _is_too_much(self, admitted: Sequence[Admitted]) -> bool:
        """For the memory, where everything comes in memory so far."""
        behind = len(self._given) + self._lanes.size
        return self._read_from is None and behind + len(admitted) > self._capacity

    def _remember(self) -> None:
        """What stands before something that an earlier process judged is late for this one, too."""
        for thread_id in self._groups:
            while not self._stopping:
                try:
                    judged = self._inbox.judged_last(thread_id)
                except StoreUnavailableError as error:
                    log.error("judge_waits", error=error)
                    self._pause(_RETRY_FIRST)
                    continue
                with self._changed:
                    for account, place in sorted((account, place_of(at_ms, key)) for account, at_ms, key in judged):
                        self._lanes.remember(account, thread_id, place)
                break

    def _take(self) -> list[tuple[Admitted, bool]]:
        self._read_backlog()
        with self._changed:
            if self._given:
                self._lanes.add(self._given, to_ms(self._clock()))
                self._given = []
                self._changed.notify_all()
            ready = self._lanes.take(to_ms(self._clock()))
            if ready:
                self._idle = False
            elif self._under_way:
                pass
            elif not self._stopping and (self._read_from is None or self._lanes.size):
                wait_ms = self._lanes.wait_ms(to_ms(self._clock()))
                self._idle = not self._lanes.size
                self._changed.notify_all()
                self._changed.wait(None if wait_ms is None else wait_ms / 1000)
            return ready

    def _read_backlog(self) -> None:
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
            self._pause(_RETRY_FIRST)
            return
        self.progress.rests()
        with self._changed:
            if page:
                self._lanes.add(page, to_ms(self._clock()))
                self._read_from = page[-1].id
            elif self._newest_given == newest:
                # Nothing was given while we read, so all that was given before would have been on the page.
                self._read_from = None

    def _go_on(self, batch: Sequence[tuple[Admitted, bool]]) -> None:
        """Have the next batch assessed, and write the one before it meanwhile."""
        if any(admitted.entry.kind in _ASK_THE_STORE for admitted, _ in batch):
            self._finish()
        for delay in doubling(_RETRY_FIRST, _RETRY_LONGEST):
            if self._stopping:
                return
            try:
                finished = self._assessor.assess(batch)
            except ProgramEndsError:
                return
            except StoreUnavailableError as error:
                log.error("judge_waits", error=str(error), entries=len(batch))
                if self._pause(delay):
                    return
            except Exception as error:
                self._finish()
                self._divide(batch, type(error).__name__)
                return
            else:
                self._finish()
                if not self._stopping:
                    self._under_way = batch, finished
                return

    def _finish(self) -> None:
        """Write the batch that the rules think about, once they have."""
        if self._under_way is None:
            return
        (batch, finished), self._under_way = self._under_way, None
        try:
            assessed = finished()
        except ProgramEndsError:
            return
        except Exception as error:
            self._divide(batch, type(error).__name__)
        else:
            self._judge_until_stored(assessed)

    def _divide(self, batch: Sequence[tuple[Admitted, bool]], error: str) -> None:
        """A fault of our own on one entry must neither stop the judge nor hold up the others."""
        log.error("judge_failed", error=error, entries=len(batch))
        if len(batch) == 1:
            self._bury(batch[0][0], error)
            return
        for one in batch:
            self._go_on([one])
            self._finish()

    def _judge_until_stored(self, batch: Assessment) -> None:
        for delay in doubling(_RETRY_FIRST, _RETRY_LONGEST):
            try:
                with self._batch:
                    judged, echoes = self._judge(batch)
            except StoreUnavailableError as error:
                self.progress.tries_again()
                log.error("judge_waits", error=error, entries=len(batch))
                if self._pause(delay):
                    return
            except _ReactionFault as fault:
                log.error("reaction_failed", entry=fault.entry_id, error=fault.error)
                self._without_reaction.add(fault.entry_id)
            except Exception as error:
                # A fault of our own on one entry must neither stop the judge nor hold up the others.
                log.error("judge_failed", error=type(error).__name__, entries=len(batch))
                if len(batch) == 1:
                    self._bury(batch[0].admitted, type(error).__name__)
                    return
                for one in batch:
                    self._judge_until_stored([one])
                return
            else:
                # The batch is durable: whatever fails from here on, it must not be judged again.
                self._confirm(echoes)
                self._on_judged(judged)
                self.progress.moves()
                return

    def _bury(self, admitted: Admitted, error: str) -> None:
        for delay in doubling(_RETRY_FIRST, _RETRY_LONGEST):
            try:
                with self._units.begin() as uow:
                    uow.verdicts.store_dead_letter(admitted, f"judge fault: {error}", self._clock())
            except StoreUnavailableError as unavailable:
                self.progress.tries_again()
                log.error("judge_waits", error=unavailable, entries=1)
                if self._pause(delay):
                    return
            else:
                return

    def _confirm(self, echoes: Sequence[tuple[int, str]]) -> None:
        if not echoes:
            return
        for delay in doubling(_RETRY_FIRST, _RETRY_LONGEST):
            try:
                self._outbox.confirm(echoes, self._clock())
            except StoreUnavailableError as error:
                self.progress.tries_again()
                log.error("judge_waits", error=error, echoes=len(echoes))
                if self._pause(delay):
                    return
            else:
                return

    def _judge(self, batch: Assessment) -> tuple[list[tuple[EventBase, Verdict]], list[tuple[int, str]]]:
        """Write all of it in one transaction; gives what was judged, and the echoes of our own messages in it."""
        now = self._clock()
        judged: list[tuple[EventBase, Verdict]] = []
        echoes: list[tuple[int, str]] = []
        with self._units.begin() as uow:
            for one in batch:
                if isinstance(one, NotUnderstood):
                    uow.verdicts.store_dead_letter(one.admitted, one.reason, now)
                    continue
                admitted, event, verdict = one
                if admitted.id in self._without_reaction:
                    failure = RuleFailure(rule_id="office", error="reaction failed")
                    verdict = verdict.model_copy(update={"failures": (*verdict.failures, failure)})
                if verdict.findings:
                    verdict = self._filter_findings(uow, event, verdict)
                uow.verdicts.store(admitted, event, verdict, now)
                judged.append((event, verdict))
                own = admitted.entry.own
                if own:
                    client_id = admitted.entry.cli_key or ""
                    if client_id.isdecimal() and len(client_id) <= _LONGEST_CLIENT_ID:
                        echoes.append((int(client_id), admitted.entry.key))
                # Of what the account itself does, only deletions and acts of the group tell something new.
                heard = not own or admitted.entry.kind in _OWN_HEARD
                if heard and admitted.id not in self._without_reaction:
                    self._react(uow, event, verdict)
        self._without_reaction.clear()
        return judged, echoes

    def _filter_findings(self, uow: UowT, event: EventBase, verdict: Verdict) -> Verdict:
        if event.id in self._without_reaction:
            return verdict
        try:
            return self._reactions.filter_findings(uow, event, verdict)
        except StoreUnavailableError:
            raise
        except Exception as error:
            raise _ReactionFault(event.id, type(error).__name__) from error

    def _react(self, uow: UowT, event: EventBase, verdict: Verdict) -> None:
        try:
            self._reactions.react(uow, event, verdict)
        except StoreUnavailableError:
            raise
        except Exception as error:
            raise _ReactionFault(event.id, type(error).__name__) from error

    def _pause(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._stopping, timeout=seconds)


class _ReactionFault(Exception):  # noqa: N818  never leaves this file
    """The office failed on one event; its transaction is void, and the event is judged again without reactions."""

    def __init__(self, entry_id: int, error: str) -> None:
        super().__init__(entry_id, error)
        self.entry_id = entry_id
        self.error = error
