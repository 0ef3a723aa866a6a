"""How the program calls people, groups, clauses, states and moments."""

import re
import unicodedata
from datetime import datetime

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import local
from zalo_governor.domain.people import NOBODY_UID, Person, Standing
from zalo_governor.domain.regulation import ClauseTopic, Regulation
from zalo_governor.pipeline.secret_gate import UNCHECKED
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import Group

_STATES = {
    CaseState.NEW: MessageId.STATE_NEW,
    CaseState.REMINDED: MessageId.STATE_REMINDED,
    CaseState.REMEDIED: MessageId.STATE_REMEDIED,
    CaseState.CONFIRMED: MessageId.STATE_CONFIRMED,
    CaseState.REFERRED: MessageId.STATE_REFERRED,
    CaseState.FALSE_ALARM: MessageId.STATE_FALSE_ALARM,
    CaseState.UNDER_REVIEW: MessageId.STATE_UNDER_REVIEW,
    CaseState.REPORTED: MessageId.STATE_REPORTED,
    CaseState.APPROVED: MessageId.STATE_APPROVED,
}
_NOTES = {Standing.OUTSIDE: MessageId.NOTE_OUTSIDE, Standing.UNMATCHED: MessageId.NOTE_UNMATCHED}
_SIGNS = {
    "no_diacritics": MessageId.SIGN_NO_MARKS,
    "partial": MessageId.SIGN_MISSING_MARKS,
    "legacy": MessageId.SIGN_LEGACY,
}
"""By the finding's label (clause 3.1)."""
_NAME_LENGTH = 60
_GROUP_PREFIX = "nhóm "
_HEAPED = re.compile("(?<=[\u0300-\u036f]{2})[\u0300-\u036f]+")
"""Marks beyond the second on one letter: no name needs them, and a heap of them covers the lines above."""
_VARIATION_SELECTORS = "\ufe0e\ufe0f"


