"""Compiles the phrases for clause 4.1 from the rule's YAML file, and filters out harmless words that contain "mật"."""

import re
from collections.abc import Callable

from pydantic import Field

from zalo_governor.rules.base import Parameters
from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.fold import fold
from zalo_governor.text.secrecy.level_words import Level, LevelWord


class SecrecyParameters(Parameters):
    """Parameters of the rule on state secrets (a level is one of Mật, Tối mật, Tuyệt mật: secret to top secret).

    Phrases are in correct spelling and lower case. All phrases except `elsewhere` and the `innocent_*` words are
    compared without diacritics, `hints` only in texts that have none.
    """

    glance: float
    """Score of the quick-check model from which a message is scored by the full model."""
    classified_from: float = Field(gt=0, lt=1)
    """Probability of a disclosure from which a message is labelled `classified`."""
    look_from: float = Field(gt=0, lt=1)
    """Probability of a disclosure from which an admin checks the message (label `look`)."""
    unnamed_classified_from: float = Field(gt=0, lt=1)
    unnamed_look_from: float = Field(gt=0, lt=1)
    """As `classified_from` and `look_from`, for texts that name no level, negate every level, or concern fiction or a
    foreign country.
    """
    hinted_classified_from: float = Field(default=0.55, gt=0, lt=1)
    """As `classified_from`, for texts that name no level but have one of the `hints`."""
    long_unnamed_classified_from: float = Field(default=0.97, gt=0, lt=1)
    """As `unnamed_classified_from`, for texts that are longer than people's hints are."""
    talk_below: float = Field(ge=0, lt=1)
    """Probability of a disclosure below which a text with a label or a high level is only talk about secrecy."""
    documents: tuple[str, ...]
    """Names of documents and kinds of information that can be secret."""
    transmitting: tuple[str, ...]
    """Phrases showing that a document is passed on, asked for or retold."""
    rule_talk: tuple[str, ...]
    """Phrases showing talk about secrecy: rules, training, notices to fetch a document, released documents."""
    forbidding: tuple[str, ...]
    acts: tuple[str, ...]
    """Words that forbid (`forbidding`) and the forbidden acts (`acts`).

    Both together before a level word show talk about the rule: "đừng … gửi" ("do not … send").
    """
    topic_after: tuple[str, ...]
    """Words right after a level word that make secret documents in general the topic: "văn bản mật thì …" ("as for
    secret documents, …").
    """
    directing: tuple[str, ...]
    updating: tuple[str, ...]
    """Phrases showing that a message orders (`directing`) or reports on (`updating`) secret work (clause 4.3).

    Such a message does not pass a secret document on.
    """
    state_secrets: tuple[str, ...]
    """Phrases for state secrets as a subject: "bí mật nhà nước" ("state secrets")."""
    elsewhere: tuple[str, ...]
    """Phrases showing that a text is about another country, history or fiction."""
    stamps: tuple[str, ...]
    """Texts of stamps and envelope marks that only secret documents bear."""
    hints: tuple[str, ...]
    """Expressions that people use in place of a level word."""
    open_levels: tuple[str, ...]
    """Values of the field "Độ mật:" (secrecy level) that mean a document is public."""
    innocent_before: tuple[str, ...]
    innocent_after: tuple[str, ...]
    """Words that form a harmless compound with "mật" when they stand before it ("bí …", mystery) or after it ("…
    khẩu", password).
    """
    bare_before: tuple[str, ...]
    bare_after: tuple[str, ...]
    """Words beside an ambiguous "mat" that show that another word (mất, mặt, mắt, mát) is meant."""


