"""Finds directives by a question in free wording: by the addressee that it names, and by words of the directive."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from zalo_governor.domain.directives import Assignee, Directive, DirectiveState
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.text.agency_names import is_called_in, likeness_in
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

_LOOKED_AT = timedelta(days=90)
_VALID = frozenset({DirectiveState.OPEN, DirectiveState.DONE})
ENDED = {
    "xong": frozenset({DirectiveState.DONE}),
    "bo": frozenset({DirectiveState.DROPPED, DirectiveState.WITHDRAWN}),
}
"""What is typed to see directives that are no longer followed -> their states."""
_NAMED, _PAIR, _RARE = 4, 2, 2
"""Points of a directive for an addressee that is named, two words in a row, a word that no other directive has."""
_LEAST, _LONG = 2, 4


def find_directives(uow: UnitOfWork, group_ids: Iterable[str], words: str, now: datetime) -> list[Directive]:
    """Return the directives of the last 90 days that fit the words best, open ones first; [] if none fits.

    If the words only name an addressee, these are all of its directives that still await its answer; if none does,
    all of its directives.
    """
    given = [
        (directive, [one for one in asked if not one.removed])
        for group_id in group_ids
        for directive, asked in uow.directives.given(group_id, now - _LOOKED_AT, now + timedelta(days=1))
        if directive.state in _VALID
    ]
    texts = [_tokens(directive.text) for directive, _ in given]
    often = Counter(token for text in texts for token in set(text))
    named = _named(uow, words, [one for _, asked in given for one in asked])
    scored = [
        (_fit(_tokens(words), text, often) + _NAMED * any(one.name in named for one in asked), directive, asked)
        for text, (directive, asked) in zip(texts, given, strict=True)
    ]
    best = max((score for score, _, _ in scored), default=0)
    fitting = [(directive, asked) for score, directive, asked in scored if score == best >= _LEAST]
    left = [one for one, asked in fitting if any(not of.settled for of in asked if not named or of.name in named)]
    return sorted(left or [one for one, _ in fitting], key=lambda one: (not one.open, -one.id))


def find_ended(uow: UnitOfWork, group_ids: Iterable[str], how: str, now: datetime) -> list[Directive]:
    """Return the directives given within 90 days that ended as `how` says (a key of `ENDED`), the last ended first."""
    given = [one for group_id in group_ids for one, _ in uow.directives.given(group_id, now - _LOOKED_AT, now)]
    return sorted((one for one in given if one.state in ENDED[how]), key=lambda one: one.changed_at, reverse=True)


def _named(uow: UnitOfWork, words: str, assignees: Iterable[Assignee]) -> set[str]:
    """Return the names of the addressees that the words name, or one of whose people they name."""
    people: dict[str, set[str]] = {}
    for one in assignees:
        people.setdefault(one.name, {one.name}).update(uow.people.get(number).full_name for number in one.person_ids)
    alike = {name: likeness_in(words, name) for name in people}
    best = max(alike.values(), default=0) or None
    called = {name for name, others in people.items() if any(is_called_in(words, other) for other in others)}
    return called or {name for name, score in alike.items() if score == best}


def _fit(told: Sequence[str], text: Sequence[str], often: Counter[str]) -> int:
    pairs = {pair for pair in pairwise(told) if not _COMMON.issuperset(pair)} & set(pairwise(text))
    single = set(told).intersection(text) - _COMMON
    return _PAIR * len(pairs) + sum(_RARE if often[one] == 1 and len(one) >= _LONG else 1 for one in single)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", fold(normalise(text).text))


_COMMON = frozenset(
    """
    a ai anh ay ba bac ban bao bc ben biet bo bot cac cai can cao chi chi cho chua chuyen co con cua cung da dau day de
    den di do don dong duoc em ghi gi giao gui ha han hay hien hoi hom hon hong ket khai khong kia la lai lam len lenh
    loi may minh mo moi mot nao nay ne nghe nha nhe nhiem nhieu nhu nhung no noi nop o ong phan qua ra rang roi sao sau
    se so ta tai tham the thi thuc thu tien tinh toi tra trien trong truoc tu tui va van vay ve vi viec voi vu vua xem
    xin xong y yeu
    """.split()  # noqa: SIM905  a list of words is read more easily so
)
"""Words without diacritics that are in most questions or most directives."""
