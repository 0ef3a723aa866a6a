"""Recognises what a question in a person's own words asks for: one of a closed list of intents, or none of them.

Has the features and the reader of the model `question.classes`, which `training/questions.py` makes.
"""

import re
from enum import StrEnum

from zalo_governor.text.fold import fold
from zalo_governor.text.linear_classes import ClassModel, shipped_classes
from zalo_governor.text.normalise import normalise
from zalo_governor.text.topics import features_of


class Intent(StrEnum):
    """What a question to the bot asks for."""

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


def read_question(text: str, model: ClassModel | None = None) -> tuple[list[Intent], bool]:
    """Return what a typed question may ask for, by the shipped model or another `model` with the same features.

    Returns:
        All intents, the likeliest first; and whether the first leads by at least `SURE`, so that it can be relied on.
    """
    used = model or shipped_classes("question")
    scores = used.scores(features_of_question(text))
    ranked = sorted(zip(scores, used.labels, strict=True), reverse=True)
    return [Intent(label) for _, label in ranked], ranked[0][0] - ranked[1][0] >= SURE


def features_of_question(text: str) -> frozenset[str]:
    """Return the features by which a question typed to the bot is understood.

    They are its words as typed, and with dialect and chat spelling put into standard Vietnamese ("mô" is "nào"), pairs
    of words at most four apart, its length, and whether it has a question mark.
    """
    typed = normalise(text).text[:_READ]
    plain = " ".join(filter(None, (_PLAIN.get(word, word) for word in _TOKEN.findall(typed.lower()))))
    tokens = fold(plain).split(" ")
    found = features_of(typed)
    found.update("k" + fact for fact in features_of(plain))
    found.update(f"s{one} {other}" for at, one in enumerate(tokens) for other in tokens[at + 1 : at + 1 + _NEAR])
    found.update((f"words {min(len(tokens), _MOST_WORDS)}", f"asks {'?' in typed}"))
    return frozenset(found)


SURE = 0.25
"""Least distance between the two best scores at which a question counts as understood."""
_READ, _NEAR, _MOST_WORDS = 400, 4, 12
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
"""Word of a dialect, of chat or of English -> plain word; words that tell nothing about the intent -> ""."""