class MessageFormatter:
    """The catalogue together with the regulation."""

    def __init__(self, catalogue: Catalogue, regulation: Regulation) -> None:
        self._catalogue = catalogue
        self.regulation = regulation

    def render(self, text: MessageId, **fields: object) -> str:
        """See `Catalogue.say`."""
        return self._catalogue.render(text, **fields)

    def render_for(self, person: Person, text: MessageId, **fields: object) -> str:
        """What the person reads, who is the text's `who`; outside of the roster, in words for anybody."""
        if "who" in text.fields:
            fields["who"] = self.address(person)
        if person.standing is Standing.OUTSIDE:
            return self._catalogue.say_to_anybody(text, **fields)
        return self.render(text, **fields)

    def who(self, person: Person) -> str:
        """`đồng chí Nguyễn Văn A (Giám đốc Sở B)`; of whom only Zalo tells, the account, cleaned of signs, and what is
        known of it. Where the account shows the name of somebody else, that is said.
        """
        if person.uid == NOBODY_UID:
            return self.render(MessageId.WHO_NOBODY)
        return self._called(person) + self._warning(person)

    def address(self, person: Person) -> str:
        """The person as a letter begins: `đồng chí Nguyễn Văn A (Giám đốc Sở B)`, `chủ tài khoản "Bố Gấu"`."""
        if person.identified:
            return self._called(person)
        name = plain(person.display_name)
        return self.render(MessageId.TO_ACCOUNT, name=name) if name else self.render(MessageId.TO_UNNAMED)

    def named(self, person: Person) -> str:
        """For a cell of a table: the name alone of whoever is identified, else as `who`."""
        if not person.identified:
            return self.who(person)
        name = plain(person.full_name or person.display_name) or self.render(MessageId.WHO_UNKNOWN)
        return name + self._warning(person)

    def _called(self, person: Person) -> str:
        if person.identified:
            name = person.full_name or plain(person.display_name)
            if name and person.title:
                return self.render(MessageId.WHO_WITH_TITLE, name=name, title=person.title)
            return self.render(MessageId.WHO, name=name) if name else self.render(MessageId.WHO_UNKNOWN)
        name = plain(person.display_name) or person.full_name
        note = self.render(_NOTES[person.standing]) if person.standing in _NOTES else ""
        return (
            self.render(MessageId.WHO_ACCOUNT, name=name, note=note)
            if name
            else self.render(MessageId.WHO_UNNAMED, note=note)
        )

    def _warning(self, person: Person) -> str:
        if person.namesake is None:
            return ""
        other = Person(id=0, uid="", full_name=person.namesake.full_name, title=person.namesake.title)
        return self.render(
            MessageId.NAMESAKE_SAME if person.namesake.same else MessageId.NAMESAKE_ALIKE, who=self._called(other)
        )

    def group(self, group: Group) -> str:
        """`Nhóm Zalo điều hành tỉnh Mẫu`."""
        name = plain(group.name)
        if not name:
            return self.render(MessageId.GROUP_UNNAMED, id=group.id)
        if name.lower().startswith(_GROUP_PREFIX):
            name = name[len(_GROUP_PREFIX) :]
        return self.render(MessageId.GROUP, name=name)

    def state(self, state: CaseState) -> str:
        """As people read it: `đã nhắc`."""
        return self.render(_STATES[state])

    def clause_number(self, topic: ClauseTopic) -> str:
        """The number of the clause on that topic; "" where the regulation names none."""
        return self.regulation.number_of(topic)

    def citation_of(self, topic: ClauseTopic) -> str:
        """The clause on that topic as people cite it."""
        return self.citation(self.clause_number(topic))

    def citation(self, number: str) -> str:
        """`khoản 1 Điều 4 Quy chế`, also for a clause that the regulation no longer has."""
        try:
            return self.regulation.clause(number).citation
        except KeyError:
            return self.render(MessageId.CLAUSE_UNKNOWN, number=number)

    def clause(self, number: str) -> str:
        """The summary of the clause, without its full stop."""
        try:
            return self.regulation.clause(number).summary.rstrip(". ")
        except KeyError:
            return self.render(MessageId.CLAUSE_UNKNOWN, number=number)

    def cited(self, case: Case) -> str:
        """The citation of its clause; where it may be about a secret, with that word, and never with a level."""
        citation = self.citation(case.clause)
        return (
            self.render(MessageId.CITED_SECRET, citation=citation)
            if case.sealed and case.label != UNCHECKED
            else citation
        )

    def sign(self, case: Case) -> str:
        """What the case is a sign of, in few words: of writing, what is wrong with it; else the clause in short."""
        text = _SIGNS.get(case.label)
        return self.render(text) if text else self.clause(case.clause)

    def times(self, case: Case) -> str:
        """`, 3 lần` for a case that repeats joined, else nothing."""
        return self.render(MessageId.CASE_TIMES, count=case.count) if case.count > 1 else ""


def gone(voice: MessageFormatter, at: datetime, by: Person | None, *, deleted: bool, account: str) -> str:
    """`đã được thu hồi lúc … (người thu hồi: …)`, or deleted in the same way; `account` is the bot's own uid."""
    if by and by.uid == account:
        who = voice.render(MessageId.GONE_BY_OWN)
    else:
        who = voice.who(by) if by else voice.render(MessageId.GONE_BY_UNKNOWN)
    return voice.render(MessageId.GONE_DELETED if deleted else MessageId.GONE_RECALLED, who=who, when=moment(at))


def moment(at: datetime) -> str:
    """`24/11/2026 14:05`, on the wall clock of Viet Nam."""
    return f"{local(at):%d/%m/%Y %H:%M}"


def day(at: datetime) -> str:
    """`24/11/2026`, on the calendar of Viet Nam."""
    return f"{local(at):%d/%m/%Y}"


def number(value: int) -> str:
    """`1.234.567`."""
    return f"{value:,}".replace(",", ".")


def plain(text: str, limit: int = _NAME_LENGTH) -> str:
    """One line of letters, digits and punctuation of what a member typed, so that no name can dress up a message."""
    kept = "".join(letter if _spoken(letter) else " " for letter in unicodedata.normalize("NFC", text[: 4 * limit]))
    line = _HEAPED.sub("", " ".join(kept.split()))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _spoken(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category[0] == "P":
        return letter not in "!！‼⁉¡"
    return category[0] in "LN" or letter in "+=" or (category in {"Mn", "Mc"} and letter not in _VARIATION_SELECTORS)
