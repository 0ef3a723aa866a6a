"""Names of addressees in the text of a directive: where they end, what is no part of them, whom the order is for."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from zalo_governor.text.directives.vocabulary import BOUND, ENDING_VERBS, HEADS, HONORIFICS, bond_of, verb_at
from zalo_governor.text.fold import fold


class Token(NamedTuple):
    """A word, number or sign of a text, at [start, end)."""

    start: int
    end: int
    text: str


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a normalised text."""
    return [Token(match.start(), match.end(), match.group()) for match in _TOKEN.finditer(text)]


def is_bound(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the token at index `at`, in small letters, is the second syllable of a word: "tự" in "trật tự"."""
    return tokens[at].text.islower() and bond_of(tokens[at - 1].text.lower(), tokens[at].text) >= BOUND


def names_in(said: str) -> list[str]:
    """Return the addressees that a span (text that the model took for one) names: several if joined by "&" or "@"."""
    names = [without_verb(part) for part in _JOINED.split(_TWO_PEOPLE.sub(r"\1\n", said))]
    for surplus in (_POINT, _CALL, _PASSED_ON, _BRACKET, _COMRADES_OF):
        names = [surplus.sub("", name).strip(" -–:+,.>") for name in names]
    names = [PLURAL.sub(r"\g<before>", name) for name in names]
    whole = (name for name in names if (")" not in name or "(" in name) and not _MOMENT.fullmatch(name))
    return [name for name in whole if fold(name) not in _NOBODY and name.lower() not in ENDING_VERBS]


def without_verb(said: str) -> str:
    """Return an addressee's name cut before the first verb of orders ("rà soát"), which the model took for its end."""
    tokens = tokens_of(said)
    plain = [fold(token.text) for token in tokens]
    for at in range(1, len(tokens)):
        word = tokens[at].text
        if not word.islower() or is_bound(tokens, at) or tokens[at - 1].text in _BEFORE_VERBS_OF_NAMES:
            continue
        if word in ENDING_VERBS or verb_at(plain, at) == 2:
            return said[: tokens[at].start].rstrip()
    return said


def shared_head(before: str, between: str, said: str, *, shared: bool) -> str:
    """Return the head word that a name shares with the one before it: "Sở " for "TC" in "Sở NV, TC"; "" if none.

    Args:
        before: the addressee before.
        between: the text that stands between the two.
        said: the name.
        shared: whether the trained model has labelled the name as sharing it.
    """
    if heading := is_heading(before, between):
        return heading
    if not shared and between.endswith(_LISTED) and said.split(maxsplit=1)[0].lower() not in HEADS | HONORIFICS:
        of_place = _PLACE.match(before) and all(word.istitle() for word in said.split())
        shared = bool(of_place) or (before.lower().startswith(("sở ", "các sở ")) and fold(said) in _DEPARTMENTS)
    head = _HEAD.match(before) if shared else None
    return f"{head.group()} " if head and (head.group().split()[-1].lower() in HEADS or "." in head.group()) else ""


def is_heading(name: str, after: str) -> str:
    """Return the head word "xã " if the plural "các xã" (`name`) heads a list: `after` it comes a colon; else ""."""
    heading = _HEADING.fullmatch(name) if after.startswith(":") else None
    return f"{heading[1] or ''}{heading[2].replace('sở', 'Sở')} " if heading else ""


def only_passes_on(text: str, start: int, end: int) -> bool:
    """Return whether the name at text[start:end] is no addressee, although an order contains it.

    It gives the order ("Anh Ba dặn Sở Y tế …"), is cited ("theo ý chị Lan"), or owns something ("hồ sơ của Sở Y tế").
    """
    before = text[max(0, start - _NEAR) : start]
    if _OF.search(before):
        return True
    person = _PERSON.match(text, start, end)
    return (
        person is not None
        and not _ASKED.search(before)
        and (_MIND_OF.search(before) is not None or _TOLD.match(text, person.end()) is not None)
    )


def drop_repeated(names: Sequence[str]) -> list[str]:
    """Return the names without those that only repeat others: "Xã" beside "xã Vũ Hà", "các đơn vị", a person again."""
    kept: list[str] = []
    plain = [fold(name) for name in names]
    for name, said in zip(names, plain, strict=True):
        bare = _EACH.sub("", said)
        again = bare in {"xa", "so", "phuong"} and any(other.startswith(f"{bare} ") for other in plain)
        person = _PERSON.match(name) and any(
            _PERSON.match(other) and fold(other).split()[-1] == said.split()[-1] for other in kept
        )
        if len(names) == 1 or not (again or person or _SUMS_UP.fullmatch(said)):
            kept.append(name)
    return kept


_TOKEN = re.compile(r"\d+[\w/.:]*\w|\w+(?:[&/\-]\w+)*|[^\w\s]|\n")
_PEOPLE = r"(?:anh|chị|cô|chú|thầy|bác|ông|bà|em|sếp|đ/c|đồng chí|[ace]\b\.?)"
_TWO_PEOPLE = re.compile(
    rf"\b({_PEOPLE} ?(?-i:[A-ZĐ])\w*) (?=(?-i:anh|chị|cô|chú|bác|em|đ/c|[ace]\.) ?(?-i:[A-ZĐ]))", re.IGNORECASE
)
_JOINED = re.compile(
    r"\n|[ ,+]+(?=@)|, (?=(?!TP)[A-ZĐ]{2,}\b)|(?<=\w\w)/(?=[A-ZĐ][\w.])"
    r"| & (?=(?:UBND|Sở|Ban|xã|phường|Công|Cty|VP|Chi|Trung)\b)"
)
_POINT = re.compile(r"^\(?(?:[a-z0-9]{1,2}\)|\d{1,2}\.) ?")
"""The letter or number of a point: "(a) Y tế"."""
_CALL = re.compile(r" (?:ơi|oi|ới|à)\b.*")
_MOMENT = re.compile(r"[NT](?:\+\d)?|[Kk]m ?\d+")
_PASSED_ON = re.compile(
    rf"^(?:(?:(?i:{_PEOPLE}) [A-ZĐ]\w*|CT|ảnh|chỉ) )?"
    r"(?:kêu|bảo(?! (?:vệ|hiểm|tàng|dưỡng))|biểu|dặn|nhờ|nho|kéo|nói|nhắn|giao(?! thông)|mời|nữa|còn|nhưng|riêng) "
)
_BRACKET = re.compile(r" ?\([^)]*\)?$")
_COMRADES_OF = re.compile(r"(?i)^(?:(?:các |mấy )?(?:anh em|anh|chị|đ/c|đồng chí) (?:bên|ở)|anh em) (?=[A-ZĐ])")
_BEFORE_VERBS_OF_NAMES = frozenset({"chưa", "có", "được", "còn", "đã", "phải", "sách"})
"""Words after which a verb belongs to the name: "các xã chưa nộp"."""
_NOBODY = frozenset(
    {"", "kiem tra", "anh", "chi", "em", "d/c", "dong chi", "cac dong chi", "cac d/c", "chu", "bac", "co", "ong", "ba"}
)
"""Words that alone name nobody: who is meant was named before."""
COUNT = r"(?:các|mấy|hai|ba|bốn|năm|0?\d{1,2})"
PLURAL = re.compile(
    rf"^(?P<before>(?:(?:UBND|CA|Công an) )?){COUNT} "
    r"(?=(?:xã|phường|sở|phòng|đặc khu|thị trấn|Ban QLDA|Công ty)(?-i: [A-ZĐ]))",
    re.IGNORECASE,
)
"""A plural before a head word and a proper name ("UBND các xã Vũ Hà"); group `before` is what stays."""
_HEAD = re.compile(
    r"(?:các |mỗi |mấy )?(?:UBND (?:các )?(?:xã|phường|huyện|thị trấn|đặc khu)|(?:công an|CA) (?:xã|phường)|"
    r"ban (?:quản lý|QL)|[^\s]+)(?= )",
    re.IGNORECASE,
)
_HEADING = re.compile(rf"(UBND )?{COUNT} (sở|xã|phường)", re.IGNORECASE)
_LISTED = (", ", " và ")
_PLACE = re.compile(rf"(?:UBND |{COUNT} )*(?:xã|phường) [A-ZĐ]", re.IGNORECASE)
_DEPARTMENTS = frozenset(
    {"y te", "tai chinh", "xay dung", "noi vu", "tu phap", "cong thuong"}
    | {"tc", "xd", "nv", "tp", "ct", "yt", "nn&mt", "nnmt", "gddt", "gd&dt", "vhttdl", "kh&cn", "khcn"}
)
"""Departments by what follows "Sở"."""
_PERSON = re.compile(rf"{_PEOPLE}(?-i: ?[A-ZĐ]\w*){{1,3}}", re.IGNORECASE)
_NEAR = 30
"""How many characters before a name tell why it is named."""
_OF = re.compile(r"(?:\bcủa|cảm ơn|\bở|\bnộp|(?<!Kính )\bgửi|(?:làm việc|họp) với) $")
_MIND_OF = re.compile(r"(?:\bcủa|theo|ý|ý kiến|lời|như|TL\.?|thay) $", re.IGNORECASE)
_ASKED = re.compile(r"(?:giao|nhờ|chuyển|nhắc|báo|bảo|kêu|biểu|nhắn|đề nghị|yêu cầu) $", re.IGNORECASE)
_TOLD = re.compile(
    r"(?: \([^)]*\))? (?:vừa|mới|đã|có (?:ý|bút phê)|nói|dặn|biểu|bảo|kêu|chốt|duyệt|không đồng ý|đồng ý|phê|nhắn|nhờ"
    r"|giao|đang|đây|yêu cầu|chỉ đạo|cần|muốn|nghe)\b"
)
_EACH = re.compile(r"^(?:cac|tung|moi|hai|ba|may) ")
_SUMS_UP = re.compile(r"(?:cac|ba|hai|bon|may|tung|moi) (?:don vi|dv|ben|co quan|nganh)")
