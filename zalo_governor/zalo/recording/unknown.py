"""Stores the structure, never the content, of what the running bot did not understand, for its developers."""

import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.events import EventBase, UnknownContent, Unrecognised
from zalo_governor.domain.inbound import Admitted
from zalo_governor.system import atomic_files
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.recording.structure import Describer, fields_of, kind_of

log = structlog.get_logger(__name__)

UNKNOWN_FILE = "cau-truc-la.jsonl"
"""Name of the file in the data folder."""
_MOST = 200
"""Most structures that are kept; beyond that, a new one replaces the one that was first seen longest ago."""
_PAUSE_SECONDS = 10.0
"""Shortest time between two writes of the file, so that a flood of odd structures cannot slow the bot down."""


class UnknownStructures:
    """Store of the distinct structures of what was not understood: a file of JSON lines, replaced atomically.

    Its methods may be called in any thread; storing a structure never raises.
    """

    def __init__(self, path: Path, clock: Clock, *, seconds: Callable[[], float] = monotonic) -> None:
        self._path = path
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[str, dict[str, Any]] = {}
        self._written_at: float | None = None
        self._unwritten = False
        try:
            for line in path.read_bytes().splitlines():
                given = orjson.loads(line)
                self._kept[_key(given["kind"], given["structure"])] = given
        except (OSError, ValueError, KeyError, TypeError):
            self._kept = {}  # There is none yet, or it was damaged.

    def parse(self, admitted: Admitted) -> EventBase:
        """Parse an inbox entry as `zalo.events.parse` does, and store its structure if it is not understood.

        Raises:
            UnparsableElementError: the entry does not have the form that is expected of its kind.
        """
        try:
            event = parse(admitted)
        except UnparsableElementError:
            self._note_entry(admitted, "unparsable")
            raise
        if isinstance(event, Unrecognised | UnknownContent):
            self._note_entry(admitted, event.kind)
        return event

    def note_frame(self, frame: Frame) -> None:
        """Store the structure of a frame of an unknown kind."""
        self._note(f"frame/{frame.cmd}/{frame.sub}", frame.payload, "unknown frame")

    def close(self) -> None:
        """Write the structures that are not in the file yet; called when the program stops."""
        with self._lock:
            if self._unwritten:
                self._write()

    def _note_entry(self, admitted: Admitted, why: str) -> None:
        entry = admitted.entry
        if entry.raw is None:  # Sealed: nothing of it was kept.
            return
        self._note(kind_of(entry.kind, entry.raw), entry.raw, why)

    def _note(self, kind: str, value: object, why: str) -> None:
        structure = Describer().describe(value)
        key = _key(kind, structure)
        with self._lock:
            if key in self._kept:
                return
            while len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            first_seen = f"{self._clock():%Y-%m-%d}"
            self._kept[key] = {"kind": kind, "why": why, "first_seen": first_seen, "structure": structure}
            self._unwritten = True
            if self._written_at is None or self._seconds() - self._written_at >= _PAUSE_SECONDS:
                self._write()

    def _write(self) -> None:
        try:
            lines = b"".join(orjson.dumps(kept, option=orjson.OPT_APPEND_NEWLINE) for kept in self._kept.values())
            atomic_files.replace_file(self._path, lines, mode=0o600)
        except OSError as error:
            log.warning("structures_not_kept", error=type(error).__name__)
        else:
            self._unwritten = False
        self._written_at = self._seconds()


def _key(kind: str, structure: object) -> str:
    return f"{kind} {sorted(set(fields_of(structure)))}"
