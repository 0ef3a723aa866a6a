"""What one reading of a text shows of a disclosure: level words, the places where they stand, phrases, and talk.

A word alone accuses nobody: "mật" stands in honey, passwords and density. What is found here is not yet a verdict: it
is what the trained model of clause 4.1 weighs.
"""

import re
import unicodedata
from typing import NamedTuple

from zalo_governor.rules.secrecy.phrases import Phrases, SecrecyParameters, is_label
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import Normalised
from zalo_governor.text.secrecy.level_words import Level, LevelWord, level_words
from zalo_governor.text.tokens import FILE_ENDING


class Evidence(NamedTuple):
    """How much speaks for a disclosure, in points, and the id of the pattern that says so."""

    points: int
    reason: str


class Weighed(NamedTuple):
    """One window of one reading."""

    text: str
    folded: str
    words: list[LevelWord]
    """The words that may really name a level."""
    best: Evidence
    """The place that says most."""
    talk: int
    """Signs of talk about secrecy."""
    forbidden: bool
    """Whether it is forbidden to pass secrets on."""
    transmitted: bool
    """Whether something is passed on, asked for, retold."""
    numbered: bool
    """Whether a paper is named by its number or as a file."""
    elsewhere: bool
    """Whether it speaks of another country, of history, of fiction."""
    of_state_secrets: bool
    """Whether it speaks of state secrets as such."""
    hinted: bool
    """Whether it says what people say instead of a level."""
    several: bool
    """Whether it names different levels, as who explains them does."""
    work: bool
    """Whether it orders or reports on secret work and passes no paper on (clause 4.3)."""
    file: bool
    """Whether it names a file."""
    label: bool
    """Whether a level stands as a label, as in the head of a paper."""

    @property
    def denied(self) -> bool:
        """Whether the text says of every level that it names that something is not of it."""
        return bool(self.words) and all(is_denied(word, self.folded) for word in self.words)

    @property
    def named(self) -> bool:
        """Whether a level or a stamp of secret papers stands there, in whatever dress; a bare "mat" needs its place."""
        return self.best.points > 0 or any(word.marked or word.disguised for word in self.words)

    @property
    def level(self) -> Level | None:
        """The highest level that is named."""
        return max((word.level for word in self.words), default=None)


class Grammar:
    """Finds evidence with the phrases of the rule's file."""

    def __init__(self, parameters: SecrecyParameters) -> None:
        self._phrases = Phrases(parameters)

    def weigh(self, normalised: Normalised, typed: str, start: int, end: int) -> Weighed:
        """What [start, end) of the reading shows; `typed` is the text as it stands in the message."""
        text = normalised.text[start:end]
        folded = fold(text)
        phrases = self._phrases
        words = level_words(text, folded)
        if words and typed is not normalised.text and not _dressed_throughout(normalised, typed, start, end):
            words = [_as_typed(word, normalised, typed, start) for word in words]
        words = phrases.serious(words, text, folded)
        label_ends = [word.end for word in words if is_label(word, folded)]
        best = max((self._evidence(word, label_ends, text, folded) for word in words), default=NOTHING)
        if phrases.stamped(text, folded) or _ENVELOPE.search(folded):
            best = max(best, Evidence(3 + (_HANDED_OVER.search(folded) is not None), "stamp"))
        best = max(best, self._initial(folded, text))
        talk, forbidden = phrases.talk(words, text, folded)
        work = phrases.directing.search(folded) or phrases.updating.search(folded)
        return Weighed(
            text,
            folded,
            words,
            best,
            talk,
            forbidden,
            transmitted=not forbidden and phrases.transmitting.search(folded) is not None,
            numbered=_PAPER.search(folded) is not None,
            elsewhere=phrases.abroad.search(text) is not None or phrases.elsewhere.search(text.lower()) is not None,
            of_state_secrets=phrases.state_secrets.search(folded) is not None,
            hinted=phrases.hints.search(folded) is not None,
            several=len({word.level for word in words if word.end not in label_ends}) > 1,
            work=work is not None and _HANDED_OVER.search(folded) is None,
            file=_FILE_NAME.search(folded) is not None,
            label=any(_stands_as_label(word, text, folded) for word in words),
        )

    def _initial(self, folded: str, text: str) -> Evidence:
        """A paper with a lone capital M behind it, in brackets or quotes: how some hide the level."""
        for match in _INITIAL.finditer(folded):
            paper = self._phrases.document_of_sentence.search(folded[max(match.start() - _NEAR, 0) : match.start()])
            if paper and (text[match.start(1)] == "M" or match[0][0] in _QUOTES):
                return Evidence(2, "initial")
        return NOTHING

    def _evidence(self, word: LevelWord, label_ends: list[int], text: str, folded: str) -> Evidence:
        """What one level word shows by the place where it stands."""
        if word.in_name:
            return Evidence(_FILE, "file")
        if word.end in label_ends:
            return NOTHING
        line_start = folded.rfind("\n", 0, word.start) + 1
        before = folded[max(word.start - _NEAR, line_start) : word.start]
        after = folded[word.end : word.end + _NEAR]
        if FILE_ENDING.match(after):
            return Evidence(_FILE, "file")
        if _DENIED.search(before):
            return NOTHING
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
            return NOTHING
        if not places and not word.disguised:
            return Evidence(1, "level")
        best = max(places, default=Evidence(2 * high, "level"))
        more = (len(places) > 1) + high + word.disguised + (_CALLED.match(after) is not None)
        return Evidence(best.points + more, best.reason)


