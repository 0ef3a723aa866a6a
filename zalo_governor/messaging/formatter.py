"""Formatting of messages to people: how they name people, groups, clauses, case states, dates and numbers."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from zalo_governor.domain.cases import UNCHECKED, Case, CaseState
from zalo_governor.domain.clock import local, minutes_of
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.people import NOBODY_UID, Group, Person, Standing
from zalo_governor.domain.regulation import ClauseTopic, Regulation, citation_of
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.shortening import Shortenable, shortest
from zalo_governor.messaging.templates import TextId

_STATES = {state: TextId(f"state_{state.value}") for state in CaseState}
_GRAVITY = {
    Severity.CRITICAL: TextId("gravity_critical"),
    Severity.MAJOR: TextId("gravity_major"),
    Severity.TRIAGE: TextId("gravity_suspect"),
    Severity.SUSPECT: TextId("gravity_suspect"),
    Severity.MINOR: TextId("gravity_minor"),
}
_NOTES = {Standing.OUTSIDE: TextId("note_outside"), Standing.UNMATCHED: TextId("note_unmatched")}
_SIGNS = {
    "no_diacritics": TextId("sign_no_marks"),
    "partial": TextId("sign_missing_marks"),
    "legacy": TextId("sign_legacy"),
}
"""Label of a finding on missing diacritics (clause 3.1) -> text for what is wrong with the writing."""
_TOPICS_OF_CHANGES = frozenset({ClauseTopic.GROUP_CHANGES, ClauseTopic.NAMES})
"""Topics of the cases whose events are changes of a name or of the group, not messages."""
_NAME_LENGTH = 60
_GROUP_PREFIX = "nhóm "
_EXCESS_MARKS = re.compile("(?<=[\u0300-\u036f]{2})[\u0300-\u036f]+")
"""Combining diacritics beyond the second on one letter: no name needs them, and many of them hide the line above."""
_VARIATION_SELECTORS = "\ufe0e\ufe0f"


class MessageFormatter:
    """Renderer of message templates, and of the texts with which messages name people, groups, clauses and cases."""

    def __init__(self, catalogue: Catalogue, regulation: Regulation) -> None:
        self._catalogue = catalogue
        self.render = catalogue.render
        """Returns the text of a message with its fields filled in."""
        self.regulation = regulation

    def render_for(self, person: Person, text: TextId, **fields: object) -> str:
        """Return the text of a message to the person, whose name is put into the field `who` if the message has it.

        Outsiders are addressed as Sir/Madam instead of `đồng chí` (comrade).
        """
        if "who" in self._catalogue.template(text).fields:
            fields["who"] = self.address(person)
        if person.standing is Standing.OUTSIDE:
            return self._catalogue.say_to_anybody(text, **fields)
        return self.render(text, **fields)

    def who(self, person: Person) -> str:
        """Return how messages name the person to others: `đồng chí Nguyễn Văn A (Giám đốc)` (comrade, name, title).

        A person not identified by roster or settings is named by the account's display name, with a note saying so. A
        warning follows if the account shows the name of another person on the roster.
        """
        if person.uid == NOBODY_UID:
            return self.render(TextId("who_nobody"))
        name, warning = self._name_and_title(person), self._namesake_warning(person)
        return joined(name, warning) if warning else name

    def account_of(self, person: Person) -> str:
        """Return how messages name the person's account, as it is unclear who used it: `tài khoản của đồng chí …`."""
        who = self.who(person)
        if not person.identified:
            return who
        texts = (who, shortest(who))
        return Shortenable(*(self.render(TextId("whose_account"), who=str(text)) for text in texts))

    def namesake(self, person: Person) -> str:
        """Return the name of the known person whose name the account of `person` shows; "" if there is none."""
        if person.namesake is None:
            return ""
        other = Person(id=0, uid="", full_name=person.namesake.full_name, title=person.namesake.title)
        return str(self._name_and_title(other))

    def address(self, person: Person) -> str:
        """Return how a message addresses its recipient: name and title, or `chủ tài khoản "X"` (owner of account X)."""
        if person.identified:
            return self._name_and_title(person)
        name = plain(person.display_name)
        return self.render(TextId("to_account"), name=name) if name else self.render(TextId("to_unnamed"))

    def named(self, person: Person) -> str:
        """Return the person's name for a list or table, as a `Shortenable`: with the title in brackets, or without.

        A person not identified by roster or settings is named as by `who`.
        """
        if not person.identified:
            return self.who(person)
        name = plain(person.full_name or person.display_name) or self.render(TextId("who_unknown"))
        warning = self._namesake_warning(person)
        return Shortenable(name + self.in_brackets(person.title or "") + warning, name + warning)

    def _name_and_title(self, person: Person) -> str:
        if person.identified:
            name = person.full_name or plain(person.display_name)
            if not name:
                return self.render(TextId("who_unknown"))
            short = self.render(TextId("who"), name=name)
            if not person.title:
                return short
            return Shortenable(self.render(TextId("who_with_title"), name=name, title=person.title), short)
        name = plain(person.display_name) or person.full_name
        note = self.render(_NOTES[person.standing]) if person.standing in _NOTES else ""
        if not name:
            return self.render(TextId("who_unnamed"), note=note)
        short = self.render(TextId("who_account"), name=name, note="")
        return Shortenable(self.render(TextId("who_account"), name=name, note=note), short)

    def _namesake_warning(self, person: Person) -> str:
        if person.namesake is None:
            return ""
        text = TextId("namesake_same") if person.namesake.same else TextId("namesake_alike")
        return self.render(text, who=self.namesake(person))

    def group(self, group: Group) -> str:
        """Return how messages name the group: as `nhóm` (group) and its name, or its id if it has no name.

        If the name itself begins with `nhóm`, the word is not repeated.
        """
        name = plain(group.name)
        if not name:
            return self.render(TextId("group_unnamed"), id=group.id)
        if name.lower().startswith(_GROUP_PREFIX):
            name = name[len(_GROUP_PREFIX) :]
        return Shortenable(self.render(TextId("group"), name=name), self.render(TextId("group"), name="").strip())

    def state(self, state: CaseState) -> str:
        """Return the text for a case state, such as `đã nhắc` (reminded)."""
        return self.render(_STATES[state])

    def state_of(self, case: Case) -> str:
        """Return the text for the state of a case; a recall alone does not remedy a suspected state secret."""
        if case.secret and case.state is CaseState.REMEDIED:
            return self.render(TextId("state_taken_back"))
        return self.state(case.state)

    def clause_number(self, topic: ClauseTopic) -> str:
        """Return the number of the regulation's clause on that topic, such as `4.1`; "" if there is none."""
        return self.regulation.number_of(topic)

    def citation_of(self, topic: ClauseTopic) -> str:
        """Return the citation (see `citation`) of the regulation's clause on that topic."""
        return self.citation(self.clause_number(topic))

    def citation(self, number: str) -> str:
        """Return how to cite clause `number`: `khoản 1 Điều 4 Quy chế` (Article 4, clause 1); a fallback if unknown."""
        clause = self.regulation.find(number)
        return clause.citation if clause else citation_of(number)

    def places(self, *topics: ClauseTopic) -> str:
        """Return how to cite the clauses on these topics: `khoản 1, khoản 4 Điều 4`; "" if there are none."""
        cited = [self.citation(number).removesuffix(" Quy chế") for number in self.regulation.numbers_of(*topics)]
        articles = [one.partition(" Điều ")[2] for one in cited]
        return ", ".join(
            one.partition(" Điều ")[0] if article and articles[at + 1 : at + 2] == [article] else one
            for at, (one, article) in enumerate(zip(cited, articles, strict=True))
        )

    def lasted(self, duration: timedelta) -> str:
        """Return how long something took: `dưới 1 phút` (below a minute), `2 giờ 5 phút`; from a day on no minutes."""
        if duration < timedelta(minutes=1):
            return self.render(TextId("length_below_minute"))
        hours, minutes = divmod(minutes_of(duration), 60)
        days, hours = divmod(hours, 24)
        parts = [(TextId("length_days"), days), (TextId("length_hours"), hours)]
        if not days:
            parts.append((TextId("length_minutes"), minutes))
        return " ".join(self.render(text, count=number(count)) for text, count in parts if count)

    def in_brackets(self, said: str) -> str:
        """Return the text in brackets with a blank before them; "" for no text."""
        return self.render(TextId("in_brackets"), said=said) if said else ""

    def named_clause(self, number: str) -> str:
        """Return a clause by name and number: `Bí mật nhà nước (khoản 1 Điều 4)`; a fallback if unknown."""
        clause = self.regulation.find(number)
        return clause.named if clause else citation_of(number)

    def clause(self, number: str) -> str:
        """Return the summary of a clause, without its full stop; a fallback text if the clause is unknown."""
        clause = self.regulation.find(number)
        return clause.summary.rstrip(". ") if clause else citation_of(number)

    def cited(self, case: Case, *, within: bool = False) -> str:
        """Return the citation of the case's clause; if sealed, with the remark that a state secret is suspected.

        The remark is in brackets, but after a comma if the citation itself is `within` brackets.
        """
        citation = self.citation(case.clause)
        if not case.sealed or case.label == UNCHECKED:
            return citation
        return self.render(TextId("cited_secret_within") if within else TextId("cited_secret"), citation=citation)

    def head(self, case: Case) -> str:
        """Return the first words of an alert, which a locked phone shows: the severity of the case, and its subject."""
        if case.label == UNCHECKED:
            return self.render(TextId("alert_head_unchecked"))
        return self.head_of(case.clause, case.gravity)

    def head_of(self, clause: str, gravity: Severity) -> str:
        """Return the first words of an alert about the clause of that number, such as `KHẨN, bí mật nhà nước`."""
        known = self.regulation.find(clause)
        name = known.name if known else ""
        matter = name[:1].lower() + name[1:] if name else self.citation(clause)
        return self.render(TextId("alert_head"), gravity=self.render(_GRAVITY[gravity]), matter=matter)

    def codes(self, cases: Sequence[Case]) -> str:
        """Return a text with the code of the first case, and how many others there are."""
        others = len(cases) - 1
        more = self.render(TextId("summary_codes_more"), count=number(others)) if others else ""
        return f"{cases[0].code}{more}"

    def missed(self, codes: Sequence[str]) -> str:
        """Return words on the directives, given by `codes`, whose deadline had passed when it was set; "" if none."""
        named = ", ".join([*codes[:3], *("…" for _ in codes[3:4])])
        return self.render(TextId("ledger_missed"), count=number(len(codes)), codes=named) if codes else ""

    def sign(self, case: Case) -> str:
        """Return a short text on what the case is about.

        If diacritics are wrong: in which way. Otherwise: the summary of the clause of the regulation.
        """
        text = _SIGNS.get(case.label)
        return self.render(text) if text else self.clause(case.clause)

    def place(self, place: str) -> str:
        """Return the words for the place, typed by an admin, where something happened; for "", that none is known."""
        if not place:
            return self.render(TextId("noted_nowhere"))
        return Shortenable(*(self.render(TextId("noted_place"), place=said) for said in (place, one_line(place, 40))))

    def times(self, case: Case) -> str:
        """Return the number of the case's events as `; gồm 3 tin` ("; 3 messages"), or "" if it has only one."""
        if case.count == 1:
            return ""
        changes = self.regulation.topic_of(case.clause) in _TOPICS_OF_CHANGES
        text = TextId("case_times_changes") if changes else TextId("case_times")
        return self.render(text, count=number(case.count))


