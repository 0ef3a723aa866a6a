"""The outbox worker: claims what is due, sends it once, and writes down what became of it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.delivery import ECHO_WAIT, promise_of
from zalo_governor.domain.documents import ReportFile
from zalo_governor.domain.errors import (
    GovernorError,
    SendDeferredError,
    SendRefusedError,
    SendUncertainError,
    StoreUnavailableError,
)
from zalo_governor.domain.notices import Outgoing, Purpose, Reception
from zalo_governor.pipeline.ports import OutboxStore, Sender

log = structlog.get_logger(__name__)

_CLAIM = 1
"""Of what is claimed when the process dies nobody knows whether it went out; what only waits still goes out once."""
_RETRY = 1.0
_LOOK_SECONDS = 10.0
"""The longest sleep: another process may post something, too, and clocks may be set."""
_TRIES_TO_PRINT = 3
_PRINT_AGAIN_SECONDS = 60.0
_SPARED_OVER_BUDGET = frozenset({Purpose.ADMIN_ALERT, Purpose.LEADER_ALERT, Purpose.REPLY})
"""What is sent even when the day's budget of private messages is used up."""


class OutboxWorker:
    """Sends messages one after the other; the sender keeps the pace. What goes out with a file goes in a lane of its
    own: making and bringing it up takes seconds, in which an alert would wait.

    Args:
        printed: the content of a file; raises GovernorError where it cannot be made.
        say_again: the words of a message that goes out once more because it may have arrived already.
        private_per_day: gives after how many private messages of one day requests to members wait until the next day.
        on_sent: called after each message, from either lane, with its purpose and outcome, for the journal.
    """

    def __init__(
        self,
        store: OutboxStore,
        sender: Sender,
        *,
        account: str,
        printed: Callable[[ReportFile], bytes],
        say_again: Callable[[str], str],
        private_per_day: Callable[[], int],
        on_sent: Callable[[Outgoing, str], None],
        clock: Clock,
    ) -> None:
        self._words, self._files = (
            OutboxLane(
                store,
                sender,
                files=files,
                account=account,
                printed=printed,
                say_again=say_again,
                private_per_day=private_per_day,
                on_sent=on_sent,
                clock=clock,
            )
            for files in (False, True)
        )

    def wake(self) -> None:
        """There may be something to send."""
        self._words.wake()
        self._files.wake()

    def run(self) -> None:
        """Send until stopped. What an earlier process left half-sent is waited for by its echo, then sent once more."""
        with ThreadPoolExecutor(1, thread_name_prefix="files") as pool:
            files = pool.submit(self._files.run)
            files.add_done_callback(lambda _: self._words.stop())
            try:
                self._words.run()
            finally:
                self._files.stop()
        files.result()

    def stop(self) -> None:
        """Let `run` end; claimed messages not yet sent go back to waiting."""
        self._words.stop()
        self._files.stop()