class Phrases:
    """The phrases of the rule on state secrets as regular expressions, fast as no unbounded repetition is nested."""

    def __init__(self, parameters: SecrecyParameters) -> None:
        self.transmitting = _any_of(parameters.transmitting)
        self._talk = _Talk(parameters, tuple)
        self._bare_talk = _Talk(parameters, lambda phrases: tuple(map(fold, phrases)))
        countries = _alternation(tuple(filter(_capitalised, parameters.elsewhere)))
        self.abroad = re.compile(rf"{_NOT_A_PERSON}{_EDGE}(?:{countries}){_EDGE_AFTER}(?! ơi)")
        self.elsewhere = _any_of(tuple(p for p in parameters.elsewhere if not _capitalised(p)), as_written=True)
        self.state_secrets = _any_of(parameters.state_secrets)
        self._stamps = _any_of(parameters.stamps)
        self._hints = _any_of(parameters.hints, as_written=True)
        self._bare_hints = _any_of(parameters.hints)
        self.directing = _any_of(parameters.directing)
        self.updating = _any_of(parameters.updating)
        documents = _alternation(tuple(map(fold, parameters.documents)))
        self.document_right_before = re.compile(rf"{_EDGE}(?:{documents})[^\w\n]*$")
        self.document_before = re.compile(rf"{_EDGE}(?:{documents})(?:[^\w\n]{{1,3}}\w{{1,24}})?[^\w\n]*$")
        self.document_near = re.compile(rf"{_EDGE}(?:{documents}){_EDGE_AFTER}")
        self.document_of_sentence = re.compile(
            rf"{_EDGE}(?:{documents})(?:[^\w\n.;:?!]{{1,3}}[\w/-]{{1,24}}){{0,6}}[^\w\n.;:?!]*$"
        )
        self._open_level = re.compile(
            rf"(?:(?![,.!?])[\W_])*(?:{_alternation(tuple(map(fold, parameters.open_levels)))}){_EDGE_AFTER}"
        )
        of_two_words = _alternation(
            tuple(fold(name) for name in parameters.documents if " " in name and has_marks(name))
        )
        self._bare_document = re.compile(rf"{_EDGE}(?:{of_two_words})[^\w\n]*$", re.IGNORECASE)
        self._before = frozenset(parameters.innocent_before)
        self._after = frozenset(parameters.innocent_after)
        self._bare_before = frozenset(map(fold, parameters.bare_before))
        self._bare_after = frozenset(map(fold, parameters.bare_after))

    def hinted(self, words: list[LevelWord], text: str, folded: str) -> bool:
        """Return whether the text uses an expression in place of a level word (Mật …).

        Diacritics are compared where the text has any besides those of `words`, as "hạng hai" (second class) and "hàng
        hải" (shipping) differ only in them.
        """
        if not has_marks(_without(words, text)):
            return self._bare_hints.search(folded) is not None
        bare = (self._bare_hints.search(folded, *run.span()) for run in _BARE_RUN.finditer(text))
        return self._hints.search(text.lower()) is not None or any(bare)

    def stamped(self, text: str, folded: str) -> bool:
        """Return whether the text contains a stamp that only secret documents bear.

        In lower case "tài liệu thu hồi" ("document to be returned") counts only if no word follows: "tài liệu thu hồi
        vốn" is about recovering capital.
        """
        return any(
            stamp[0] != _RECOVERED
            or text[stamp.start() : stamp.end()].isupper()
            or _STANDS_ALONE.match(folded, stamp.end())
            for stamp in self._stamps.finditer(folded)
        )

    def talk(self, words: list[LevelWord], text: str, folded: str) -> tuple[int, bool, bool]:
        """Return (number of signs that the text only talks about secrecy rules, whether it forbids passing secrets on,
        whether it forbids or refuses anything).

        Diacritics are compared if the text has any and no stretch without them, as "đừng gửi" (do not send) and "(nội)
        dung gửi" (content sent) differ only in them. `words` are the level words of the text.
        """
        marked = has_marks(_without(words, text)) and _BARE_RUN.search(text) is None
        patterns, spoken = (self._talk, text.lower()) if marked else (self._bare_talk, folded)
        if len(spoken) != len(folded):
            patterns, spoken = self._bare_talk, folded
        last = words[-1] if words else None
        refusals = [match.end() for match in patterns.forbidden.finditer(spoken)]
        forbidden = any(
            last is None or end <= last.start or patterns.topic_after.match(spoken, last.end) for end in refusals
        )
        topics = any(patterns.topic_after.match(spoken, word.end) for word in words)
        signs = len({match[0] for match in patterns.rule_talk.finditer(spoken)})
        asked = folded.rstrip(" .\n").endswith("?")
        return signs + forbidden + topics + asked, forbidden, bool(refusals)

    def serious(self, words: list[LevelWord], text: str, folded: str) -> list[LevelWord]:
        """Return the level words that may really name a secrecy level.

        Left out are harmless compounds, and the field name "Độ mật:" (secrecy level) with a value that means public.
        """
        others = text
        for word in words:  # At the same length, so that positions stay.
            others = others[: word.start] + " " * (word.end - word.start) + others[word.end :]
        return [
            word
            for word in words
            if word.in_name
            or not (
                self._innocent(word, text, folded, self._marked_beside(word, text, others))
                or self._names_no_level(word, folded)
            )
        ]

    def _innocent(self, word: LevelWord, text: str, folded: str, in_marked_text: bool) -> bool:
        before, after = _neighbour_before(text[: word.start]), _neighbour_after(text[word.end :])
        if text[word.start : word.end].isupper() and not text[word.end : word.end + _REACH].isupper():
            # "MẬT kế hoạch" is a level label before a title, not the compound "mật kế"; "MẬT ĐỘ DÂN SỐ: 4" is density.
            after = after if after in _BEGINS_NO_TITLE and text[word.end + 1 :].startswith(after.upper()) else ""
        if word.level is Level.MAT and fold(before) == "bi":
            return True
        if after in _OF_INK_AND_WATER and "ự" in text[word.start : word.end].lower():
            return True
        behind = folded[max(word.start - _REACH, 0) : word.start].replace("_", " ")
        written = text[word.start : word.end]
        if word.marked:
            # "Nguyễn Văn Mật" is a name, "công văn mật" a secret letter; "mật vụ" is one word, "hồ sơ mật vụ …" is not.
            called_secret = self.document_right_before.search(behind) is not None
            if word.level is not Level.MAT or (after in self._after and not (called_secret and after in _BEGINS_ANEW)):
                return word.level is Level.MAT
            if called_secret or (word.disguised and _SIGN.search(written)):
                return False
            return before in self._before and (before not in _BEFORE_NAMES or written.istitle())
        if word.disguised or word.level is Level.TUYET_MAT:
            return False
        if before in self._before and text[word.start : word.end].istitle():  # "anh Mat" is a person.
            return True
        if _STAMPED.search(behind):
            return False
        if _GOES_ON_AS_SECRET.match(folded, word.end) and self.document_right_before.search(behind):
            return False
        counted = before.isdecimal() and len(before) <= _SIDES and not _NUMBERED.search(behind)
        another = fold(before) in self._bare_before and not self.document_right_before.search(behind)
        if word.level is not Level.MAT and self.document_right_before.search(behind):
            return False
        if fold(after) in self._bare_after or (word.level is Level.MAT and (counted or another)):
            return True
        if not written.isascii() and self.document_right_before.search(behind):
            return False  # After a document, a missing dot (mật) is likelier than a missing acute (mất, mắt).
        return in_marked_text and not written.isupper() and word.level is Level.MAT

    def _marked_beside(self, word: LevelWord, text: str, others: str) -> bool:
        """Return whether the words around the level word are written with diacritics.

        Other lines may be typed differently, and so may a mention, a name, a greeting or a quotation before words
        without diacritics. `others` is the text with its level words replaced by spaces.
        """
        first = max(others.rfind("\n", 0, word.start) + 1, word.start - _REACH)
        after = others[word.end : word.end + _REACH].partition("\n")[0]
        if not has_marks(others[first : word.start] + after) or self._bare_document.search(text, first, word.start):
            return False
        return not any(run.start() <= word.start < run.end() for run in _BARE_RUN.finditer(text))

    def _names_no_level(self, word: LevelWord, folded: str) -> bool:
        """Return whether the word belongs to the field name "Độ mật:" and the field's value means public ("Thường")."""
        return _after_label_word(word, folded) and self._open_level.match(folded, word.end) is not None


