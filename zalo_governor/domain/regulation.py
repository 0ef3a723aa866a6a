"""The group's regulation (Quy chế) as data: its clauses and how the program enforces each."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Enforcement(StrEnum):
    """How the program enforces a clause."""

    RULE = "rule"
    COMMAND = "command"
    REPORT = "report"
    ROLE = "role"
    NOT_VISIBLE = "not_visible"
    """A breach is not visible in Zalo's data: reports say so and name what the office can do by hand."""


class ClauseTopic(StrEnum):
    """Topic of a clause, for code that needs a certain clause; clause numbers differ between regulations."""

    WRITING = "writing"
    """Messages must be Vietnamese with diacritics."""
    NAMES = "names"
    """Members' display names."""
    SECRETS = "secrets"
    """State secrets in posted content."""
    CLASSIFIED_WORK = "classified_work"
    """Directives and calls about state secrets."""
    OUTSIDERS = "outsiders"
    """People in the group who do not belong to it."""
    FORWARDING = "forwarding"
    """Forwarding messages outside the group."""


class Clause(BaseModel):
    """A clause (khoản) of an article (điều) of the regulation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    """`4.1` for khoản 1 Điều 4; `QĐ.1.1` for the decision that issued the regulation."""
    summary: str
    enforced: Enforcement
    topic: ClauseTopic | None = None
    by: tuple[str, ...] = ()
    """Ids of rules, commands or report sections."""
    note: str = ""
    """For `Enforcement.NOT_VISIBLE`: what the office can do by hand."""

    @property
    def citation(self) -> str:
        """Return the clause's citation in Vietnamese, such as `khoản 1 Điều 4 Quy chế`."""
        *decision, article, clause = self.number.split(".")
        return f"khoản {clause} Điều {article} {'Quyết định' if decision else 'Quy chế'}"


class Regulation(BaseModel):
    """The regulation of one group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    number: str
    issued: str
    issuer: str
    clauses: tuple[Clause, ...]

    @property
    def issued_on(self) -> str:
        """Return the date of issue as dd/mm/yyyy, or unchanged where `issued` is not an ISO date."""
        try:
            return f"{date.fromisoformat(self.issued):%d/%m/%Y}"
        except ValueError:
            return self.issued

    def clause(self, number: str) -> Clause:
        """Return the clause with that number.

        Raises:
            KeyError: the regulation has no such clause.
        """
        for clause in self.clauses:
            if clause.number == number:
                return clause
        raise KeyError(number)

    def number_of(self, topic: ClauseTopic) -> str:
        """Return the number of the first clause on that topic; "" where the regulation has none."""
        return next((clause.number for clause in self.clauses if clause.topic is topic), "")

    def topic_of(self, number: str) -> ClauseTopic | None:
        """Return the topic of the clause with that number; None where it has none, or there is no such clause."""
        return next((clause.topic for clause in self.clauses if clause.number == number), None)

    @property
    def not_visible(self) -> tuple[Clause, ...]:
        """Return the clauses that the program cannot check; every report names them."""
        return tuple(clause for clause in self.clauses if clause.enforced is Enforcement.NOT_VISIBLE)
