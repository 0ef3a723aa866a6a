"""Collects evidence that a text discloses a secret: level words (Mật …), their positions, phrases, talk about rules.

A word alone proves nothing: "mật" also occurs in the words for honey, password and density. The evidence is not a
verdict; the trained model of clause 4.1 scores it.
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
    """Evidence that a text discloses a secret: its strength in points, and the id of the pattern found ("" if none)."""

    points: int
    reason: str


class Weighed(NamedTuple):
    """The evidence found in one window (part) of a text; `folded` is `text` in lower case without diacritics."""

    text: str
    folded: str
    words: list[LevelWord]
    """The words that may really name a secrecy level (Mật, Tối mật, Tuyệt mật), not harmless compounds."""
    best: Evidence
    """The strongest evidence that a single place in the text gives."""
    talk: int
    """Number of signs that the text only talks about secrecy, such as rules or training."""
    forbidden: bool
    """Whether the text forbids passing secrets on."""
    refused: bool
    """Whether the text forbids or refuses anything, even after the level word: "secret papers, I do not send"."""
    transmitted: bool
    """Whether the text passes a document on, asks for one or retells one."""
    numbered: bool
    """Whether the text names a document by its number or as a file."""
    elsewhere: bool
    """Whether the text is about another country, history or fiction."""
    of_state_secrets: bool
    """Whether the text is about state secrets as a subject ("bí mật nhà nước")."""
    hinted: bool
    """Whether the text uses an expression by which people avoid naming a secrecy level."""
    several: bool
    """Whether the text names several different levels, which suggests an explanation of the levels."""
    work: bool
    """Whether the text orders or reports on secret work without passing a document on (clause 4.3)."""
    file: bool
    """Whether the text contains a file name."""
    label: bool
    """Whether a level word is used as a label, as at the head of a document."""
    denied: bool
    """Whether every level in the text is negated: "this is not secret"."""
    named: bool
    """Whether the text names a level or a stamp of secret documents, also if spelt in disguise ("M.Ậ.T").

    A "mat" without diacritics is ambiguous (face, honey, cool) and counts only by where it stands, such as alone on a
    line, as stamps do.
    """
    level: Level | None
    """The highest level that the text names, None if none."""


class Grammar:
    """Collector of the evidence that a text discloses a state secret, by the phrases from the rule's YAML file."""

    def __init__(self, parameters: SecrecyParameters) -> None:
        self._phrases = Phrases(parameters)

    def weigh(self, normalised: Normalised, typed: str, start: int, end: int) -> Weighed:
        """Collect the evidence of a disclosure in the window `normalised.text[start:end]`.

        `typed` is the text as the sender typed it; level words typed otherwise than in `normalised` count as disguised.
        """
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
        talk, forbidden, refused = phrases.talk(words, text, folded)
        work = phrases.directing.search(folded) or phrases.updating.search(folded)
        return Weighed(
            text,
            folded,
            words,
            best,
            talk,
            forbidden,
            refused,
            transmitted=not forbidden and phrases.transmitting.search(folded) is not None,
            numbered=_PAPER.search(folded) is not None,
            elsewhere=phrases.abroad.search(text) is not None or phrases.elsewhere.search(text.lower()) is not None,
            of_state_secrets=phrases.state_secrets.search(folded) is not None,
            hinted=phrases.hinted(words, text, folded),
            several=len({word.level for word in words if word.end not in label_ends}) > 1,
            work=work is not None and _HANDED_OVER.search(folded) is None,
            file=_FILE_NAME.search(folded) is not None,
            label=any(_stands_as_label(word, text, folded) for word in words),
            denied=bool(words) and all(is_denied(word, folded) for word in words),
            named=best.points > 0 or any(word.marked or word.disguised for word in words),
            level=max((word.level for word in words), default=None),
        )

    def _initial(self, folded: str, text: str) -> Evidence:
        """Return evidence if a document is followed by a lone capital M in brackets or quotes, a way to hide "mật"."""
        for match in _INITIAL.finditer(folded):
            paper = self._phrases.document_of_sentence.search(folded[max(match.start() - _NEAR, 0) : match.start()])
            if paper and (text[match.start(1)] == "M" or match[0][0] in _QUOTES):
                return Evidence(2, "initial")
        return NOTHING

    def _evidence(self, word: LevelWord, label_ends: list[int], text: str, folded: str) -> Evidence:
        """Return the evidence of a disclosure that one level word (Mật …) gives by its position.

        Args:
            word: the level word.
            label_ends: end offsets of the words that belong to a field name "Độ mật:" (secrecy level), and so name no
                level.
            text: the window of the text.
            folded: the same in lower case without diacritics.
        """
        if word.in_name:
            return Evidence(_FILE, "file")
        if word.end in label_ends:
            return NOTHING
        line_start = folded.rfind("\n", 0, word.start) + 1
        before = folded[max(word.start - _NEAR, line_start) : word.start].replace("_", " ")
        after = folded[word.end : word.end + _NEAR]
        high = word.level > Level.MAT
        shouted = text[word.start : word.end].isupper()
        sure = word.marked or word.disguised or word.level is Level.TUYET_MAT or shouted
        # "lich truc_mat.pdf" may be of eyes or faces (mắt, mặt); "cv truc_mat.pdf" is of a secret.
        of_document = self._phrases.document_of_sentence.search(before) or _DOCUMENT_WITHOUT_BLANKS.search(before)
        if FILE_ENDING.match(_YEAR.sub("", after)) and (sure or high or of_document):
            return Evidence(_FILE, "file")
        if _DENIED.search(before):
            return NOTHING
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
    """Return the level word, with `disguised` set if the sender typed other characters than the normalised ones.

    `typed` is the text as the sender typed it, `start` the offset of the window in `normalised` to which `word`
    belongs.
    """
    if word.disguised or word.in_name:
        return word
    same = _was_typed(normalised, typed, start + word.start, start + word.end)
    return word if same else word._replace(disguised=True)


