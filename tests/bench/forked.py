"""`python -m tests.bench.forked COUNT [--fork]`: rules processes that have judged some messages, to be measured.

Each is started for itself, as today, or with `--fork` forked from one that has loaded the rules. Prints the ids of the
processes, and ends them once its standard input is closed.
"""

import os
import signal
import sys

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.events import MessageSent
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.rules.engine import Engine
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.system.process import freeze_long_lived_objects, give_memory_back

_ROUNDS = 20


def main(count: int, *, fork: bool) -> None:
    """Make the processes, print their ids, and end them at the end of the standard input."""
    give_memory_back()
    engine = _loaded() if fork else None
    working = [_start(engine) for _ in range(count)]
    for _, done in working:
        os.read(done, 1)
    # The parent of forked ones is needed as long as they are.
    sys.stdout.write(" ".join(map(str, [pid for pid, _ in working] + [os.getpid()] * fork)) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    for pid, _ in working:
        os.kill(pid, signal.SIGKILL)


def _loaded() -> Engine:
    engine = load_rulebook(shipped_config()).engine
    engine.prepare()
    freeze_long_lived_objects()
    return engine


def _start(engine: Engine | None) -> tuple[int, int]:
    """Start a process that judges messages and then waits; return its id and where it says that it has judged."""
    done, tell = os.pipe()
    if pid := os.fork():
        os.close(tell)
        return pid, done
    if engine is None:
        os.set_inheritable(tell, True)
        os.execv(sys.executable, [sys.executable, "-m", "tests.bench.forked", "judge", str(tell)])  # noqa: S606
    _judge(engine, tell)
    raise SystemExit


def _judge(engine: Engine, tell: int) -> None:
    corpus = shipped_config() / "benign" / "messages.vi.txt"
    for line in corpus.read_text(encoding="utf-8").splitlines() * _ROUNDS:
        engine.judge(MessageSent(at=system_clock(), text=line), NO_CONTEXT)
    os.write(tell, b".")
    signal.pause()


if __name__ == "__main__":
    if sys.argv[1] == "judge":
        give_memory_back()
        _judge(_loaded(), int(sys.argv[2]))
    else:
        main(int(sys.argv[1]), fork="--fork" in sys.argv)
