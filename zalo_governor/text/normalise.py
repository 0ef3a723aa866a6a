"""Undoing what hides letters: blanks of every kind, entities, invisible characters, decomposed marks, look-alikes.

Offsets lead back to the original. It goes in two steps: what devices and programs do to a text on its way
(`unpasted`), and what people do to letters. Old fonts are read between the two (`text.diacritics.legacy`), and from
the raw text as well: U+00AD, a soft hyphen that goes with the first step, is the letter "ư" in TCVN3.
"""

import re
import unicodedata
from html import unescape
from html.entities import html5
from typing import NamedTuple

from zalo_governor.text.alphabet import MARKED_LETTERS


class Normalised(NamedTuple):
    """A text in one form of Unicode, with the way back."""

    text: str
    offsets: tuple[tuple[int, int], ...] | None
    """[start, end) in the original for every code point of `text`; None where each stands where it stood."""
    as_meant: bool = True
    """Whether every letter is the one that was typed, however it came: none was taken for one that it looks like."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of this text (not empty) as a span of the original."""
        if self.offsets is None:
            return start, end
        return self.offsets[start][0], self.offsets[end - 1][1]


def normalise(text: str) -> Normalised:
    """What `unpasted` gives, in NFC, look-alike letters and typographic alphabets as the letters they look like.

    Takes time linear in the length whatever the input: no more than eight marks on one letter are looked at.
    """
    if _PLAIN.fullmatch(text) and "&" not in text:
        return Normalised(text, None)
    came = unpasted(text)
    if _PLAIN.fullmatch(came.text):
        return came
    written = _rewrite(came.text)
    if came.offsets is None or written.offsets is None:
        return written
    return written._replace(offsets=tuple(came.span(*there) for there in written.offsets))


def unpasted(text: str) -> Normalised:
    """Every kind of blank as a blank, of line break as one, entities of HTML as what they stand for, nothing invisible.

    The letters stay as they are, in whatever form of Unicode.
    """
    if not _COMES_SO.search(text):
        return Normalised(text, None)
    text = text.translate(_BLANKS)
    pieces: list[str] = []
    offsets: list[tuple[int, int]] = []
    end = 0
    for found in _UNSEEN.finditer(text):
        start = found.start()
        stands_for = _resolved(found[0], found["name"]) if found["name"] else ""
        pieces += text[end:start], stands_for
        offsets += ((at, at + 1) for at in range(end, start))
        end = found.end()
        offsets += [(start, end)] * len(stands_for)
    if not pieces:
        return Normalised(text, None)
    offsets += ((at, at + 1) for at in range(end, len(text)))
    return Normalised("".join(pieces) + text[end:], tuple(offsets))


def _resolved(entity: str, name: str) -> str:
    """What an entity stands for, itself where it has no such name."""
    if name[0] != "#" and name not in html5:
        return entity
    return _UNSEEN.sub("", unescape(f"&{name}").translate(_BLANKS))


def even(normalised: Normalised) -> Normalised:
    """With one blank where several stand together, or a tab."""
    text = normalised.text
    if "  " not in text and "\t" not in text:
        return normalised
    kept = [at for at, letter in enumerate(text) if not (letter in " \t" and at and text[at - 1] in " \t")]
    spans = tuple(normalised.span(at, at + 1) for at in kept)
    return normalised._replace(text="".join(" " if text[at] == "\t" else text[at] for at in kept), offsets=spans)


def _rewrite(text: str) -> Normalised:
    out: list[str] = []
    offsets: list[tuple[int, int]] = []
    at, length = 0, len(text)
    as_meant = True
    while at < length:
        letter = text[at]
        if letter in _OVERLAYS:
            at += 1
            as_meant = False
            continue
        own = unicodedata.normalize("NFD", letter) if "\u0370" <= letter <= _LAST_GREEK else letter
        written = _FOLDED.get(own[0]) or _compatible(letter)
        as_meant = as_meant and written == letter
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
    made = "".join(out)
    return Normalised(made, tuple(offsets), as_meant and _PLAIN_OR_PICTURE.fullmatch(made) is not None)


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
        else:
            break
        at += 1
    return marks, end


def _compatible(letter: str) -> str:
    """Full-width, mathematical, circled … letters as plain ones; anything else as it is."""
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
_EMOJI_FORM = "\ufe0f"
_LAST_GREEK = "\u1fff"
_OVERLAYS = frozenset(map(chr, (*range(0x0332, 0x0339), 0x0305, 0x0489, *range(0x20D0, 0x20F1))))
_PICTURES = "\u2190-\U0010ffff"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\ufeff\uffa0\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0e\U000e0000-\U000e007f"
)
_UNSEEN = re.compile(
    # Pages escape twice at times ("&amp;nbsp;"). Between pictures the joiner makes one of two.
    r"&(?:amp;)*(?P<name>#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z]\w{1,30};)"
    rf"|[{_INVISIBLE}]|(?<![{_PICTURES}])\u200d"
)
_BLANKS = {
    **dict.fromkeys(map(ord, "\t\x1f\xa0\u1680\u202f\u205f\u2800\u3000"), " "),
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    **dict.fromkeys(map(ord, "\v\f\x1c\x1d\x1e\x85\u2028\u2029"), "\n"),
}
_COMES_SO = re.compile(f"[{''.join(map(chr, _BLANKS))}{_INVISIBLE}\u200d]|&[#\\w]+;")
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
_PLAIN_SIGNS = f"\\n\\r -~–—“”‘’…•{''.join(sorted(MARKED_LETTERS))}"
_PLAIN = re.compile(f"[{_PLAIN_SIGNS}]*")
_PLAIN_OR_PICTURE = re.compile(f"[{_PLAIN_SIGNS}\u200d{_PICTURES}]*")
