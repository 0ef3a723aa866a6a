"""The connection of a rehearsal to Zalo: a thread reads the socket; of what arrives, only the structure is kept."""

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from random import SystemRandom

from zalo_governor.app.context import AppContext
from zalo_governor.app.sessions import log_in
from zalo_governor.cli.rehearse.acts import Heard, Who
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.connection import LineReport, LineState, QueueCursor
from zalo_governor.domain.errors import GovernorError, UnparsableElementError
from zalo_governor.domain.events import UnknownContent, Unrecognised
from zalo_governor.domain.inbound import Admitted, Element, Entry
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.recording.structure import Describer, kind_of
from zalo_governor.zalo.socket.listener import Listener
from zalo_governor.zalo.socket.missed_queues import MissedQueues

_CONNECT_SECONDS = 60.0
_CLOSED = frozenset({LineState.REFUSED, LineState.DUPLICATE, LineState.KICKED})


class _Cursors(dict[str, QueueCursor]):
    """Cursors of the queues of missed messages, kept in memory while the rehearsal runs."""

    def cursors(self) -> dict[str, QueueCursor]:
        """Return the cursors by the names of their queues."""
        return self

    def keep(self, queue: str, cursor: QueueCursor) -> None:
        """Store the cursor of a queue."""
        self[queue] = cursor


class Hearing:
    """The Zalo session of a rehearsal's spare account, and what it receives from the test group and in private.

    `describer` reduces everything that arrives to its structure, without content.
    """

    def __init__(self, records: AppContext, describer: Describer) -> None:
        self._records = records
        self._describer = describer
        self._arrived: SimpleQueue[tuple[Element | Frame | LineReport, bool]] = SimpleQueue()
        self._group: GroupSnapshot | None = None
        self._queues = MissedQueues(
            _Cursors(), newest=lambda: 0, take=lambda elements, on_stored: self._take(elements, on_stored, old=True)
        )
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None
        self.session = log_in(records)
        records.keep_account(self.session.uid)
        self.client = ZaloClient(self.session, records.clock)

    def watch(self, group: GroupSnapshot) -> None:
        """Connect to Zalo, ignoring all groups but `group`, whose data also say who is owner and who is deputy."""
        self._group = group
        self.connect(wants_old=False)

    def connect(self, *, wants_old: bool) -> None:
        """Connect to Zalo and wait until connected; `wants_old`: ask for messages that were missed while disconnected.

        Raises:
            GovernorError: there is no connection within a minute, or Zalo has closed it.
        """
        settled = threading.Event()
        states: list[LineState] = []

        def take_line(line: LineReport) -> None:
            states.append(line.state)
            if line.state in {LineState.UP, *_CLOSED}:
                settled.set()
            self._arrived.put((line, False))

        settings = self._records.settings.zalo
        listener = Listener(
            self.session,
            on_elements=lambda elements, on_stored: self._take(elements, on_stored, old=False),
            on_line=take_line,
            queues=self._queues,
            wants_old=lambda: wants_old,
            on_unknown_frame=lambda frame: self._arrived.put((frame, False)),
            clock=self._records.clock,
            ping_seconds=settings.ping_seconds,
            silence_seconds=settings.silence_seconds,
            duplicate_pause_seconds=settings.duplicate_pause_seconds,
            random=SystemRandom(),
        )
        self._listener = listener
        self._thread = threading.Thread(target=listener.run, name="rehearsal", daemon=True)
        self._thread.start()
        settled.wait(_CONNECT_SECONDS)
        if LineState.UP in states:
            return
        listener.stop()
        if _CLOSED.intersection(states):
            raise GovernorError(
                "Zalo đã đóng kết nối: tài khoản đang được dùng ở nơi khác, hoặc phiên đăng nhập không còn dùng được. "
                "Hãy thoát Zalo ở nơi khác rồi chạy lại lệnh này để làm tiếp."
            )
        raise GovernorError("Chưa nối được với Zalo. Kiểm tra mạng của máy rồi chạy lại lệnh này để làm tiếp.")

    def disconnect(self) -> None:
        """End the connection; the session stays logged in."""
        if self._listener and self._thread:
            self._listener.stop()
            self._thread.join()

    def close(self) -> None:
        """End the connection and close the session."""
        self.disconnect()
        self.session.close()

    def next(self) -> Heard | None:
        """Return what arrived next, without waiting; None if there is nothing."""
        while True:
            try:
                arrived, old = self._arrived.get_nowait()
            except Empty:
                return None
            heard = self._describe(arrived, old=old)
            if heard:
                return heard

    def _take(self, elements: Sequence[Element], on_stored: Callable[[], None] | None, *, old: bool) -> None:
        for element in elements:
            self._arrived.put((element, old))
        if on_stored:
            on_stored()

    def _describe(self, arrived: Element | Frame | LineReport, *, old: bool) -> Heard | None:
        """Reduce what arrived to its kind, structure and author; return None if it does not concern the rehearsal."""
        match arrived:
            case LineReport(state=LineState.FRAME_LOST):
                return Heard("frame/lost", {}, "", Who.OPERATOR)
            case LineReport():
                ended = arrived.state in _CLOSED
                return Heard(f"line/{arrived.state.value}", {}, "line", Who.BOT) if ended else None
            case Frame():
                described = self._describer.describe(arrived.payload)
                return Heard(f"frame/{arrived.cmd}/{arrived.sub}", described, "", Who.OPERATOR)
            case Element():
                if self._group and arrived.is_group and arrived.thread_id not in {"", self._group.group_id}:
                    return None
                kind = kind_of(arrived.kind, arrived.raw)
                described = self._describer.describe(arrived.raw)
                name = f"old:{kind}" if old else kind
                return Heard(name, described, self._event(arrived), self._who(arrived), not arrived.is_group)

    def _event(self, element: Element) -> str:
        """Return the name of the event that the bot reads from an element; "" where it understands none."""
        entry = Entry(
            element.account, element.thread_id, element.is_group, element.kind, element.key, element.cli_key,
            element.sender_uid, element.at_ms, element.source, to_ms(self._records.clock()), b"", element.raw, None,
        )  # fmt: skip
        try:
            event = parse(Admitted(0, entry, revision=False))
        except UnparsableElementError:
            return ""
        return "" if isinstance(event, Unrecognised | UnknownContent) else event.kind

    def _who(self, element: Element) -> Who:
        if element.own:
            return Who.BOT
        if self._group and element.sender_uid == self._group.owner_uid:
            return Who.OWNER
        return Who.DEPUTY if self._group and element.sender_uid in self._group.co_admin_uids else Who.MEMBER
