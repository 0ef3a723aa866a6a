"""`python -m tests.bench.count [--decoded] URL SIZES…`: our listener alone, counting what it hears, as count.mjs has
zca-js do; with `--decoded`, counting the messages of decoded frames, of which nothing is made yet.
"""

import json
import sys
import time
from collections.abc import Sized
from pathlib import Path
from random import SystemRandom

from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.connection import LineReport, LineState
from zalo_governor.system.process import freeze_long_lived_objects
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.frames.decrypt import FrameDecoder
from zalo_governor.zalo.socket.connection import ZaloConnection
from zalo_governor.zalo.socket.listener import Listener

_DECODED = "--decoded"


class Count:
    """Counts the messages of one flood after the other."""

    def __init__(self, sizes: list[int]) -> None:
        self._sizes = sizes
        self._heard = 0
        self._began = self._cpu = 0.0

    def take(self, messages: Sized) -> None:
        """What came together."""
        if not self._heard:
            self._began, self._cpu = time.perf_counter(), time.process_time()
        self._heard += len(messages)
        if self._heard >= self._sizes[0]:
            figures = {
                "per_s": self._heard / (time.perf_counter() - self._began),
                "cpu_us": (time.process_time() - self._cpu) / self._heard * 1e6,
                "rss_mb": rss_mb("self"),
            }
            _say(json.dumps(figures))
            self._heard = 0
            del self._sizes[0]


def rss_mb(process: int | str) -> float:
    """Resident memory of a process in MB."""
    return memory_mb(process, "VmRSS")


def memory_mb(process: int | str, field: str) -> float:
    """MB by a field of proc(5)'s status: `VmRSS` now, `VmHWM` at most since its program began."""
    status = Path(f"/proc/{process}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith(field)]
    return int(line.split()[1]) / 1024


def main(base: str, sizes: list[int], *, decoded: bool) -> None:
    """Listen until killed."""
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
    wire, decoder = ZaloConnection(session, session.socket_urls[0], clock=system_clock), FrameDecoder()
    while True:
        for data in wire.receive(1.0):
            if decoder.keyed:
                count.take(decoder.decode(data).content["groupMsgs"])
            else:
                decoder.decode(data)
                wire.keep_alive(60)
                _say("listening")


def _listen(session: ZaloSession, count: Count) -> None:
    Listener(
        session,
        on_elements=count.take,
        on_line=_tell,
        wants_old=lambda: False,
        on_old=lambda cmd, elements: None,
        clock=system_clock,
        ping_seconds=60,
        silence_seconds=60,
        duplicate_pause_seconds=60,
        random=SystemRandom(),
    ).run()


def _tell(report: LineReport) -> None:
    if report.state is LineState.UP:
        _say("listening")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != _DECODED]
    main(given[0], [int(size) for size in given[1:]], decoded=_DECODED in sys.argv)
