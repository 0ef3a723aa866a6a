"""A line of the log as the operator reads it on the terminal; in files and for journald the log keeps its own form."""

from collections.abc import MutableMapping
from typing import Any

import typer

from zalo_governor.cli import words
from zalo_governor.cli.language import translated
from zalo_governor.cli.wrapping import wrapped

_STYLES: dict[str, dict[str, Any]] = {
    "warning": {"fg": "yellow"},
    "error": {"fg": "red"},
    "critical": {"fg": "red", "bold": True},
}
_OWN_KEYS = frozenset({"event", "level", "timestamp"})


def render(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> str:
    """Return a log entry as one line for the terminal: time in Viet Nam, what happened, all other keys with values.

    structlog calls this after it has masked values that may be private; the other arguments are unused.
    """
    level = str(entry.get("level", ""))
    urgency = {
        "warning": translated("CẢNH BÁO", "WARNING"),
        "error": translated("LỖI", "ERROR"),
        "critical": translated("LỖI", "ERROR"),
    }.get(level, "")
    at = words.moment_of(str(entry.get("timestamp", "")))
    said = " ".join(filter(None, [f"{at:%H:%M:%S}" if at else "", urgency, words.event(str(entry["event"]))]))
    facts = words.facts({key: fact for key, fact in entry.items() if key not in _OWN_KEYS})
    line = wrapped(f"{said} ({facts})" if facts else said)
    return typer.style(line, **_STYLES[level]) if level in _STYLES else line
