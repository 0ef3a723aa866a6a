"""`python -m zalo_governor.sandbox.rules RULES_DIR PROGRESS_FD`: questions come on the socket that is stdin.

It ends when the other side is gone, writes nothing anywhere, and keeps nothing.
"""

import ctypes
import os
import resource
import signal
import socket
import sys
import threading
from contextlib import suppress
from functools import partial
from mmap import mmap
from pathlib import Path
from queue import SimpleQueue

from zalo_governor.domain.errors import ConfigError
from zalo_governor.rules.engine import CLEAN, Engine
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.sandbox.rules.protocol import (
    PROGRESS_BYTES,
    Answer,
    Progress,
    Question,
    Ready,
    Unready,
    receive,
    send,
)
from zalo_governor.system.process import forbid_core_dumps, freeze_long_lived_objects, give_memory_back

_MEMORY = 2 << 30
"""Bytes of address space: a rule that wants more fails, and the machine does not."""
_PR_SET_PDEATHSIG = 1
"""<sys/prctl.h>"""


def main() -> None:
    """Load the rulebook and answer until nobody asks any more."""
    _live_no_longer_than_who_asks()
    forbid_core_dumps()
    give_memory_back()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # Whoever stops the program often tells all of its processes: this one ends when the other needs it no more.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as line, mmap(int(sys.argv[2]), PROGRESS_BYTES) as memory:
        try:
            engine = load_rulebook(Path(sys.argv[1])).engine
        except ConfigError as error:
            send(line, Unready(str(error)))
            return
        engine.prepare()
        serve(line, engine, Progress(memory))


def serve(line: socket.socket, engine: Engine, progress: Progress) -> None:
    """Answer until nobody asks any more."""
    freeze_long_lived_objects()
    questions: SimpleQueue[Question | None] = SimpleQueue()
    threading.Thread(target=_listen, args=[line, questions], daemon=True).start()
    with suppress(ConnectionError):
        send(line, Ready(tuple(rule.id for rule in engine.rules)))
        while question := questions.get():
            send(line, _answer(question, engine, progress))


def _listen(line: socket.socket, questions: SimpleQueue[Question | None]) -> None:
    """Takes the next question while the rules think, so that who asks need not wait to be rid of it."""
    with suppress(EOFError, OSError):
        while True:
            questions.put(receive(line))
    questions.put(None)


def _answer(question: Question, engine: Engine, progress: Progress) -> Answer:
    verdicts = {}
    for place, (event, context) in enumerate(question.cases):
        barred = question.barred.get(place)
        out = {**question.suspended, **barred} if barred else question.suspended
        verdict = engine.judge(event, context, out=out, begin=partial(progress.note, place))
        if verdict is not CLEAN:
            verdicts[place] = verdict
    progress.clear()
    return Answer(verdicts)


def _live_no_longer_than_who_asks() -> None:
    """Also where a rule hangs and nobody reads from the socket (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # Where memory runs short, let it be this process: it can be begun anew without loss.
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")


if __name__ == "__main__":
    main()
