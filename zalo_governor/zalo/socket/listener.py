"""Listens to Zalo's socket: connects, reads, reports the connection's state, and reconnects after every failure."""

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple, TypeVar

import structlog
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.connection import LineReport, LineState
from zalo_governor.domain.inbound import Element, Source
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.errors import LoginRefusedError, QueueEvictedError, UndecodableFrameError, ZaloError
from zalo_governor.zalo.events.extract import (
    act_types,
    elements_of,
    knows,
    typing_notices,
    uploads_done,
)
from zalo_governor.zalo.frames.decrypt import KICKED, OLD, TAKEN_OVER, Frame, FrameDecoder, command
from zalo_governor.zalo.frames.kinds import KINDS, is_encrypted
from zalo_governor.zalo.http.error_codes import DEAD_SESSION_CODES, as_code
from zalo_governor.zalo.socket.connection import ZaloConnection
from zalo_governor.zalo.socket.missed_queues import MissedQueues, status_of

log = structlog.get_logger(__name__)

_STOP_CHECK_SECONDS = 0.25
"""Seconds between checks of whether a waiting listener must stop."""
_FIRST_DELAY_SECONDS = 1.0
_LONGEST_DELAY_SECONDS = 60.0
_STABLE_SECONDS = 15.0
"""Seconds after which a connection counts as stable, so that delays between attempts begin at the shortest again.

Zalo cuts some connections every 22 to 65 seconds (zalo-protocol.md, 5.7).
"""
_UNREACHED_BEFORE_LOGIN = 5
"""Attempts in a row in which no socket server could be reached at all, after which a login fetches new addresses.

A connection that was open and broke never leads to a login, however often (zalo-protocol.md, 14.8).
"""
_QUEUE_LISTS = ("qCmds", "ctrl_qCmds", "bk_cmds")
"""Fields of the key frame that name the queues which Zalo keeps for the account (zalo-protocol.md, 14.6)."""
_LONGEST_LOGGED = 80

T = TypeVar("T")


class _Ending(NamedTuple):
    """How a connection, or an attempt to connect, ended; `cause` is a short code for the log."""

    state: LineState
    cause: str


class _StoppedError(ZaloError):
    """The listener was stopped while it waited for an answer of Zalo."""


_TAKEOVERS = {
    TAKEN_OVER: _Ending(LineState.DUPLICATE, "closed:3000"),
    KICKED: _Ending(LineState.KICKED, "closed:3003"),
}
_REFUSED_HANDSHAKES = frozenset({401, 403, 600})
_TAKEOVER_STATES = frozenset(ending.state for ending in _TAKEOVERS.values())


