"""Recognises and decodes Vietnamese in pre-Unicode encodings, or typed as raw keystrokes of an input method.

A decoder is tried only if the text has a sign of its encoding. The decoded words are compared with the raw ones by how
often such words are written. Correct text is skipped quickly. A soft hyphen (U+00AD), which cleaning removes from a
text, is the letter "ư" in TCVN3, so a text with such a sign is decoded uncleaned, too.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from math import log
from typing import NamedTuple

from zalo_governor.text.alphabet import MARKED_LETTERS
from zalo_governor.text.diacritics.charsets import DECODERS
from zalo_governor.text.diacritics.keystrokes import read_telex, read_viqr, read_vni_keys
from zalo_governor.text.diacritics.language import canonical
from zalo_governor.text.diacritics.model import shipped_model
from zalo_governor.text.normalise import Normalised, unpasted
from zalo_governor.text.syllables import is_syllable


class Legacy(NamedTuple):
    """A text that was recognised as Vietnamese in an old encoding or as raw keystrokes."""

    encoding: str
    """Name of the encoding (`tcvn3`, `vni`, `viscii`, `vps`, `cp1258`, or `utf8` read as Windows-1252) or of the
    input method (`telex`, `vni_keys`, `viqr`).
    """
    text: str
    """The whole text after decoding."""
    spans: tuple[tuple[int, int], ...]
    """Ranges [start, end) of the words that were decoded, in the text before decoding."""


def read_legacy(text: str) -> Legacy | None:
    """Decode a text from an old encoding or raw keystrokes; None if the result is not clearly better Vietnamese.

    `text` is the text as received, before any cleaning.
    """
    came = unpasted(text)
    found = _read(came.text)
    if came.text != text and _blanks_are_letters(text):
        return _read(text) or (found and _led_back(found, came))
    return found and _led_back(found, came)


def _blanks_are_letters(text: str) -> bool:
    """Return whether the no-break spaces or soft hyphens of the text may be letters of an old encoding or of UTF-8."""
    if _OF_NO_OLD_FONT.search(text):
        return False
    hyphen_of_a_font = _SOFT_HYPHEN in text and _OF_AN_OLD_FONT.search(text)
    return bool(hyphen_of_a_font or _BROKEN_UTF8.search(text))


def _led_back(legacy: Legacy, came: Normalised) -> Legacy:
    return legacy._replace(spans=tuple(came.span(*span) for span in legacy.spans))


def _read(text: str) -> Legacy | None:
    head = text[:_HEAD]
    if not head.isascii() and _COMBINING.search(head):
        # Only the head: composing a letter with a hundred thousand combining marks takes hours.
        head = unicodedata.normalize("NFC", head)
    best: str | None = None
    most = 0.0
    for encoding, decoded in _candidates(head):
        gain = _gain(head, decoded, encoding)
        if gain > most:
            best, most = encoding, gain
    if best is None:
        return None
    raw = text if len(text) > _HEAD else head
    meant = _decode(raw, best)
    return Legacy(best, meant, _spans(text, raw, meant))


def _spans(text: str, raw: str, decoded: str) -> tuple[tuple[int, int], ...]:
    """Return the ranges, in `text`, of the words that decoding changed; the whole text if the words cannot be matched.

    `raw` is the text that was decoded, with the same words as `text`; `decoded` is the result.
    """
    pieces = [found.span() for found in _BETWEEN_BLANKS.finditer(text)]
    before, after = raw.split(), decoded.split()
    if not len(pieces) == len(before) == len(after):
        return ((0, len(text)),)
    return tuple(
        span for span, old, new in zip(pieces, before, after, strict=True) if old != new and any(map(str.isalpha, old))
    )


def _candidates(text: str) -> Iterator[tuple[str, str]]:
    encodings = list(DECODERS) if not text.isascii() and _signs_of_a_font(text) else []
    encodings += [encoding for encoding, (hint, _) in _KEYS.items() if hint.search(text)]
    for encoding in encodings:
        decoded = _decode(text, encoding)
        if decoded != text:
            yield encoding, decoded


def _decode(text: str, encoding: str) -> str:
    if encoding in DECODERS:
        return DECODERS[encoding](text)
    _, read = _KEYS[encoding]
    around = _AROUND_VIQR if read is read_viqr else _AROUND

    def by_keys(chunk: re.Match[str]) -> str:
        core = chunk[0].strip(around)
        made = read(core) if core else None
        return chunk[0].replace(core, made, 1) if made else chunk[0]

    return _BETWEEN_BLANKS.sub(by_keys, text)


def _signs_of_a_font(text: str) -> bool:
    """Return whether the text has characters or words that are wrong in Unicode, as an old encoding produces them."""
    return _SYMBOLS.search(text) is not None or not all(map(_is_todays, text.split()))


@lru_cache(maxsize=2_048)
def _is_todays(chunk: str) -> bool:
    return all(word.isascii() or is_syllable(word) for word in _WORDS.findall(chunk.translate(_D_FORMS)))


def _gain(raw: str, decoded: str, encoding: str) -> float:
    """Return how much better Vietnamese the decoded words are than the raw ones (natural logarithm); 0 if in doubt."""
    total = 0.0
    changed = better = outlandish = 0
    before, after = raw.split(), decoded.split()
    if len(before) != len(after):
        before, after = [raw], [decoded]
    for old, new in zip(before, after, strict=True):
        if old == new or not any(map(str.isalpha, old)) or _MEASURE.fullmatch(old):
            continue
        gain = _likely(new) - _likely(old)
        total += gain
        changed += 1
        better += gain > _LEAST_GAIN and not new.isascii()
        outlandish += _OUTLANDISH.search(old) is not None
    if not better or better * 2 < changed or total <= 0.0:
        return 0.0
    enough = total > _LEAST_TOTAL and better * _LEAST_SHARE >= sum(any(map(str.isalpha, new)) for new in after)
    if encoding in DECODERS:
        # A word that only an old font can produce is enough evidence, even if most other words look alike in both.
        telling = outlandish > 0 or encoding == "cp1258"
        strange = sum(not _is_todays(old) for old in before)
        enough = enough or (total > _LEAST_TOTAL and telling and better * 2 >= strange)
    if better == 1 and not outlandish:
        least = _LEAST_OF_TELLING if _TELLING.search(raw) else _LEAST_OF_ONE.get(encoding, 0.0)
        enough = enough and total > least
    return total if enough else 0.0


@lru_cache(maxsize=2_048)
def _likely(chunk: str) -> float:
    """Return the natural logarithm of the probability of the words in `chunk`, in Vietnamese or English text."""
    language = shipped_model().language
    total = 0.0
    for word in _LETTERS_AND_SIGNS.findall(chunk.translate(_D_FORMS)):
        lower = canonical(word.lower())
        place = language.places.get(lower)
        share = language.common[place] if place is not None and is_syllable(lower) else 0.0
        share = max(share, language.english.get(lower, 0.0))
        if share > _STRANGE:
            total += log(share)
        elif _IS_CODE.fullmatch(word):
            total += _CODE
        elif is_syllable(lower):
            total += log(_STRANGE)
        else:
            total += _UNREADABLE if not word.isascii() or _BETWEEN_LETTERS.search(word) else log(_STRANGE)
    return total


_LAST_OF_LATIN_1 = "\u00ff"
_SOFT_HYPHEN = "\u00ad"
_OF_AN_OLD_FONT = re.compile("[\u00a1-\u00ac\u00ae-\u00ff]")
_OF_NO_OLD_FONT = re.compile(f"[{''.join(letter for letter in sorted(MARKED_LETTERS) if letter > _LAST_OF_LATIN_1)}]")
_BROKEN_UTF8 = re.compile("(?:á[º»]|[ÃÄÆ])[\x85\xa0\xad]")
_HEAD = 2_000
"""How many characters at the start of a text are read to recognise its encoding."""
_COMBINING = re.compile("[\u0300-\u0323]")
_LEAST_GAIN = 1.2
_LEAST_TOTAL = 4.0
_LEAST_OF_ONE = {"viqr": 8.0, "vni_keys": 10.0, "telex": 10.0, "tcvn3": 10.0}
"""Least gain (logarithm, see `_gain`) if a single word is the only evidence, by encoding; 0 for other encodings."""
_LEAST_OF_TELLING = 7.0
_TELLING = re.compile(r"[aeiouy](?:ng|nh|ch|[cmnpt])j\b", re.IGNORECASE)
"""Ends of words that occur in Telex keystrokes only, such as "ngj"."""
_LEAST_SHARE = 3
"""At least one word in this many must become better Vietnamese by decoding."""
_STRANGE = 1e-7
_UNREADABLE = -20.0
_CODE = -9.0
_CAPITALS = "".join(letter for letter in sorted(MARKED_LETTERS) if letter.isupper())
_BETWEEN_LETTERS = re.compile("[`~^]|[a-z][6-9][a-z]")
"""Signs and digits between letters, which are keystrokes; codes such as document numbers have none of them there."""
_OUTLANDISH = re.compile(
    f"[a-z][{_CAPITALS}]|[^\x00-\x7f{''.join(sorted(MARKED_LETTERS))}–—‘’“”…•™€\\u0300-\\u036f\\u2190-\\U0010ffff]"
)
_MEASURE = re.compile(r"\(?(?:\w+/)?\d*[.,]?\d*\s?(?:[kcd]?m[²³]|[°º][CFK]?)(?:/\w+)?\W*")
_IS_CODE = re.compile(r"[A-Z]{1,2}\d{1,3}|[a-z]\d{1,3}|\d+|[Đđ][bcdhklmnptvBCDHKLMNPTV]{0,3}")
"""Codes such as "A4", and short forms with đ such as "đc" or "ĐT": they are in no list of words."""
_D_FORMS = str.maketrans("ÐƉ", "ĐĐ")
"""Letters of other alphabets that look like Đ and are common in otherwise correct names, with Đ as replacement."""
_AROUND = ".,;:!?()[]\"'“”…-*/"
_AROUND_VIQR = ',;:!)[]"“”…-*/'
_WORDS = re.compile(r"[^\W\d_]+")
_LETTERS_AND_SIGNS = re.compile(r"[^\s.,;:!?()\[\]\"“”…\-*/]+")
_BETWEEN_BLANKS = re.compile(r"\S+")
_SYMBOLS = re.compile("[\u0080-\u00a9\u00ab-\u00bf×÷]")
_VOWEL = "aeiouyAEIOUY"
_KEYS: dict[str, tuple[re.Pattern[str], Callable[[str], str | None]]] = {
    "viqr": (
        re.compile(rf"[aAeEoO]\^|[aA]\(|[oOuU]\+|[{_VOWEL}]['`~?.][a-zA-Z]|[{_VOWEL}][`'~]|\b[dD]d[aeiouy]"),
        read_viqr,
    ),
    "vni_keys": (re.compile(r"[A-Za-z][1-9]"), read_vni_keys),
    "telex": (
        re.compile(r"dd|aa|ee|oo|[aou]w|[aeiouy](?:ng|nh|ch|[cmnpt])?[sfrxj]\b", re.IGNORECASE),
        read_telex,
    ),
}
