"""Configuration of the log, which contains ids, counts and the program's own words, never text written by people.

Values are masked unless known to be harmless, so that a careless log call cannot quote anybody: a value is kept if it
is a number or a single ASCII word under a key listed in `KEYS`; of an exception only the class and codes are kept. Of a
library's log record only the logger's name, the level and the exception's class are kept.
"""

import logging
import os
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import IO, Any

import structlog
from structlog.typing import Processor

from zalo_governor.domain.errors import GovernorError
from zalo_governor.system.log_file import LogFile, LogFileHandler

MASKED = "(masked)"
KEYS = frozenset(
    """
    again_seconds attempts case cause changed closed cmd code command complete count delay duty elements
    encrypted end entries entry error event file findings form found gaps group job kind label late level logger
    new_pages next not_checked notices office origin others outcome outgoing pages part parts path person pid place port
    private purpose queue reason rule sealed seconds sent service settings severity since size sockets state step
    sub timestamp tried type uid understood version what why work
    """.split()  # noqa: SIM905  a list of words is read more easily so
)
"""Keys whose values may be logged. Before adding one, make sure that its values never contain text by people."""

_WORD = re.compile(r"[A-Za-z0-9_.:/+-]{0,80}", re.ASCII)
"""Matches values that may be logged: ids, names of classes and states, times, API paths; no blanks, only ASCII."""
_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
"""Log level -> syslog priority, with which each line for journald begins (sd-daemon(3))."""


def configure(*, console: bool, file: LogFile | None = None, terminal_line: Processor | None = None) -> None:
    """Set up where and in what format this process writes its log.

    Args:
        console: True for coloured lines on a terminal. False for journald's line format where standard output is
            connected to journald, else one JSON object per line.
        file: an additional log file, with one JSON object per line; None for none.
        terminal_line: renders an entry for the terminal, if `console`; None for structlog's own way.

    Raises:
        ConfigError: the log file is not writable.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    handlers[0].setFormatter(_formatter(_choose_renderer(terminal_line, console=console)))
    if file:
        handlers.append(LogFileHandler(file))
        handlers[1].setFormatter(_formatter(structlog.processors.JSONRenderer()))
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            mask,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # Otherwise logging would print to standard error each line that it cannot write, such as on a full disk.
    logging.raiseExceptions = False
    logging.basicConfig(level=logging.ERROR, handlers=handlers, force=True)
    logging.getLogger(__name__.partition(".")[0]).setLevel(logging.INFO)


def silence() -> None:
    """Switch the log off, for commands whose output is read by people or programs."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.basicConfig(level=logging.CRITICAL, handlers=[logging.NullHandler()], force=True)


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the log entry `event` with "(masked)" for each key or value that is not known to be harmless.

    Called by structlog for each log entry; the other arguments are unused.
    """
    told: dict[str, Any] = {}
    for key, value in event.items():
        if isinstance(value, BaseException):
            told |= _describe_exception(key, value)
        else:
            told[key] = value
    return {key if key in KEYS else MASKED: _mask_text(value) if key in KEYS else MASKED for key, value in told.items()}


def _describe_exception(key: str, error: BaseException) -> Mapping[str, Any]:
    facts = error.facts if isinstance(error, GovernorError) else {}
    return {**facts, key: type(error).__name__}


def _mask_text(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return value if isinstance(value, str) and _WORD.fullmatch(value) else MASKED


def _mask_library_record(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Reduce a library's log record to logger, level and exception class, as its text may quote people.

    Called by structlog for each log record of a library; the other arguments are unused.
    """
    record: logging.LogRecord = event["_record"]
    error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
    kept = {name: event[name] for name in ("_record", "_from_structlog")}
    told = {"event": "library", "logger": record.name, "level": record.levelname.lower()}
    return {**told, **({"error": error} if error else {}), **kept}


def _formatter(renderer: Any) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_mask_library_record, structlog.processors.TimeStamper(fmt="iso", utc=True)],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def _choose_renderer(terminal_line: Processor | None, *, console: bool) -> Any:
    if console:
        return terminal_line or structlog.dev.ConsoleRenderer()
    return _render_for_journald if _is_journald(sys.stdout) else structlog.processors.JSONRenderer()


def _render_for_journald(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """Return a log line for journald: priority prefix, event name and values; no time, as journald adds one.

    Called by structlog for each log entry; the other arguments are unused.
    """
    facts = " ".join(f"{key}={value}" for key, value in event.items() if key not in {"event", "level", "timestamp"})
    return f"<{_PRIORITIES.get(event.get('level', ''), 6)}>{event['event']} {facts}".rstrip()


def _is_journald(stream: IO[str]) -> bool:
    """Return whether the stream is connected to journald: $JOURNAL_STREAM is its device:inode (systemd.exec(5))."""
    try:
        there = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{there.st_dev}:{there.st_ino}"
