"""Regular expressions of the pieces of Vietnamese time expressions, with diacritics and without."""

import re
from collections.abc import Callable
from datetime import time

from zalo_governor.text.fold import fold

_NUMBER_WORD = "một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười"
_COUNTED = rf"\d{{1,3}}|mười (?:một|hai|ba|bốn|tư|lăm|sáu|bảy|tám|chín)|hai mươi|ba mươi|vài|nửa|{_NUMBER_WORD}"
_UNIT = "mốt|hai|ba|tư|lăm|sáu|bảy|tám|chín"
_DAY_WORD = rf"mười (?:một|{_UNIT})|(?:hai mươi|hai|hăm) (?:{_UNIT})|hai mươi|ba mươi(?: mốt)?"
"""Days of the month from eleven on, as people say them."""
_MONTH_WORD = "mười(?: một| hai)?|hai|ba|tư|bốn|năm|sáu|bảy|tám|chín"
_MINUTE_WORD = r"mười lăm|bốn (?:mươi )?lăm|(?:mười|hai mươi|ba mươi)(?= (?:sáng|chiều|tối|đêm|mai)|[.,;]|$)"
_THIS = "này|nay|ni"
_NEXT = "sau|tới"
_EXPRESSIONS = {
    "span": (
        rf"(?P<count>\b(?:{_COUNTED})|\b0\d) ?"
        rf"(?P<unit>phút|p\b|'|tiếng(?: đồng hồ)?|giờ(?=(?: rưỡi)? (?:nữa|tới\b|đồng hồ))"
        rf"|h\b(?= nữa| tới\b| (?:tính|kể) từ)|ngày|hôm|bữa|tuần|tháng(?! ?\d| (?:{_MONTH_WORD})\b))"
        r"(?P<span_half> rưỡi)?(?P<working> làm việc)?(?P<ahead> (?:nữa|tới|tính từ|kể từ)\b)?"
        r"|(?P<one_and_half>\btiếng rưỡi nữa\b)"
    ),
    "half_day": r"(?P<am_hours>\b\d{1,2})(?::(?P<am_minutes>\d\d))? ?(?P<half_of_day>am|pm)\b",
    "clock": (
        rf"(?<![\d/.,])(?P<hours>\b\d{{1,2}}|\b(?:mười một|mười hai|{_NUMBER_WORD})"
        r"(?= giờ| rưỡi (?:sáng|chiều|tối|đêm|mai))) ?"
        r"(?:(?:h|g|giờ)(?![^\W\d_])"
        rf"(?: ?(?P<minutes>{_MINUTE_WORD}|\d\d(?!\d|/)|\d(?!\d|/| ?(?:ngày|tháng)))(?: ?(?:phút|p|'))?"
        r"| ?(?P<half>rưỡi)| ?kém (?P<lacking>\d{1,2}|mười lăm|hai mươi|mười|năm))?"
        r"|:(?P<colon>\d\d)(?!\d)|(?P<half_only>rưỡi))(?P<at_night> khuya nay\b|(?= khuya\b))?"
    ),
    "part": (
        r"(?P<part>\b(?:(?:đầu|cuối) (?:giờ|buổi) )?"
        r"(?:đầu giờ|cuối giờ|hết giờ(?: làm việc| hành chính)?|sáng sớm|sáng|trưa|chiều|tối|(?:hết |nửa )?đêm)"
        rf"(?: (?:{_THIS}))?\b(?! (?:đa|thiểu|tạo|kiến|suốt|dài|rộng|cao|ưu|mật|tác|lập|tăm|nghĩa)))"
    ),
    "today": (
        r"(?:(?:trong|hết|cuối|nội|ngay trong|nội trong) (?:ngày|hôm)(?: (?:hôm )?nay)?"
        r"(?! (?:mai|kia|mốt|\d|thứ|làm|nghỉ|lễ|\w+ nhật))|nội nhật|eod|hôm nay|h\.?nay|ngày nay|bữa nay|"
        r"nay(?= (?:sang|tối|gửi|nhé|nha|ạ|là)))\b"
    ),
    "later": r"(?P<later>\b(?:(?:ngày|hôm|bữa) )?(?:mai|mốt)\b|\b(?:ngày|hôm|bữa) kia\b)",
    "weekday": (
        r"\b(?P<which>thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|t[2-7]|chủ nhật|chúa nhật|cn|"
        r"monday|tuesday|wednesday|thursday|friday)\b"
        rf"(?: (?P<week>tuần (?:{_THIS}|{_NEXT})|next week|này|{_NEXT})\b)?"
    ),
    "tet": r"(?:(?<=trước )|\b(?:mùng|mồng) (?P<tet_day>[1-9]|10) )tết(?: (?:nguyên đán|âm lịch|ta))?\b",
    "date": (
        r"(?:(?:\bngày |\bmùng |\bmồng |\bhôm )?(?:ngày )?(?P<date_day>(?<![\d/.,])\b[0-3]?\d|"
        rf"\b(?:{_DAY_WORD})|(?:(?<=mùng )|(?<=mồng ))(?:{_NUMBER_WORD})) ?"
        rf"tháng (?!(?:{_NEXT})\b)(?P<date_month>1[0-2]|0?\d|{_MONTH_WORD})\b"
        r"(?:(?: năm |/)(?P<date_year>\d{4}))?"
        r"|(?:\bngày )?(?P<bare_day>(?<![\d/.,])\b[0-3]?\d)[/.\-](?P<bare_month>1[0-2]|0?[1-9])"
        r"(?!\d|/\w*[^\W\d]|,\d|\.(?!20\d\d\b)\d)"
        r"(?:[/.\-](?P<bare_year>20\d\d|\d\d)\b| (?P<bare_next>năm (?:sau|tới))\b)?(?! ?(?:%|km|m\b|tỷ|triệu|ha\b|kg)))"
    ),
    "day_of_month": (
        rf"\b(?:ngày|mùng|mồng|hôm|ngày mùng) (?P<dom>[0-3]?\d|{_DAY_WORD}|(?<!ngày )(?<!hôm )(?:{_NUMBER_WORD}))\b"
        r"(?![/\d.,]\d|%)"
        rf"(?: (?:tháng (?P<dom_month>1[0-2]|\d)|(?P<dom_rel>tháng (?:{_THIS}|{_NEXT})))"
        r"(?:[/ ](?:năm )?(?P<dom_year>20\d\d))?)?"
    ),
    "solar_day": rf"(?P<solar>\b(?:[0-3]?\d|{_DAY_WORD})) tây\b",
    "week": (
        rf"(?P<week_of>\b(?:ngay )?(?:(?:trong|cuối|đầu|giữa|hết) tuần(?: (?:{_THIS}|{_NEXT}))?"
        rf"|tuần (?:{_THIS}|{_NEXT})|eow))\b"
    ),
    "month": (
        r"(?P<month_of>\b(?:(?:trong|cuối|đầu|hết|giữa) )?tháng "
        rf"(?:(?P<month_number>1[0-2]|0?[1-9])\b(?:(?:/| năm )(?P<month_year>20\d\d))?|{_THIS}|{_NEXT})"
        r"|\b(?:trong|cuối|hết) tháng\b)"
    ),
    "quarter": (
        r"(?P<quarter_of>\b(?:(?:trong|cuối|hết) )?quý "
        r"(?:(?P<quarter_number>iv|i{1,3}|[1-4]|một|hai|ba|bốn)\b(?:[/ ](?:năm )?(?P<quarter_year>20\d\d))?|này)"
        r"|\b(?:trong|cuối|hết) quý\b)"
    ),
    "year": (
        r"(?P<year_of>\b(?:(?:trong|cuối|hết) năm(?: (?:nay|này|sau|(?P<year_number>20\d\d)))?"
        r"(?! (?:ngày|giờ|tuần|tháng|phút|tiếng|hôm|bữa)\b)"
        rf"|năm (?:nay|{_NEXT})))\b"
    ),
}
"""Regular expressions of the pieces of a time expression; the first that fits is taken."""
KINDS = tuple(_EXPRESSIONS)
"""Kinds of pieces, such as "clock" or "weekday"; the group `as_KIND` of `MARKED` and `BARE` matches such a piece."""
GROUP_OF = {
    "clock": "clock", "half_day": "clock", "part": "part", "span": "span", "today": "day", "later": "day",
    "weekday": "weekday", "solar_day": "date",
    "tet": "date", "date": "date", "day_of_month": "date", "week": "week", "month": "month", "quarter": "month",
    "year": "month",
}  # fmt: skip
"""Group of each kind of piece; one expression of a time has at most one piece of a group."""
_LIMITS = (
    r"\b(trước hoặc trong|trước|trc|trước lúc|chậm nhất|muộn nhất|trễ nhất|không quá|hạn chót|hạn cuối|hạn|deadline|"
    r"đến hết|từ nay (?:đến|tới)|đến|tới|hết|xong|trong vòng|nội trong|trong|sau|vào|lúc|từ|kể từ)"
    r"(?: (?:là|của|cho|vào|ngày|hết|lúc|vòng|tầm|khoảng|khi|tối đa|cuộc họp|phiên họp|buổi họp|giờ họp))*[ :(]*$"
)
BEFORE = "truoc"
"""The word "trước" (before) without diacritics: the day or hour named after it is no longer within the limit."""
LIMIT_INSIDE = re.compile(r", (?:trước|truoc|trc) ")
EXCLUDES = re.compile(r"truoc|trc|truoc luc")
_SEAM_WORDS = (
    r"(?:[ ,(]|khuya | (?:của|cua|là|la|thì|thi) |\b(?:vào|vao|lúc|luc) |"
    r"(?:trước|truoc|trc) (?=\d{1,2} ?(?:h|g|giờ|gio|:)))*"
)


