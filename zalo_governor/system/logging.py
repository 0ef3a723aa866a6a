"""The log: ids, counts and words of the program's own. What people wrote never gets here.

Whatever is not on the list below is masked, so that a careless line cannot quote anybody: an event is a word, a value
is a number or a word under a key that is known, and of an exception only its class and its codes are told. A library's
line says who spoke and how loudly, and nothing else.
"""

import logging
import os
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import IO, Any

import structlog

from zalo_governor.domain.errors import GovernorError
from zalo_governor.system.log_file import LogFile, LogFileHandler

MASKED = "(masked)"
KEYS = frozenset(
    """
    again_seconds answered attempts case cause changed closed cmd code command complete count delay duty echoes
    elements end entries entry error event file form found gaps group job kind label late level logger new_pages
    notices origin others outcome outgoing pages part parts path person pid place port private purpose reason
    rule seconds sealed sent settings severity since size sockets state sub timestamp tried uid what why
    work
    """.split()  # noqa: SIM905  a list of words is read more easily so
)
"""What a line may say something under. Whoever puts a key in here is sure that no words of people stand in it."""

_WORD = re.compile(r"[A-Za-z0-9_.:/+-]{0,80}", re.ASCII)
"""Ids, names of classes and states, times, paths of calls: no blank, no letter with a mark."""
_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
"""Of syslog, as sd-daemon(3) has them at the beginning of a line."""


def configure(*, console: bool, file: LogFile | None = None) -> None:
    """Set the log up for this process.

    Args:
        console: coloured lines for a person at a terminal. Otherwise lines for journald where it listens on standard
            output, and one JSON object a line where it does not.
        file: where one JSON object a line is written as well.

    Raises:
        ConfigError: the file cannot be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    handlers[0].setFormatter(_formatter(_face(console=console)))
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
    # A full disk must not make the log quote, on standard error, the line that it could not write.
    logging.raiseExceptions = False
    logging.basicConfig(level=logging.ERROR, handlers=handlers, force=True)
    logging.getLogger(__name__.partition(".")[0]).setLevel(logging.INFO)


def silence() -> None:
    """Log nothing: for commands whose output is read by people or programs."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.basicConfig(level=logging.CRITICAL, handlers=[logging.NullHandler()], force=True)


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The line with everything masked that is not known to be harmless."""
    told: dict[str, Any] = {}
    for key, value in event.items():
        if isinstance(value, BaseException):
            told |= _of_exception(key, value)
        else:
            told[key] = value
    return {key if key in KEYS else MASKED: _harmless(value) if key in KEYS else MASKED for key, value in told.items()}


def _of_exception(key: str, error: BaseException) -> Mapping[str, Any]:
    facts = error.facts if isinstance(error, GovernorError) else {}
    return {**facts, key: type(error).__name__}


def _harmless(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return value if isinstance(value, str) and _WORD.fullmatch(value) else MASKED


def _library(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A line that some library wrote: its words may be anybody's."""
    record: logging.LogRecord = event["_record"]
    error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
    kept = {name: event[name] for name in ("_record", "_from_structlog")}
    told = {"event": "library", "logger": record.name, "level": record.levelname.lower()}
    return {**told, **({"error": error} if error else {}), **kept}


def _formatter(renderer: Any) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_library, structlog.processors.TimeStamper(fmt="iso", utc=True)],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def _face(*, console: bool) -> Any:
    if console:
        return structlog.dev.ConsoleRenderer()
    return _for_journald if _journald_listens(sys.stdout) else structlog.processors.JSONRenderer()


def _for_journald(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """journald knows the time itself, and takes the urgency from the beginning of the line."""
    facts = " ".join(f"{key}={value}" for key, value in event.items() if key not in {"event", "level", "timestamp"})
    return f"<{_PRIORITIES.get(event.get('level', ''), 6)}>{event['event']} {facts}".rstrip()


def _journald_listens(stream: IO[str]) -> bool:
    """As systemd.exec(5) has a program find out: $JOURNAL_STREAM is the device and inode of its standard output."""
    try:
        there = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{there.st_dev}:{there.st_ino}"
