"""Model of the group's regulation (Quy chế): its clauses, and how the program enforces each of them."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Enforcement(StrEnum):
    """How the program enforces a clause."""

    RULE = "rule"
    """Rules find breaches."""
    COMMAND = "command"
    """Chat commands do what the clause demands."""
    REPORT = "report"
    """Reports contain what the clause demands."""
    ROLE = "role"
    """Roles decide who may do what."""
    NOT_VISIBLE = "not_visible"
    """Not at all, as breaches are not visible in Zalo's data: reports say so, and what people can do instead."""


class ClauseTopic(StrEnum):
    """Topic of a clause. Code finds a clause by its topic, as clause numbers differ between regulations."""

    WRITING = "writing"
    """Messages must be Vietnamese with diacritics."""
    NAMES = "names"
    """Members' display names."""
    SECRETS = "secrets"
    """State secrets in posted content."""
    CLASSIFIED_WORK = "classified_work"
    """Leaders' directives, and calls, about state secrets."""
    MALWARE = "malware"
    """Malware, and links that may lead to it."""
    OUTSIDERS = "outsiders"
    """People in the group who are not on its roster, the approved list of members."""
    GROUP_CHANGES = "group_changes"
    """Changes of the group itself: its name, picture, settings."""
    FORWARDING = "forwarding"
    """Forwarding messages outside the group."""


_GRAVEST_FIRST = (
    ClauseTopic.SECRETS,
    ClauseTopic.CLASSIFIED_WORK,
    ClauseTopic.OUTSIDERS,
    ClauseTopic.GROUP_CHANGES,
    ClauseTopic.MALWARE,
)
"""Topics by how grave a breach is for the group's leader; clauses of other topics come after them."""
_UNPADDED_FROM_MONTH = 3
"""Months from March on are written without a leading zero."""
DECISION = "QĐ."
"""Begins the numbers of the clauses of the decision by which the regulation was issued."""


class Clause(BaseModel):
    """A clause (khoản) of an article (điều) of the regulation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    """`4.1` for clause 1 of Article 4; `QĐ.1.1` for clause 1, Article 1 of the decision that issued the regulation."""
    summary: str
    name: str = Field(default="", max_length=40)
    """The clause in a few words, such as `Bí mật nhà nước` (state secrets), for lists and reports."""
    enforced: Enforcement
    topic: ClauseTopic | None = None
    by: tuple[str, ...] = ()
    """Ids of the rules, commands or report sections that enforce the clause."""
    note: str = ""
    """For `Enforcement.NOT_VISIBLE`: what people can do instead, printed in reports."""

    @property
    def citation(self) -> str:
        """Return the clause's citation, such as `khoản 1 Điều 4 Quy chế` (clause 1, Article 4 of the regulation)."""
        return citation_of(self.number)

    @property
    def named(self) -> str:
        """Return name and place, such as `Bí mật nhà nước (khoản 1 Điều 4)`; a clause without name is cited only."""
        return f"{self.name} ({self.citation.removesuffix(' Quy chế')})" if self.name else self.citation


def citation_of(number: str) -> str:
    """Return how to cite a clause (`4.1`, `QĐ.1.1`) or a whole article (`4`) by its number, even if there is none."""
    act = "Quyết định" if number.startswith(DECISION) else "Quy chế"
    article, _, clause = number.removeprefix(DECISION).rpartition(".")
    return f"khoản {clause} Điều {article} {act}" if article else f"Điều {clause} {act}"


class Regulation(BaseModel):
    """The regulation of one group: its title, issuer and clauses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    number: str
    """Number of the decision that issued the regulation."""
    issued: str
    """Date of that decision: `2019-08-09`."""
    issuer: str
    clauses: tuple[Clause, ...]

    @field_validator("issued")
    @classmethod
    def _is_day(cls, value: str) -> str:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError('phải là ngày có trong lịch, dạng "năm-tháng-ngày", ví dụ "2019-08-09"') from None
        return value

    @property
    def cited_number(self) -> str:
        """Return the number as papers write it, below 10 with a zero: `01/QĐ-UBND` (Decree 30/2020, App. I, II.3)."""
        return f"0{self.number}" if self.number[:1].isdecimal() and not self.number[1:2].isdecimal() else self.number

    @property
    def issued_on(self) -> str:
        """Return the date of issue as papers write it: `09 tháng 8 năm 2019`.

        Days below 10, and of the months only January and February, get a zero (Decree 30/2020/NĐ-CP, App. I, II.4).
        """
        issued = date.fromisoformat(self.issued)
        month = f"{issued:%m}" if issued.month < _UNPADDED_FROM_MONTH else str(issued.month)
        return f"{issued:%d} tháng {month} năm {issued.year}"

    def find(self, number: str) -> Clause | None:
        """Return the clause with that number, such as `4.1`; None if the regulation has no such clause."""
        return next((clause for clause in self.clauses if clause.number == number), None)

    def number_of(self, topic: ClauseTopic) -> str:
        """Return the number of the first clause on that topic; "" where the regulation has no such clause."""
        return next((clause.number for clause in self.clauses if clause.topic is topic), "")

    def topic_of(self, number: str) -> ClauseTopic | None:
        """Return the topic of the clause with that number; None where the clause has none or does not exist."""
        return next((clause.topic for clause in self.clauses if clause.number == number), None)

    def clause_of_rule(self, rule_id: str) -> str:
        """Return the number of the clause whose `by` names the rule; without one, the number that begins the id."""
        named = (clause.number for clause in self.clauses if rule_id in clause.by)
        return next(named, rule_id.partition("-")[0])

    def rank_of(self, number: str) -> int:
        """Return the place of the clause in lists that begin with the worst: 0 for state secrets, then higher."""
        topic = self.topic_of(number)
        return _GRAVEST_FIRST.index(topic) if topic in _GRAVEST_FIRST else len(_GRAVEST_FIRST)

    @property
    def not_visible(self) -> tuple[Clause, ...]:
        """Return the clauses whose breaches the program cannot see; every report names them."""
        return tuple(clause for clause in self.clauses if clause.enforced is Enforcement.NOT_VISIBLE)
