"""Puts the names of addressees right that a model found in a directive: what is no part of them, what is named twice."""

import re
from collections.abc import Sequence

from zalo_governor.text.fold import fold

def drop_repeated(names: Sequence[str]) -> list[str]:
    """Return the names without those that only point back at another one: "Xã" after "xã Hua Nậm", "các đơn vị".
    """
    kept: list[str] = []
    for at, name in enumerate(names):
        said = fold(name)
        others = [fold(other) for number, other in enumerate(names) if number != at]
        if len(names) > 1 and _SUMS_UP.fullmatch(said):
            continue
        bare = _BARE.sub("", said)
        if bare in _HEADS and any(other.startswith(f"{bare} ") for other in others):
            continue
        person = _PERSON.fullmatch(said)
        if person and any((o := _PERSON.match(fold(other))) and fold(other).split()[-1] == said.split()[-1] for other in kept):
            continue
        kept.append(name)
    return kept
_SUMS_UP = re.compile(r"(?:cac|ba|hai|bon|may|tung|moi|ca \w+) (?:don vi|dv|ben|co quan|nganh)")
_BARE = re.compile(r"^(?:cac|tung|moi|hai|ba|may) ")
_HEADS = frozenset("xa so phuong".split())
_PERSON = re.compile(r"(?:d/c|dong chi|anh|chi|a\.?|c\.?|em|chu|co|ong|ba|bac) [\w ]+")


_GIVES_ORDER = re.compile(
    r"(?:TL |(?:(?:đ/c|đồng chí|anh|chị|a\.|c\.) ?)?"
    r"(?:PCT|Phó Chủ tịch|Chủ tịch(?! (?:UBND )?(?:các|xã|phường))|CT|CVP|Chánh V))"
    r"[^,.;:!?\n]{0,40}?(?: (?:chỉ đạo|yêu cầu|giao|đề nghị|có bút phê|có ý kiến|vừa|đã|nhắc|nhờ|cho ý kiến)\b|:)",
    re.IGNORECASE,
)
"""A leader who gives the order that is relayed, at the beginning of a text."""

def gives_order(text: str, start: int, end: int) -> bool:
    if _MENTIONED.search(text[:start]):
        return True
    person = _SOMEBODY.match(text[start:end])
    if not person: return False
    if _OF.search(text[:start]): return True
    return not _BEFORE.search(text[:start]) and _TOLD.match(text, start+person.end()) is not None

_SOMEBODY = re.compile(r"(?:anh|chị|a\.?|c\.?|thầy|cô|chú|bác|ông|bà|sếp|đ/c|đồng chí)(?-i: ?[A-ZĐ]\w*){1,3}", re.IGNORECASE)
_OF = re.compile(r"(?:\bcủa|theo|theo ý|theo lời|ý|ý kiến|như|TL\.?|thay) $", re.IGNORECASE)
_BEFORE = re.compile(r"(?:giao|nhờ|chuyển|nhắc|báo|bảo|kêu|biểu|nhắn|đề nghị|yêu cầu) $", re.IGNORECASE)
_TOLD = re.compile(r" (?:vừa|mới|đã|có (?:ý|bút phê)|nói|dặn|biểu|bảo|kêu|chốt|duyệt|không đồng ý|đồng ý|phê|nhắn|nhờ|giao|đang|đây|yêu cầu|chỉ đạo|cần|muốn|nghe)\b")
_MENTIONED = re.compile(r"(?:\bcủa|cảm ơn|\bở|\bnộp|(?<!Kính )\bgửi) $")