def _as_typed(word: LevelWord, normalised: Normalised, typed: str, start: int) -> LevelWord:
    """The word as a disguise, where other letters or signs than its own were typed."""
    if word.disguised or word.in_name:
        return word
    same = _was_typed(normalised, typed, start + word.start, start + word.end)
    return word if same else word._replace(disguised=True)


def _dressed_throughout(normalised: Normalised, typed: str, start: int, end: int) -> bool:
    """Whether half of the words of the window were typed in other signs: then none of them is hidden."""
    if normalised.offsets is None:
        return False
    words = [word.span() for word in _LONG_WORD.finditer(normalised.text, start, end)]
    return 2 * sum(not _was_typed(normalised, typed, *span) for span in words) >= len(words)


def _was_typed(normalised: Normalised, typed: str, start: int, end: int) -> bool:
    """Whether [start, end) stands in the typed text letter for letter; another reading has no offsets to look there."""
    if normalised.offsets is None:
        return normalised.text[start:end] in typed
    first, last = normalised.span(start, end)
    return unicodedata.normalize("NFC", typed[first:last]) == normalised.text[start:end]


def _stands_as_label(word: LevelWord, text: str, folded: str) -> bool:
    """Whether the word stands as a paper or a file bears it, not as a word of a sentence."""
    if word.in_name or _in_file_name(word, folded):
        return True
    if is_denied(word, folded):
        return False
    if not (word.marked or word.disguised or text[word.start : word.end].isupper() or word.level > Level.MAT):
        return False
    line_start = folded.rfind("\n", 0, word.start) + 1
    before, after = folded[line_start : word.start], folded[word.end : word.end + _NEAR]
    begins, ends = not before.strip(_BULLETS), _LABEL_END.match(after) is not None
    bracketed = _OPENED.search(before[-_NEAR:]) is not None and _CLOSED.match(after) is not None
    field = _FIELD.search(before[-_NEAR:]) is not None and ":" in before[-_LABEL_GAP:]
    shouted = text[word.start : word.end].isupper() and not text.isupper()
    return (begins and ends) or bracketed or field or shouted or FILE_ENDING.match(after) is not None


NOTHING = Evidence(0, "")
_FILE = 4


def is_denied(word: LevelWord, folded: str) -> bool:
    """Whether the text says right before the word that something is not of that level."""
    return _DENIED.search(folded[max(word.start - _NEAR, 0) : word.start]) is not None


def _in_file_name(word: LevelWord, folded: str) -> bool:
    rest = _REST_OF_CHUNK.match(folded, word.end)
    return rest is not None and FILE_ENDING.search(rest[0].rstrip(_AROUND)) is not None


_FILE_NAME = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|jpe?g|png|zip|rar|kmz|heic|mp4)(?![a-z])")
_REST_OF_CHUNK = re.compile(r"[^\s,;]{1,80}")
_AROUND = "\"'”’)]}>.,;:!?…"
_LONG_WORD = re.compile(r"[^\W\d_]{2,}")
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
_LABEL_END = re.compile(r"[ \t\W]{0,10}(?:[\n:]|[-–—] |$)")
