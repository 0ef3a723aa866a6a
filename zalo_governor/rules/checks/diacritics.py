"""Clause 3.1: Vietnamese is written in Unicode and with its marks.

Only what the member typed is judged: no quotes, file names, links, stickers, mentions. (Commands that the program
understands, which it does without marks, are let pass by the office.) A text that is likely but not certainly without
marks is `suspect`.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from zalo_governor.domain.events import EventBase, Mention, MessageSent
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, Rule, RuleContext
from zalo_governor.text.diacritics.expressions import Expressions
from zalo_governor.text.diacritics.judge import Thresholds, Words, read_marks
from zalo_governor.text.diacritics.legacy import read_legacy
from zalo_governor.text.diacritics.model import shipped_model
from zalo_governor.text.diacritics.restore import proposal_of, propose, restore
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

LEGACY = "legacy"


class DiacriticsParameters(Parameters):
    """Where the lines are drawn. A score is the logarithm of the odds that marks are missing: 0 is one to one."""

    violation: float
    """Score from which a message without any mark is a violation."""
    partial: float
    """Score from which a message with some marks is one, where likely two words and a fifth of all lack theirs."""
    brief: float
    """The same, of a message of four words at most."""
    slip: float
    """The same of a longer one, where likely fewer words lack theirs."""
    suspect: float
    """Score from which a message is suspect; above the others it means that none is."""
    proposal: float
    """Trust (logarithm of a chance, at most 0) from which the sentence with its marks is proposed to the member."""


class DiacriticsRule(Rule[DiacriticsParameters]):
    """Labels: `no_diacritics`, `partial`, `legacy`."""

    id: ClassVar[str] = "3.1-tieng-viet-co-dau"
    parameters_type: ClassVar[type[Parameters]] = DiacriticsParameters
    lexicon_names: ClassVar[tuple[str, ...]] = (
        "acknowledgements.txt",
        "abbreviations.txt",
        "names-without-marks.txt",
        "expressions.txt",
        "agencies.txt",
        "titles.txt",
        "marked-abbreviations.txt",
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.words = Words(
            shipped_model,
            acknowledgements=frozenset(self.lexicons["acknowledgements.txt"]),
            abbreviations=frozenset(self.lexicons["abbreviations.txt"]),
            names=frozenset(map(fold, self.lexicons["names-without-marks.txt"])),
            expressions=Expressions(
                (line for file in _EXPRESSIONS for line in self.lexicons[file]),
                self.lexicons["marked-abbreviations.txt"],
            ),
        )
        self._limits = Thresholds(**self.parameters.model_dump(exclude={"proposal"}))

    def prepare(self) -> None:
        """Load the model of Vietnamese, its trees as well."""
        evidence = self.words.look(self.words.cut(normalise("khong dau")))
        self.words.model.forest.score(evidence.figures)

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """At most one finding, on the typed text."""
        if not isinstance(event, MessageSent) or not event.text.strip():
            return
        if event.attachment and event.text == event.attachment.title and event.attachment.type not in _CAPTIONED:
            return
        text = _without_mentions(event.text[:_LONGEST], event.mentions)
        normalised = normalise(text)
        typed = self.words.cut(normalised)
        # A text gets the same glance however it came; what is in other letters or an old font gets none.
        if normalised.as_meant and self.words.at_a_glance_fine(typed):
            return
        excerpt = event.text[:_EXCERPT]
        legacy = read_legacy(text)
        if legacy:
            yield self.finding(LEGACY, spans=legacy.spans, suggestion=legacy.text, excerpt=excerpt)
            return
        reading = read_marks(normalised, typed, self.words, self._limits)
        if reading.evidence:
            # With mentions blanked out, the sentence has to be read once more as it stands.
            least = self.parameters.proposal
            proposal = (
                proposal_of(normalised.text, reading.evidence, self.words, least)
                if text == event.text
                else propose(event.text, self.words, least)
            )
            yield self.finding(
                reading.marks.value,
                severity=self.severity if reading.sure else Severity.SUSPECT,
                spans=reading.spans,
                suggestion=proposal,
                excerpt=excerpt,
            )

    def with_marks(self, text: str) -> list[str]:
        """What a text without marks, or in an old font, may mean: three sentences at most, the likeliest first."""
        legacy = read_legacy(text)
        return [legacy.text] if legacy else restore(text, self.words, _MOST_SENTENCES)


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


_EXPRESSIONS = ("expressions.txt", "agencies.txt", "titles.txt")
_CAPTIONED = frozenset({"chat.photo", "chat.video.msg"})
"""Where Zalo's title is what the sender typed; elsewhere it is the name of a file or the title of a page."""
_EXCERPT = 80
_MOST_SENTENCES = 3
_LONGEST_MENTION = 100
_LONGEST = 20_000
"""Zalo takes 2,000 characters; what is longer is judged by its beginning, and costs no minutes."""