class _Talk:
    """Regular expressions for texts that only talk about secrecy rules, without disclosing a secret.

    `spelt` converts phrases to the form compared: with their diacritics, or without.
    """

    def __init__(self, parameters: SecrecyParameters, spelt: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        forbidding, acts, topic = map(
            _alternation, map(spelt, (parameters.forbidding, parameters.acts, parameters.topic_after))
        )
        self.rule_talk = re.compile(rf"{_EDGE}(?:{_alternation(spelt(parameters.rule_talk))}){_EDGE_AFTER}")
        self.forbidden = re.compile(
            rf"{_EDGE}(?:{forbidding})(?:[^\w\n]{{1,3}}\w{{1,24}}){{0,3}}[^\w\n]{{1,3}}(?:{acts}){_EDGE_AFTER}"
        )
        self.topic_after = re.compile(rf"[)\]\"”]?[^\w\n,;:]{{1,3}}(?:{topic}){_EDGE_AFTER}")


def is_label(word: LevelWord, folded: str) -> bool:
    """Return whether the word is part of the field name "Độ mật: …" ("secrecy level: …") and names no level itself."""
    return _after_label_word(word, folded) and folded[word.end : word.end + 4].lstrip(" _")[:1] in _LABEL_SIGNS


def _after_label_word(word: LevelWord, folded: str) -> bool:
    before = folded[max(word.start - _REACH, 0) : word.start]
    return word.level is Level.MAT and _LABEL.search(before) is not None


def _without(words: list[LevelWord], text: str) -> str:
    """Return the text without its level words, the pieces joined by spaces."""
    ends = (0, *(word.end for word in words))
    starts = (*(word.start for word in words), len(text))
    return " ".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _neighbour_before(text: str) -> str:
    words = _LAST_WORD.search(text[-_REACH:])
    return words[1].lower() if words else ""


def _neighbour_after(text: str) -> str:
    words = _FIRST_WORD.match(text[:_REACH])
    return words[1].lower() if words else ""


def _capitalised(phrase: str) -> bool:
    return phrase[:1].isupper()


def _any_of(phrases: tuple[str, ...], *, as_written: bool = False) -> re.Pattern[str]:
    forms = phrases if as_written else tuple(map(fold, phrases))
    return re.compile(rf"{_EDGE}(?:{_alternation(forms)}){_EDGE_AFTER}")


def _alternation(phrases: tuple[str, ...]) -> str:
    """Return a regular expression for any of the phrases, the longest first so that no shorter one matches instead."""
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))