def _folded(pattern: str) -> str:
    """Return the pattern without diacritics, case kept, so that escapes such as \\W stay what they are."""
    return "".join(letter if letter.isascii() else fold(letter) for letter in pattern)


def _compiled(change: Callable[[str], str]) -> re.Pattern[str]:
    """Return one expression that matches any piece; the group named as the kind tells which."""
    return re.compile("|".join(f"(?P<as_{name}>{change(pattern)})" for name, pattern in _EXPRESSIONS.items()))


MARKED, BARE = _compiled(str), _compiled(_folded)
"""Match any piece of an expression, in text with diacritics and in text without."""
LIMIT = re.compile(_LIMITS + "|" + _folded(_LIMITS))
"""Matches a word of limitation ("trước", "hạn") at the end of a text: group 1, or group 2 without diacritics."""
SEAM = re.compile(_SEAM_WORDS)
"""Matches what may stand between two pieces of one expression."""
PARTS_OF_DAY = [
    (re.compile(words + "|" + _folded(words)), hour)
    for words, hour in (
        (r"đầu giờ.*chiều|đầu.*chiều", time(13, 30)),
        (r"đầu giờ.*sáng|đầu giờ", time(7, 30)),
        (r"cuối.*sáng|sáng", time(11, 30)),
        (r"trưa", time(12)),
        (r"chiều|cuối giờ|hết giờ", time(17)),
        (r"hết đêm|nửa đêm", time(23, 59)),
        (r"tối|đêm", time(21)),
    )
]
"""What a part of the day means as a limit; the first expression found is taken."""
