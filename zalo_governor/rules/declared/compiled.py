"""Compiles the `check:` of a rule into one function that tests a message, once, when the rules are loaded."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise

from zalo_governor.domain.people import Role
from zalo_governor.rules.base import Need
from zalo_governor.rules.declared.conditions import (
    AmountCondition,
    Answered,
    Condition,
    EmojiCondition,
    MarkMatch,
    MessageKind,
    WhenCondition,
    WhoCondition,
    WordsCondition,
)
from zalo_governor.rules.declared.facts import WORD, Facts
from zalo_governor.text.directives.times import workday
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

Found = list[tuple[int, int]]
"""Offsets [start, end), in the text as it was typed, of the words, emoji or links that met a condition."""
Test = Callable[[Facts, Found], bool]
ReadList = Callable[[str], Sequence[str]]
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def compile_condition(condition: Condition, read_list: ReadList) -> Test:
    """Return a function that tells whether a message meets the condition; the cheap parts are tested first.

    The function adds the offsets of what met the condition to its second argument. `read_list` returns the phrases of a
    word list by its file name.
    """
    tests = [*_of_message(condition), *_of_text(condition, read_list)]
    tests += [compile_condition(one, read_list) for one in condition.all_of]
    if condition.any_of:
        tests.append(_any([compile_condition(one, read_list) for one in condition.any_of]))
    if condition.not_of:
        denied = compile_condition(condition.not_of, read_list)
        tests.append(lambda facts, _found: not denied(facts, []))
    return tests[0] if len(tests) == 1 else lambda facts, found: all(test(facts, found) for test in tests)


def needs_of(condition: Condition) -> frozenset[Need]:
    """Return the facts that have to be looked up for a condition, such as when the sender joined the group."""
    who, amount = condition.who, condition.amount
    needs = {Need.POSITION} if who and who.agencies else set()
    needs |= {Need.JOINED} if who and who.newcomer_days else set()
    needs |= {Need.DIRECTIVE} if condition.to is Answered.DIRECTIVE else set()
    needs |= {Need.COUNT} if amount and amount.messages_at_least else set()
    inner = (*condition.all_of, *condition.any_of, *([condition.not_of] if condition.not_of else []))
    return frozenset(needs).union(*map(needs_of, inner))


def _any(tests: Sequence[Test]) -> Test:
    def test(facts: Facts, found: Found) -> bool:
        met = False
        for one in tests:  # All are tested, to collect the offsets of each that is met.
            own: Found = []
            if one(facts, own):
                found += own
                met = True
        return met

    return test


def _of_message(condition: Condition) -> Iterable[Test]:
    if kinds := frozenset(condition.kind):
        with_links = MessageKind.LINK in kinds
        yield lambda facts, _found: facts.kind in kinds or (with_links and bool(facts.links))
    if condition.to is Answered.DIRECTIVE:
        yield lambda facts, _found: facts.context.answers_directive
    if condition.to is Answered.QUOTE:
        yield lambda facts, _found: facts.event.quote is not None
    if types := frozenset(kind.lower() for kind in condition.file_types):
        yield lambda facts, _found: _extension(facts) in types
    if condition.who:
        yield _who(condition.who)
    if condition.when:
        yield _when(condition.when)
    if condition.amount:
        yield from _amount(condition.amount)


def _of_text(condition: Condition, read_list: ReadList) -> Iterable[Test]:
    if condition.emoji:
        yield _emoji(condition.emoji)
    if condition.link_hosts:
        yield _links(condition.link_hosts, inside=True)
    if condition.links_outside:
        yield _links(condition.links_outside, inside=False)
    if words := condition.words:
        phrases = (*(words.any_of or ()), *(read_list(words.file) if words.file else ()))
        if phrases:
            yield _Phrases(phrases, words.marks)
        if words.near:
            yield _near(words)


class _Phrases:
    """Test for phrases in a text; fast, as a phrase is searched for only in a text that has its longest word."""

    def __init__(self, phrases: Iterable[str], marks: MarkMatch) -> None:
        self._exact = marks is MarkMatch.EXACT
        by_sign: dict[str, list[str]] = {}
        for form in {_form(phrase, exact=self._exact) for phrase in phrases}:
            by_sign.setdefault(max(WORD.findall(fold(form)), key=len, default=""), []).append(_pattern(form))
        self._by_sign = {
            sign: re.compile(rf"(?<!\w)(?:{'|'.join(sorted(forms, key=len, reverse=True))})(?!\w)")
            for sign, forms in by_sign.items()
        }
        self._signs = frozenset(self._by_sign)

    def __call__(self, facts: Facts, found: Found) -> bool:
        spans = self.spans(facts)
        found += [facts.typed.span(*span) for span in spans]
        return bool(spans)

    def spans(self, facts: Facts) -> list[tuple[int, int]]:
        """Return the offsets [start, end) of the phrases in the folded text (small letters without diacritics)."""
        signs = self._signs & facts.words
        if not signs:
            return []
        text = facts.typed.text.lower() if self._exact else facts.folded
        # Only letters of other scripts can change the length when put into lower case.
        text = text if len(text) == len(facts.folded) else facts.typed.text
        return sorted(match.span() for sign in signs for match in self._by_sign[sign].finditer(text))


def _form(phrase: str, *, exact: bool) -> str:
    written = normalise(phrase.strip()).text
    return written.lower() if exact else fold(written)


def _pattern(form: str) -> str:
    """Return a regular expression that matches the phrase literally, with any blanks between its words."""
    return r"\s+".join(map(re.escape, form.split()))


def _near(words: WordsCondition) -> Test:
    near = words.near
    assert near is not None  # noqa: S101 - asked by the caller
    first, second = _Phrases(near.first, words.marks), _Phrases(near.second, words.marks)

    def test(facts: Facts, found: Found) -> bool:
        places = sorted([(span, 1) for span in first.spans(facts)] + [(span, 2) for span in second.spans(facts)])
        for (one, which), (other, whose) in pairwise(places):
            if (
                which != whose
                and one[1] <= other[0]
                and len(WORD.findall(facts.folded[one[1] : other[0]])) <= near.within
            ):
                found += [facts.typed.span(*one), facts.typed.span(*other)]
                return True
        return False

    return test


def _emoji(asked: EmojiCondition) -> Test:
    def test(facts: Facts, found: Found) -> bool:
        spans = facts.emoji
        if not spans or len(spans) < (asked.at_least or 0):
            return False
        length = len("".join(facts.event.text.split()))
        if asked.share_at_least and sum(end - start for start, end in spans) < asked.share_at_least * length:
            return False
        found += spans
        return True

    return test


def _links(sites: Sequence[str], *, inside: bool) -> Test:
    ends = tuple(f".{site.lower()}" for site in sites)

    def test(facts: Facts, found: Found) -> bool:
        places = [place for host, place in facts.links if f".{host}".endswith(ends) is inside]
        found += filter(None, places)
        return bool(places)

    return test


def _extension(facts: Facts) -> str:
    attachment = facts.event.attachment
    if attachment is None:
        return ""
    _, dot, end = attachment.title.rpartition(".")
    return attachment.extension or (end.lower() if dot else "")


def _who(asked: WhoCondition) -> Test:
    roles, agencies = frozenset(asked.roles), tuple(map(fold, asked.agencies))
    newest = timedelta(days=asked.newcomer_days) if asked.newcomer_days else None

    def test(facts: Facts, _found: Found) -> bool:
        context = facts.context
        held = context.sender.roles_in(facts.event.thread_id) if context.sender else ()
        if roles and roles.isdisjoint(held or {Role.MEMBER}):
            return False
        if agencies and not any(agency in fold(context.position) for agency in agencies):
            return False
        if newest is None:
            return True
        return context.joined_at is not None and facts.event.at - context.joined_at <= newest

    return test


def _when(asked: WhenCondition) -> Test:
    days = frozenset(map(_WEEKDAYS.index, asked.weekdays))
    is_workday = lru_cache(maxsize=8)(workday(skip_holidays=True)) if asked.workday is not None else None
    spans = [span.split("-") for span in asked.hours]

    def test(facts: Facts, _found: Found) -> bool:
        at = facts.at
        if days and at.weekday() not in days:
            return False
        if is_workday and is_workday(at.date()) is not asked.workday:
            return False
        now = f"{at.hour:02}:{at.minute:02}"
        return not spans or any(start <= now < end if start < end else not end <= now < start for start, end in spans)

    return test


def _amount(asked: AmountCondition) -> Iterable[Test]:
    if asked.characters_at_least or asked.characters_at_most:
        least, most = asked.characters_at_least or 1, asked.characters_at_most
        yield lambda facts, _found: least <= len(facts.event.text) <= (most or len(facts.event.text))
    if mentions := asked.mentions_at_least:
        yield lambda facts, _found: len(facts.event.mentions) >= mentions
    if messages := asked.messages_at_least:
        within = 60.0 * (asked.minutes or 0)
        yield lambda facts, _found: 1 + sum(ago <= within for ago in facts.context.sent_before) >= messages