def gone(
    voice: MessageFormatter, at: datetime, by: Person | None, *, author_id: int, deleted: bool, account: str
) -> str:
    """Return a text saying when and by whom a message was removed: deleted for everybody if `deleted`, else recalled.

    `by` is the person who did it (None: unknown), `author_id` the person who wrote the message; `account` is the uid of
    the bot account.
    """
    if by and by.uid == account:
        who = voice.render(TextId("gone_by_own"))
    elif by and by.id == author_id:
        who = voice.render(TextId("gone_by_author"))
    else:
        who = voice.who(by) if by else voice.render(TextId("gone_by_unknown"))
    return voice.render(TextId("gone_deleted") if deleted else TextId("gone_recalled"), who=who, when=moment(at))


def moment(at: datetime) -> str:
    """Return time and date in Viet Nam's time zone, as letters write them: `14:05 24/11/2026`."""
    return f"{local(at):%H:%M %d/%m/%Y}"


def day(at: datetime) -> str:
    """Return the date in Viet Nam's time zone: `24/11/2026`."""
    return f"{local(at):%d/%m/%Y}"


def number(value: int) -> str:
    """Return the number with dots between thousands: `1.234.567`."""
    return f"{value:,}".replace(",", ".")


def size_in_words(size: int) -> str:
    """Return a size in bytes as people read it, with a decimal comma: `1,4 MB`, `320 KB`."""
    if size >= 1 << 20:
        return f"{size / (1 << 20):.1f} MB".replace(".", ",")
    return f"{number(max(round(size / (1 << 10)), 1))} KB" if size else "0 KB"


