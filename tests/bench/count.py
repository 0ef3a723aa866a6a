"""`python -m tests.bench.count URL SIZES…`: our listener alone, counting what it hears, as count.mjs has zca-js do."""

import json
import sys
import time
from pathlib import Path
from random import SystemRandom

from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.elements import Element
from zalo_governor.domain.line import LineReport, LineState
from zalo_governor.governor import leave_standing
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.listener import Listener
from zalo_governor.zalo.session import ZaloSession


class Count:
    """Counts the elements of one flood after the other."""

    def __init__(self, sizes: list[int]) -> None:
        self._sizes = sizes
        self._heard = 0
        self._began = self._cpu = 0.0

    def take(self, elements: list[Element]) -> None:
        """What the listener hands on."""
        if not self._heard:
            self._began, self._cpu = time.perf_counter(), time.process_time()
        self._heard += len(elements)
        if self._heard >= self._sizes[0]:
            figures = {
                "per_s": self._heard / (time.perf_counter() - self._began),
                "cpu_us": (time.process_time() - self._cpu) / self._heard * 1e6,
                "rss_mb": rss_mb("self"),
            }
            sys.stdout.write(json.dumps(figures) + "\n")
            sys.stdout.flush()
            self._heard = 0
            del self._sizes[0]


def rss_mb(process: int | str) -> float:
    """Resident memory of a process in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def main(base: str, sizes: list[int]) -> None:
    """Listen until killed."""
    session = ZaloSession(
        Credentials.model_validate({"imei": "bench", "user_agent": "bench", "cookies": {"zpw_sek": "bench"}}),
        route_to=base,
        timeout=10,
        on_credentials=lambda credentials: None,
        clock=system_clock,
    )
    session.login()
    leave_standing()
    Listener(
        session,
        on_elements=Count(sizes).take,
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
        sys.stdout.write("listening\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], [int(size) for size in sys.argv[2:]])
