"""Finds which open directives a message or reaction of a member answers, and what it says."""

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from zalo_governor.domain.directives import (
    CODE_PREFIX,
    AnswerKind,
    AnswerWay,
    Assignee,
    Directive,
    DirectiveState,
    OwedDirective,
)
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.people import Person
from zalo_governor.features.directives.reading import ServiceReader
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

_MOST_OWED = 12
"""How many of a person's open directives, the newest, are compared with a message that names none of them."""
_MOST_TRIED = 4
"""How many of the directives that fit a message equally are tried; the kind of answer hardly depends on which."""
_RECEIPT_WITHIN = timedelta(days=1)
_RECEIPT_OF_MANY_WITHIN = timedelta(hours=2)
_ANSWER_WITHIN = timedelta(days=1)
"""Within these times after a directive, a message that shares no words with it may still be taken as its answer."""
_FEW = 5
"""If a directive has at most this number of addressees, their next messages are probably about it."""
_FITTING = 3
"""From this value of `shared_words` on, a message is taken for an answer to the directive by its words alone."""
_OWN_MATTER = 8
_SOME = 2
"""A report of at least `_OWN_MATTER` words is about something else if its `shared_words` are below `_SOME`."""
_ANSWERABLE = frozenset({DirectiveState.OPEN, DirectiveState.DONE, DirectiveState.DROPPED})
"""States in which answers are recorded; those to a dropped directive count if it is reopened."""


class Match(NamedTuple):
    """Which directive a message answers, for which addressees, and how that was recognised."""

    directive: Directive
    assignees: tuple[Assignee, ...]
    """The addressees for whom the sender answers."""
    kind: AnswerKind
    way: AnswerWay
    """How the directive was found: by its code, a quote, a mention of who gave it, or the words."""
    assumed: bool = False
    """Whether the match is a guess: the message may as well answer another open directive of the sender."""