class Listener:
    """Reader of Zalo's socket, in the thread that calls `run`; all callbacks are called in that thread.

    Args:
        session: the session of the bot account.
        on_elements: receives the elements (messages, reactions …) that arrived together, each once and in order; it may
            block, but not raise. The function passed with them, if any, must be called when they are stored.
        on_line: receives every change of the connection's state, and a report when frames were lost.
        queues: reads what was missed while disconnected, over each new connection.
        wants_old: called at each new connection; returns whether anything can have been missed (not if nothing was ever
            received before).
        on_unknown_frame: receives each frame with data of which nothing is known; must not raise.
        clock: gives the present time.
        ping_seconds: seconds between pings.
        silence_seconds: seconds without any data after which the connection counts as broken.
        duplicate_pause_seconds: seconds until the next attempt after another client has taken over the session.
        random: source of the random part of the delays between attempts.
    """

    def __init__(
        self,
        session: ZaloSession,
        *,
        on_elements: Callable[[list[Element], Callable[[], None] | None], None],
        on_line: Callable[[LineReport], None],
        queues: MissedQueues,
        wants_old: Callable[[], bool],
        on_unknown_frame: Callable[[Frame], None],
        clock: Clock,
        ping_seconds: float,
        silence_seconds: float,
        duplicate_pause_seconds: float,
        random: Random,
    ) -> None:
        self._session = session
        self._on_elements = on_elements
        self._on_line = on_line
        self._queues = queues
        self._wants_old = wants_old
        self._on_unknown_frame = on_unknown_frame
        self._clock = clock
        self._ping_seconds = ping_seconds
        self._silence_seconds = silence_seconds
        self._duplicate_pause_seconds = duplicate_pause_seconds
        self._random = random
        self._stopping = threading.Event()
        self._reported: LineState | None = None
        self._heard_at: datetime | None = None
        self._failures = 0
        self._unreached = 0
        self._url_index = 0
        self._must_log_in = False

    @property
    def heard_at(self) -> datetime | None:
        """Return when any frame was last received, an answer to a ping included; None before the first."""
        return self._heard_at

    def run(self) -> None:
        """Connect, listen and reconnect until `stop` is called; no failure of the connection ends this loop."""
        while not self._stopping.is_set():
            try:
                ending = self._connect_and_listen()
            except _StoppedError:
                return
            except Exception as error:
                log.error("listener_failed", error=type(error).__name__)
                ending = _Ending(LineState.DOWN, type(error).__name__)
            if self._stopping.is_set():
                return
            if ending.state in _TAKEOVER_STATES:
                self._session.life.taken_over = True
            pause = self._next_delay(ending.state)
            self._report(ending.state, ending.cause, pause)
            self._stopping.wait(pause)

    def stop(self) -> None:
        """Make `run` return within a second, unless `on_elements` blocks; elements received by then are delivered."""
        self._stopping.set()

    def _connect_and_listen(self) -> _Ending:
        """Log in if needed, connect, and listen until the connection ends; return how it ended.

        After a takeover, or once the session is dead, it connects without a login.
        """
        life = self._session.life
        locked = life.taken_over or life.dead is not None
        fresh = not self._session.socket_urls or (self._must_log_in and life.may_log_in)
        if fresh:
            try:
                self._run_stoppable(self._session.login)
            except LoginRefusedError as error:
                self._must_log_in = True
                return _Ending(LineState.REFUSED, f"login:{error.code}")
            except ZaloError as error:
                self._must_log_in = True
                return _Ending(LineState.DOWN, f"login:{type(error).__name__}")
            self._must_log_in = False
        urls = self._session.socket_urls
        try:
            connection = self._connect(urls[self._url_index % len(urls)])
        except InvalidStatus as error:
            status = error.response.status_code
            self._must_log_in = status in _REFUSED_HANDSHAKES
            # Refused right after a login, or where the program must not log in: a person must find the cause.
            refused = self._must_log_in and (fresh or locked)
            return _Ending(LineState.REFUSED if refused else LineState.DOWN, f"handshake:{status}")
        except (OSError, WebSocketException) as error:
            self._unreached += 1
            if self._unreached % max(_UNREACHED_BEFORE_LOGIN, len(urls)) == 0:
                self._must_log_in = True
            return _Ending(LineState.DOWN, f"connect:{type(error).__name__}")
        self._unreached = 0
        try:
            return self._listen(connection)
        finally:
            connection.close()
            self._queues.disconnected()

    def _connect(self, url: str) -> ZaloConnection:
        def connect() -> ZaloConnection:
            connection = ZaloConnection(self._session, url, clock=self._clock)
            if self._stopping.is_set():
                connection.close()
            return connection

        return self._run_stoppable(connect)

    def _listen(self, connection: ZaloConnection) -> _Ending:
        decoder = FrameDecoder()
        opened = quiet_since = time.monotonic()
        try:
            while not self._stopping.is_set():
                frames = connection.receive(_STOP_CHECK_SECONDS)
                if frames:
                    was_keyed = decoder.keyed
                    ending = self._process_frames(decoder, frames, connection)
                    if ending:
                        return ending
                    if decoder.keyed and not was_keyed:
                        opened = time.monotonic()
                    quiet_since = time.monotonic()
                elif time.monotonic() - quiet_since > self._silence_seconds:
                    return _Ending(LineState.DOWN, "silence")
                elif not decoder.keyed and time.monotonic() - opened > self._session.timeout:
                    return _Ending(LineState.DOWN, "no_key_frame")
        except ConnectionClosed as error:
            code = error.rcvd.code if error.rcvd else 1006
            return _TAKEOVERS.get(code, _Ending(LineState.DOWN, f"closed:{code}"))
        finally:
            if decoder.keyed and time.monotonic() - opened >= _STABLE_SECONDS:
                self._failures = 0
        return _Ending(LineState.DOWN, "stopped")

    def _process_frames(self, decoder: FrameDecoder, frames: list[bytes], connection: ZaloConnection) -> _Ending | None:
        """Decode frames and deliver their elements; return how the connection ends, None if no frame announces that."""
        elements: list[Element] = []
        last_ids: dict[str, str] = {}
        ending: _Ending | None = None
        lost = False
        self._heard_at = self._clock()
        now_ms = to_ms(self._heard_at)
        for data in frames:
            cmd = 0
            try:
                # Check the unencrypted command first: the rest of a takeover frame often cannot be decoded.
                cmd, _ = command(data)
                taken_away = _TAKEOVERS.get(cmd)
                if taken_away:
                    ending = taken_away
                    continue
                frame = self._decode(decoder, data, connection)
                code = as_code(frame.payload.get("error_code", 0))
                if code in DEAD_SESSION_CODES:
                    self._session.life.call_refused("", code)
                    self._must_log_in = True
                    dead = self._session.life.dead
                    ending = ending or _Ending(LineState.REFUSED if dead else LineState.DOWN, f"session:{code}")
                if frame.cmd in OLD:
                    self._queues.answered(frame, self._elements(frame, Source.BACKFILL, now_ms))
                    continue
                elements += self._elements(frame, Source.LIVE, now_ms)
                status = status_of(frame)
                last_ids |= status.last_ids
                if status.evicted:
                    raise QueueEvictedError(f"evicted:{min(status.evicted)}")  # noqa: TRY301 - it is a loss like others
            except Exception as error:
                if isinstance(error, UndecodableFrameError) and is_encrypted(cmd):
                    # Its key is not the session's; no message that could be read is lost with it.
                    self._session.frames.count(cmd)
                    continue
                log.error("frame_lost", cause=_cause(error))
                evicted = isinstance(error, QueueEvictedError)
                if not lost:
                    # Report one loss for all frames that came together: one backfill recovers all of their elements.
                    # Report it in order, after the elements before it and before those after it.
                    self._deliver(elements, last_ids)
                    elements, last_ids = [], {}
                self._queues.lost(for_good=evicted)
                if not lost:
                    self._notify(LineState.FRAME_LOST, _cause(error))
                lost = True
        self._deliver(elements, last_ids)
        return ending

    def _decode(self, decoder: FrameDecoder, data: bytes, connection: ZaloConnection) -> Frame:
        was_keyed = decoder.keyed
        frame = decoder.decode(data)
        if not was_keyed and decoder.keyed:
            for name in _QUEUE_LISTS:
                offered = re.sub(r"\W+", "+", str(frame.payload.get(name)), flags=re.ASCII).strip("+")
                log.info("queues_offered", type=name, queue=offered[:_LONGEST_LOGGED])
            connection.keep_alive(self._ping_seconds)
            self._session.life.taken_over = False
            # Before the report, as recovery then waits for the queues; their answers are read in this thread later.
            self._queues.connected(connection.send, wanted=self._wants_old())
            self._report(LineState.UP, "")
        return frame

    def _elements(self, frame: Frame, source: Source, now_ms: int) -> list[Element]:
        for file_id, url in uploads_done(frame):
            self._session.uploads.done(file_id, url)
        typing = typing_notices(frame)
        if typing:
            log.debug("typing_dropped", count=typing)
        elif (frame.cmd in KINDS or not knows(frame)) and (frame.payload.get("data") or is_encrypted(frame.cmd)):
            log.info("frame_without_elements", cmd=frame.cmd, sub=frame.sub)
            self._session.frames.count(frame.cmd)
            if frame.cmd not in KINDS:
                self._on_unknown_frame(frame)
        for act_type in act_types(frame):
            self._session.frames.count_act(act_type)
        elements = elements_of(frame, account=self._session.uid, source=source, now_ms=now_ms)
        self._session.echoes.note(elements)
        return elements

    def _deliver(self, elements: list[Element], last_ids: dict[str, str]) -> None:
        if elements:
            self._on_elements(elements, self._queues.after_live(last_ids) if last_ids else None)

    def _report(self, state: LineState, cause: str, pause: float = 0.0) -> None:
        left = state in _TAKEOVER_STATES
        if state is self._reported and not left:
            return
        self._reported = state
        again = timedelta(seconds=pause) if left else None
        log.info("line_changed", state=state.value, cause=cause, seconds=again and pause)
        self._notify(state, cause, again)

    def _notify(self, state: LineState, cause: str, again: timedelta | None = None) -> None:
        now = self._clock()
        line = LineReport(state=state, at=now, heard_at=self._heard_at, cause=cause, resumes_at=again and now + again)
        try:
            self._on_line(line)
        except Exception as error:
            log.error("line_report_not_accepted", state=state.value, error=type(error).__name__)

    def _next_delay(self, state: LineState) -> float:
        """Return the seconds until the next attempt to connect, after a connection that ended with `state`.

        Backoff with full jitter: random, up to a limit that doubles with each failure. After another client took over
        the session it is the fixed long pause instead.
        """
        if state in _TAKEOVER_STATES:
            return self._duplicate_pause_seconds
        self._url_index += 1
        longest = min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(self._failures, 10))
        self._failures += 1
        return self._random.uniform(0, longest)

    def _run_stoppable(self, work: Callable[[], T]) -> T:
        """Run blocking `work` in a thread and return its result; raise _StoppedError as soon as `stop` is called."""
        done: Future[T] = Future()

        def carry_out() -> None:
            try:
                done.set_result(work())
            except Exception as error:
                done.set_exception(error)

        threading.Thread(target=carry_out, name="zalo-wait", daemon=True).start()
        while not wait([done], timeout=_STOP_CHECK_SECONDS).done:
            if self._stopping.is_set():
                raise _StoppedError("stopped")
        return done.result()


def _cause(error: Exception) -> str:
    return str(error) if isinstance(error, UndecodableFrameError | QueueEvictedError) else type(error).__name__
