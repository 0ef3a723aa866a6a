"""The outbox worker: takes due messages from the outbox (the bot's queue), sends each, and stores the outcome."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.documents import ReportFile
from zalo_governor.domain.errors import (
    GovernorError,
    SendDeferredError,
    SendRefusedError,
    SendTooLongError,
    SendUncertainError,
    SendWaitsError,
    StoreUnavailableError,
)
from zalo_governor.domain.notices import Outgoing, Purpose, Reception
from zalo_governor.domain.send_retries import ECHO_WAIT, promise_of
from zalo_governor.pipeline.ports import Sender
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.text.message_parts import count_parts, end_of_part

log = structlog.get_logger(__name__)

_CLAIM = 1
"""Number of messages that are marked as being sent at once.

If the process dies, it is unknown whether a message so marked went out; one that still waits is sent exactly once.
"""
_RETRY = 1.0
"""Seconds until the database is tried again after it was unavailable."""
_LONGEST_SLEEP_SECONDS = 1.0
"""Longest sleep in seconds, as another process may queue a message, and clocks may be changed."""
TEXT_BYTES = 2_200
"""Most bytes (UTF-8) of one message: Zalo took 2,321 and its own client splits at 2,613 letters (zalo-protocol.md,
14.9). The program sends neither styles nor mentions, whose JSON would count too."""
MARK_BYTES = 40
"""Bytes of `TEXT_BYTES` kept free for the marks "(2/3)" and "(gửi lại)" (sent again)."""
_FEWEST_BYTES = 250
"""A part that Zalo calls too long is halved while it has more bytes; below, the length cannot be what is wrong."""
_FILE_TRIES = 3
"""After this many tries a message is sent without its file, if the file cannot be rendered."""
_FILE_RETRY_SECONDS = 60.0
"""Pause in seconds before a file that could not be rendered is tried again."""
_EXEMPT_FROM_BUDGET = frozenset({Purpose.ADMIN_ALERT, Purpose.LEADER_ALERT, Purpose.REPLY})
"""Purposes of private messages that are sent even when the day's budget of private messages is used up."""


