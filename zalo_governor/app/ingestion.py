"""Builds the components that receive messages: listener, intake, gap recovery, reconciliation, liveness monitor."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from random import SystemRandom
from time import monotonic

from zalo_governor.app.context import AppContext
from zalo_governor.app.supervisor import Part
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.connection import BackfillEnd, LineReport, LineState
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.domain.inbound import Admitted, Element
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.pipeline.gap_recovery import GapRecovery
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.intake import Intake
from zalo_governor.pipeline.judge import Judge
from zalo_governor.pipeline.liveness import MISSED, Alarm, LivenessMonitor
from zalo_governor.pipeline.reconciliation import Reconciliation
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.storage.repositories.gaps import Gaps
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.queue_cursors import SqlQueueCursors
from zalo_governor.system.process import on_the_core
from zalo_governor.zalo.api.client import NEWEST, ZaloClient
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.frames.decrypt import OLD_GROUPS, OLD_PRIVATE, Frame
from zalo_governor.zalo.history.backfill import Backfill
from zalo_governor.zalo.history.private_backfill import recover_last_private
from zalo_governor.zalo.socket.listener import Listener
from zalo_governor.zalo.socket.missed_queues import MissedQueues

_BACKFILL_PAUSE_SECONDS = 0.5
"""Seconds between two requests for pages of a group's history."""


