"""Rule for clause 3.1: Vietnamese is written in Unicode and with its diacritics (tone and vowel marks).

Only text that the member typed is checked: no quotes, file names, links, stickers or mentions. (Commands to the bot may
be typed without diacritics; the caller skips them.) A text that probably but not certainly lacks diacritics gets
severity `suspect`.
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
    """Parameters of the rule: the scores of `Thresholds` from which a message is a violation or suspect, and one more.

    A value of `suspect` above the others turns that off.
    """

    violation: float
    partial: float
    brief: float
    slip: float
    suspect: float
    proposal: float
    """Least confidence (log-probability, at most 0) at which the corrected sentence is proposed to the member."""


class DiacriticsRule(Rule[DiacriticsParameters]):
    """Rule on Vietnamese typed without its diacritics or in old encodings.

    Labels of findings: `no_diacritics` (no word has them), `partial` (some words lack them), `legacy` (an old encoding,
    or raw keystrokes of an input method).
    """

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
        evidence = self.words.look(self.words.cut(normalise("khong dau")))
        self.words.model.forest.score(evidence.figures)

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield at most one finding, on the text that the member typed; none on other events than messages."""
        if not isinstance(event, MessageSent) or not event.text.strip():
            return
        if event.attachment and event.text == event.attachment.title and event.attachment.type not in _CAPTION_TYPES:
            return
        text = _without_mentions(event.text[:_LONGEST], event.mentions)
        normalised = normalise(text)
        typed = self.words.cut(normalised)
        # Look-alike letters and old fonts would fool the quick check, so it is skipped for them.
        if normalised.as_meant and self.words.at_a_glance_fine(typed):
            return
        excerpt = event.text[:_EXCERPT]
        legacy = read_legacy(text)
        if legacy:
            yield self.finding(LEGACY, spans=legacy.spans, suggestion=legacy.text, excerpt=excerpt)
            return
        reading = read_marks(normalised, typed, self.words, self._limits)
        if reading.evidence:
            # Where mentions were blanked out, the original text must be read again for the proposal.
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
        """Return at most three corrections of a text without diacritics or in an old encoding, the likeliest first."""
        legacy = read_legacy(text)
        return [legacy.text] if legacy else restore(text, self.words, _MOST_SENTENCES)


def _without_mentions(text: str, mentions: tuple[Mention, ...]) -> str:
    """Return the text, at the same length, with the mentions of members replaced by spaces.

    The sender's client chooses the positions of mentions and could blank out any text with them, so only a piece that
    begins with @ and is as short as a name counts.
    """
    letters = list(text) if mentions else []
    for mention in mentions:
        begins = mention.start >= 0 and text[mention.start : mention.start + 1] == "@"
        if begins and 0 < mention.length <= _LONGEST_MENTION:
            end = min(mention.start + mention.length, len(text))
            letters[mention.start : end] = " " * (end - mention.start)
    return "".join(letters) if mentions else text


_EXPRESSIONS = ("expressions.txt", "agencies.txt", "titles.txt")
_CAPTION_TYPES = frozenset({"chat.photo", "chat.video.msg"})
"""Message types whose title is a caption typed by the sender; in other types it is a file name or page title."""
_EXCERPT = 80
_MOST_SENTENCES = 3
_LONGEST_MENTION = 100
_LONGEST = 20_000
"""How many characters of a message are checked; Zalo itself allows 2,000. Bounds the time for longer input."""
