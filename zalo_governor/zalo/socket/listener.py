"""Listens to Zalo for months: connects, reads, reports the line, and comes back after every kind of end."""

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
from zalo_governor.zalo.errors import LoginRefusedError, UndecodableFrameError, ZaloError
from zalo_governor.zalo.events.extract import elements_of, has_messages_alone, knows, typing_notices, uploads_done
from zalo_governor.zalo.frames.decrypt import KICKED, OLD, TAKEN_OVER, Frame, FrameDecoder, command
from zalo_governor.zalo.http.error_codes import SESSION_EXPIRED
from zalo_governor.zalo.socket.connection import ZaloConnection

log = structlog.get_logger(__name__)

_LOOK_UP_SECONDS = 0.25
"""How often a waiting listener looks whether it is to stop."""
_FIRST_DELAY_SECONDS = 1.0
_LONGEST_DELAY_SECONDS = 60.0
_HEALTHY_SECONDS = 15.0
"""A connection that held so long begins the backoff anew: some are cut every 22 to 65 seconds (protocol page 5.7)."""
_FAILURES_TO_LOGIN = 5
_LONGEST_STORE_DELAY_SECONDS = 5.0

T = TypeVar("T")


class _Ending(NamedTuple):
    """How a connection, or the try for one, ended."""

    state: LineState
    cause: str


class _StoppedError(ZaloError):
    """The listener was stopped while it waited for Zalo."""


_TAKEN_AWAY = {
    TAKEN_OVER: _Ending(LineState.DUPLICATE, "closed:3000"),
    KICKED: _Ending(LineState.KICKED, "closed:3003"),
}
_LEFT_ALONE = frozenset(ending.state for ending in _TAKEN_AWAY.values())


