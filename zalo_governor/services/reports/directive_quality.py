"""Which messages are directives or reports, and whether they are brief and clear (clause 5.1): counted, nothing more.

By words that the office lists in config/y-kien.yaml. It counts what it can tell by such words and claims no more: a
directive in other words is not counted at all.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.directives import Statement, StatementKind
from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.people import Person, Role
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

_OPENING = 40
"""Characters in which a report says that it is one."""
_SIGNS = r"[\W_]*"
"""What may stand before the words by which a report says that it is one."""
_NUMBERED_TIME = re.compile(r"\b[0-9]{1,2}\s?(?:(?:h|g|giờ|gio)(?![^\W0-9])|[:/][0-9])|\b(?:ngày|ngay) [0-9]")

Words = Annotated[tuple[str, ...], Field(min_length=1)]


class ClarityPolicy(BaseModel):
    """config/y-kien.yaml. Whole words count, capitals do not, and marks only in a text that has any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    long_characters: int = Field(ge=1)
    directive_words: Words
    report_openings: Words
    deadline_words: Words
    addressee_words: Words

    @classmethod
    def load(cls, path: Path) -> "ClarityPolicy":
        """Read the file.

        Raises:
            ConfigError: one line for every key that is wrong, naming file, line and key.
        """
        return validate(cls, load_yaml(path))

    def statement(self, event: EventBase, author: Person) -> Statement | None:
        """What the message is under clause 5.1; None for what is neither a directive nor a report."""
        # Not isinstance: a revision is counted with what it revises.
        if type(event) is not MessageSent or not event.text:
            return None
        if author.has(Role.LEADERSHIP, Role.LEADER):
            return self._directive(event)
        opening = unicodedata.normalize("NFC", event.text[:_OPENING]).lower()
        # A cheap first look: every message of the group passes here.
        if "cáo" not in opening and "cao" not in opening:
            return None
        if not self._opening.begins(_plain(opening)):
            return None
        return Statement(kind=StatementKind.REPORT, long=self._is_long(event))

    def _directive(self, event: MessageSent) -> Statement | None:
        text = _plain(event.text)
        if not self._asks.stands_in(text):
            return None
        return Statement(
            kind=StatementKind.DIRECTIVE,
            long=self._is_long(event),
            no_deadline=not (self._deadline.stands_in(text) or _NUMBERED_TIME.search(text)),
            no_addressee=not (event.mentions or event.quote or self._addressee.stands_in(text)),
        )

    def _is_long(self, event: MessageSent) -> bool:
        return len(event.text) > self.long_characters

    @cached_property
    def _asks(self) -> "_AnyOf":
        return _AnyOf(self.directive_words)

    @cached_property
    def _deadline(self) -> "_AnyOf":
        return _AnyOf(self.deadline_words)

    @cached_property
    def _addressee(self) -> "_AnyOf":
        return _AnyOf(self.addressee_words)

    @cached_property
    def _opening(self) -> "_AnyOf":
        return _AnyOf(self.report_openings, after=_SIGNS)


class _AnyOf:
    """Words as they are written with marks, and as they are typed without."""

    def __init__(self, words: Sequence[str], after: str = "") -> None:
        plain = [_plain(word) for word in words]
        self._marked, self._unmarked = (
            re.compile(rf"{after}(?<!\w)(?:{'|'.join(map(re.escape, spelt))})(?!\w)")
            for spelt in (plain, [fold(word) for word in plain])
        )

    def stands_in(self, text: str) -> bool:
        """Whether one of the words stands anywhere in the text."""
        return self._fitting(text).search(text) is not None

    def begins(self, text: str) -> bool:
        """Whether the text begins with one of the words, after what may stand before them."""
        return self._fitting(text).match(text) is not None

    def _fitting(self, text: str) -> re.Pattern[str]:
        return self._unmarked if text.isascii() else self._marked


def _plain(text: str) -> str:
    return " ".join(normalise(text).text.lower().split())
