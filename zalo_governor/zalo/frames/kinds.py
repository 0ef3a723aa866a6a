"""Names, meanings and counts of the socket frames that carry no element (message, act, receipt).

The commands are those that Zalo's present clients know (zalo-protocol.md, 14.6, 14.11 and 14.12).
"""

import re
import threading
from collections import Counter
from collections.abc import Mapping

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.connection import FrameCount, FrameSort

_E2EE = "mã hóa đầu cuối, Hệ thống không đọc được"
_PHONE = "chuyển dữ liệu với điện thoại"
KINDS: Mapping[int, tuple[str, str]] = {
    504: ("read_marks_private", "dấu đã đọc từ thiết bị khác của tài khoản (tin riêng)"),
    524: ("read_marks_group", "dấu đã đọc từ thiết bị khác của tài khoản (Nhóm)"),
    613: ("read_marks_reactions", "dấu đã đọc bày tỏ cảm xúc từ thiết bị khác của tài khoản"),
    515: ("e2ee_queue_515", _E2EE),
    516: ("e2ee_offline_session", _E2EE),
    517: ("e2ee_queue_517", _E2EE),
    518: ("e2ee_queue_518", _E2EE),
    532: ("e2ee_verify", _E2EE),
    533: ("e2ee_resend_533", _E2EE),
    534: ("e2ee_resend_534", _E2EE),
    540: ("e2ee_prekeys", _E2EE),
    570: ("e2ee_resend_570", _E2EE),
    590: ("phone_transfer_590", _PHONE),
    591: ("phone_transfer_591", _PHONE),
    **{cmd: (f"cmd_{cmd}", "Zalo Web có dùng, chưa rõ nghĩa") for cmd in (603, *range(630, 635))},
}
"""Command of a frame -> name for logs and metrics, and meaning for people."""
ACTS: Mapping[str, str] = {
    "file_done": "tệp đã tải lên xong",
    "voice_aac_success": "tin thoại đã chuyển mã xong",
    "mark_unread": "đánh dấu chưa đọc từ thiết bị khác của tài khoản",
    "transfer_status": _PHONE,
    "upload_batch": _PHONE,
}
"""`act_type` of an element of `controls` (frames of command 601), beside `group` and `fr` -> meaning for people."""
_UNKNOWN = "chưa biết"
_ORDINARY = frozenset({1, 2, 501, 502, 510, 511, 521, 522, 551, 553, 601, 602, 610, 611, 612})
"""Commands of the key, pings, messages, receipts, acts and reactions; such frames are never counted."""
_NAME = re.compile(r"[A-Za-z0-9_.]{1,40}")
"""Form of an `act_type` that is shown to people; any other is counted as "other", so that nothing received is shown."""
_HOUR_MS = 3_600_000
_HOURS = 24
_MOST_NAMES = 100
"""Most names counted in an hour; further ones are counted as "other", so that odd frames cannot fill the memory."""


def is_encrypted(cmd: int) -> bool:
    """Return whether frames of that command belong to end-to-end encryption (514 to 582)."""
    return 514 <= cmd <= 582 and cmd != 524 and cmd not in _ORDINARY


class FrameCounts:
    """Counter of the frames without elements, by name, over the last 24 hours; thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._hours: dict[int, Counter[tuple[str, str, FrameSort]]] = {}

    def count(self, cmd: int) -> None:
        """Count one frame by its command; ordinary ones (messages, acts, receipts, pings, keys) are not counted."""
        if cmd in _ORDINARY:
            return
        if is_encrypted(cmd):
            name, meaning = KINDS.get(cmd, (f"e2ee_{cmd}", _E2EE))
            self._add(name, meaning, FrameSort.ENCRYPTED)
        elif cmd in KINDS:
            self._add(*KINDS[cmd], FrameSort.KNOWN)
        else:
            self._add(f"cmd_{cmd}", _UNKNOWN, FrameSort.UNKNOWN)

    def count_act(self, act_type: str) -> None:
        """Count one element of `controls` (frames of command 601) by its `act_type`."""
        if act_type in ACTS:
            self._add(f"601_{act_type}", ACTS[act_type], FrameSort.KNOWN)
        else:
            name = act_type if _NAME.fullmatch(act_type) else "other"
            self._add(f"601_{name}", _UNKNOWN, FrameSort.UNKNOWN)

    def counts(self) -> tuple[FrameCount, ...]:
        """Return how many frames of each name came in the current hour and in the last 24, the most frequent first."""
        now = to_ms(self._clock()) // _HOUR_MS
        with self._lock:
            hour = self._hours.get(now, Counter())
            day = sum((came for at, came in self._hours.items() if now - _HOURS < at <= now), Counter())
            return tuple(FrameCount(*kind, hour[kind], number) for kind, number in day.most_common())

    def _add(self, name: str, meaning: str, sort: FrameSort) -> None:
        now = to_ms(self._clock()) // _HOUR_MS
        with self._lock:
            self._hours = {at: came for at, came in self._hours.items() if now - _HOURS < at <= now}
            hour = self._hours.setdefault(now, Counter())
            kind = (name, meaning, sort)
            if kind not in hour and len(hour) >= _MOST_NAMES:
                kind = ("other", _UNKNOWN, FrameSort.UNKNOWN)
            hour[kind] += 1
