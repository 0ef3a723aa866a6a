"""Compares names of agencies and people with what people type: abbreviated, without diacritics, or by initials."""

import re
from collections.abc import Sequence
from itertools import pairwise

from zalo_governor.text.fold import fold

_LONGEST_NAME = 7
_KINDS = {"xã": "xa", "phường": "phuong", "sở": "so"}
_FORM_OF_ADDRESS = re.compile("anh|chi|ong|ba|co|chu|bac|em|thay|o|dc|ban|a")
_SAME, _PART, _HEAD_AND_INITIALS, _INITIALS, _BEGINNING = 1000, 500, 300, 200, 100
"""Results of `likeness`; to `_PART`, the number of common words is added."""
_SHORT = 2
"""Typed letters up to this number are too few to be the beginning of longer initials."""
_WORD = re.compile(r"\w+")
_AGENCY_HEAD = re.compile(
    r"(?:Sở|Ban|UBND|Ủy ban|Uỷ ban|Công an|Thanh tra|Văn phòng|Chi cục|Cục|Bộ Chỉ huy|Bộ chỉ huy|Trung tâm|Trường"
    r"|Bệnh viện|Đài|Kho bạc|Ngân hàng|Hội|Mặt trận|Liên đoàn|Đoàn|Tòa án|Viện|Bưu điện|Điện lực|Công ty|Báo|Chi nhánh"
    r"|Phòng|[Xx]ã|[Pp]hường|Đặc khu)\s+\w"
)
_WRITTEN_OUT = tuple(
    (re.compile(rf"\b(?:{short})\b"), long)
    for short, long in (
        ("uy ban nhan dan|uy ban|ub", "ubnd"),
        ("vp", "van phong"),
        ("p", "phuong"),
        ("x", "xa"),
        ("ca", "cong an"),
        ("bch quan su|bch qs|bchqs", "bo chi huy quan su"),
        ("bv", "benh vien"),
        ("tttt", "trung tam truyen thong"),
        ("gd dt", "giao duc dao tao"),
        ("nn mt", "nong nghiep moi truong"),
        ("kh cn", "khoa hoc cong nghe"),
    )
)


def agency_in(title: str) -> str:
    """Return the agency that a job title names ("Giám đốc Sở Y tế" -> "Sở Y tế"); "" if it names none."""
    found = _AGENCY_HEAD.search(title)
    return title[found.start() :].strip() if found else ""


def bare_kind(typed: str) -> str:
    """Return "xa", "phuong" or "so" if a typed name is only this kind of agency: "xã", not "xã Vũ Hà"; else ""."""
    kind, *rest = typed.removeprefix("UBND ").split() or [""]
    return "" if rest and rest[0][0].isupper() else _KINDS.get(kind.lower(), "")


def fits(typed: str, name: str) -> bool:
    """Return whether a typed name, perhaps shortened or without diacritics ("so yt"), can mean the agency `name`."""
    words, key = agency_words(typed), agency_words(name)
    return bool(words) and (likeness(words, key) > 0 or key[-len(words) :] == words)


def likeness_in(text: str, name: str) -> int:
    """Return the highest `likeness` (0-1000) of one to six neighbouring words of a sentence to the agency's name."""
    words, key = agency_words(text), agency_words(name)
    parts = (words[at : at + length] for length in range(1, _LONGEST_NAME) for at in range(len(words) - length + 1))
    return max((likeness(part, key) for part in parts), default=0)


def is_called_in(text: str, full_name: str) -> bool:
    """Return whether a sentence names a person: by the full name, or by its last word after "anh", "chị" …"""
    words, name = words_in(text), words_in(full_name)
    called = {word for before, word in pairwise(words) if _FORM_OF_ADDRESS.fullmatch(before)}
    return bool(name) and (contains(words, name) or name[-1] in called)


def likeness(typed: Sequence[str], key: Sequence[str]) -> int:
    """Return how well typed words match an agency's name, both as `agency_words` returns them.

    1000: equal; over 500: one contains the other; 300, 200, 100: initials of the name or their beginning; 0: no match.
    """
    if not key:
        return 0  # A name such as "Tỉnh" has no words of its own.
    if typed == key:
        return _SAME
    if len(typed) > 1 and contains(key, typed):
        return _PART + len(typed)
    bare = key[1:] if key[0] == "ubnd" and len(key) > 2 else key
    if len(bare) > 1 and contains(typed, bare):
        return _PART + len(bare)
    initials = "".join(word[0] for word in key)
    joined = "".join(typed)
    if len(typed) > 1 and typed[0] == key[0] and "".join(typed[1:]) in {initials[1:], "".join(key[1:])}:
        return _HEAD_AND_INITIALS
    if joined == initials and len(joined) > 1:
        return _INITIALS
    begins = len(joined) > _SHORT and initials.startswith(joined)
    # "Sở GD" is the Sở GD&ĐT.
    begins |= (
        len(typed) > 1
        and typed[0] == key[0]
        and len(joined) - len(key[0]) >= _SHORT
        and (initials[1:].startswith(joined[len(key[0]) :]))
    )
    return _BEGINNING if begins else 0


def contains(whole: Sequence[str], part: Sequence[str]) -> bool:
    """Return whether the words of `part` occur in `whole` one after the other."""
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def agency_words(text: str) -> list[str]:
    """Return the words of an agency's name for comparing: no diacritics, "va" or "tinh", and "vp" as "van phong"."""
    plain = " ".join(words_in(text))
    for pattern, long in _WRITTEN_OUT:
        plain = pattern.sub(long, plain)
    return [word for word in plain.split() if word not in {"va", "tinh"}]


def words_in(text: str) -> list[str]:
    """Return the words of the text, folded (small letters without diacritics)."""
    return _WORD.findall(fold(text))
