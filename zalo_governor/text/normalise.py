"""Undoing what hides letters: decomposed marks, invisible characters, look-alikes. Offsets lead back to the original.

Legacy encodings must be tested on the raw text before this (`text.legacy`): U+00AD, removed here as a soft hyphen,
is the letter "ư" in TCVN3.
"""

import re
import unicodedata
from typing import NamedTuple

from zalo_governor.text.alphabet import MARKED_LETTERS


class Normalised(NamedTuple):
    """A text in one form of Unicode, with the way back."""

    text: str
    offsets: tuple[tuple[int, int], ...] | None
    """[start, end) in the original for every code point of `text`; None where nothing was changed."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of this text (not empty) as a span of the original."""
        if self.offsets is None:
            return start, end
        return self.offsets[start][0], self.offsets[end - 1][1]


def normalise(text: str) -> Normalised:
    """NFC, invisible characters gone, look-alike letters and typographic alphabets as the letters they look like.

    Takes time linear in the length whatever the input: no more than eight marks on one letter are looked at.
    """
    if text.isascii() or _PLAIN.fullmatch(text):
        return Normalised(text, None)
    return _rewrite(text)


def _rewrite(text: str) -> Normalised:
    out: list[str] = []
    offsets: list[tuple[int, int]] = []
    at, length = 0, len(text)
    while at < length:
        letter = text[at]
        if letter in _INVISIBLE and not (letter == _ZWJ and at and ord(text[at - 1]) > _FIRST_PICTURE):
            at += 1
            continue
        own = unicodedata.normalize("NFD", letter) if "\u0370" <= letter <= _LAST_GREEK else letter
        written = _FOLDED.get(own[0]) or _compatible(letter)
        end = at + 1
        if written[-1].isalpha():
            marks, end = _marks(text, end)
            if marks := own[1:] + marks:
                composed = unicodedata.normalize("NFC", written[-1] + marks)
                written = written[:-1] + "".join(c for c in composed if not unicodedata.combining(c))
        for character in written:
            out.append(character)
            offsets.append((at, end))
        at = end
    return Normalised("".join(out), tuple(offsets))


def _marks(text: str, at: int) -> tuple[str, int]:
    """The combining marks from `at` on (at most eight of them) and where the letter that bears them ends."""
    marks = ""
    end = at
    while at < len(text):
        character = text[at]
        if unicodedata.category(character) in _MARK_CATEGORIES and character != _EMOJI_FORM:
            if len(marks) < _MOST_MARKS and character not in _OVERLAYS:
                marks += character
            end = at + 1
        elif character not in _INVISIBLE:
            break
        at += 1
    return marks, end


def _compatible(letter: str) -> str:
    """Full-width, mathematical, circled … letters and odd spaces as plain ones; anything else as it is."""
    code = ord(letter)
    for first, last, a in _BOXED:
        if first <= code <= last:
            return chr(code - first + ord(a))
    if letter in MARKED_LETTERS:
        return letter
    plain = unicodedata.normalize("NFKC", letter)
    return plain if plain.isascii() else letter


_MOST_MARKS = 8
_MARK_CATEGORIES = frozenset({"Mn", "Me"})
_ZWJ = "\u200d"
_EMOJI_FORM = "\ufe0f"
_FIRST_PICTURE = 0x2190
_LAST_GREEK = "\u1fff"
_OVERLAYS = frozenset(map(chr, (*range(0x0332, 0x0339), 0x0305, 0x0489, *range(0x20D0, 0x20F1))))
_INVISIBLE = _OVERLAYS | frozenset(
    map(
        chr,
        (
            *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0),
            *range(0x200B, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2070),
            *range(0xFE00, 0xFE0F),
            *range(0xE0000, 0xE0080),
        ),
    )
)
# Enclosed letters that Unicode itself does not call compatible with plain ones.
_BOXED = ((0x1F150, 0x1F169, "A"), (0x1F170, 0x1F189, "A"))
_FOLDED = {
    **dict.fromkeys("ÐƉᎠ", "Đ"),
    **dict.fromkeys("ðɖ", "đ"),
    **dict(zip("АВЕЅІЈКМНОРСТУХ", "ABESIJKMHOPCTYX", strict=True)),
    **dict(zip("аеѕіјкмнорстухһԁԛԝү", "aesijkmhopctyxhdqwy", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("αικνορτυχγεηωβμ", "aikvoptuxyenwbm", strict=True)),
    **dict(zip("ıɑɡᴍᴀᴛᴏɪᴜʏᴇ", "iagmatoiuye", strict=True)),
    **dict.fromkeys("\u2010\u2011\u2012", "-"),
}
_PLAIN = re.compile(f"[\\t\\n\\r -~–—“”‘’…•{''.join(sorted(MARKED_LETTERS))}]*")