class OutboxLane:
    """The messages with a file, or those without; arguments as `OutboxWorker`."""

    def __init__(
        self,
        store: OutboxStore,
        sender: Sender,
        *,
        files: bool,
        account: str,
        printed: Callable[[ReportFile], bytes],
        say_again: Callable[[str], str],
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
        self._private_per_day = private_per_day
        self._on_sent = on_sent
        self._clock = clock
        self._changed = threading.Condition()
        self._woken = False
        self._stopping = False

    def wake(self) -> None:
        """There may be something to send."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def run(self) -> None:
        """Send until stopped."""
        self._write_down(lambda: self._store.reclaim(self._clock() + ECHO_WAIT, files=self._carries_files))
        while not self._stopping:
            try:
                if not self.turn():
                    self._sleep(self._store.next_due(self._clock(), files=self._carries_files))
            except StoreUnavailableError as error:
                log.error("outbox_waits", error=error)
                self._sleep(self._clock() + timedelta(seconds=_RETRY))

    def turn(self) -> bool:
        """Send what is due next; gives whether there was anything. Raises StoreUnavailableError."""
        claimed = self._store.claim(now=self._clock(), limit=_CLAIM, files=self._carries_files)
        for outgoing in claimed:
            self._send(outgoing)
        return bool(claimed)

    def stop(self) -> None:
        """Let `run` end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _send(self, outgoing: Outgoing) -> None:
        now = self._clock()
        if self._stopping:
            self._write_down(lambda: self._store.postponed(outgoing, now))
            return
        if self._over_budget(outgoing, now):
            self._write_down(lambda: self._store.postponed(outgoing, now + timedelta(hours=1)))
            self._on_sent(outgoing, "over_budget")
            return
        if outgoing.repeated and (shown := self._found(outgoing)):
            found = shown
            self._write_down(lambda: self._store.sent(outgoing, found, self._clock()))
            self._on_sent(outgoing, "found")
            return
        pause = promise_of(outgoing.notice.purpose, urgent=outgoing.notice.urgent).pause(outgoing.attempts)
        try:
            outgoing, content = self._with_content(outgoing)
            reception = self._sender.send(self._worded(outgoing), content)
        except SendRefusedError as refusal:
            code, of_addressee = refusal.code, refusal.addressee_refuses
            self._write_down(lambda: self._store.refused(outgoing, code, self._clock(), addressee_refuses=of_addressee))
            self._on_sent(outgoing, "refused")
        except SendDeferredError as deferral:
            reason = deferral.code
            until = self._clock() + max(pause, timedelta(seconds=deferral.delay))
            self._write_down(lambda: self._store.deferred(outgoing, until, reason))
            self._on_sent(outgoing, "deferred" if deferral.known else "unknown_code")
        except SendUncertainError as doubt:
            status = doubt.code
            until = self._clock() + max(pause, ECHO_WAIT)
            self._write_down(lambda: self._store.uncertain(outgoing, until, status))
            self._on_sent(outgoing, "uncertain")
        else:
            self._write_down(lambda: self._store.sent(outgoing, reception, self._clock()))
            self._on_sent(outgoing, "sent")

    def _found(self, outgoing: Outgoing) -> Reception | None:
        """The message, where Zalo shows that it has arrived; whoever is asked too much is not asked at all."""
        try:
            return self._sender.find_sent(outgoing)
        except GovernorError as error:
            log.info("not_asked_whether_sent", outgoing=outgoing.id, error=error)
            return None

    def _with_content(self, outgoing: Outgoing) -> tuple[Outgoing, bytes | None]:
        """The message with what its file holds; without the file, where that cannot be made even after some tries."""
        file = outgoing.notice.file
        if file is None:
            return outgoing, None
        try:
            return outgoing, self._printed(file)
        except GovernorError as error:
            log.error("not_printed", outgoing=outgoing.id, error=error)
            if outgoing.attempts < _TRIES_TO_PRINT:
                raise SendDeferredError("the file could not be made", _PRINT_AGAIN_SECONDS) from error
            notice = outgoing.notice.model_copy(update={"file": None})
            return outgoing.model_copy(update={"notice": notice}), None

    def _worded(self, outgoing: Outgoing) -> Outgoing:
        if not outgoing.repeated:
            return outgoing
        notice, again = outgoing.notice, self._say_again
        file = notice.file
        if file:
            file = file.model_copy(update={"name": again(file.name), "caption": again(file.caption)})
        said = notice.model_copy(update={"text": again(notice.text), "file": file})
        return outgoing.model_copy(update={"notice": said})

    def _over_budget(self, outgoing: Outgoing, now: datetime) -> bool:
        notice = outgoing.notice
        if notice.is_group or notice.urgent or notice.purpose in _SPARED_OVER_BUDGET:
            return False
        try:
            sent = self._store.sent_private_since(self._account, now - timedelta(days=1))
        except StoreUnavailableError:
            return False
        return sent >= self._private_per_day()

    def _write_down(self, write: Callable[[], object]) -> None:
        """Write down an outcome, however long the store takes: sending twice is worse than waiting."""
        while True:
            try:
                write()
            except StoreUnavailableError as error:
                log.error("outbox_waits", error=error)
                self._sleep(self._clock() + timedelta(seconds=_RETRY))
                if self._stopping:
                    return
            else:
                return

    def _sleep(self, until: datetime | None) -> None:
        with self._changed:
            if not self._woken and not self._stopping:
                seconds = _LOOK_SECONDS if until is None else max((until - self._clock()).total_seconds(), 0.001)
                self._changed.wait(min(seconds, _LOOK_SECONDS))
            self._woken = False
