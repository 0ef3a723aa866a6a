"""Finds the level words Mật, Tối mật and Tuyệt mật (secret, highly secret, top secret), even if they are disguised.

A disguised word lacks its diacritics, is spaced or dotted, or has digits for letters. Only the words are found here;
the rule for clause 4.1 decides whether a text discloses a secret.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from zalo_governor.text.tokens import FILE_ENDING


class Level(IntEnum):
    """Levels of state secrets by Article 8 of Law 117/2025/QH15, from secret (Mật) to top secret (Tuyệt mật)."""

    MAT = 1
    """Secret."""
    TOI_MAT = 2
    """Highly secret."""
    TUYET_MAT = 3
    """Top secret."""


class LevelWord(NamedTuple):
    """A word found in a text, at [start, end), that may name a level of state secrets (secret to top secret)."""

    start: int
    end: int
    level: Level
    marked: bool
    """Whether the word has the diacritics of mật, so that it cannot be mất (lost), mặt (face) or mắt (eye)."""
    disguised: bool
    """Whether there are other characters between the letters of the word, or in place of them."""
    in_name: bool = False
    """Whether the word is in a file name or joined to the kind of document: `tailieutuyetmat` ("topsecretdocument")."""


def may_speak_of_secrets(text: str) -> bool:
    """Return whether a normalised text may name a secrecy level or a stamp of secret documents.

    False is certain; True only means that the text has to be analysed.
    """
    if _M.search(text) or (_MUC.search(text) and next(_slang(text), None)):
        return True
    lower = text.lower()
    for hint in _HINTS:
        if hint in lower:
            return _STAMP_WORDS.search(lower) is not None
    return False


def hints_of_secrets(text: str) -> int:
    """Count how often a normalised text has something like the word "mật" (secret).

    The count tells how much work a full check would be. Harmless compounds such as "mật khẩu" (password) count too.
    """
    return sum(1 for _ in _M.finditer(text)) + sum(1 for _ in _slang(text))


def _slang(text: str) -> Iterator[re.Match[str]]:
    """Yield each "mựt", and each "mực" (ink) after something like tối or tuyệt: slang for mật (secret)."""
    for match in _MUC.finditer(text):
        if match[0][-1] in "tT" or _LIKE_TOI_OR_TUYET.search(
            text, max(match.start() - _PREFIX_REACH, 0), match.start()
        ):
            yield match


def level_words(text: str, folded: str) -> list[LevelWord]:
    """Return all words of a text that may name a secrecy level, harmless compounds included, in the order of the text.

    Args:
        text: the normalised text.
        folded: the same text after `fold`, that is, in lower case without diacritics.
    """
    words = [word for match in _LEVEL.finditer(folded) if (word := _word(match, text))]
    words += [word for chunk in _CHUNK_WITH_MAT.finditer(folded) if (word := _file_name(chunk))]
    words += [
        LevelWord(match.start(), match.end(), _level(match), True, True, True) for match in _GLUED.finditer(folded)
    ]
    return sorted(words)


def _word(match: re.Match[str], text: str) -> LevelWord | None:
    vowel = match["a"]
    typed = text[match.start("a")].lower() if vowel else ""
    if _OTHER_TONE.search(match[0]) or (match["t_dot"] == "t" and typed not in "ậa"):
        return None
    prefix, level = _prefix(match, text)
    if prefix and _cut_off(match):
        prefix, level = "", Level.MAT
    if vowel is None:
        # "T.M" abbreviates "thay mặt" (on behalf of), and "tôi m…" is "I" before a word cut short, often an oath.
        oath = match["toi"] and text[match.start("toi_vowel")] in "ôÔ"
        told = prefix and level is not Level.MAT and not match["t_dot"] and not oath
        return LevelWord(match.start(), match.end(), level, True, True) if told else None
    if not prefix and text[match.start("m") : match.end()] == "Matt":
        return None  # A foreign first name.
    if typed in _OTHER_VOWELS or (typed in _SLANG_VOWELS and typed != "ự"):
        return None
    slang = typed == "ự" or match["t"][0] in "ck"
    if slang and not (prefix or typed == "ậ" or match["t"][0] == "t"):  # "mực" alone is the level of a river.
        return None
    start = match.start() if level is not Level.MAT else match.start("m")
    if prefix and level is Level.MAT and typed not in "ậự":
        return None
    letters = re.sub(r"\s", "", match.string[start : match.end()])
    disguised = (
        letters not in _PLAIN_SPELLINGS or _SPACED.search(match.string[match.start("m") : match.end()]) is not None
    )
    return LevelWord(start, match.end(), level, typed in "ậự" or prefix == "marked", disguised)


def _cut_off(match: re.Match[str]) -> bool:
    """Return whether a comma or sentence end separates the prefix tối or tuyệt from the "mật" after it.

    The two are then no level: "tuyệt, mặt đường …" ("great, the road surface …").
    """
    before = next(match.end(group) for group in ("toi", "tuyet", "t_dot") if match[group])
    return _PAUSE.search(match.string, before, match.start("m")) is not None and match[0][-3:].isalpha()


def _prefix(match: re.Match[str], text: str) -> tuple[str, Level]:
    """Return how the prefix tối or tuyệt before "mật" (secret) is spelt, and the level that both words name.

    The spelling is "marked" (right diacritics), "bare" (no diacritics), "other" (wrong diacritics) or "" (no prefix).
    In the last two cases the level is MAT, as for "mật" alone.
    """
    for group, level, right, bare in (
        ("toi", Level.TOI_MAT, "ốó", "oô0"),
        ("tuyet", Level.TUYET_MAT, "ệ", "eê3"),
    ):
        if match[group]:
            if match.start(group + "_vowel") < 0:  # "tuỵt"
                return "marked", level
            vowel = text[match.start(group + "_vowel")].lower()
            if vowel in right:
                return "marked", level
            return ("bare", level) if vowel in bare else ("other", Level.MAT)
    if match["t_dot"]:
        return "marked", Level.TOI_MAT
    return "", Level.MAT


def _level(match: re.Match[str]) -> Level:
    groups = match.groupdict()
    if groups["tuyet"] or groups.get("tuyet_"):
        return Level.TUYET_MAT
    return Level.TOI_MAT if groups["toi"] or groups.get("toi_") else Level.MAT


def _file_name(chunk: re.Match[str]) -> LevelWord | None:
    """Return the level word in the file name `chunk`, even joined to other words: `tailieutuyetmat_2026.zip`.

    None if the text is no file name or names no level.
    """
    if not FILE_ENDING.search(chunk[0].rstrip(_AROUND)):
        return None
    stem = _SIGNS.sub(" ", chunk[0])
    match = _LEVEL_IN_FILE_NAME.search(stem)
    return LevelWord(chunk.start(), chunk.end(), _level(match), True, False, True) if match else None


_S = r"[\W_]{0,6}"
_SS = r"[\W_]{0,8}"
_LEVEL = re.compile(
    rf"(?<![a-z0-9])"
    rf"(?:(?:(?P<toi>[t7]{{1,9}}{_S}(?P<toi_vowel>[o0]){{1,9}}{_S}[i1l!yj]{{1,9}})"
    rf"|(?P<tuyet>[t7]{{1,9}}{_S}u{{1,9}}{_S}[yi]{{1,9}}{_S}(?:(?P<tuyet_vowel>[e3]){{1,9}}{_S})?[t7]{{1,9}})"
    rf"|(?P<t_dot>t[./]?(?=m)))?{_SS})?"
    rf"(?P<m>m{{1,9}}j?)(?:{_S}(?P<a>[au@4^*])[a^.]{{0,9}}{_S}(?P<t>[t7ck]{{1,9}}))?(?![a-z0-9])"
)
_END_OF_PREFIX = "iIìíỉĩịÌÍỈĨỊ1lL!yYýỳỷỹỵÝỲỶỸỴtT7."
_HELD_VOWEL = "[aàáảãạăằắẳẵặâầấẩẫậAÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬ^.]{0,9}"
_M = re.compile(
    rf"[mM][jJ]?(?:{_S}[aAâÂậẬ@4^*]{_HELD_VOWEL}{_S}[tT7cCkK]"
    rf"|(?:(?<=[{_END_OF_PREFIX}][mM])|(?<![^\W_][mM]))[mM]{{0,8}}(?![^\W_]))"
)
"""Finds what may be the word mật or short for it. The expression begins with one letter, which makes it fast."""
_MUC = re.compile(rf"[mM]{_S}[ựỰ]{_HELD_VOWEL}{_S}[tT7cCkK]")
_LIKE_TOI_OR_TUYET = re.compile(rf"(?<![aA])[{_END_OF_PREFIX}][\W_mM]{{0,20}}$")
_PREFIX_REACH = 24
_HINTS = ("thu h", "bóc", "boc", "bì", "bi ", "secr", "confi", "bmnn", "s3cr", "e.c.r", "e-c-r", "e c r")
_STAMP_WORDS = re.compile(
    r"thu h[ồo]i|(?<![^\W_])b(?:[óo]c|[ìi])(?![^\W_])|secr|confi|bmnn|s3cr|(?<![^\W_])s[-. ]e[-. ]c[-. ]r"
)
_OTHER_VOWELS = frozenset("ấầẩẫắằẳẵặáàảãạ")
_SLANG_VOWELS = frozenset("uúùủũụưứừửữự")
_PLAIN_SPELLINGS = frozenset({"mat", "toimat", "tuyetmat"})
_PAUSE = re.compile(r"[,;:!?…]|\. ")
_OTHER_TONE = re.compile(r"\^['`?~]")
"""A tone mark in VIQR keystrokes (Vietnamese in ASCII) other than that of mật: "ma^'t" is mất (lost)."""
_SPACED = re.compile(r"m\s|a\s")
_CHUNK_WITH_MAT = re.compile(r"\S*mat\S*")
_SIGNS = re.compile(r"[^a-z0-9]+")
_PAPER = (
    r"\b(?:vb|cv|bc|kh|tl|qd|tb|ttr|do)|van ?ban|cong ?van|tai ?lieu|bao ?cao|ke ?hoach|to ?trinh|danh ?sach|ban ?do"
    r"|phuong ?an|quyet ?dinh|ho ?so|nghi ?quyet|ket ?luan|bien ?ban|chi ?thi|so ?lieu|de ?thi|dap ?an|du ?thao"
)
_REST_OF_NAME = r" ?\d| ?v\d| \w{2,5}$| [a-z0-9]+ (?:pdf|docx?|xlsx?|zip)$"
_LEVEL_IN_FILE_NAME = re.compile(
    r"(?:(?P<toi>toi)|(?P<tuyet>tuyet)) ?mat(?![a-z]{2})"
    r"|\bdo mat mat(?![a-z])"
    rf"|(?:{_PAPER})(?: ?\d{{1,5}})? ?mat(?={_REST_OF_NAME})"
    rf"|(?:{_PAPER})mat(?!khau|do|bang|tran|ong|duong|can|hang|nuoc|dien|ma|vu|thiet|ngu|tich|nghi|tien|tich|mua|cat)"
)
_GLUED = re.compile(
    r"(?<![a-z0-9])(?:vb|cv|bc|kh|tl|qd|ttr|vanban|congvan|tailieu|baocao|kehoach|totrinh|quyetdinh|danhsach|phuongan"
    r"|hoso|nghiquyet|ketluan|bienban|chithi|congdien|bando|dethi)"
    r"(?:(?P<toi>toi)|(?P<tuyet>tuyet))?mat(?=so\d|[^a-z]|$)"
    r"|(?<![a-z0-9])(?:(?P<toi_>toi|t0i|toj|t0j)|(?P<tuyet_>tuyet|tuyt))m[a@4]t(?=so|ban|cua|day|nhe|ngay|trang|\d|toi|tuyet|$|[^a-z])"
)
_AROUND = "\"'”’)]}>.,;:!?…"