class OutboxWorker:
    """Sender of all messages in the outbox (the queue of the bot's messages), in two threads.

    Messages with a file have a lane and thread of their own: rendering and uploading a file takes seconds, which would
    delay an alert.
    """

    def __init__(self, text_lane: "OutboxLane", file_lane: "OutboxLane") -> None:
        self._text_lane = text_lane
        self._file_lane = file_lane

    def wake(self) -> None:
        """Make `run` check the queue of messages at once, as a message may have been added."""
        self._text_lane.wake()
        self._file_lane.wake()

    def run(self) -> None:
        """Send messages until stopped.

        A message that an earlier process was sending when it ended is sent again only if Zalo returns no copy of it.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="files") as pool:
            files = pool.submit(self._file_lane.run)
            files.add_done_callback(lambda _: self._text_lane.stop())
            try:
                self._text_lane.run()
            finally:
                self._file_lane.stop()
        files.result()

    def stop(self) -> None:
        """Make `run` return; messages marked as being sent whose send has not begun go back to waiting."""
        self._text_lane.stop()
        self._file_lane.stop()


class OutboxLane:
    """Sender of either all messages with a file (`files`) or all without, one at a time; `sender` limits the rate.

    Args:
        store: the durable queue of messages.
        sender: sends a message over Zalo's API.
        files: whether the messages with a file are sent, or those without.
        account: uid of the bot account.
        printed: returns the rendered content of a file; raises GovernorError if that fails.
        say_again: returns a text with the remark that it is sent again, for a message that may have arrived already.
        say_part: returns a part of a text with its number and the number of all parts.
        private_per_day: returns the number of private messages in 24 hours after which those that can wait are put off.
        on_sent: called after each message, in the sending thread, with the message and its outcome, for the log.
        clock: the wall clock.
    """

    def __init__(
        self,
        store: Outbox,
        sender: Sender,
        *,
        files: bool,
        account: str,
        printed: Callable[[ReportFile], bytes],
        say_again: Callable[[str], str],
        say_part: Callable[[str, int, int], str],
        private_per_day: Callable[[], int],
        on_sent: Callable[[Outgoing, str], None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._sender = sender
        self._carries_files = files
        self._account = account
        self._printed = printed
        self._say_again = say_again
        self._say_part = say_part
        self._private_per_day = private_per_day
        self._on_sent = on_sent
        self._clock = clock
        self._changed = threading.Condition()
        self._woken = False
        self._stopping = False

    def wake(self) -> None:
        """Make `run` check the queue of messages at once, as a message may have been added."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def run(self) -> None:
        """Send messages until stopped; first mark those that an earlier process was sending as possibly sent."""
        self._retry_until_stored(lambda: self._store.reclaim(self._clock() + ECHO_WAIT, files=self._carries_files))
        sent = False
        while not self._stopping:
            try:
                now = self._clock()
                due = now if sent else self._store.next_due(now, files=self._carries_files)
                sent = due is not None and due <= now and self.turn()
                if not sent:
                    self._sleep(due)
            except StoreUnavailableError as error:
                log.error("outbox_waits", error=error)
                self._sleep(self._clock() + timedelta(seconds=_RETRY))

    def turn(self) -> bool:
        """Send the next due message; return whether there was one; raise StoreUnavailableError without the database."""
        claimed = self._store.claim(now=self._clock(), limit=_CLAIM, files=self._carries_files)
        for outgoing in claimed:
            self._send(outgoing)
        return bool(claimed)

    def stop(self) -> None:
        """Make `run` return after the message that is being sent."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _send(self, outgoing: Outgoing) -> None:
        """Send one message that is marked as being sent, unless it must wait, and store the outcome."""
        now = self._clock()
        if self._stopping:
            self._retry_until_stored(lambda: self._store.postponed(outgoing, now))
            return
        if self._is_over_budget(outgoing, now):
            self._retry_until_stored(lambda: self._store.postponed(outgoing, now + timedelta(hours=1)))
            self._on_sent(outgoing, "over_budget")
            return
        if outgoing.repeated and (shown := self._find_sent(outgoing)):
            found = shown
            self._retry_until_stored(lambda: self._store.sent(outgoing, found, self._clock()))
            self._on_sent(outgoing, "found")
            return
        pause = promise_of(outgoing.notice.purpose, urgent=outgoing.notice.urgent).pause(outgoing.attempts)
        try:
            outgoing, content = self._with_content(outgoing)
            outgoing, reception = self._send_fitting(outgoing, content)
        except SendRefusedError as refusal:
            code, of_addressee = refusal.code, refusal.addressee_refuses
            self._retry_until_stored(
                lambda: self._store.refused(outgoing, code, self._clock(), addressee_refuses=of_addressee)
            )
            self._on_sent(outgoing, "refused")
        except SendWaitsError as waiting:
            later = self._clock() + timedelta(seconds=waiting.delay)
            self._retry_until_stored(lambda: self._store.postponed(outgoing, later))
            self._on_sent(outgoing, "waits_for_login")
        except SendDeferredError as deferral:
            reason = deferral.code
            delay = timedelta(seconds=deferral.delay)
            until = self._clock() + (delay if deferral.paused else max(pause, delay))
            self._retry_until_stored(lambda: self._store.deferred(outgoing, until, reason))
            self._on_sent(outgoing, "deferred" if deferral.known else "unknown_code")
        except SendUncertainError as doubt:
            status = doubt.code
            until = self._clock() + max(pause, ECHO_WAIT)
            self._retry_until_stored(lambda: self._store.uncertain(outgoing, until, status))
            self._on_sent(outgoing, "uncertain")
        else:
            self._retry_until_stored(lambda: self._store.sent(outgoing, reception, self._clock()))
            self._on_sent(outgoing, "sent")

    def _send_fitting(self, outgoing: Outgoing, content: bytes | None) -> tuple[Outgoing, Reception]:
        """Send the message or, of a text that is too long, its next part, made shorter while Zalo calls it too long.

        Returns what was sent, with Zalo's confirmation. Raises SendError.
        """
        most = TEXT_BYTES - MARK_BYTES
        if content is None and outgoing.end is None:
            outgoing = self._cut(outgoing, most)
        while True:
            try:
                return outgoing, self._sender.send(self._worded(outgoing), content)
            except SendTooLongError as refusal:
                size = len(outgoing.text.encode())
                if content is not None or size <= _FEWEST_BYTES:
                    raise
                log.info("text_too_long", outgoing=outgoing.id, size=size, code=refusal.code)
                outgoing = self._cut(outgoing, max(size // 2, _FEWEST_BYTES))

    def _cut(self, outgoing: Outgoing, most_bytes: int) -> Outgoing:
        """Return the message with as much of its text as `most_bytes` hold; store where the text is cut, if it is.

        So after a crash it is known which part may have been sent. Raises SendDeferredError if the program stops while
        the database is unavailable.
        """
        text = outgoing.notice.text.rstrip()
        end = end_of_part(text, outgoing.start, most_bytes)
        if end == len(text):
            return outgoing
        cut = outgoing.model_copy(update={"end": end})
        if not self._retry_until_stored(lambda: self._store.cut(cut)):
            # The echo of a part whose end is not stored would count as that of the whole text.
            raise SendDeferredError("the end of the part could not be stored", 0)
        return cut

    def _find_sent(self, outgoing: Outgoing) -> Reception | None:
        """Return Zalo's confirmation of a message that may have been sent; None without one or without an answer."""
        try:
            return self._sender.find_sent(outgoing)
        except GovernorError as error:
            log.info("not_asked_whether_sent", outgoing=outgoing.id, error=error)
            return None

    def _with_content(self, outgoing: Outgoing) -> tuple[Outgoing, bytes | None]:
        """Return the message and its rendered file (None for none); without its file if rendering keeps failing.

        If the first part of a long text was already sent without the file, the further parts are, too.
        """
        file = outgoing.notice.file
        if file is None or outgoing.part > 1:
            return outgoing, None
        try:
            return outgoing, self._printed(file)
        except GovernorError as error:
            log.error("not_printed", outgoing=outgoing.id, error=error)
            if outgoing.attempts < _FILE_TRIES:
                raise SendDeferredError("the file could not be made", _FILE_RETRY_SECONDS) from error
            notice = outgoing.notice.model_copy(update={"file": None})
            return outgoing.model_copy(update={"notice": notice}), None

    def _worded(self, outgoing: Outgoing) -> Outgoing:
        """Return the message as it is sent: a part with its number, and with a remark if it may have arrived already.

        The total number of parts is counted anew for each part, from the text that is left.
        """
        notice, text, end = outgoing.notice, outgoing.text, outgoing.end
        rest = 0 if end is None else count_parts(notice.text, end, TEXT_BYTES - MARK_BYTES)
        if outgoing.part + rest > 1:
            text = self._say_part(text, outgoing.part, outgoing.part + rest)
        file = notice.file
        if outgoing.repeated:
            again = self._say_again
            text = again(text)
            file = file and file.model_copy(update={"name": again(file.name), "caption": again(file.caption)})
        return outgoing.model_copy(update={"notice": notice.model_copy(update={"text": text, "file": file})})

    def _is_over_budget(self, outgoing: Outgoing, now: datetime) -> bool:
        """Return whether a private message must wait (urgent ones never do): the account has sent its daily number."""
        notice = outgoing.notice
        if notice.is_group or notice.urgent or notice.purpose in _EXEMPT_FROM_BUDGET:
            return False
        try:
            sent = self._store.sent_private_since(self._account, now - timedelta(days=1))
        except StoreUnavailableError:
            return False
        return sent >= self._private_per_day()

    def _retry_until_stored(self, write: Callable[[], object]) -> bool:
        """Store the outcome of a send by calling `write`, again and again until the database is available.

        Sending waits meanwhile: without the stored outcome the message might be sent twice. Returns whether it was
        stored; False if the program stops first.
        """
        while True:
            try:
                write()
            except StoreUnavailableError as error:
                log.error("outbox_waits", error=error)
                self._sleep(self._clock() + timedelta(seconds=_RETRY))
                if self._stopping:
                    return False
            else:
                return True

    def _sleep(self, until: datetime | None) -> None:
        """Sleep until a time (None: not known), at most `_LONGEST_SLEEP_SECONDS`; `wake` and `stop` end the sleep."""
        with self._changed:
            if not self._woken and not self._stopping:
                seconds = (
                    _LONGEST_SLEEP_SECONDS if until is None else max((until - self._clock()).total_seconds(), 0.001)
                )
                self._changed.wait(min(seconds, _LONGEST_SLEEP_SECONDS))
            self._woken = False
