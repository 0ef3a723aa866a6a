"""Run the program's own socket listener alone and count the messages that it receives.

`python -m tests.bench.count [--decoded] URL SIZES…` is the counterpart of count.mjs, which does the same with zca-js.
With `--decoded`, the messages of decoded frames are counted before elements are made of them.
"""

import json
import sys
import time
from collections.abc import Sized
from pathlib import Path
from random import SystemRandom

from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.connection import LineReport, LineState, QueueCursor
from zalo_governor.system.process import freeze_long_lived_objects
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.frames.decrypt import FrameDecoder
from zalo_governor.zalo.socket.connection import ZaloConnection
from zalo_governor.zalo.socket.listener import Listener
from zalo_governor.zalo.socket.missed_queues import MissedQueues

_DECODED = "--decoded"


class Count:
    """Counts the messages of several floods in succession and prints the speed of each."""

    def __init__(self, sizes: list[int]) -> None:
        self._sizes = sizes
        self._heard = 0
        self._began = self._cpu = 0.0

    def take(self, messages: Sized) -> None:
        """Count messages that were received together."""
        if not self._heard:
            self._began, self._cpu = time.perf_counter(), time.process_time()
        self._heard += len(messages)
        if self._heard >= self._sizes[0]:
            figures = {
                "per_s": self._heard / (time.perf_counter() - self._began),
                "cpu_us": (time.process_time() - self._cpu) / self._heard * 1e6,
                "rss_mb": rss_mb("self"),
            }
            _print_line(json.dumps(figures))
            self._heard = 0
            del self._sizes[0]


def rss_mb(process: int | str) -> float:
    """Return the resident memory of a process in MB."""
    return memory_mb(process, "VmRSS")


def memory_mb(process: int | str, field: str) -> float:
    """Return a memory field of /proc/PID/status in MB: `VmRSS` is the present, `VmHWM` the peak resident memory."""
    status = Path(f"/proc/{process}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith(field)]
    return int(line.split()[1]) / 1024


def main(base: str, sizes: list[int], *, decoded: bool) -> None:
    """Listen to the simulator at `base` until the process is killed."""
    session = _session(base)
    session.login()
    freeze_long_lived_objects()
    if decoded:
        _decode(session, Count(sizes))
    else:
        _listen(session, Count(sizes))


def _session(base: str) -> ZaloSession:
    return ZaloSession(
        Credentials.model_validate({"imei": "bench", "user_agent": "bench", "cookies": {"zpw_sek": "bench"}}),
        route_to=base,
        timeout=10,
        on_credentials=lambda credentials: None,
        clock=system_clock,
    )


def _decode(session: ZaloSession, count: Count) -> None:
    connection, decoder = ZaloConnection(session, session.socket_urls[0], clock=system_clock), FrameDecoder()
    while True:
        for data in connection.receive(1.0):
            if decoder.keyed:
                count.take(decoder.decode(data).content["groupMsgs"])
            else:
                decoder.decode(data)
                connection.keep_alive(60)
                _print_line("listening")


class _NoCursors:
    def cursors(self) -> dict[str, QueueCursor]:
        return {}

    def keep(self, queue: str, cursor: QueueCursor) -> None:
        pass


def _listen(session: ZaloSession, count: Count) -> None:
    Listener(
        session,
        on_elements=lambda elements, _on_stored: count.take(elements),
        on_line=_tell,
        queues=MissedQueues(_NoCursors(), newest=lambda: 0, take=lambda elements, on_stored: None),
        wants_old=lambda: False,
        on_unknown_frame=lambda frame: None,
        clock=system_clock,
        ping_seconds=60,
        silence_seconds=60,
        duplicate_pause_seconds=60,
        random=SystemRandom(),
    ).run()


def _tell(report: LineReport) -> None:
    if report.state is LineState.UP:
        _print_line("listening")


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != _DECODED]
    main(given[0], [int(size) for size in given[1:]], decoded=_DECODED in sys.argv)
