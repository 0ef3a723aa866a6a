"""Converts raw keystrokes of Vietnamese input methods (Telex, VNI, VIQR), typed with the input method switched off.

"Tiếng Việt" is then sent as "Tieengs Vieejt", "Tie61ng Vie65t" or "Tie^'ng Vie^.t". Each function takes one typed word
and returns the word that the input method would have produced; `text.diacritics.legacy` decides whether it was meant.
"""

import re
import unicodedata
from functools import lru_cache

from zalo_governor.text.alphabet import ACUTE, DOT, GRAVE, HOOK, TILDE
from zalo_governor.text.syllables import is_syllable


@lru_cache(maxsize=2_048)
def read_telex(word: str) -> str | None:
    """Convert a word typed as raw Telex keystrokes (letters as keys of diacritics): "tieengs" gives "tiếng".

    None if the keystrokes make no Vietnamese syllable with diacritics.
    """
    if not word.isascii() or not word.isalpha() or not _TELEX_HINT.search(word):
        return None
    lower = word.lower()
    candidates = [(lower, "")]
    first = _FIRST_VOWEL.search(lower)
    if first:
        candidates += [
            (lower[:at] + lower[at + 1 :], _TELEX_TONES[key])
            for at, key in enumerate(lower)
            if key in _TELEX_TONES and at > first.start()
        ]
    for letters, tone in reversed(candidates):
        made = _toned(_TELEX_LETTERS.sub(lambda keys: _TELEX[keys[0]], letters), tone)
        if made and made != lower:
            return _cased(made, word)
    return None


@lru_cache(maxsize=2_048)
def read_vni_keys(word: str) -> str | None:
    """Convert a word typed as raw VNI keystrokes (digits as keys of diacritics): "tie61ng" gives "tiếng".

    None if the keystrokes make no Vietnamese syllable with diacritics.
    """
    if not _VNI_WORD.fullmatch(word):
        return None
    lower = word.lower()
    tones = [key for key in lower if key in _VNI_TONES]
    if len(tones) > 1:
        return None
    letters: list[str] = []
    for key in lower:
        if key in _VNI_TONES:
            continue
        if key in _VNI_SHAPES:
            for at in range(len(letters) - 1, -1, -1):
                if letters[at] in _VNI_SHAPES[key]:
                    letters[at] = _VNI_SHAPES[key][letters[at]]
                    if key == "7" and letters[at] == "ơ" and at and letters[at - 1] == "u":
                        letters[at - 1] = "ư"
                    break
            else:
                return None
        else:
            letters.append(key)
    made = _toned("".join(letters), _VNI_TONES[tones[0]] if tones else "")
    return _cased(made, re.sub(r"\d", "", word)) if made else None


@lru_cache(maxsize=2_048)
def read_viqr(word: str) -> str | None:
    """Convert a word typed as raw VIQR keystrokes (punctuation as keys of diacritics): "tie^'ng" gives "tiếng".

    A dot at the end is tried as the key of a tone first, then as a full stop. None if the keystrokes make no Vietnamese
    syllable with diacritics.
    """
    for letters, rest in ((word, ""), (word[:-1], word[-1:])):
        made = unicodedata.normalize("NFC", _VIQR_LETTER.sub(_viqr_letter, letters))
        if made != letters and made.isalpha() and is_syllable(made):
            return made + rest
    return None


def _viqr_letter(found: re.Match[str]) -> str:
    if found["bar"]:
        return "đ" if found["bar"][0] == "d" else "Đ"
    return found["vowel"] + _VIQR_SHAPES[found["shape"] or ""] + _VIQR_TONES[found["tone"] or ""]


@lru_cache(maxsize=2_048)
def _toned(letters: str, tone: str) -> str | None:
    """Put a tone mark on the vowel of a syllable where traditional spelling has it.

    `tone` is the mark as a combining character, "" for none. None if the result is no possible Vietnamese syllable, or
    has no diacritics.
    """
    made = letters
    if tone:
        skip = 2 if letters.startswith("qu") or (letters.startswith("gi") and _VOWELS.match(letters, 2)) else 0
        vowels = _VOWELS.search(letters, skip)
        if vowels is None:
            return None
        start, end = vowels.span()
        shaped = [at for at in range(start, end) if letters[at] in "ăâêôơư"]
        closed = end < len(letters)
        if shaped:
            at = shaped[-1]
        elif closed:
            at = end - 1
        else:
            at = start if end - start < 3 else start + 1
        made = unicodedata.normalize("NFC", letters[: at + 1] + tone + letters[at + 1 :])
    return made if not made.isascii() and is_syllable(made) else None


def _cased(made: str, typed: str) -> str:
    if typed.isupper() and len(typed) > 1:
        return made.upper()
    return made[0].upper() + made[1:] if typed[0].isupper() else made


_FIRST_VOWEL = re.compile("[aeiouy]")
_VOWELS = re.compile("[aăâeêioôơuưy]+")
_TELEX_HINT = re.compile("dd|aa|ee|oo|[aou]w|w|[aeiouy][a-z]{0,3}[sfrxj]", re.IGNORECASE)
_TELEX_TONES = {"s": ACUTE, "f": GRAVE, "r": HOOK, "x": TILDE, "j": DOT}
_TELEX = {
    "uow": "ươ", "uwow": "ươ", "dd": "đ", "aa": "â", "ee": "ê", "oo": "ô", "aw": "ă", "ow": "ơ", "uw": "ư", "w": "ư",
}  # fmt: skip
_TELEX_LETTERS = re.compile("uwow|uow|dd|aa|ee|oo|aw|ow|uw|w")
_VNI_WORD = re.compile(r"[A-Za-z](?=\w*\d)(?:[A-Za-z]|[1-9]){1,9}")
_VNI_TONES = {"1": ACUTE, "2": GRAVE, "3": HOOK, "4": TILDE, "5": DOT}
_VNI_SHAPES = {
    "6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}, "9": {"d": "đ"},
}  # fmt: skip
_VIQR_SHAPES = {"": "", "^": "\u0302", "(": "\u0306", "+": "\u031b"}
_VIQR_TONES = {"": "", "'": ACUTE, "`": GRAVE, "?": HOOK, "~": TILDE, ".": DOT}
_VIQR_LETTER = re.compile(r"(?P<bar>dd|DD|Dd)|(?P<vowel>[aeiouyAEIOUY])(?P<shape>[\^(+])?(?P<tone>['`?~.])?")