class AnswerMatcher:
    """Matches messages with the directives that their senders have not answered yet."""

    def __init__(self, reader: ServiceReader) -> None:
        self._reader = reader

    def matches(self, uow: UnitOfWork, event: MessageSent, person: Person) -> list[Match]:
        """Return which directives the message answers.

        They are those whose codes (`CĐ12`) the message names; else the one that it quotes; else one given by a person
        whom it mentions; else the one with which it shares most words, or the newest not settled. A message that quotes
        another one, or mentions only other people, answers none.
        """
        text = _said(event)
        if cited := self._cited(uow, event, text):
            found = []
            for directive, part in cited:
                said = event.model_copy(update={"text": part}) if event.text and len(cited) > 1 else event
                found.append(self._matched(uow, directive, person, said, part, AnswerWay.CODE))
        else:
            found = [self._match_uncited(uow, event, person, text)]
        return [match for match in found if match is not None]

    def _match_uncited(self, uow: UnitOfWork, event: MessageSent, person: Person, text: str) -> Match | None:
        if event.quote is not None:
            directive = uow.directives.of_message(event.thread_id, event.quote.key)
            if directive is None:
                return None
            return self._matched(uow, directive, person, event, text, AnswerWay.QUOTE)
        if not text:
            return None
        known = uow.directives.owed_by(event.thread_id, person.id, _MOST_OWED)
        owed = [owes for owes in known if owes.directive.at <= event.at]
        mentioned = self._givers(uow, event, owed)
        if mentioned is not None:
            return self._best(mentioned, event, text, AnswerWay.MENTION)
        return None if event.mentions else self._best(owed, event, text, AnswerWay.FOLLOWING)

    def kind(self, event: MessageSent, directive_text: str) -> AnswerKind | None:
        """Return the kind of answer that the message is to a directive with that text; None if it is no answer."""
        text = event.text.strip()
        if not text and event.attachment is not None:
            return AnswerKind.RECEIVED if event.attachment.type in _SIGNS else AnswerKind.REPORTED
        if not text:
            return None
        kind = self._reader.answer(text, directive_text)
        if event.attachment and event.attachment.type in _FILES and kind in {None, AnswerKind.RECEIVED}:
            return AnswerKind.REPORTED
        return kind

    def _cited(self, uow: UnitOfWork, event: MessageSent, text: str) -> list[tuple[Directive, str]]:
        """Return the directives whose codes the text names, each once, and what the text says of each."""
        cited: dict[int, tuple[Directive, str]] = {}
        for number, part in _by_code(text):
            directive = uow.directives.get(number)
            if directive is not None and directive.group_id == event.thread_id:
                cited.setdefault(number, (directive, part))
        return list(cited.values())

    def _matched(
        self, uow: UnitOfWork, directive: Directive, person: Person, event: MessageSent, text: str, way: AnswerWay
    ) -> Match | None:
        own = [one for one in uow.directives.assignees(directive.id) if person.id in one.person_ids and not one.removed]
        kind = self.kind(event, directive.text) if own and directive.state in _ANSWERABLE else None
        return Match(directive, _concerned(directive, own, text, kind), kind, way) if kind else None

    def _givers(self, uow: UnitOfWork, event: MessageSent, owed: Sequence[OwedDirective]) -> list[OwedDirective] | None:
        """Return the directives given by somebody whom the message mentions; None if there are none."""
        people = [uow.people.find_or_create(event.account, mention.uid) for mention in event.mentions]
        numbers = {person.id for person in people if person}
        return [owes for owes in owed if owes.directive.given_by in numbers] or None

    def _best(self, owed: Sequence[OwedDirective], event: MessageSent, text: str, way: AnswerWay) -> Match | None:
        """Return the match with the directive that shares most words with the message, else the newest not settled."""
        scores = [shared_words(text, _matter(owes.directive)) for owes in owed]
        best = max(scores, default=0)
        fits = best >= _FITTING
        candidates = [
            owes
            for owes, score in zip(owed, scores, strict=True)
            if (score == best if fits else any(not one.settled for one in owes.assignees))
        ]
        for owes in candidates[:_MOST_TRIED]:
            kind = self.kind(event, owes.directive.text)
            rivals = [other for other in candidates if any(one.silent or not one.settled for one in other.assignees)]
            if kind is None or not _is_plausible(owes, event, kind, way, fits=fits, alone=len(rivals) < 2):
                continue
            concerned = _concerned(owes.directive, owes.assignees, text, kind)
            return Match(owes.directive, concerned, kind, way, assumed=len(rivals) > 1)
        return None


def _is_plausible(
    owes: OwedDirective, event: MessageSent, kind: AnswerKind, way: AnswerWay, *, fits: bool, alone: bool
) -> bool:
    """Return whether a message that quotes nothing may be taken as that kind of answer to that directive.

    A second "rõ" (received) answers another directive, or none. A report that shares no words with an order to many
    addressees, or with any of several orders, is no answer to them.

    Args:
        owes: the directive.
        event: the message.
        kind: what it says.
        way: how the directive was found.
        fits: whether the message shares enough words with the directive.
        alone: whether the sender owes an answer to no other directive that the message fits as well.
    """
    age, to_few = event.at - owes.directive.at, owes.addressees <= _FEW
    if kind is AnswerKind.RECEIVED:
        within = _RECEIPT_WITHIN if to_few or way is AnswerWay.MENTION else _RECEIPT_OF_MANY_WITHIN
        return age <= within and any(one.silent for one in owes.assignees)
    if fits or way is AnswerWay.MENTION:
        return True
    # Numbers of documents and hours are often equal to those in a directive by chance.
    said = _NUMBER.sub(" ", _said(event))
    own_matter = len(_tokens(said)) >= _OWN_MATTER and shared_words(said, _matter(owes.directive)) < _SOME
    return alone and to_few and age <= _ANSWER_WITHIN and not event.attachment and not own_matter


def _matter(directive: Directive) -> str:
    """Return the text of a directive without its addressees' names, which occur in their answers to others too."""
    text = directive.text
    for item in directive.items:
        for name in item.names:
            text = text.replace(name, " ")
    return text


