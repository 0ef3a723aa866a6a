"""Count the functions of the program that run between an event and what people get of it.

`python -m tests.bench steps [--list]` runs the bot in this process beside the simulator and counts the distinct
functions (and their files) that run while

- a group message without diacritics goes from the socket to the admin's message, and
- the leader's `/baocao` is answered.

The child process of the rules is not counted. A number that grows tells that a reader has more to follow.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Annotated

import typer
from rich.console import Console

import zalo_governor
from tests.rig import ADMIN, LEADER, Rig, rig
from zalo_governor.app.bootstrap import build
from zalo_governor.config.settings import load_settings
from zalo_governor.system import logging

PACKAGE = str(Path(zalo_governor.__file__).parent)
GOALS = {"a message": 290, "/baocao": 280}
_TOOL = 3
_SETTLE_SECONDS = 2.0
_UNMARKED = "De nghi cac don vi gui bao cao truoc 16 gio chieu nay"


class Steps:
    """The functions of the package that have run since the last `clear`, in all threads."""

    def __init__(self) -> None:
        self._seen: dict[CodeType, None] = {}
        sys.monitoring.use_tool_id(_TOOL, "steps")
        sys.monitoring.register_callback(_TOOL, sys.monitoring.events.PY_START, self._note)

    def _note(self, code: CodeType, _offset: int) -> object:
        if code.co_filename.startswith(PACKAGE) and not code.co_name.startswith("<"):
            self._seen[code] = None
        return None

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what runs in the block."""
        self._seen.clear()
        sys.monitoring.set_events(_TOOL, sys.monitoring.events.PY_START)
        try:
            yield
        finally:
            sys.monitoring.set_events(_TOOL, 0)

    def names(self) -> list[str]:
        """Return the functions as `file:function`, in the order in which they began to run."""
        return [f"{code.co_filename.removeprefix(PACKAGE)[1:]}:{code.co_qualname}" for code in self._seen]


def count_steps(folder: Path) -> dict[str, list[str]]:
    """Return the functions that run for each of `GOALS`."""
    steps, counted = Steps(), {}
    with rig(folder) as made:
        settings = load_settings(made.config)
        logging.configure(console=False, file=settings.log_file)
        governor = build(settings, made.config)
        running = threading.Thread(target=governor.run, daemon=True)
        running.start()
        log = folder / "data" / "logs" / "governor.log"
        made.until(lambda: log.exists() and '"swept"' in log.read_text(), "the bot has looked at its group")
        # What people and texts are loaded once is no part of the way.
        _told(made, ADMIN, lambda: made.say("Bao cao truoc gio hop giao ban sang mai cua van phong"))
        made.answer(LEADER, "/baocao")
        time.sleep(_SETTLE_SECONDS)
        with steps.counting():
            _told(made, ADMIN, lambda: made.say(_UNMARKED, uid="7000000000000000077"))
        counted["a message"] = steps.names()
        time.sleep(_SETTLE_SECONDS)
        with steps.counting():
            made.answer(LEADER, "/baocao tuần")
        counted["/baocao"] = steps.names()
        governor.stop()
        running.join()
    return counted


def _told(made: Rig, whom: str, act: Callable[[], object]) -> None:
    before = len(made.told(whom))
    act()
    made.until(lambda: len(made.told(whom)) > before, "somebody is told")


def steps(
    show: Annotated[bool, typer.Option("--list", help="print each function")] = False,
) -> None:
    """Count the functions that run for one message and for the report."""
    if sys.version_info < (3, 12):
        raise typer.BadParameter("needs sys.monitoring, which Python has from 3.12 on")
    console = Console(soft_wrap=True)
    with tempfile.TemporaryDirectory() as folder:
        for what, names in count_steps(Path(folder)).items():
            files = {name.partition(":")[0] for name in names}
            console.print(f"{what}: {len(names)} functions in {len(files)} files (goal: {GOALS[what]})")
            if show:
                console.print("\n".join(f"  {name}" for name in names), markup=False, highlight=False)
