"""Benchmark of receiving, decoding and counting: the program's listener against unmodified zca-js, each in its process.

Both receive the same floods: messages of about 120 characters, encrypt 2 with gzip, in frames of 1 and of 20 messages,
after a flood that warms them up.
"""

import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

import requests

from tests.acceptance.processes import Lines, simulating
from tests.bench.figures import Figures
from tests.zca_js import NotInstallableError, install

WARMING = 20_000
COUNT = 60_000
ROUNDS = 3


class Flood(NamedTuple):
    """A flood to send, and whether its result is used (or it only warms up)."""

    size: int
    per_frame: int
    measured: bool


FLOODS = (Flood(WARMING, 1, False), Flood(COUNT, 1, True), Flood(WARMING, 20, False), Flood(COUNT, 20, True))
SIZES = [str(flood.size) for flood in FLOODS]


def receive(_folder: Path) -> Figures:
    """Return messages per second and MB of both programs, and their ratios; None for zca-js if it cannot be installed.

    `receive_…` is the listener including the elements that it makes of each message (place, time, identity, content);
    `decode_…` is receiving and decoding alone. The programs alternate and the best of several rounds counts, because a
    shared machine slows down for seconds at a time.
    """
    count = [sys.executable, "-m", "tests.bench.count"]
    own_rounds, decoding_rounds, other_rounds = [], [], []
    zca_js = _zca_js()
    for _ in range(ROUNDS):
        own_rounds.append(_measured(count))
        decoding_rounds.append(_measured([*count, "--decoded"]))
        other_rounds.append(_measured(zca_js) if zca_js else {})
    ours, decoding, theirs = _best(own_rounds), _best(decoding_rounds), _best(other_rounds)
    figures: Figures = {}
    for per_frame, own in ours.items():
        other = theirs.get(per_frame)
        decoded = decoding[per_frame]
        figures |= {
            f"decode_per_s_{per_frame}": decoded["per_s"],
            f"decode_cpu_ratio_{per_frame}": other["cpu_us"] / decoded["cpu_us"] if other else None,
            f"receive_per_s_{per_frame}": own["per_s"],
            f"zca_js_receive_per_s_{per_frame}": other["per_s"] if other else None,
            f"receive_ratio_{per_frame}": own["per_s"] / other["per_s"] if other else None,
            f"receive_cpu_ratio_{per_frame}": other["cpu_us"] / own["cpu_us"] if other else None,
        }
    rss = max(own["rss_mb"] for own in ours.values())
    their_rss = max((other["rss_mb"] for other in theirs.values()), default=None)
    return figures | {
        "receive_rss_mb": rss,
        "zca_js_rss_mb": their_rss,
        "receive_rss_share": rss / their_rss if their_rss else None,
    }


def _zca_js() -> list[str] | None:
    """Return the command line that runs zca-js, or None if zca-js cannot be installed."""
    try:
        folder = install()
    except NotInstallableError:
        return None
    # node searches for packages beside the script.
    return ["node", str(shutil.copy(Path(__file__).with_name("count.mjs"), folder))]


def _best(rounds: list[dict[int, dict[str, float]]]) -> dict[int, dict[str, float]]:
    """Return the best values of all rounds by messages per frame: highest speed, shortest time, highest memory."""
    return {
        per_frame: {
            "per_s": max(one[per_frame]["per_s"] for one in rounds),
            "cpu_us": min(one[per_frame]["cpu_us"] for one in rounds),
            "rss_mb": max(one[per_frame]["rss_mb"] for one in rounds),
        }
        for per_frame in rounds[0]
    }


def _measured(command: list[str]) -> dict[int, dict[str, float]]:
    """Run a client through all floods and return the values that it prints, by messages per frame."""
    figures = {}
    with simulating() as base:
        client = Lines([*command, base, *SIZES])
        try:
            client.until("listening")
            for flood in FLOODS:
                _feed(base, flood)
                printed = client.line()
                if flood.measured:
                    figures[flood.per_frame] = printed
        finally:
            client.process.kill()
            client.process.wait()
    return figures


def _feed(base: str, flood: Flood) -> None:
    body: dict[str, Any] = {"count": flood.size, "per_frame": flood.per_frame}
    assert requests.post(f"{base}/__sim/flood", json=body, timeout=120).json()["ok"]