class Listener:
    """Reads the socket in the thread that calls `run`.

    `on_elements` gets everything that had arrived together, once per element and in order; it may block, and where it
    raises it is called again with the same elements. `on_line` gets every change of the line. Both are called in the
    listener's thread. `wants_old` says, at each new connection, whether anything was heard before: then Zalo is asked
    for what was said meanwhile, and `on_old` gets the command and the elements of each such answer.
    """

    def __init__(
        self,
        session: ZaloSession,
        *,
        on_elements: Callable[[list[Element]], None],
        on_line: Callable[[LineReport], None],
        wants_old: Callable[[], bool],
        on_old: Callable[[int, list[Element]], None],
        clock: Clock,
        ping_seconds: float,
        silence_seconds: float,
        duplicate_pause_seconds: float,
        random: Random,
    ) -> None:
        self._session = session
        self._on_elements = on_elements
        self._on_line = on_line
        self._wants_old = wants_old
        self._on_old = on_old
        self._clock = clock
        self._ping_seconds = ping_seconds
        self._silence_seconds = silence_seconds
        self._duplicate_pause_seconds = duplicate_pause_seconds
        self._random = random
        self._stopping = threading.Event()
        self._reported: LineState | None = None
        self._heard_at: datetime | None = None
        self._failures = 0
        self._turn = 0
        self._must_log_in = False

    @property
    def heard_at(self) -> datetime | None:
        """When anything last came in, an answer to a ping included; None before the first."""
        return self._heard_at

    def run(self) -> None:
        """Listen until stopped. No trouble of the line ends it."""
        while not self._stopping.is_set():
            try:
                ending = self._attend()
            except _StoppedError:
                return
            except Exception as error:
                log.error("listener_failed", error=type(error).__name__)
                ending = _Ending(LineState.DOWN, type(error).__name__)
            if self._stopping.is_set():
                return
            pause = self._pause(ending.state)
            self._report(ending.state, ending.cause, pause)
            self._stopping.wait(pause)

    def stop(self) -> None:
        """Let `run` return within a second, unless `on_elements` blocks; what was received is handed on before."""
        self._stopping.set()

    def _attend(self) -> _Ending:
        """One try: log in where needed, connect, and listen until the line ends."""
        fresh = self._must_log_in or not self._session.socket_urls
        if fresh:
            try:
                self._unless_stopped(self._session.login)
            except LoginRefusedError as error:
                self._must_log_in = True
                return _Ending(LineState.REFUSED, f"login:{error.code}")
            except ZaloError as error:
                self._must_log_in = True
                return _Ending(LineState.DOWN, f"login:{type(error).__name__}")
            self._must_log_in = False
        urls = self._session.socket_urls
        try:
            wire = self._connected(urls[self._turn % len(urls)])
        except InvalidStatus as error:
            status = error.response.status_code
            self._must_log_in = status in {401, 403}
            # Refused right after a login that went well: another login will not help, somebody must look.
            refused = self._must_log_in and fresh
            return _Ending(LineState.REFUSED if refused else LineState.DOWN, f"handshake:{status}")
        except (OSError, WebSocketException) as error:
            return _Ending(LineState.DOWN, f"connect:{type(error).__name__}")
        try:
            return self._listen(wire)
        finally:
            wire.close()

    def _connected(self, url: str) -> ZaloConnection:
        def connect() -> ZaloConnection:
            wire = ZaloConnection(self._session, url, clock=self._clock)
            if self._stopping.is_set():
                wire.close()
            return wire

        return self._unless_stopped(connect)

    def _listen(self, wire: ZaloConnection) -> _Ending:
        decoder = FrameDecoder()
        opened = quiet_since = time.monotonic()
        try:
            while not self._stopping.is_set():
                frames = wire.receive(_LOOK_UP_SECONDS)
                if frames:
                    was_keyed = decoder.keyed
                    ending = self._take(decoder, frames, wire)
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
            return _TAKEN_AWAY.get(code, _Ending(LineState.DOWN, f"closed:{code}"))
        finally:
            if decoder.keyed and time.monotonic() - opened >= _HEALTHY_SECONDS:
                self._failures = 0
        return _Ending(LineState.DOWN, "stopped")

    def _take(self, decoder: FrameDecoder, frames: list[bytes], wire: ZaloConnection) -> _Ending | None:
        """Hand on what the frames carry; gives the end of the line where one of them speaks it."""
        elements: list[Element] = []
        ending: _Ending | None = None
        lost = False
        self._heard_at = self._clock()
        now_ms = to_ms(self._heard_at)
        for data in frames:
            try:
                # The command stands in clear; the rest of a frame that takes the line away is often not readable.
                taken_away = _TAKEN_AWAY.get(command(data)[0])
                if taken_away:
                    ending = taken_away
                    continue
                frame = self._decoded(decoder, data, wire)
                if frame.payload.get("error_code") == SESSION_EXPIRED:
                    self._must_log_in = True
                    ending = ending or _Ending(LineState.DOWN, "session_expired")
                if frame.cmd in OLD:
                    self._on_old(frame.cmd, self._elements(frame, Source.BACKFILL, now_ms))
                else:
                    elements += self._elements(frame, Source.LIVE, now_ms)
            except Exception as error:
                log.error("frame_lost", cause=_cause(error))
                if not lost:
                    # Once for all that came together: one look into the history finds what each of them carried. And
                    # here, between what came before it and what comes after it.
                    self._hand_on(elements)
                    elements = []
                    self._tell(LineState.FRAME_LOST, _cause(error))
                lost = True
        self._hand_on(elements)
        return ending

    def _decoded(self, decoder: FrameDecoder, data: bytes, wire: ZaloConnection) -> Frame:
        was_keyed = decoder.keyed
        frame = decoder.decode(data)
        if not was_keyed and decoder.keyed:
            wire.keep_alive(self._ping_seconds)
            self._report(LineState.UP, "")
            if self._wants_old():
                wire.ask_for_old()
        return frame

    def _elements(self, frame: Frame, source: Source, now_ms: int) -> list[Element]:
        if not has_messages_alone(frame):
            for file_id, url in uploads_done(frame):
                self._session.uploads.done(file_id, url)
            typing = typing_notices(frame)
            if typing:
                log.debug("typing_dropped", count=typing)
            elif frame.payload.get("data") and not knows(frame):
                log.info("frame_without_elements", cmd=frame.cmd, sub=frame.sub)
        return elements_of(frame, account=self._session.uid, source=source, now_ms=now_ms)

    def _hand_on(self, elements: list[Element]) -> None:
        delay = 0.1
        while elements and not self._accepted(elements):
            if self._stopping.wait(delay):
                return  # Nobody takes them; the next start finds them in the history.
            delay = min(delay * 2, _LONGEST_STORE_DELAY_SECONDS)

    def _accepted(self, elements: list[Element]) -> bool:
        try:
            self._on_elements(elements)
        except Exception as error:
            log.error("elements_not_accepted", count=len(elements), error=type(error).__name__)
            return False
        return True

    def _report(self, state: LineState, cause: str, pause: float = 0.0) -> None:
        left = state in _LEFT_ALONE
        if state is self._reported and not left:
            return
        self._reported = state
        again = timedelta(seconds=pause) if left else None
        log.info("line_changed", state=state.value, cause=cause, seconds=again and pause)
        self._tell(state, cause, again)

    def _tell(self, state: LineState, cause: str, again: timedelta | None = None) -> None:
        now = self._clock()
        line = LineReport(state=state, at=now, heard_at=self._heard_at, cause=cause, resumes_at=again and now + again)
        try:
            self._on_line(line)
        except Exception as error:
            log.error("line_report_not_accepted", state=state.value, error=type(error).__name__)

    def _pause(self, state: LineState) -> float:
        """Seconds until the next try: backoff with full jitter, or the long pause where somebody else has the line."""
        if state in _LEFT_ALONE:
            return self._duplicate_pause_seconds
        self._turn += 1
        longest = min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(self._failures, 10))
        self._failures += 1
        if self._failures % _FAILURES_TO_LOGIN == 0:
            # The addresses that the last login gave may be gone.
            self._must_log_in = True
        return self._random.uniform(0, longest)

    def _unless_stopped(self, work: Callable[[], T]) -> T:
        """Do something that may wait for Zalo, without making `stop` wait for it."""
        done: Future[T] = Future()

        def carry_out() -> None:
            try:
                done.set_result(work())
            except Exception as error:
                done.set_exception(error)

        threading.Thread(target=carry_out, name="zalo-wait", daemon=True).start()
        while not wait([done], timeout=_LOOK_UP_SECONDS).done:
            if self._stopping.is_set():
                raise _StoppedError("stopped")
        return done.result()


def _cause(error: Exception) -> str:
    return str(error) if isinstance(error, UndecodableFrameError) else type(error).__name__
