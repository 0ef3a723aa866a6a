"""Vietnamese from before Unicode, shown as Latin-1: TCVN3 (ABC fonts) and VNI-Windows, recognised and decoded;
and UTF-8 that some program took for Windows-1252.

The test is on the raw text: U+00AD is "ư" in TCVN3. Tables are the published code tables of the two fonts.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from zalo_governor.text.alphabet import ACUTE, DOT, GRAVE, HOOK, TILDE, has_marks
from zalo_governor.text.syllables import is_syllable


class Legacy(NamedTuple):
    """A text that was recognised as written in an old font."""

    encoding: str
    """`tcvn3`, `vni` or `utf8` (UTF-8 read as Windows-1252)."""
    text: str
    """What its writer meant."""


def read_legacy(text: str) -> Legacy | None:
    """The decoded text if it makes clearly more Vietnamese than the raw one, None otherwise."""
    if text.isascii() or _is_proper(text):
        return None
    candidates = []
    if _TCVN3_SIGNS.search(text):
        candidates.append(Legacy("tcvn3", text.translate(_TCVN3)))
    if _VNI_PAIR.search(text):
        candidates.append(Legacy("vni", _decode_vni(text)))
    if _UTF8_SIGNS.search(text):
        candidates.append(Legacy("utf8", _decode_utf8(text)))
    best = max(candidates, key=lambda candidate: _marked_syllables(candidate.text), default=None)
    if best is None:
        return None
    # Bytes that are UTF-8 throughout say it by themselves; a font's code page has to make more words than it breaks.
    raw = _marked_syllables(text) if best.encoding != "utf8" else 0
    words = len(_WORDS.findall(best.text))
    gained = _marked_syllables(best.text)
    return best if gained > max(raw * 2, _LEAST_GAIN) and gained * _LEAST_SHARE >= words else None


def _is_proper(text: str) -> bool:
    """Whether all words are as today's Vietnamese writes them, and nothing else could be a letter of an old font."""
    return not _SYMBOLS.search(text) and all(map(_is_todays, text.split()))


@lru_cache(maxsize=16_384)
def _is_todays(chunk: str) -> bool:
    return all(word.isascii() or is_syllable(word) for word in _WORDS.findall(chunk))


def _marked_syllables(text: str) -> int:
    """Syllables with marks that stand alone: what a sign of an old font stands in is no word of today."""
    words = (chunk.strip(_AROUND) for chunk in text.split())
    return sum(1 for word in words if has_marks(word) and is_syllable(word))


def _decode_vni(text: str) -> str:
    return _VNI_PAIR.sub(
        lambda pair: _VNI[pair[0].lower()] if pair[0][0].islower() else _VNI[pair[0].lower()].upper(), text
    )


def _decode_utf8(text: str) -> str:
    raw = bytearray()
    for letter in text:
        try:
            raw += letter.encode("cp1252")
        except UnicodeEncodeError:
            raw += letter.encode("latin-1") if letter < "\u0100" else letter.encode("utf-8", "replace")
    return raw.decode("utf-8", "ignore")


_LEAST_GAIN = 1
_LEAST_SHARE = 3
"""A third of the words at least must become syllables with marks."""
_AROUND = ".,;:!?()[]\"'“”…-"
_WORDS = re.compile(r"[^\W\d_]+")
_SYMBOLS = re.compile("[\u0080-\u00bf×÷]")
_TONED_IN_ORDER = (GRAVE, ACUTE, HOOK, TILDE, DOT)
_TCVN3_ROWS = {
    "a": "µ¸¶·¹", "ă": "»¾¼½Æ", "â": "ÇÊÈÉË", "e": "ÌÐÎÏÑ", "ê": "ÒÕÓÔÖ", "i": "×ÝØÜÞ", "o": "ßãáâä", "ô": "åèæçé",
    "ơ": "êíëìî", "u": "ïóñòô", "ư": "õøö÷ù", "y": "úýûüþ",
}  # fmt: skip
_TCVN3 = str.maketrans(
    {
        **dict(zip("¨©ª«¬\u00ad®¡¢£¤¥¦§", "ăâêôơưđĂÂÊÔƠƯĐ", strict=True)),
        **{
            code: unicodedata.normalize("NFC", vowel + tone)
            for vowel, codes in _TCVN3_ROWS.items()
            for code, tone in zip(codes, _TONED_IN_ORDER, strict=True)
        },
    }
)
_TCVN3_SIGNS = re.compile("[µ¸¶·¹»¾¼½ÆÇÊÈËÌÐÎÏÑÒÕÓÔÖ×ÝØÜÞßäåèæçéêëìîïñøö÷ùúûüþ¨©ª«¬\u00ad®¡¢£¤¥¦§]")
_UTF8_SIGNS = re.compile("[ÃÄáÂÆ][\u0080-\u00bf\u2018-\u203a\u0152-\u017e\u02c6\u02dc\u20ac\u2122»º]")
_VNI_MARKS = {
    "": "øùûõï", "ê": "èéúüë", "â": "àáåãä",
}  # fmt: skip
_VNI = {
    **{
        vowel + code: unicodedata.normalize("NFC", hat + tone)
        for vowel, hats in {"a": ("a", "ă", "â"), "e": ("e", "", "ê"), "o": ("o", "", "ô"), "u": ("u", "", "")}.items()
        for hat, codes in zip(hats, _VNI_MARKS.values(), strict=True)
        if hat
        for code, tone in zip(codes, _TONED_IN_ORDER, strict=True)
    },
    **{
        vowel + code: unicodedata.normalize("NFC", hat + tone)
        for vowel, hat in (("ô", "ơ"), ("ö", "ư"), ("y", "y"))
        for code, tone in zip("øùûõï", _TONED_IN_ORDER, strict=True)
    },
    "aâ": "â", "aê": "ă", "eâ": "ê", "oâ": "ô", "ô": "ơ", "ö": "ư", "ñ": "đ",
    "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ",
}  # fmt: skip
_VNI_PAIR = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)), re.IGNORECASE)