_NOT_A_PERSON = "".join(
    f"(?<!{title} )"
    for title in ("nh", "hị", "cô", "Cô", "ông", "bà", "Thị", "Văn", "chí", "/c", "bác", "chú", "sếp", "em")
)
"""Keeps a country's name after a form of address (anh, chị, đ/c …) from matching: "chị Nga" is a person, not Russia."""
_GOES_ON_AS_SECRET = re.compile(r" (?:dien (?:tap|bien)|ve (?!sinh|que|nha|tay|so)|toi (?!mat))")
"""After a document, text without diacritics that still means a level: "ke hoach mat dien tap" ("secret exercise plan"),
unlike "ke hoach mat dien" ("power cut plan").
"""
_RECOVERED = "tai lieu thu hoi"
_STANDS_ALONE = re.compile(r"\W*$|\s*[^\w\s]")
_BEFORE_NAMES = frozenset(("bản", "chí", "đc"))
"""Words before a person or village called Mật: "bản mật" is a secret copy, "bản Mật" a village."""
_SIGN = re.compile(r"[^\w\s]|_")
_OF_INK_AND_WATER = frozenset(("nước", "in", "tàu", "khô"))
_BEGINS_ANEW = frozenset(("vụ", "phục", "chỉ", "hội", "báo", "kế", "lệnh", "điện", "nhân"))
"""Words that start a new word after "mật" when a document stands before it: "tài liệu mật phục vụ …" ("secret
document to serve …").
"""
_BEGINS_NO_TITLE = frozenset(("độ", "khẩu", "ong", "mã"))
_EDGE = r"(?<![^\W_])"
_EDGE_AFTER = r"(?![^\W_])"
_REACH = 24
_BARE_RUN = re.compile(rf"{_EDGE}[A-Za-z]{{1,7}}(?:[ ,.:;]{{1,2}}[A-Za-z0-9]{{1,9}}){{5,}}{_EDGE_AFTER}")
"""Six or more words in a row without diacritics, which Vietnamese typed with diacritics does not have."""
_SIDES = 1
"""Digits before "mat" that count sides (mặt) of a card or paper: "cccd 2 mat"."""
_NUMBERED = re.compile(r"(?:cv|vb|kh|bc|tl|qd|ttr|so|van ban)[ _.]{0,2}\d[ _.-]{0,3}$")
_LABEL = re.compile(r"(?<!ban )(?<!so )(?<![a-z])(?:do|muc)[ _]{1,3}$")
_STAMPED = re.compile(r"(?:dong|co|con) dau (?:do |chu )?$")
_LABEL_SIGNS = frozenset(":=-–]")
_LAST_WORD = re.compile(r"([^\W_]+)(?:[ _.]{1,3}|[/-])$")
_FIRST_WORD = re.compile(
    r"(?:[ _]{1,3}|-)(?!(?:kế[ _-]hoạch|kết luận|báo cáo|chỉ thị)(?![^\W_]))([^\W_]+)", re.IGNORECASE
)
