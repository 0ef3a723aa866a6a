"""Clauses 4.1 and 4.3: nothing Mật, Tối mật or Tuyệt mật is posted.

A word alone accuses nobody: "mật" stands in honey, passwords and density. What counts is what makes a sentence a
disclosure: a document called secret, a level in a field, in brackets, on a line of its own or in a file name, together
with signs that it is being passed on. Talk about the rule, training, notices to come and fetch a paper are
`borderline`: told to nobody, counted. Article 5 of Law 117/2025/QH15 forbids to keep what is found here.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, RuleContext, SealingRule
from zalo_governor.rules.secrecy_phrases import Phrases, SecrecyParameters, is_label
from zalo_governor.text.fold import fold
from zalo_governor.text.linear import LinearModel
from zalo_governor.text.normalise import Normalised, normalise
from zalo_governor.text.readings import other_readings, undressed
from zalo_governor.text.secrecy import Level, LevelWord, hints_of_secrets, level_words, may_speak_of_secrets
from zalo_governor.text.stance import stance_features
from zalo_governor.text.tokens import FILE_ENDING


class ClassifiedRule(SealingRule[SecrecyParameters]):
    """Looks at every string of every event, and at any string at the door."""

    id: ClassVar[str] = "4.1-noi-dung-mat"
    parameters_type: ClassVar[type[Parameters]] = SecrecyParameters

    lexicon_names: ClassVar[tuple[str, ...]] = ("secrecy-weights.tsv",)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._phrases = Phrases(self.parameters)
        self._stance = LinearModel(self.lexicons["secrecy-weights.tsv"])

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """One finding for each string that is more than clean; what is quoted is sealed and accuses nobody."""
        for field, text in event.strings():
            finding = self.inspect(text)
            if finding:
                more = {"severity": Severity.SUSPECT} if field.startswith("quote") else {}
                yield finding.model_copy(update={"field": field, **more})

    def look(self, text: str) -> Finding | None:
        """The finding on one string, None where it is clean. Takes time linear in the length of the text."""
        normalised = normalise(text)
        speaks = may_speak_of_secrets(normalised.text)
        finding = self._inspect(normalised, text) if speaks else None
        if finding and finding.seals:
            return finding
        for decoded, hides in _readings(text, normalised, speaks):
            if may_speak_of_secrets(decoded):
                read = self._inspect(Normalised(decoded, None), normalised.text if hides else decoded)
                if read and (read.seals or not finding):
                    finding = read.model_copy(update={"spans": ((0, len(text)),)})
        return finding

    def stance_features(self, text: str) -> frozenset[str]:
        """What the model of stance sees of a short text that is no disguise: for training it."""
        folded = fold(text)
        words = self._phrases.serious(level_words(text, folded), text, folded)
        talk, forbidden = self._phrases.talk(words, text, folded)
        return stance_features(folded, words) | _signs(talk, forbidden, self._is_transmitted(folded, forbidden))

    def _inspect(self, normalised: Normalised, typed: str) -> Finding | None:
        """Looks at long texts through a window, so that what stands far apart is not taken together."""
        if len(normalised.text) > _WINDOW and hints_of_secrets(normalised.text) > _MOST_HINTS:
            # Nobody writes so; to weigh each of them would take minutes, in which nobody else is heard.
            everything = normalised.span(0, len(normalised.text))
            return self.finding("unchecked", spans=(everything,), reason="too_many", seals=True)
        gravest: Finding | None = None
        for start in range(0, max(len(normalised.text) - _OVERLAP, 1), _WINDOW - _OVERLAP):
            finding = self._weigh(normalised, typed, start)
            if finding and finding.seals:
                return finding
            gravest = gravest or finding
        return gravest

    def _weigh(self, normalised: Normalised, typed: str, start: int) -> Finding | None:
        text = normalised.text[start : start + _WINDOW]
        folded = fold(text)
        phrases = self._phrases
        words = level_words(text, folded)
        if words and typed is not normalised.text and not _dressed_throughout(normalised, typed, start):
            words = [_as_typed(word, normalised, typed, start) for word in words]
        words = phrases.serious(words, text, folded)
        label_ends = [word.end for word in words if is_label(word, folded)]
        best = max((self._evidence(word, label_ends, text, folded) for word in words), default=_NOTHING)
        if phrases.stamped(text, folded) or _ENVELOPE.search(folded):
            best = max(best, Evidence(3 + (_HANDED_OVER.search(folded) is not None), "stamp"))
        best = max(best, self._initial(folded, text))
        spans = tuple(normalised.span(start + word.start, start + word.end) for word in words)
        elsewhere = phrases.abroad.search(text) is not None or phrases.elsewhere.search(text.lower()) is not None
        talk, forbidden = phrases.talk(words, text, folded)
        if best.points < _LEAST:
            talked_about = phrases.state_secrets.search(folded) is not None or (words and talk)
            return self._borderline(spans, "rule_talk", words) if talked_about and not elsewhere else None
        transmitted = self._is_transmitted(folded, forbidden)
        stance = self._stance.score(stance_features(folded, words) | _signs(talk, forbidden, transmitted))
        least = _LEAST_STANCE_OF.get(best.reason, -_MOST_STANCE)
        points = best.points - min(talk, _MOST_TALK) + max(least, min(_MOST_STANCE, stance))
        reasons = {best.reason}
        if transmitted:
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
            return None if elsewhere else self._borderline(spans, reason, words)
        clause = DIRECTIVE_CLAUSE if self._is_work(folded) else self.clause
        return self.finding("classified", clause=clause, level=_level(words), spans=spans, reason=reason, seals=True)

    def _is_transmitted(self, folded: str, forbidden: bool) -> bool:
        """Whether something is passed on; who forbids it before the level word passes nothing on."""
        return not forbidden and self._phrases.transmitting.search(folded) is not None

    def _initial(self, folded: str, text: str) -> "Evidence":
        """A paper with a lone capital M behind it, in brackets or quotes: how some hide the level."""
        for match in _INITIAL.finditer(folded):
            paper = self._phrases.document_of_sentence.search(folded[max(match.start() - _NEAR, 0) : match.start()])
            if paper and (text[match.start(1)] == "M" or match[0][0] in _QUOTES):
                return Evidence(2, "initial")
        return _NOTHING

    def _is_work(self, folded: str) -> bool:
        """Whether it orders or reports on secret work, and passes no paper on."""
        phrases = self._phrases
        work = phrases.directing.search(folded) or phrases.updating.search(folded)
        return work is not None and _HANDED_OVER.search(folded) is None

    def _borderline(self, spans: tuple[tuple[int, int], ...], reason: str, words: list[LevelWord]) -> Finding:
        level = _level(words)
        return self.finding("borderline", level=level, spans=spans, reason=reason, severity=Severity.SUSPECT)

    def _evidence(self, word: LevelWord, label_ends: list[int], text: str, folded: str) -> "Evidence":
        """What one level word shows by the place where it stands."""
        if word.in_name:
            return Evidence(_FILE, "file")
        if word.end in label_ends:
            return _NOTHING
        line_start = folded.rfind("\n", 0, word.start) + 1
        before = folded[max(word.start - _NEAR, line_start) : word.start]
        after = folded[word.end : word.end + _NEAR]
        if FILE_ENDING.match(after):
            return Evidence(_FILE, "file")
        if _DENIED.search(before):
            return _NOTHING
        high = word.level > Level.MAT
        shouted = text[word.start : word.end].isupper()
        sure = word.marked or word.disguised or word.level is Level.TUYET_MAT or shouted
        names_file = FILE_ENDING.search(folded.rstrip()) is not None
        begins = not folded[line_start : word.start].strip(_BULLETS)
        ends = _LINE_END.match(after) is not None
        places: list[Evidence] = []
        if _FIELD.search(before) or any(0 < word.start - end <= _LABEL_GAP for end in label_ends):
            places.append(Evidence(4, "field"))
        if _OPENED.search(before) and _CLOSED.match(after):
            places.append(Evidence(3, "bracket"))
        if _STAMPED.search(before):
            places.append(Evidence(3, "stamp"))
        if (sure or (high and names_file)) and begins and ends:
            places.append(Evidence(3 + shouted, "line"))
        elif (sure or high) and _SET_OFF.search(before) and _SET_OFF_END.match(after):
            places.append(Evidence(3, "set_off"))
        phrases = self._phrases
        if phrases.document_before.search(before):
            heading = word.marked and ends and text[line_start : word.end].isupper()
            close = phrases.document_right_before.search(before) is not None
            points = 4 if heading or (sure and close) else 3 if sure or high or _GOES_ON.match(after) else 2
            places.append(Evidence(points, "heading" if heading else "document"))
        elif sure and (phrases.document_of_sentence.search(before) or (high and _COPY.search(before))):
            places.append(Evidence(3, "document"))
        elif sure and phrases.document_near.search(before):
            places.append(Evidence(1, "document_near"))
        if not places and begins and word.marked and _PARTICLE.match(after):
            places.append(Evidence(3, "exclaimed"))
        if not places and not (sure and (word.disguised or high)):
            return _NOTHING
        if not places and not word.disguised:
            return Evidence(1, "level")
        best = max(places, default=Evidence(2 * high, "level"))
        more = (len(places) > 1) + high + word.disguised + (_CALLED.match(after) is not None)
        return Evidence(best.points + more, best.reason)


class Evidence(NamedTuple):
    """How much speaks for a disclosure, in points, and the id of the pattern that says so."""

    points: int
    reason: str


def _readings(text: str, normalised: Normalised, speaks: bool) -> Iterable[tuple[str, bool]]:
    """The other readings of a text, each with whether something in it was hidden."""
    for decoded in other_readings(text, normalised.text, changed=normalised.offsets is not None):
        yield decoded, True
    if speaks and len(text) <= _LONGEST_UNDRESSED:
        yield from undressed(normalised.text)


def _as_typed(word: LevelWord, normalised: Normalised, typed: str, start: int) -> LevelWord:
    """The word as a disguise, where other letters or signs than its own were typed."""
    if word.disguised or word.in_name:
        return word
    same = _was_typed(normalised, typed, start + word.start, start + word.end)
    return word if same else word._replace(disguised=True)


def _dressed_throughout(normalised: Normalised, typed: str, start: int) -> bool:
    """Whether half of the words of the window were typed in other signs: then none of them is hidden."""
    if normalised.offsets is None:
        return False
    words = [word.span() for word in _LONG_WORD.finditer(normalised.text, start, start + _WINDOW)]
    return 2 * sum(not _was_typed(normalised, typed, *span) for span in words) >= len(words)


def _was_typed(normalised: Normalised, typed: str, start: int, end: int) -> bool:
    """Whether [start, end) stands in the typed text letter for letter; another reading has no offsets to look there."""
    if normalised.offsets is None:
        return normalised.text[start:end] in typed
    first, last = normalised.span(start, end)
    return unicodedata.normalize("NFC", typed[first:last]) == normalised.text[start:end]


def _level(words: list[LevelWord]) -> str | None:
    """The highest level that is named."""
    return max(word.level for word in words).name.lower() if words else None


def _signs(talk: int, forbidden: bool, transmitted: bool) -> frozenset[str]:
    """What the phrases say of the stance, as features beside the words."""
    return frozenset((f"talk:{min(talk, 3)}", f"forbidden:{forbidden}", f"transmitted:{transmitted}"))


DIRECTIVE_CLAUSE = "4.3"
_NOTHING = Evidence(0, "")
_FILE = 4
_LEAST = 2
"""One point alone, such as "tuyệt mật" somewhere, is not worth a word."""
_TRANSMITTING = 2
_NUMBER = 1
_MOST_TALK = 2
_MOST_STANCE = 4.0
"""The trained stance counts as much as the place where the word stands, and no more."""
_LEAST_STANCE_OF = {"heading": -1.0, "line": -1.0, "file": -1.0}
"""The head of a paper has too few words to say what is done with it."""
_ENUMERATION = 2
_ELSEWHERE = 6

_LONG_WORD = re.compile(r"[^\W\d_]{2,}")
_WINDOW, _OVERLAP = 600, 150
_MOST_HINTS = 5_000
_LONGEST_UNDRESSED = 2_000
_NEAR = 60
_DENIED = re.compile(
    r"(?<![a-z])(?:khong|ko|chang) ?(?:(?:phai|thuoc|mang|dong|ghi|la)(?: (?:la|co|dau|do|dien|loai|danh muc))*"
    r"|co (?:dau|do)|)(?: ?(?:van ban|cong van|tai lieu|ho so|giay to))? ?$"
)
"""Right before the level word: "không đóng dấu mật", but not "em không có công văn mật, ai có gửi em"."""
_LABEL_GAP = 6
_PAPER = re.compile(
    r"\d{1,6} ?/ ?[a-z]{1,8}|\d{1,6} ?- ?[a-z]{1,5}/[a-z]{1,5}|\b(?:so|cv|vb|kh|bc|anh|hinh) ?:? ?\d{1,5}\b"
    r"|\.(?:pdf|docx?|xlsx?|pptx?|jpe?g|png|zip|rar)\b"
)
_FIELD = re.compile(r"(?<![a-z])(?:do bao mat|do|muc|muc do|cap do|cap|loai)[\s:]{1,3}$")
_OPENED = re.compile(r"[(\[{“\"'«‘<]\s{0,3}(?:do )?$")
_CLOSED = re.compile(r"\s{0,3}[)\]}”\"'»’>]")
_STAMPED = re.compile(r"(?<![a-z])(?:dong dau|co dau|con dau|dau do|dau)(?: do| chu| muc)?[\s:“\"'(]{1,4}$")
_BULLETS = " \t-–—*•#>★"
_LINE_END = re.compile(r"[ \t]{0,10}(?:[\n.:!]|[-–—] |$)")
_GOES_ON = re.compile(r" (?:so|cua|ve|nay|day|ne|nha|nhe|hom|sang nay|tu tinh|\d)(?![a-z])")
_COPY = re.compile(r"(?<![a-z])(?:ban|trang|tap|mon|cai|hang)[\s:]{1,3}$")
_PARTICLE = re.compile(r" (?:do|day|nha|nhe|ne|a)(?![a-z])")
_ENVELOPE = re.compile(r"(?<![a-z])bi(?: [a-z]{1,6}){0,3} dau (?:chu |do )?[abc](?![a-z])")
_QUOTES = frozenset("\"“'«")
_INITIAL = re.compile(r"[(\[\"“'«](m)[)\]\"”'»]")
_HANDED_OVER = re.compile(
    r"(?<![a-z])(?:gui|chup|scan|anh|file|dinh kem|link|tai ve|cho xin|xin lai|toan van|nguyen van)(?![a-z])"
)
_SET_OFF = re.compile(r"(?:[,:;.]|[-–—]) {0,3}$")
_SET_OFF_END = re.compile(r" {0,3}(?:[,.;:!\n]|[-–—] |$)| (?:nhe|nha|a|day|do)(?![a-z])")
_CALLED = re.compile(r" {0,2}[)\]]?:| so \d")
