"""Normalises text: spaces, HTML entities, invisible characters, decomposed letters and look-alike letters.

Offsets map back to the original. There are two steps: `unpasted` undoes what devices and programs do to a text, then
`normalise` undoes what people do to hide letters. Text in old encodings is decoded between the two
(`text.diacritics.legacy`), and from the raw text as well: U+00AD, a soft hyphen removed by the first step, is the
letter "ư" in the old encoding TCVN3.
"""

import re
import unicodedata
from html import unescape
from html.entities import html5
from typing import NamedTuple

from zalo_governor.text.alphabet import MARKED_LETTERS


class Normalised(NamedTuple):
    """A text in one Unicode form (NFC), with the offsets of its characters in the original text."""

    text: str
    offsets: tuple[tuple[int, int], ...] | None
    """For each character of `text`, its range [start, end) in the original; None if all are at the same place."""
    as_meant: bool = True
    """False if a typed letter was replaced by another that it looks like, which may be a disguise."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the non-empty range [start, end) of this text as a range of the original."""
        if self.offsets is None:
            return start, end
        return self.offsets[start][0], self.offsets[end - 1][1]


def normalise(text: str) -> Normalised:
    """Return the text in NFC with plain spaces, without invisible characters, and with look-alike letters made plain.

    Takes time linear in the length for any input: at most eight combining marks per letter are read.
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
    """Return the text with plain spaces and line breaks, HTML entities resolved, and invisible characters removed.

    These come from programs and web pages. Letters are not changed, whatever their Unicode form.
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
    """Return the characters that an HTML entity stands for; the entity unchanged if its name is unknown."""
    if name[0] != "#" and name not in html5:
        return entity
    return _UNSEEN.sub("", unescape(f"&{name}").translate(_BLANKS))


def with_single_blanks(normalised: Normalised) -> Normalised:
    """Return the normalised text with each run of spaces and tabs replaced by one space, and its offsets adapted."""
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
    """Return (the first eight combining marks of the unbroken run that begins at `at`, the index after the run)."""
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
    """Return the plain form of a full-width, mathematical, circled … letter; any other character unchanged."""
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
    # Some web pages escape twice ("&amp;nbsp;"). Between two emoji, a zero-width joiner makes them one.
    r"&(?:amp;)*(?P<name>#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z]\w{1,30};)"
    rf"|[{_INVISIBLE}]|(?<![{_PICTURES}])\u200d"
)
_BLANKS = {
    **dict.fromkeys(map(ord, "\t\x1f\xa0\u1680\u202f\u205f\u2800\u3000"), " "),
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    **dict.fromkeys(map(ord, "\v\f\x1c\x1d\x1e\x85\u2028\u2029"), "\n"),
}
_COMES_SO = re.compile(f"[{''.join(map(chr, _BLANKS))}{_INVISIBLE}\u200d]|&[#\\w]+;")
# Enclosed letters for which Unicode defines no compatibility decomposition.
_BOXED = ((0x1F150, 0x1F169, "A"), (0x1F170, 0x1F189, "A"))
_FOLDED = {
    **dict.fromkeys("ÐƉᎠ", "Đ"),
    **dict.fromkeys("ðɖ", "đ"),
    **dict(zip("АВЕЅІЈКМНОРСТУХ", "ABESIJKMHOPCTYX", strict=True)),
    **dict(zip("аеѕіјкмнорстухһԁԛԝү", "aesijkmhopctyxhdqwy", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("αικνορτυχγεηωβμ", "aikvoptuxyenwbm", strict=True)),
    **dict(zip("ıɑɡᴍᴀᴛᴏɪᴜʏᴇ", "iagmatoiuye", strict=True)),
    **dict(zip("ᎷꮇᎪꭺᎢꭲꓟꓮꓔꓳꓲꓴꓬꓰ", "MmAaTtMATOIUYE", strict=True)),
    **dict.fromkeys("\u2010\u2011\u2012", "-"),
    # Letters to Unicode, signs to readers: between the letters of a word they would hide it.
    **dict.fromkeys(map(chr, (*range(0x2B9, 0x2C2), *range(0x2C8, 0x2D2), 0x2EC, 0x2EE, 0x640)), "'"),
}
_PLAIN_SIGNS = f"\\n\\r -~–—“”‘’…•{''.join(sorted(MARKED_LETTERS))}"
_PLAIN = re.compile(f"[{_PLAIN_SIGNS}]*")
_PLAIN_OR_PICTURE = re.compile(f"[{_PLAIN_SIGNS}\u200d{_PICTURES}]*")