def _dressed_throughout(normalised: Normalised, typed: str, start: int, end: int) -> bool:
    """Return whether at least half of the window's words were typed in odd characters: a style, not a disguise."""
    if normalised.offsets is None:
        return False
    words = [word.span() for word in _LONG_WORD.finditer(normalised.text, start, end)]
    return 2 * sum(not _was_typed(normalised, typed, *span) for span in words) >= len(words)


def _was_typed(normalised: Normalised, typed: str, start: int, end: int) -> bool:
    """Return whether `normalised.text[start:end]` was typed letter for letter.

    `typed` is the text as the sender typed it. Without offsets the position in `typed` is unknown, so any occurrence
    counts.
    """
    if normalised.offsets is None:
        return normalised.text[start:end] in typed
    first, last = normalised.span(start, end)
    return unicodedata.normalize("NFC", typed[first:last]) == normalised.text[start:end]


def _stands_as_label(word: LevelWord, text: str, folded: str) -> bool:
    """Return whether the level word is a label, as on a document or in a file name, and not part of a sentence."""
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
    """Return whether the text negates the level word right before it: "not secret"."""
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
"""Negation right before the level word: matches "không đóng dấu mật" ("not stamped secret"), but not
"em không có công văn mật, ai có gửi em" ("I do not have the secret letter, who has it, send it").
"""
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
_DOCUMENT_WITHOUT_BLANKS = re.compile(
    r"(?<![a-z])(?:kehoach|congvan|baocao|quyetdinh|totrinh|thongbao|danhsach|bienban|phuongan|hoso|tailieu|duthao)"
)
"""Kinds of documents as names of files spell them ("KeHoach_DienTap_Mat.pdf")."""
_YEAR = re.compile(r"^[_ .-]{1,2}\d{1,4}(?=\.)")
"""A year or number that ends the name of a file."""
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
