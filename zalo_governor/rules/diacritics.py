"""Clause 3.1: Vietnamese is written in Unicode and with its marks.

Only what the member typed is judged: no quotes, file names, links, stickers, mentions. (Commands that the program
understands, which it does without marks, are let pass by the office.) A text that is likely but not certainly without
marks is `suspect`.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field

from zalo_governor.domain.events import EventBase, Mention, MessageSent
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, Rule, RuleContext
from zalo_governor.text.diacritics import Marks, Thresholds, Words, read_marks
from zalo_governor.text.legacy import read_legacy
from zalo_governor.text.normalise import normalise

LEGACY = "legacy"


class DiacriticsParameters(Parameters):
    """Where the lines are drawn. Evidence adds up -ln(share of the form that is meant without marks) over the words."""

    violation: float = Field(gt=0)
    """Evidence from which a message without any mark is a violation."""
    suspect: float = Field(gt=0)
    """Evidence from which it is suspect."""
    partial: float = Field(gt=0)
    """Evidence from which a message with some marks is a violation; four fifths of it make a suspect."""
    partial_share: float = Field(gt=0, le=1)
    """Share of the Vietnamese words that must lack marks for that."""
    foreign_weight: float = Field(ge=0)
    """Evidence that each foreign word takes away."""


class DiacriticsRule(Rule[DiacriticsParameters]):
    """Labels: `no_diacritics`, `partial`, `legacy`."""

    id: ClassVar[str] = "3.1-tieng-viet-co-dau"
    parameters_type: ClassVar[type[Parameters]] = DiacriticsParameters
    lexicon_names: ClassVar[tuple[str, ...]] = (
        "as-typed.tsv",
        "as-typed-chat.tsv",
        "foreign.txt",
        "acknowledgements.txt",
        "abbreviations.txt",
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        as_typed = (line.split("\t") for name in _COUNTED for line in self.lexicons[name])
        self._words = Words(
            as_typed={form: int(thousandths) / 1000 for form, thousandths in as_typed},
            foreign=frozenset(self.lexicons["foreign.txt"]),
            acknowledgements=frozenset(self.lexicons["acknowledgements.txt"]),
            abbreviations=frozenset(self.lexicons["abbreviations.txt"]),
        )
        self._limits = Thresholds(**self.parameters.model_dump())

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """At most one finding, on the typed text."""
        if not isinstance(event, MessageSent) or not event.text.strip():
            return
        if event.attachment and event.text == event.attachment.title and event.attachment.type not in _CAPTIONED:
            return
        text = _without_mentions(event.text[:_LONGEST], event.mentions)
        excerpt = event.text[:_EXCERPT]
        legacy = read_legacy(text)
        if legacy:
            yield self.finding(LEGACY, spans=((0, len(text)),), suggestion=legacy.text, excerpt=excerpt)
            return
        reading = read_marks(normalise(text), self._words, self._limits)
        if reading.marks is not Marks.OK:
            severity = self.severity if reading.sure else Severity.SUSPECT
            yield self.finding(reading.marks.value, severity=severity, spans=reading.spans, excerpt=excerpt)


def _without_mentions(text: str, mentions: tuple[Mention, ...]) -> str:
    """The text with blanks where members are addressed, as long as it was.

    The sender's client says where: only what begins with an @ and is no longer than a name is taken for a mention.
    """
    letters = list(text) if mentions else []
    for mention in mentions:
        begins = mention.start >= 0 and text[mention.start : mention.start + 1] == "@"
        if begins and 0 < mention.length <= _LONGEST_MENTION:
            end = min(mention.start + mention.length, len(text))
            letters[mention.start : end] = " " * (end - mention.start)
    return "".join(letters) if mentions else text


_CAPTIONED = frozenset({"chat.photo", "chat.video.msg"})
"""Where Zalo's title is what the sender typed; elsewhere it is the name of a file or the title of a page."""
_COUNTED = ("as-typed.tsv", "as-typed-chat.tsv")
"""The later file wins."""
_EXCERPT = 80
_LONGEST_MENTION = 100
_LONGEST = 20_000
"""Zalo takes 2,000 characters; what is longer is judged by its beginning, and costs no minutes."""
