"""The log: JSON lines on standard output, ids and counts only. What people wrote never gets here."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_FORBIDDEN = frozenset({"text", "body", "raw", "content", "excerpt", "suggestion", "message", "name", "cookies"})


def configure(*, console: bool) -> None:
    """Set the log up for this process.

    Args:
        console: coloured lines for a person at a terminal; otherwise one JSON object a line.
    """
    renderer: Any = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            mask_bodies,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="%(levelname)s %(name)s")


def silence() -> None:
    """Only what is critical is logged in this process: a person reads its output as a conversation."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.basicConfig(level=logging.CRITICAL)


def mask_bodies(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Cut what could hold a message, should a careless line ever pass it."""
    for key in _FORBIDDEN.intersection(event):
        event[key] = "(masked)"
    return event
