"""Clauses 4.1 and 4.3: nothing Mật, Tối mật or Tuyệt mật is posted.

A word alone accuses nobody: "mật" stands in honey, passwords and density. What counts is what makes a sentence a
disclosure: a document called secret, a level in a field, in brackets, on a line of its own or in a file name, together
with signs that it is being passed on. Talk about the rule, training, notices to come and fetch a paper are
`borderline`: told to nobody, counted. Article 5 of Law 117/2025/QH15 forbids to keep what is found here.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any, ClassVar, NamedTuple

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, RuleContext, SealingRule
from zalo_governor.rules.secrecy_phrases import Phrases, SecrecyParameters, is_label
from zalo_governor.text.fold import fold
from zalo_governor.text.legacy import read_legacy
from zalo_governor.text.normalise import Normalised, normalise
from zalo_governor.text.secrecy import Level, LevelWord, hints_of_secrets, level_words, may_speak_of_secrets
from zalo_governor.text.tokens import FILE_ENDING


class ClassifiedRule(SealingRule[SecrecyParameters]):
    """Looks at every string of every event, and at any string at the door."""

    id: ClassVar[str] = "4.1-noi-dung-mat"
    parameters_type: ClassVar[type[Parameters]] = SecrecyParameters

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._phrases = Phrases(self.parameters)

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """One finding for each string that is more than clean."""
        for field, text in event.strings():
            finding = self.inspect(text)
            if finding:
                yield finding.model_copy(update={"field": field})

    def look(self, text: str) -> Finding | None:
        """The finding on one string, None where it is clean. Takes time linear in the length of the text."""
        normalised = normalise(text)
        finding = self._inspect(normalised)
        if finding and finding.seals:
            return finding
        for decoded in _other_readings(text, changed=normalised.offsets is not None):
            read = self._inspect(Normalised(decoded, None))
            if read and (read.seals or not finding):
                finding = read.model_copy(update={"spans": ((0, len(text)),)})
        return finding

    def _inspect(self, normalised: Normalised) -> Finding | None:
        """Looks at long texts through a window, so that what stands far apart is not taken together."""
        if not may_speak_of_secrets(normalised.text):
            return None
        if len(normalised.text) > _WINDOW and hints_of_secrets(normalised.text) > _MOST_HINTS:
            # Nobody writes so; to weigh each of them would take minutes, in which nobody else is heard.
            everything = normalised.span(0, len(normalised.text))
            return self.finding("unchecked", spans=(everything,), reason="too_many", seals=True)
        gravest: Finding | None = None
        for start in range(0, max(len(normalised.text) - _OVERLAP, 1), _WINDOW - _OVERLAP):
            finding = self._weigh(normalised, start)
            if finding and finding.seals:
                return finding
            gravest = gravest or finding
        return gravest

    def _weigh(self, normalised: Normalised, start: int) -> Finding | None:
        text = normalised.text[start : start + _WINDOW]
        folded = fold(text)
        phrases = self._phrases
        words = phrases.serious(level_words(text, folded), text, folded)
        talk = len({match[0] for match in phrases.rule_talk.finditer(folded)})
        label_ends = [word.end for word in words if is_label(word, folded)]
        best = max((self._evidence(word, label_ends, text, folded) for word in words), default=_NOTHING)
        if phrases.stamps.search(folded):
            best = max(best, _STAMP)
        spans = tuple(normalised.span(start + word.start, start + word.end) for word in words)
        elsewhere = phrases.elsewhere.search(text.lower()) is not None
        about_secrets = phrases.state_secrets.search(folded) is not None
        if best.points < _LEAST:
            talked_about = about_secrets or (words and talk)
            return self._borderline(spans, "rule_talk") if talked_about and not elsewhere else None
        points = best.points - _TALK * min(talk, _MOST_TALK)
        reasons = {best.reason}
        if phrases.transmitting.search(folded):
            points += _TRANSMITTING
            reasons.add("transmitting")
        if _PAPER.search(folded):
            points += _NUMBER
            reasons.add("number")
        if len({word.level for word in words if word.end not in label_ends}) > 1:
            points -= _ENUMERATION
        if elsewhere:
            points -= _ELSEWHERE
        reason = "+".join(sorted(reasons))
        if points < self.parameters.threshold:
            return None if elsewhere else self._borderline(spans, reason)
        level = max((word.level for word in words), default=None)
        named = level.name.lower() if level else None
        return self.finding("classified", level=named, spans=spans, reason=reason, seals=True)

    def _borderline(self, spans: tuple[tuple[int, int], ...], reason: str) -> Finding:
        return self.finding("borderline", spans=spans, reason=reason, severity=Severity.SUSPECT)

    def _evidence(self, word: LevelWord, label_ends: list[int], text: str, folded: str) -> "Evidence":
        """What one level word shows by the place where it stands."""
        if word.in_file_name:
            return Evidence(_FILE, "file")
        if word.end in label_ends:
            return _NOTHING
        line_start = folded.rfind("\n", 0, word.start) + 1
        before = folded[max(word.start - _NEAR, line_start) : word.start]
        after = folded[word.end : word.end + _NEAR]
        if FILE_ENDING.match(after):
            return Evidence(_FILE, "file")
        high = word.level > Level.MAT
        shouted = text[word.start : word.end].isupper()
        sure = word.marked or word.disguised or word.level is Level.TUYET_MAT or shouted
        names_file = FILE_ENDING.search(folded.rstrip()) is not None
        begins = not folded[line_start : word.start].strip(_BULLETS)
        ends = _LINE_END.match(after) is not None
        places: list[Evidence] = []
        if _FIELD.search(before) or any(0 < word.start - end <= _LABEL_GAP for end in label_ends):
            places.append(Evidence(3, "field"))
        if _OPENED.search(before) and _CLOSED.match(after):
            places.append(Evidence(3, "bracket"))
        if _STAMPED.search(before):
            places.append(Evidence(3, "stamp"))
        if (sure or (high and names_file)) and begins and ends:
            places.append(Evidence(3 + shouted, "line"))
        elif (sure or high) and _SET_OFF.search(before) and _SET_OFF_END.match(after):
            places.append(Evidence(3, "set_off"))
        if self._phrases.document_before.search(before):
            heading = word.marked and ends and text[line_start : word.end].isupper()
            places.append(Evidence(4, "heading") if heading else Evidence(2, "document"))
        elif sure and self._phrases.document_near.search(before):
            places.append(Evidence(1, "document_near"))
        if not places and not (sure and (word.disguised or high)):
            return _NOTHING
        best = max(places, default=Evidence(2 * (word.disguised and high), "level"))
        more = (len(places) > 1) + high + word.disguised + (_CALLED.match(after) is not None)
        return Evidence(best.points + more, best.reason)


class Evidence(NamedTuple):
    """How much speaks for a disclosure, in points, and the id of the pattern that says so."""

    points: int
    reason: str


def _other_readings(text: str, *, changed: bool) -> Iterator[str]:
    """What the text says in an old font or with its HTML entities resolved; `changed` where it is no plain text."""
    if changed and (legacy := read_legacy(text)):
        yield legacy.text
    if "&" in text and ";" in text and (resolved := unescape(text)) != text:
        yield normalise(resolved).text


_NOTHING = Evidence(0, "")
_STAMP = Evidence(3, "stamp")
_FILE = 4
_LEAST = 2
"""One point alone, such as "tuyệt mật" somewhere, is not worth a word."""
_TRANSMITTING = 2
_NUMBER = 1
_TALK = 3
_MOST_TALK = 2
_ENUMERATION = 2
_ELSEWHERE = 5

_WINDOW, _OVERLAP = 600, 150
_MOST_HINTS = 5_000
_NEAR = 60
_LABEL_GAP = 6
_PAPER = re.compile(
    r"\d{1,6} ?/ ?[a-z]{1,8}|\d{1,6} ?- ?[a-z]{1,5}/[a-z]{1,5}|\b(?:so|cv|vb|kh|bc) ?:? ?\d{1,5}\b"
    r"|\.(?:pdf|docx?|xlsx?|pptx?|jpe?g|png|zip|rar)\b"
)
_FIELD = re.compile(r"(?<![a-z])(?:do|muc|muc do|cap do|cap|loai)[\s:]{1,3}$")
_OPENED = re.compile(r"[(\[{“\"'«‘<]\s{0,3}(?:do )?$")
_CLOSED = re.compile(r"\s{0,3}[)\]}”\"'»’>]")
_STAMPED = re.compile(r"(?<![a-z])(?:dong dau|co dau|con dau|dau do|dau)(?: do| chu| muc)?[\s:“\"'(]{1,4}$")
_BULLETS = " \t-–—*•#>★"
_LINE_END = re.compile(r"[ \t]{0,10}(?:[\n.:!]|[-–—] |$)")
_SET_OFF = re.compile(r"(?:[,:;.]|[-–—]) {0,3}$")
_SET_OFF_END = re.compile(r" {0,3}(?:[,.;:!\n]|[-–—] |$)| (?:nhe|nha|a|day|do)(?![a-z])")
_CALLED = re.compile(r" {0,2}[)\]]?:| so \d")
