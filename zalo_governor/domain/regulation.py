"""The Quy chế as data: what each clause says and how the program enforces it."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Enforcement(StrEnum):
    """How the program serves a clause."""

    RULE = "rule"
    COMMAND = "command"
    REPORT = "report"
    ROLE = "role"
    NOT_VISIBLE = "not_visible"
    """Nothing on the wire shows it: the program says so and offers the manual way."""


class ClauseTopic(StrEnum):
    """What a clause is about, where the program has to know it: the numbers differ from regulation to regulation."""

    WRITING = "writing"
    """Vietnamese with diacritics."""
    NAMES = "names"
    """Display names."""
    SECRETS = "secrets"
    """State secrets in what is posted."""
    CLASSIFIED_WORK = "classified_work"
    """Orders and calls about state secrets."""
    OUTSIDERS = "outsiders"
    """People who do not belong to the group."""
    FORWARDING = "forwarding"
    """Messages passed on outside the group."""


class Clause(BaseModel):
    """One clause (khoản) of an article (điều)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    """`4.1` for khoản 1 Điều 4; `QĐ.1.1` for the decision that issued the regulation."""
    summary: str
    enforced: Enforcement
    topic: ClauseTopic | None = None
    by: tuple[str, ...] = ()
    """Ids of rules, commands or report sections."""
    note: str = ""
    """For NOT_VISIBLE: what the office can do by hand."""

    @property
    def citation(self) -> str:
        """As people cite it: `khoản 1 Điều 4 Quy chế`."""
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
        """The day as people write it, dd/mm/yyyy; a day that the file writes in another way stays as it is."""
        try:
            return f"{date.fromisoformat(self.issued):%d/%m/%Y}"
        except ValueError:
            return self.issued

    def clause(self, number: str) -> Clause:
        """The clause of that number; KeyError where the regulation has none."""
        for clause in self.clauses:
            if clause.number == number:
                return clause
        raise KeyError(number)

    def number_of(self, topic: ClauseTopic) -> str:
        """The number of the clause on that topic; "" where the regulation names none."""
        return next((clause.number for clause in self.clauses if clause.topic is topic), "")

    def topic_of(self, number: str) -> ClauseTopic | None:
        """The topic of that clause; None where it has none, or there is no such clause."""
        return next((clause.topic for clause in self.clauses if clause.number == number), None)

    @property
    def not_visible(self) -> tuple[Clause, ...]:
        """The clauses that the program cannot check, to be named in every report."""
        return tuple(clause for clause in self.clauses if clause.enforced is Enforcement.NOT_VISIBLE)
