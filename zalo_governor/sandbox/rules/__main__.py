"""The rules process, which judges events: `python -m zalo_governor.sandbox.rules RULES_DIR PROGRESS_FD`.

Its stdin is a socket, from which it reads questions (events to judge) and to which it writes answers (verdicts). It
ends when the bot closes the socket, and stores nothing. PROGRESS_FD is the file descriptor of the memory in which it
notes which rule is running.
"""

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
from zalo_governor.system.process import (
    be_killed_first,
    end_with_parent,
    forbid_core_dumps,
    freeze_long_lived_objects,
    give_memory_back,
)

_MEMORY_BYTES = 2 << 30
"""Limit of the address space in bytes: a rule that needs more fails, instead of exhausting the machine's memory."""
_KILLED_FIRST = 500
"""How much sooner than others the kernel kills this process if memory runs out: it is restarted without loss."""


def main() -> None:
    """Load the rules from RULES_DIR and judge the events sent over the socket until the bot closes it."""
    end_with_parent(os.getppid())
    be_killed_first(_KILLED_FIRST)
    forbid_core_dumps()
    give_memory_back()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    # A stop signal often goes to all processes of the program; this one must serve until the bot closes the socket.
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
    """Read questions (events to judge) from the socket and write the verdicts to it, until its other end is closed."""
    freeze_long_lived_objects()
    questions: SimpleQueue[Question | None] = SimpleQueue()
    threading.Thread(target=_queue_questions, args=[line, questions], daemon=True).start()
    with suppress(ConnectionError):
        send(line, Ready(tuple(rule.id for rule in engine.all_rules)))
        while question := questions.get():
            send(line, _judge(question, engine, progress))


def _queue_questions(line: socket.socket, questions: SimpleQueue[Question | None]) -> None:
    """Read questions into the queue, so that the bot can send one while another is answered; put None at the end."""
    with suppress(EOFError, OSError):
        while True:
            questions.put(receive(line))
    questions.put(None)


def _judge(question: Question, engine: Engine, progress: Progress) -> Answer:
    verdicts = {}
    for place, (event, context) in enumerate(question.cases):
        barred = question.barred.get(place)
        out = {**question.suspended, **barred} if barred else question.suspended
        verdict = engine.judge(event, context, out=out, begin=partial(progress.note, place))
        if verdict is not CLEAN:
            verdicts[place] = verdict
    progress.clear()
    return Answer(verdicts)


if __name__ == "__main__":
    main()