def brief(at: datetime) -> str:
    """Return time and day in Viet Nam without the year, for short messages: `14:05 24/11`."""
    return f"{local(at):%H:%M %d/%m}"


def time_or_brief(at: datetime, now: datetime) -> str:
    """Return the time of day in Viet Nam (`14:05`) if `at` is on the day of `now`, else time and day as `brief`."""
    return f"{local(at):%H:%M}" if local(at).date() == local(now).date() else brief(at)


def joined(*texts: str) -> str:
    """Return the texts one after another, as a `Shortenable` whose shorter form joins their shorter forms."""
    return Shortenable("".join(texts), "".join(map(shortest, texts)))


def listed(texts: Iterable[str], between: str = ", ") -> str:
    """Return the texts joined by `between`, as a `Shortenable` whose shorter form joins their shorter forms."""
    named = list(texts)
    return Shortenable(between.join(named), between.join(map(shortest, named)))


def one_line(text: str, limit: int) -> str:
    """Return the text on one line without unprintable characters; if longer than `limit`, cut and ended with "…"."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def plain(text: str, limit: int = _NAME_LENGTH) -> str:
    """Clean a text typed by a member: one line of letters, digits and punctuation, at most `limit` characters.

    A longer text ends with "…" after its last whole word. Cleaning keeps a display name from passing for a part of the
    bot's message by emoji, line breaks or many diacritics.
    """
    kept = "".join(letter if _is_allowed(letter) else " " for letter in unicodedata.normalize("NFC", text[: 4 * limit]))
    line = _EXCESS_MARKS.sub("", " ".join(kept.split()))
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    return (cut if line[limit - 1] == " " else cut.rpartition(" ")[0] or cut).rstrip() + "…"


def _is_allowed(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category[0] == "P":
        return letter not in "!！‼⁉¡"
    return category[0] in "LN" or letter in "+=" or (category in {"Mn", "Mc"} and letter not in _VARIATION_SELECTORS)
