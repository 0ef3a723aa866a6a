"""What a person asks the program in words of his own: a closed list of things that can be read, or nothing of these.

Features and reader of the model `question.classes`, which `training/questions.py` makes.
"""

import itertools
import re
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.text.fold import fold
from zalo_governor.text.linear_classes import ClassModel, shipped_classes
from zalo_governor.text.normalise import normalise
from zalo_governor.text.topics import features_of


class Intent(StrEnum):
    """What a question asks for."""

    REPORT_TODAY = "report_today"
    REPORT_WEEK = "report_week"
    REPORT_MONTH = "report_month"
    """The report on a month or anything longer."""
    DIRECTIVES_OPEN = "directives_open"
    DIRECTIVE_ONE = "directive_one"
    """The state of one directive, or what one agency owes."""
    CASES_OPEN = "cases_open"
    STATUS = "status"
    MEMBERS = "members"
    HELP = "help"
    NONE = "none"
    """Anything else, above all the wish to change something."""


class Reading(NamedTuple):
    """What a text may ask for."""

    likeliest: tuple[Intent, ...]
    """All intents, the likeliest first."""
    sure: bool
    """Whether the first is so much likelier than the second that it counts as understood."""


def read_question(text: str, model: ClassModel | None = None) -> Reading:
    """Judge a text by the shipped model, or by another `model` with the same features."""
    used = model or shipped_classes("question")
    scores = used.scores(features_of_question(text))
    ranked = sorted(zip(scores, used.labels, strict=True), reverse=True)
    return Reading(tuple(Intent(label) for _, label in ranked), ranked[0][0] - ranked[1][0] >= SURE)


def features_of_question(text: str) -> frozenset[str]:
    """Return the features of a text: words as typed and in plain Vietnamese, pairs of near words, concepts."""
    plain = normalise(text).text[:_READ]
    words = [_PLAIN.get(word, word) for word in _TOKEN.findall(plain.lower())]
    words = [word for word in words if word]
    bare = fold(" ".join(words))
    tokens = bare.split(" ")
    # Concepts are looked for in both: a word is written in plain Vietnamese only where the context does not matter.
    said = f"{fold(plain)} | {bare}"
    hit = [concept for concept, pattern in _CONCEPTS.items() if pattern.search(said)]
    found = set(features_of(plain))
    found.update("k" + fact for fact in features_of(" ".join(words)))
    found.update(f"s{first} {second}" for at, first in enumerate(tokens) for second in tokens[at + 1 : at + 1 + _NEAR])
    found.update("L" + concept for concept in hit or ("none",))
    found.update(f"L{first}&{second}" for first, second in itertools.combinations(hit, 2))
    found.update((f"words {min(len(tokens), _MOST_WORDS)}", f"asks {'?' in plain}"))
    if _CONCEPTS["change"].match(fold(plain)):
        found.add("begins with a change")
    return frozenset(found)


SURE = 0.3
"""Least distance between the two best scores at which a question counts as understood."""
_READ = 400
_NEAR = 4
_MOST_WORDS = 12
_TOKEN = re.compile(r"\w+|[^\w\s]")
_PLAIN = {
    word: plain
    for plain, words in {
        "": "à ạ á nhé nha nghe nghen hí hè ơi đi giùm dùm giúp với nhỉ vậy đó đây ấy cái thì là hen hả",
        "nay": "ni", "gì": "chi", "nào": "mô", "sao": "răng", "vậy": "rứa", "giờ": "chừ", "hôm": "bữa bựa",
        "không": "hông hong hổng ko k kg hok", "xem": "coi", "vào": "vô", "làm": "mần", "rồi": "r",
        "tôi": "tui tao c chị anh em mình", "bot": "mi mày mầy", "bao nhiêu": "mấy nhiêu", "trả lời": "rep",
        "quá hạn": "trễ chậm overdue", "hạn": "hẹn deadline", "việc": "vụ chuyện task", "chỉ đạo": "lệnh",
        "báo cáo": "bc report", "tổng kết": "recap", "vi phạm": "vp", "đơn vị": "đv", "treo": "pending",
        "liệt kê": "list", "tình trạng": "status",
    }.items()
    for word in words.split()
}  # fmt: skip
"""Dialect, chat and English -> plain words; those that mean nothing here -> ""."""
_CONCEPTS = {
    concept: re.compile(rf"\b(?:{words})\b")
    for concept, words in {
        "change": "dong|xoa|nhac|gia han|lui|xac nhan|danh dau|doi|dung|chuyen|them|bot di|duoi|mo lai|ghi (?:vo|vao)"
        "|ghim|duyet|bao (?:voi|cho)|close|thu hoi|huy|bo qua|khoi|giao cho|coi nhu|tat|soan|viet|dich|moi",
        "report": "bao cao|bc|tong (?:hop|ket|so)|tom (?:tat|luoc|lai)|recap|report|so lieu|thong ke|ket qua|dien bien"
        "|gut|chot so|ke lai|sum",
        "day": "hom (?:nay|ni|qua|kia)|ngay|sang nay|tu sang|trong ngay|dem (?:qua|nay)|bua nay|nay gio|toi nay|ca truc"
        "|today",
        "week": "tuan|weekly|7 ngay",
        "month": r"thang|quy|nam|t1?\d|monthly",
        "late": "qua (?:han|gio)|tre|cham|han|treo|ton|no|sap (?:toi|den) han|im"
        "|chua (?:tra loi|bao|nop|xong|phan hoi|lam|ai)",
        "who": "ai|nhung ai|(?:don vi|dua|ong|so|xa|phong|doi|noi|nguoi) (?:nao|mo)",
        "state": "(?:toi|den|ra) (?:dau|mo|sao|rang)|(?:sao|the nao|ra sao|xong) (?:roi|chua)|chua|tien do|tinh trang",
        "case": "vi pham|quang cao|spam|dang bay|noi bay|tin rac|lo mat|phat ngon|noi quy|quy che|vu viec|sai quy",
        "health": "ket noi|song|chay|(?:sot|mat) tin|bo sot|he thong|may chu|rot mang|on khong|online|con thuc"
        "|gian doan|sao luu|im (?:ru|lim|qua)",
        "group": "trong nhom|vao nhom|thanh vien|nguoi la|la mat|so la|ai la|quan so|nick|acc|chua vao|nguoi",
        "use": "lam (?:duoc|gi|chi)|biet lam|huong dan|cach|go|lenh (?:gi|nao)|menu|help|chuc nang|dung (?:sao|the nao)"
        "|hoi (?:duoc|sao|the nao|gi)",
        "office": r"so|ban|ubnd|cong an|thanh tra|chi cuc|cuc|trung tam|phuong|xa|kho bac|thue|dien luc|phong|doi|ben"
        r"|cd ?\d+|anh|chi|co|chu|ong|ba",
    }.items()
}
"""What a text is about, by its words without diacritics."""
