"""Words of the language of the terminal for the program's own terms: log events, audit actions, columns and values.

The Vietnamese words are in `words.vi.yaml`; in English, the terms stand for themselves.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from zalo_governor.cli.language import Language, language, translated
from zalo_governor.config.yaml_file import load_yaml
from zalo_governor.domain.clock import local
from zalo_governor.text.file_names.kinds import kind_in_words

_MOST_LISTED = 5
_FILE = Path(__file__).with_name("words.vi.yaml")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d:\d\d|Z)")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DAYS = re.compile(rf"{_DAY.pattern}(/{_DAY.pattern})?")
_CAUSE = re.compile(r"(closed|connect|handshake|login|silence)(:.+)?")
"""Matches why the connection to Zalo is down: kind of cause, and its code or error."""
_MIME = re.compile(r"(application|audio|font|image|message|text|video)/[\w.+-]+")
_CODES = re.compile(r"[a-z_]+(\+[a-z_]+)+")
_NUMBERED = re.compile(r"(approval|removal) (\d+)")
"""Matches what an audit entry is about if that has a number instead of a code."""
_AT_ITS_START = {"from": 0, "to": 1}
"""Keys that `facts` puts first, and their order."""
_MEANS_NOTHING: tuple[object, ...] = (None, "", [], {})


@cache
def vietnamese() -> Mapping[str, Mapping[str, str]]:
    """Return Vietnamese words for the program's terms: section ("events", "actions", "columns" …) -> term -> word."""
    sections = load_yaml(_FILE).data
    return {str(name): {str(term): str(word) for term, word in words.items()} for name, words in sections.items()}


def event(term: str) -> str:
    """Return the words, in the language of the terminal, for the name `term` of a log event; `term` if it has none."""
    return _worded("events", term)


def action(term: str) -> str:
    """Return the words for an action's name in the audit log, such as "case.opened"; `term` itself if it has none."""
    return _worded("actions", term)


def column(term: str) -> str:
    """Return the words for the name `term` of a column of an export, or of a key of a log line or audit entry."""
    return _worded("columns", term)


def value(given: object) -> str:
    """Return a value of a log line, an audit entry or an exported cell as people read it.

    Times are in Viet Nam time, dates as day/month/year. Of a list of more than five items only the number is given.
    """
    if given is None:
        return ""
    if isinstance(given, Mapping):
        given = list(given)
    if isinstance(given, list | tuple):
        if len(given) > _MOST_LISTED:
            return f"{len(given)} {translated('mục', 'items')}"
        return ", ".join(map(value, given))
    text = str(given)
    if at := moment_of(text):
        return f"{at:%d/%m/%Y %H:%M:%S}"
    if _DAYS.fullmatch(text):
        text = " – ".join(_DAY.sub(r"\3/\2/\1", day) for day in text.split("/"))
    if _MIME.fullmatch(text):
        return translated(kind_in_words(text), text)
    if _CODES.fullmatch(text):
        # Codes joined by "+", such as why a file was not checked; paths, addresses and checksums have other characters.
        return ", ".join(_worded("values", code) for code in text.split("+"))
    if named := _NUMBERED.fullmatch(text):
        return f"{column(named[1])} {named[2]}"
    return _worded("values", text.lower() if isinstance(given, bool) else text)


def moment_of(text: str) -> datetime | None:
    """Return the time, in Viet Nam, that an ISO text like `2026-03-04T02:00:00+00:00` states; None for other texts."""
    return local(datetime.fromisoformat(text)) if _MOMENT.fullmatch(text) else None


def progress(term: str) -> str:
    """Return the words for what an addressee of a directive has done so far; `term` is such as "seen", "reported"."""
    return _worded("progress", term)


def act(term: str) -> str:
    """Return the words for what a person does in a demonstration; `term` is such as "rename_group"."""
    return _worded("acts", term)


def facts(given: Mapping[str, Any]) -> str:
    """Return keys and values of a log line or audit entry as text (`key: value, …`), without empty or False ones."""
    told = {key: fact for key, fact in given.items() if fact not in _MEANS_NOTHING and fact is not False}
    keys = sorted(told, key=lambda key: _AT_ITS_START.get(key, len(_AT_ITS_START)))
    return ", ".join(column(key) if told[key] is True else f"{column(key)}: {_fact(key, told[key])}" for key in keys)


def _fact(key: str, fact: object) -> str:
    """Return the words for the value of a key; for why the connection broke, words for the kind of cause come first."""
    text = value(fact)
    if key == "cause" and (found := _CAUSE.fullmatch(str(fact))) and (said := _worded("causes", found[1])) != found[1]:
        return f"{said} ({fact})"
    return text


def _worded(section: str, term: str) -> str:
    return term if language() is Language.ENGLISH else vietnamese()[section].get(term, term)
