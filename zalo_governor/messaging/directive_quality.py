"""Recognise directives (orders of the leadership) and reports, and check their clarity (clause 5.1), for statistics.

Messages are recognised by the words listed in config/y-kien.yaml; a directive in other words is not counted.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.models import StrictModel
from zalo_governor.domain.people import Person, Role
from zalo_governor.domain.statements import Statement, StatementKind
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

_OPENING_CHARACTERS = 40
"""Number of characters at the beginning of a message in which one of `report_openings` has to be found."""
_LEADING_PUNCTUATION = r"[\W_]*"
"""Regex for punctuation that may precede the opening words of a report."""
_NUMBERED_TIME = re.compile(r"\b[0-9]{1,2}\s?(?:(?:h|g|giờ|gio)(?![^\W0-9])|[:/][0-9])|\b(?:ngày|ngay) [0-9]")

Words = Annotated[tuple[str, ...], Field(min_length=1)]


class ClarityPolicy(StrictModel):
    """Settings of config/y-kien.yaml: the words by which directives and reports are recognised.

    Whole words are matched, ignoring case, and ignoring diacritics if the text has none.
    """

    long_characters: int = Field(ge=1)
    """A message of more characters counts as long."""
    directive_words: Words
    """A message of the leadership with one of these words counts as a directive."""
    report_openings: Words
    """A message that begins with one of these phrases counts as a report."""
    deadline_words: Words
    """A directive with one of these words, or with a date or time in digits, states a deadline."""
    addressee_words: Words
    """A directive with one of these words, a mention or a quote names an addressee."""

    @classmethod
    def load(cls, path: Path) -> "ClarityPolicy":
        """Read the settings from a YAML file.

        Raises:
            ConfigError: one line for every key that is wrong, naming file, line and key.
        """
        return validate(cls, load_yaml(path))

    def statement(self, event: EventBase, author: Person) -> Statement | None:
        """Classify a message of `author` as a directive (order of the leadership) or a report; return None if neither.

        The result says whether the message is too long and, for a directive, whether deadline or addressee is missing.
        """
        # Not isinstance: MessageRevised is a subclass, and an edit is not counted apart from its message.
        if type(event) is not MessageSent or not event.text:
            return None
        if author.holds(event.thread_id, Role.LEADERSHIP, Role.LEADER):
            return self._directive(event)
        opening = unicodedata.normalize("NFC", event.text[:_OPENING_CHARACTERS]).lower()
        # A cheap check first, because every message of the group passes here.
        if "cáo" not in opening and "cao" not in opening:
            return None
        if not _pattern(self.report_openings, _LEADING_PUNCTUATION).search(_normalised(opening), at_start=True):
            return None
        return Statement(kind=StatementKind.REPORT, long=self._is_long(event))

    def _directive(self, event: MessageSent) -> Statement | None:
        text = _normalised(event.text)
        if not _pattern(self.directive_words).search(text):
            return None
        return Statement(
            kind=StatementKind.DIRECTIVE,
            long=self._is_long(event),
            no_deadline=not (_pattern(self.deadline_words).search(text) or _NUMBERED_TIME.search(text)),
            no_addressee=not (event.mentions or event.quote or _pattern(self.addressee_words).search(text)),
        )

    def _is_long(self, event: MessageSent) -> bool:
        return len(event.text) > self.long_characters


class _WordPattern:
    """Matcher of any of the given words in a text, spelt with diacritics or, if the text has none, without."""

    def __init__(self, words: Sequence[str], after: str) -> None:
        plain = [_normalised(word) for word in words]
        self._with_diacritics, self._without_diacritics = (
            re.compile(rf"{after}(?<!\w)(?:{'|'.join(map(re.escape, spelt))})(?!\w)")
            for spelt in (plain, [fold(word) for word in plain])
        )

    def search(self, text: str, *, at_start: bool = False) -> re.Match[str] | None:
        """Return the first of the words in the text; if `at_start`, only where the text begins with it.

        The word is preceded by a match of the regex `after`.
        """
        pattern = self._without_diacritics if text.isascii() else self._with_diacritics
        return pattern.match(text) if at_start else pattern.search(text)


@cache
def _pattern(words: Words, after: str = "") -> _WordPattern:
    return _WordPattern(words, after)


def _normalised(text: str) -> str:
    return " ".join(normalise(text).text.lower().split())