def shared_words(reply: str, directive: str) -> int:
    """Return how much two texts share: 2 for each pair of neighbouring words, 1 for each number or uncommon word."""
    mine, theirs = _tokens(reply), _tokens(directive)
    pairs = set(pairwise(mine)) & set(pairwise(theirs))
    telling = [pair for pair in pairs if not (pair[0] in _COMMON and pair[1] in _COMMON)]
    words = {word for word in set(mine) & set(theirs) if word not in _COMMON and (len(word) > 2 or word.isdigit())}
    return 2 * len(telling) + len(words)


def _concerned(
    directive: Directive, own: Sequence[Assignee], text: str, kind: AnswerKind | None
) -> tuple[Assignee, ...]:
    """Return those addressees in `own` (the sender's) that the answer is about: all, unless it fits one item better.

    A directive has no items if its text was removed, as the person who gave it was erased.
    """
    if kind is AnswerKind.RECEIVED or not directive.items or len({one.item for one in own}) < 2:
        return tuple(own)
    scores = {one.item: shared_words(text, directive.items[one.item].text) for one in own}
    best = max(scores.values())
    return tuple(one for one in own if scores[one.item] == best)


def _by_code(text: str) -> list[tuple[int, str]]:
    """Return (number, text about it) for each code of a directive in the text.

    If a code begins the text, or a colon follows the last code, the text about a code is what follows it; codes in a
    row ("CĐ1, CĐ2: đã xong") share it. Otherwise it is the whole text.
    """
    codes = list(_CODE.finditer(text))
    if not codes or (_WORD.search(text[: codes[0].start()]) and text[codes[-1].end() :].lstrip()[:1] != ":"):
        return [(int(code[1]), text) for code in codes]
    found, part = [], text
    for code, end in reversed(list(zip(codes, [*(code.start() for code in codes[1:]), len(text)], strict=True))):
        own = text[code.end() : end]
        part = part if _JOINT.fullmatch(own) else own
        found.append((int(code[1]), part))
    return found[::-1]


def cites_directive(text: str) -> bool:
    """Return whether a text as it was typed may name the code of a directive (`CĐ12`)."""
    # Called for each message of a group; this first check takes a tenth of the time of the expression.
    may = "CĐ" in text or "cđ" in text or "CD" in text or "cd" in text
    return may and _CODE.search(text) is not None


def _said(event: MessageSent) -> str:
    """Return the text of a message, or the caption or file name of its attachment."""
    said = event.text or (event.attachment.title if event.attachment else "")
    return normalise(said).text.strip()


def _tokens(text: str) -> list[str]:
    """Return the words and numbers of a text without its dates and hours, which any other message may contain too."""
    return _WORD.findall(_TIME.sub(" ", fold(normalise(text).text)))


_FILES = frozenset({"share.file"})
_SIGNS = frozenset({"chat.sticker", "chat.gif"})
"""Types of messages that, like a reaction, only confirm receipt."""
_CODE = re.compile(rf"(?<!\w)(?:{CODE_PREFIX}|CD|cđ|cd)\s?0*([1-9]\d{{0,8}})(?!\w)")
_JOINT = re.compile(r"\W*(?:và|va|với|voi|cùng|cung)?\W*")
"""What stands between the codes of a list."""
_WORD = re.compile(r"\w+")
_TIME = re.compile(r"\b\d{1,2}(?:[/-]\d{1,2}(?:[/-]\d{2,4})?|\s?(?:h|gio)\s?\d{0,2})(?![\w/])")
_NUMBER = re.compile(r"\d+")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "bao cao cac don vi dong chi so ubnd xa phuong tinh truoc ngay gio thang nam trong cho cua theo thuc hien "
        "gui ve de nghi yeu cau khan truong duoc khong nay tren hom mai va la co da se dang em toi anh xin kinh "
        "thua ro nhan xong roi viec phong ban nganh voi cung nhu khi neu thi den tu vao ra len lam can phai giao "
        "chu tich giam doc hoi tong hop noi dung hinh ket qua trien khai lap tuc nhe a ca hai mot ba "
        "kiem tra soat xu ly ",
    )
)
"""Syllables that most directives and answers share, without diacritics."""
