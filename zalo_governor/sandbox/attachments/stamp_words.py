"""Recognises the words of a secrecy stamp in a line as text recognition read it, with its mistakes."""

import re
import unicodedata

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio

RELEASED = "released"
RECALL = "recall"
LEVELS = ("mat", "toi_mat", "tuyet_mat")
"""Levels of secrecy from the lowest to the highest (Article 8, Law 29/2018/QH14; kept by Law 117/2025/QH15)."""

_LOOK_ALIKE = str.maketrans("015", "OIS")
_EDGE = re.compile(r"^[IL]+(?=[MT])|(?<=T)[IL]+$")
"""Letters as which the left or right side of a frame is misread."""
_FIRST = frozenset("TFIRO")
"""Letters as which the first of TỐI and TUYỆT is read, or the second if the first is cut off."""
_ONE = re.compile(r"M+A+T+")
_TWO = re.compile(r"T+(O+I*|I+)M+A*T+")
"""TỐI MẬT with letters that the model left out."""
_OFFICIAL = ("CONGHOAXAHOICHUNGHIAVIETNAM", "DOCLAPTUDOHANHPHUC", "UYBANNHANDAN", "DANGCONGSANVIETNAM")
_NUMBER = re.compile(r"^S\w{0,2}\s?[:.]\s?\d*\s?/")
"""Beginning of "Số: 12/BC-UBND", the number of a paper (Nghị định 30/2020)."""
_LIKE = 78.0


def name_stamp(text: str) -> str | None:
    """Return which stamp a line is: a level, `released` (GIẢI MẬT) or `recall` (TÀI LIỆU THU HỒI); None if none.

    The model drops and confuses diacritics, so only the letters count; of longer words one or two may be wrong.
    """
    letters = [letter for letter in text if letter.isalpha()]
    if not letters or sum(letter.isupper() for letter in letters) * 2 < len(letters):
        return None
    key = _EDGE.sub("", fold_letters(text))
    if key.endswith(("GIAIMAT", "GIAMAT", "GIAIMT")) or Levenshtein.distance(key, "DAGIAIMAT") <= 2:
        return RELEASED
    if len(key) > 10 and Levenshtein.distance(key, "TAILIEUTHUHOI") <= 3:
        return RECALL
    if _ONE.fullmatch(key):
        return "mat"
    if key[:1] in _FIRST and key.endswith("T"):
        if _TWO.fullmatch(key) or Levenshtein.distance(key, "TOIMAT") <= 1:
            return "toi_mat"
        if Levenshtein.distance(key, "TUYETMAT") <= 2:
            return "tuyet_mat"
    return "tuyet_mat" if Levenshtein.distance(key, "UYETMAT") <= 1 else None


def is_official(text: str) -> bool:
    """Return whether a line belongs to the heading of an administrative paper: motto, agency or number."""
    key = fold_letters(text)
    heading = len(key) >= 8 and any(partial_ratio(key, words) >= _LIKE for words in _OFFICIAL)
    return heading or _NUMBER.match(text) is not None


def fold_letters(text: str) -> str:
    """Return the letters of a text as capitals without diacritics; digits that look like letters become these."""
    plain = unicodedata.normalize("NFD", text.upper().replace("Đ", "D").translate(_LOOK_ALIKE))
    return "".join(letter for letter in plain if "A" <= letter <= "Z")
