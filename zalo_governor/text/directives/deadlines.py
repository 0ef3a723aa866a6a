"""Decides which of the times that a directive names is its deadline, not a meeting, a period or a past event."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from zalo_governor.text.directives.times import LATELY, NamedTime
from zalo_governor.text.fold import fold

DEADLINE, OTHER = "deadline", "other"
"""The classes of the model for a time that a text names."""


def features_of_time(text: str, times: Sequence[NamedTime], which: int, sent_at: datetime) -> set[str]:
    """Return the features of the time `times[which]` for the model: its form, words of limitation, words around it."""
    named = times[which]
    before = _WORDS.findall(fold(text[max(0, named.start - _REACH) : named.start]))
    after = _WORDS.findall(fold(text[named.end : named.end + _REACH]))
    inside = _WORDS.findall(fold(text[named.start : named.end]))
    clause_before, clause_after = _clause(before[::-1])[::-1], _clause(after)
    limit = named.limit or "-"
    gap = (named.moment - sent_at).total_seconds()
    found = {
        f"form {named.form}", f"limit {limit}", f"{limit} {named.form}", "past" if gap < 0 else "ahead",
        f"place {min(which, 3)}", f"of {min(len(times), 4)}",
        f"last {which == len(times) - 1}",
        f"first {not before}", f"end {not after or after[0] in _STOPS}",
        f"end {not after or after[0] in _STOPS} {limit}",
        f"days {min(int(gap // 86400), 8) if gap > 0 else -1}",
    }  # fmt: skip
    clause = " ".join((*clause_before, "|", *clause_after))
    counted = bool(_COUNTED_UNTIL.search(text[max(0, named.start - _REACH) : named.start].lower().rstrip()))
    acts, happens = bool(_ACTS.search(clause)), bool(_HAPPENS.search(clause))
    firm = bool(_FIRM.fullmatch(named.limit)) and not counted
    soon = bool(_ACTS.match(" ".join(clause_after[:3])))
    found.update((f"acts {acts} {happens}", f"firm {firm}", f"firm {firm} {acts} {happens}", f"soon {soon}"))
    found.update((f"soon {soon} {named.form}", f"soon {soon} {limit} {which == 0}"))
    if counted:
        found.add("counted until")
    if _FROM.search(" ".join((*before[-8:], *inside))):
        found.add(f"from {limit}")
    found.update(f"in {word}" for word in inside)
    for at, word in enumerate(before[: -_NEAR - 1 : -1]):
        found.update((f"-{at} {word}", f"- {word}"))
    for at, word in enumerate(after[:_NEAR]):
        found.update((f"+{at} {word}", f"+ {word}"))
    found.add("-- " + " ".join(before[-2:]))
    found.add("++ " + " ".join(after[:2]))
    found.add(f"-l {' '.join(before[-1:])} {limit}")
    found.add(f"+l {' '.join(after[:1])} {limit}")
    found.update(f"c- {word}" for word in clause_before)
    found.update(f"c+ {word}" for word in clause_after)
    found.update(f"c-2 {first} {second}" for first, second in pairwise(clause_before))
    found.update(f"c+2 {first} {second}" for first, second in pairwise(clause_after))
    return found


def rule_for_time(text: str, times: Sequence[NamedTime], which: int, sent_at: datetime) -> bool | None:
    """Return whether the time `times[which]` is a deadline; None if only the trained model can decide that."""
    named = times[which]
    raw = text[max(0, named.start - _REACH) : named.start].lower().rstrip()
    before = fold(_SENTENCE_END.split(raw)[-1]).strip()
    after = fold(_SENTENCE_END.split(text[named.end : named.end + _REACH].lower(), maxsplit=1)[0]).strip()
    inside = fold(text[named.start : named.end])
    if _COUNTED_UNTIL.search(raw) or _SINCE.search(raw) or named.moment - sent_at > _TOO_FAR:
        return False
    if _MEETING.search(before) and not _EXCLUDES.match(named.limit):
        return False
    if _recurs(named.form, raw, inside, after) or any(_narrows(text, named, later) for later in times[which + 1 :]):
        return False
    if _FIRM.fullmatch(named.limit) and not _OLD_LIMIT.search(before):
        return not inside.startswith(("tu ", "ke tu "))
    if _DAILY.match(after) and not named.limit:
        return False
    if named.form == "span" and _AT_MOST.search(raw):
        return True
    if _OVER.search(before) or _OVER.match(after):
        return None
    acts = _ORDERED.search(before) or _ORDERED.search(after)
    limited = _EXCLUDES.match(named.limit) and _ORDERED.search(before)
    within = acts and (
        inside.startswith(("trong ", "noi ", "ngay trong "))
        or (named.limit == "trong" and named.form == "span")
        or (_AT_LATEST.search(before) and named.form in _OF_DAY)
    )
    first = not before and _ORDERED.match(after)
    ahead = named.moment > sent_at
    return True if limited or within or first or (ahead and _is_appointed(named, before)) else None


def is_meant(text: str, named: NamedTime, sent_at: datetime) -> bool:
    """Return whether the message itself sets this deadline: it lies ahead, or was missed by at most seven days.

    A missed one counts only with a word of limitation ("trước", "chậm nhất") and if nothing happened at that time.
    """
    if named.moment > sent_at:
        return _YESTERDAY.match(fold(text[named.end : named.end + _REACH]).strip()) is None
    before = fold(text[max(0, named.start - _REACH) : named.start]).strip()
    is_limit = bool(_FIRM.fullmatch(named.limit) or _EXCLUDES.match(named.limit))
    return is_limit and sent_at - named.moment <= LATELY and not _BEFELL.search(before)


def acts_and_happens(text: str, named: NamedTime) -> tuple[bool, bool]:
    """Return whether words near a named time tell of work to do ("nộp"), and whether they tell of an event ("họp")."""
    before, after = text[max(0, named.start - _REACH // 2) : named.start], text[named.end : named.end + _REACH // 2]
    near = f"{fold(before)} | {fold(after)}"
    return bool(_ACTS.search(near)), bool(_HAPPENS.search(near))


def _recurs(form: str, raw: str, inside: str, after: str) -> bool:
    """Return whether a span is how often something is done ("30 phút báo một lần", "2 giờ/lần", "mỗi 3 tiếng").

    What recurs has no single deadline; "2 tiếng nữa báo một lần" (once, in 2 hours) has one.
    """
    if form not in {"span", "clock"} or _AHEAD.search(inside):
        return False
    return bool(_EVERY.search(raw) or (_ONCE if form == "span" else _AT_ONCE).match(after))


def _is_appointed(named: NamedTime, before: str) -> bool:
    """Return whether people are to be somewhere, or to do something, at the time."""
    if "clock" in named.form and _BE_THERE.search(before):
        return True
    return named.limit == "luc" and named.form != "clock" and _TO_DO.search(before) is not None


def _narrows(text: str, named: NamedTime, later: NamedTime) -> bool:
    """Return whether the limit `later` of the same sentence falls into the day, or part of one, that `named` is."""
    return (
        not named.limit
        and named.form in _OF_DAY
        and bool(_EXCLUDES.match(later.limit))
        and later.form == "clock"
        and later.moment.date() == named.moment.date()
        and later.moment <= named.moment
        and not _SENTENCE_END.search(text[named.end : later.start])
    )


def _clause(words: Sequence[str]) -> list[str]:
    """Return the words up to the first sign that ends a sentence."""
    return list(words[: next((at for at, word in enumerate(words) if word in _STOPS), len(words))])


_WORDS = re.compile(r"\w+|[^\w\s]|\n")
_STOPS = frozenset(".!?;\n")
_REACH = 120
_NEAR = 4
_FIRM = re.compile(
    r"(?:truoc hoac trong|cham nhat|muon nhat|tre nhat|khong qua|han chot|han cuoi|han|deadline|den het|trong vong|"
    r"noi trong)(?: .*)?"
)
"""Words of limitation that are hardly ever used but for a deadline, without diacritics."""
_COUNTED_UNTIL = re.compile(r"\btính(?: (?:đến|tới))?$|\b(?:lũy|luỹ) kế(?: (?:đến|tới))?$|\btinh (?:den|toi)$")
"""What stands before the closing date of figures ("tính đến 31/10"), in lower case."""
_MEETING = re.compile(r"\b(?:hop|phien hop(?: \w+){0,2}|hoi nghi(?: \w+){0,2}|giao ban) ?\($")
"""A meeting whose time follows in brackets."""
_AHEAD = re.compile(r"\b(?:nua|toi|trong)\b|^\d+ ?(?:h|g|:)\d")
_EVERY = re.compile(r"\b(?:mỗi|cứ)$")
_AT_ONCE = re.compile(r"(?:mot|1) lan\b(?! nua| cuoi)|/ ?(?:1 ?)?lan\b")
_ONCE = re.compile(rf"(?:(?!truoc\b|trong\b|roi\b)\w+ ){{0,4}}(?:{_AT_ONCE.pattern})")
_DAILY = re.compile(r"(?:hang|moi) (?:ngay|gio|sang|trua|chieu|toi|dem)\b")
"""An hour of every day is a routine; with a word of limitation ("trước 16h hằng ngày") its first is the deadline."""
_AT_LATEST = re.compile(r"\b(?:ngay|trong buoi)$")
"""What makes a day, or a part of it, a limit: "ngay tối nay"."""
_BE_THERE = re.compile(r"\bco mat$|\bbao cao\b.* tai (?:cuoc|phien|buoi)? ?(?:hop|hoi nghi|giao ban)$")
_AT_MOST = re.compile(r"\b(?:tối đa|toi da)$")
_TO_DO = re.compile(
    r"\b(?:bao cao|gui|nop|trinh|co mat|bo tri|yeu cau|ban giao)\b(?!.*\b(?:hop|le|hoi nghi|hoi thao|xay ra)\b)"
)
_OF_DAY = frozenset({"part", "today", "later", "later+part", "part+today"})
"""Values of `NamedTime.form` for a day near the message, or a part of it."""
_YESTERDAY = re.compile(r"(?:ngay )?hom (?:qua|truoc)\b")
_SINCE = re.compile(r"\b(?:kể từ|từ|ke tu)$")
_BEFELL = re.compile(r"\b(?:xay ra|dien ra|phat hien|ban hanh|nhan duoc|(?<!ket )qua|tre)$")
"""Words before a limit which then tells when something happened."""
_OLD_LIMIT = re.compile(r"\b(?:qua|het|da|tre|du)$")
_OVER = re.compile(r"\b(?:da|hom qua|hom truoc|vua|vua qua|qua|nam ngoai|gan day)\b")
_EXCLUDES = re.compile(r"truoc|trc")
_TOO_FAR = timedelta(days=250)
"""A date without a year that would lie further ahead than this means one in the past."""
_SENTENCE_END = re.compile(r"[.!?;\n]+(?:\s|$)")
_ORDERED = re.compile(
    r"\b(?:gui|nop|bao cao|xong|hoan thanh|hoan tat|trinh|tra loi|phai|giai trinh|giai quyet|khac phuc|xu ly|chot|"
    r"ban giao|quyet toan|thuc hien|lam|ra soat|gop y|cho y kien|tham muu|soan)\b"
)
"""Words of orders for which offices set a deadline, without diacritics."""
_FROM = re.compile(r"\b(?:tu|ke tu)\b")
_ACTS = re.compile(
    r"\b(?:gui|nop|bao cao|b/c|bc|bao|xong|hoan thanh|hoan tat|trinh|tra loi|phai|chot|co mat|giai quyet|xu ly|"
    r"tong hop|cho (?:toi|anh|chi|y kien)|dua|nhan|thuc hien|lam|tham muu|khac phuc|thong|don|ra soat|thu hoi|"
    r"nghiem thu|giao|cap|kiem tra|ky|ban giao|giai ngan|bo sung|cap nhat|dang ky|gop y|de nghi|yeu cau|han|thoi han|"
    r"tham dinh|ket luan)\b"
)
_HAPPENS = re.compile(
    r"\b(?:hop|hoi nghi|dien ra|le|chuong trinh|doan|khai mac|khai giang|nhiet do|mua|bao so|gio|tiep|di cong tac|"
    r"lam viec voi|toi di|anh di|chi di|len song|phat song|cat dien|moi|du|thoi tiet|dem qua|hom qua|sang nay da|da)\b"
)