class Ingestion:
    """Builder and holder of the components that receive Zalo's messages, store them and pass them to the judge.

    Its methods are the callbacks that connect these components.

    Args:
        records: settings, database and clock.
        session: session of the account that logged in.
        client: Zalo's API for the same account.
        inbox: the table of received elements (messages, acts, receipts).
        gate: the secret gate, which checks each element for state secrets before it is stored.
        judge: applies the rules to the stored elements.
        alarm: returns who is told when an outage of the connection begins and ends.
        on_admitted: called with newly stored entries, before the judge gets them.
        on_recovered: called with a group's id once those of its missed messages that Zalo still has are stored.
        on_up: called when the connection is up and the missed messages are stored.
        on_unknown_frame: receives each frame of an unknown kind; must not raise.
    """

    def __init__(
        self,
        records: AppContext,
        session: ZaloSession,
        client: ZaloClient,
        *,
        inbox: Inbox,
        gate: SecretGate,
        judge: Judge,
        alarm: Callable[[], Alarm],
        on_admitted: Callable[[Sequence[Admitted]], None],
        on_recovered: Callable[[str], None],
        on_up: Callable[[], None],
        on_unknown_frame: Callable[[Frame], None],
    ) -> None:
        settings, clock = records.settings, records.clock
        self._clock = clock
        self._judge = judge
        self._on_admitted = on_admitted
        self._account = session.uid
        self._session = session
        self._frames = session.frames.counts
        self._groups = {group.id: group.name for group in settings.groups}
        self._stopping = threading.Event()
        self._inbox = inbox
        self._gaps = Gaps(records.database, self._account)
        self._last_messages = client.last_messages
        self._backfill = Backfill(client, pause=_BACKFILL_PAUSE_SECONDS, sleep=self._sleep_unless_stopping)
        self._intake = Intake(
            self._inbox,
            gate,
            groups=self._groups,
            watched=self._inbox.receipt_is_watched,
            on_admitted=self._pass_to_judge,
            clock=clock,
        )
        self._recovery = GapRecovery(
            groups={**{group_id: group_id for group_id in self._groups}, self._account: "private"},
            gaps=self._gaps,
            history=self._fetch_history,
            newest=self._inbox.newest_id,
            admit=self._intake.admit,
            hold=lambda: judge.hold(self._account, list(self._groups)),
            release=lambda group_id: judge.release(self._account, [group_id]),
            on_recovered=on_recovered,
            on_up=on_up,
        )
        self._queues = MissedQueues(
            SqlQueueCursors(records.database, self._account, session.login_digest),
            newest=self._inbox.newest_id,
            take=self._recovery.take_old,
        )
        self._listener = Listener(
            session,
            on_elements=self._intake.offer,
            on_line=self._recovery.report,
            queues=self._queues,
            wants_old=self._wants_old,
            on_unknown_frame=on_unknown_frame,
            clock=clock,
            ping_seconds=settings.zalo.ping_seconds,
            silence_seconds=settings.zalo.silence_seconds,
            duplicate_pause_seconds=settings.zalo.duplicate_pause_seconds,
            random=SystemRandom(),
        )
        rounds = Reconciliation(
            groups=list(self._groups),
            pages=settings.vigil.round_pages,
            page=lambda group_id, before: client.recent(group_id, NEWEST if before is None else before),
            numbers=lambda group_id, keys: self._inbox.numbers(self._account, group_id, keys),
            oldest=lambda group_id: self._inbox.oldest(self._account, group_id),
            missed=self._report_missed,
            pause=lambda: self._sleep_unless_stopping(_BACKFILL_PAUSE_SECONDS),
        )
        self._liveness = LivenessMonitor(
            groups=self._groups,
            newest=client.newest,
            known=lambda group_id, keys: self._inbox.known(self._account, group_id, keys),
            keep_alive=client.keep_alive,
            line=lambda: (self._line(), self._listener.heard_at),
            report=self._report_silent_loss,
            go_round=rounds.go,
            alarm=alarm,
            look_every=timedelta(minutes=settings.vigil.look_minutes),
            round_every=timedelta(minutes=settings.vigil.round_minutes),
            keep_alive_every=timedelta(minutes=settings.vigil.keep_alive_minutes),
            blind_after=timedelta(minutes=settings.alarm.after_minutes),
            clock=clock,
            seconds=monotonic,
            random=SystemRandom(),
        )

    def admit(self, elements: Sequence[Element]) -> None:
        """Store elements that did not arrive over the socket (found by group sync), and pass them to the judge."""
        self._intake.admit(elements)

    def status(self) -> LineStatus:
        """Return the state of the connection to Zalo, and when a check last found that no message is missing."""
        line = self._line()
        return LineStatus(
            line.state if line else None,
            since=line.at if line else None,
            heard_at=self._listener.heard_at,
            resumes_at=line.resumes_at if line else None,
            looked_at=self._liveness.looked_at,
            frames=self._frames(),
        )

    def _line(self) -> LineReport | None:
        """Return the last report of the connection's state; SESSION_DEAD if it is up, but Zalo refuses the calls."""
        line, dead = self._recovery.state, self._session.life.dead
        if line is None or line.state is not LineState.UP or dead is None:
            return line
        return LineReport(state=LineState.SESSION_DEAD, at=dead.since, cause=f"session:{dead.code}")

    @property
    def progress(self) -> Heartbeat:
        """Return the progress of the intake thread, which stores elements, for monitoring."""
        return self._intake.progress

    def parts(self) -> Sequence[Part]:
        """Return the parts (threads) in the order in which to stop them."""
        return (
            Part("vigil", self._liveness.run, self._liveness.stop),
            Part("listener", on_the_core(self._listen), self._listener.stop),
            Part("recovery", self._recovery.run, self._stop_recovery),
            Part("intake", on_the_core(self._intake.run), self._intake.stop),
        )

    def _listen(self) -> None:
        self._recovery.prepare(self._clock())
        self._listener.run()

    def _pass_to_judge(self, admitted: Sequence[Admitted]) -> None:
        """Pass newly stored inbox entries to `on_admitted`, then to the judge, which applies the rules."""
        self._on_admitted(admitted)
        self._judge.accept(admitted)

    def _fetch_history(
        self, group_id: str, heard_id: int, since_ms: int, take: Callable[[Sequence[Element]], None]
    ) -> BackfillEnd:
        """Fetch a group's messages missed after the inbox entry `heard_id`; return how that ended (complete or not).

        They are passed to `take`. If nothing of the group is stored, those sent before `since_ms` are left out. If
        `group_id` is the bot account's uid, those of all private conversations are meant.
        """
        if group_id == self._account:
            by_queue = self._queues.outcome(OLD_PRIVATE, heard_id)
            # Before the last messages, which are the younger ones.
            self._recovery.store_old(group_id, take)
            if by_queue is not BackfillEnd.EXHAUSTED:
                return by_queue
            before = self._received_before_gap(heard_id, since_ms)
            shows_all = self._queues.login_is_older(OLD_PRIVATE, heard_id)
            return recover_last_private(self._last_messages, before, take, shows_all=shows_all)
        end = self._backfill.recover(
            group_id,
            lambda keys: self._inbox.numbers(self._account, group_id, keys),
            take,
            heard_id=heard_id,
            oldest=self._inbox.oldest(self._account, group_id, heard_id),
            since_ms=since_ms,
            login_is_older=self._queues.login_is_older(OLD_GROUPS, heard_id),
        )
        if end in {BackfillEnd.REACHED, BackfillEnd.INTERRUPTED}:
            return end
        by_queue = self._queues.outcome(OLD_GROUPS, heard_id)
        return end if by_queue is BackfillEnd.EXHAUSTED else by_queue

    def _report_silent_loss(self, line: LineReport) -> None:
        """Report that a message was not received although the connection seemed to be well."""
        self._queues.lost(for_good=True)
        self._recovery.report(line)

    def _report_missed(self, group_id: str, heard_id: int, element: Element) -> None:
        """Have `element` fetched, which a comparison of Zalo's history with the inbox found missing.

        Records a gap (time of missed messages) that begins after the inbox entry `heard_id`.
        """
        now = self._clock()
        said_at = now if element.at_ms > to_ms(now) else from_ms(element.at_ms)
        line = LineReport(state=LineState.FRAME_LOST, at=now, heard_at=said_at, cause=MISSED)
        self._queues.lost(for_good=True)
        self._recovery.missed(group_id, heard_id, line)

    def _received_before_gap(self, heard_id: int, since_ms: int) -> Callable[[Element], bool]:
        """Return a function that tells whether a private message is older than a gap (time of missed messages).

        The gap begins after the inbox entry `heard_id`. Older are messages stored up to then, and those sent before the
        first stored message; before `since_ms` if there is none.
        """
        heard_ms = self._gaps.first_heard(self._account, up_to=heard_id)
        first_ms = since_ms if heard_ms is None else heard_ms

        def heard_before(element: Element) -> bool:
            if element.at_ms < first_ms:
                return True  # Sent before the bot joined.
            at = (self._account, element.thread_id, [element.key])
            return bool(self._inbox.numbers(*at, kind=element.kind, up_to=heard_id))

        return heard_before

    def _wants_old(self) -> bool:
        """Return whether to ask Zalo over a new connection for missed messages; not if nothing was ever received."""
        try:
            return self._recovery.listened_before or self._gaps.last_received() is not None
        except StoreUnavailableError:
            return True

    def _stop_recovery(self) -> None:
        """Stop gap recovery, also during a pause between two requests."""
        self._stopping.set()
        self._queues.close()
        self._recovery.stop()

    def _sleep_unless_stopping(self, seconds: float) -> bool:
        """Wait for the given seconds and return True; return False at once if the program is stopping."""
        return not self._stopping.wait(seconds)
