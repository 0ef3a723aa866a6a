"""Splits a text that is too long for one message of Zalo; lengths are counted in bytes of UTF-8, as Zalo does."""

import re
import unicodedata

_BORDERS = tuple(map(re.compile, (r"\n[ \t]*\n\s*", r"\n+", r"(?<=[.;:?…])\s+", r"\s+")))
"""Where a text is split, the best first: between paragraphs, lines, sentences, words."""


def end_of_part(text: str, start: int, most_bytes: int) -> int:
    """Return the index where a part that begins at `start` has to end to have at most `most_bytes` bytes of UTF-8.

    A part ends at the best border in its second half, else within a word, but never within an emoji or a letter with
    its marks. If the rest of the text fits, the end is `len(text)`. Blanks at the end do not count, as they are not
    sent.
    """
    limit = _reach(text, start, most_bytes)
    if limit == len(text):
        return limit
    for border in _BORDERS:
        # One more letter, as the part may end just before a border; blanks at its end are not sent.
        ends = [match.end() for match in border.finditer(text, start + (limit - start) // 2, limit + 1)]
        if ends:
            return ends[-1]
    end = next((at for at in range(limit, start, -1) if not _is_within_letter(text, at)), limit)
    return max(end, start + 1)


def count_parts(text: str, start: int, most_bytes: int) -> int:
    """Return into how many parts (see `end_of_part`) the text from `start` on is split; 0 if nothing is left."""
    count = 0
    while text[start:].strip():
        start = end_of_part(text, start, most_bytes)
        count += 1
    return count


def _reach(text: str, start: int, most_bytes: int) -> int:
    """Return the greatest index up to which the text from `start` on has at most `most_bytes` bytes of UTF-8."""
    size = 0
    for at in range(start, len(text)):
        size += len(text[at].encode("utf-8", "surrogatepass"))
        if size > most_bytes:
            return at
    return len(text)


def _is_within_letter(text: str, at: int) -> bool:
    """Return whether a cut before index `at` would split what readers see as one letter or emoji."""
    before, after = text[at - 1], text[at]
    if unicodedata.category(after)[0] == "M" or "\u200d" in {before, after}:
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":  # colour of skin, flag tags
        return True
    flags = len(text[:at]) - len(text[:at].rstrip(_FLAG_LETTERS))
    return after in _FLAG_LETTERS and flags % 2 == 1


_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
"""The regional indicators of Unicode; two of them make the emoji of a flag."""
