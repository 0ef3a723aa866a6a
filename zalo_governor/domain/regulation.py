"""Model of the group's regulation (Quy chế): its clauses, and how the program enforces each of them."""

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field, PrivateAttr, field_validator

from zalo_governor.domain.models import StrictModel


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
    DIRECTIVES = "directives"
    """Following leaders' directives, and answering them."""
    BREVITY = "brevity"
    """Directives and reports must be brief and clear."""
    REPORTING = "reporting"
    """Reports on the group to its leader."""
    PROPOSALS = "proposals"
    """Proposals of how to improve the group."""
    ACCOUNTS = "accounts"
    """Members tell their accounts and telephone numbers."""


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
"""Prefix of the numbers of clauses of the decision that issued the regulation."""
_LAW = "BMNN."
"""Prefix of the number of the clause of the law on state secrets, added to a regulation without such a clause."""
_ACTS = {DECISION: "Quyết định", _LAW: "Luật Bảo vệ bí mật nhà nước"}
_ENFORCERS = {
    ClauseTopic.DIRECTIVES: "activity",
    ClauseTopic.BREVITY: "statements",
    ClauseTopic.REPORTING: "/baocao",
    ClauseTopic.PROPOSALS: "clauses",
    ClauseTopic.ACCOUNTS: "/thanhvien",
}
"""Topic -> id in `Clause.by`, by which the topic's clause is found in older files, which do not name this topic."""


class Clause(StrictModel):
    """A clause (khoản) of an article (điều) of the regulation."""

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
    """Return how to cite a clause (`4.1`, `QĐ.1.1`) or an article (`4`) by its number, whether or not it exists."""
    act, begins = next(((act, begins) for begins, act in _ACTS.items() if number.startswith(begins)), ("Quy chế", ""))
    article, _, clause = number.removeprefix(begins).rpartition(".")
    return f"khoản {clause} Điều {article} {act}" if article else f"Điều {clause} {act}"


class DeclaredWords(NamedTuple):
    """Texts that people read about a rule that is written in YAML alone."""

    title: str
    """What a finding is about."""
    why: str
    """The reason for the rule, as told to the member."""
    notices: int | None
    """How many notices about this rule a member gets a day at most; None: the rule sets no limit."""


class RuleStanding(StrEnum):
    """Whether an admin may put a rule on trial by a command, so that what it finds is recorded and nobody is told."""

    SWITCHABLE = "switchable"
    ON_TRIAL = "on_trial"
    """It is on trial already, by its file (`maturity: shadow`)."""
    SECRECY = "secrecy"
    """It seals state secrets (forbids storing them), as the law demands in every group: no admin may switch it."""


class RuleInForce(NamedTuple):
    """A rule that is applied to a group's messages and members."""

    clause: str
    standing: RuleStanding = RuleStanding.SWITCHABLE
    title: str = ""


class AbsenceRule(NamedTuple):
    """A rule that finds a directive that an addressee does not answer, or nobody reports on, in time."""

    rule_id: str
    clause: str
    title: str
    why: str
    answer_within: timedelta
    """Office hours within which every addressee has to answer."""
    report_by: time | None
    """Time, on the day of the deadline, by which somebody must report; None for a rule on answers."""


class Regulation(StrictModel):
    """The regulation of one group: its title, issuer and clauses."""

    title: str
    number: str
    """Number of the decision that issued the regulation."""
    issued: str
    """Date of that decision: `2019-08-09`."""
    issuer: str
    clauses: tuple[Clause, ...]
    _rules: Mapping[str, RuleInForce] = PrivateAttr(default_factory=dict)
    _words: Mapping[str, DeclaredWords] = PrivateAttr(default_factory=dict)
    _absences: tuple[AbsenceRule, ...] = PrivateAttr(default=())
    _common: "Regulation | None" = PrivateAttr(default=None)

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
        """Return the number as papers write it, with a zero below 10: `01/QĐ-UBND` (Decree 30/2020, App. I, II.3)."""
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
        numbers = (clause.number for clause in self.clauses if clause.topic is topic)
        enforcer = _ENFORCERS.get(topic)
        return next(numbers, self.clause_of_rule(enforcer) if enforcer else "")

    def numbers_of(self, *topics: ClauseTopic) -> tuple[str, ...]:
        """Return the numbers of all clauses on these topics, in the order of the regulation."""
        first = set(map(self.number_of, topics))
        return tuple(one.number for one in self.clauses if one.topic in topics or one.number in first)

    def topic_of(self, number: str) -> ClauseTopic | None:
        """Return the topic of the clause with that number; None where the clause has none or does not exist."""
        return next((clause.topic for clause in self.clauses if clause.number == number), None)

    def clause_of_rule(self, rule_id: str) -> str:
        """Return the number of the first clause whose `by` names the rule; "" if none does."""
        return next((clause.number for clause in self.clauses if rule_id in clause.by), "")

    def clause_like(self, number: str, rule_id: str) -> str:
        """Return the number of this regulation's clause for a finding under clause `number` of the common regulation.

        The common regulation applies to all groups without one of their own. "" if no clause fits: nobody is notified.
        """
        if self._common is None:
            return number
        topic = self._common.topic_of(number)
        if topic in {ClauseTopic.SECRETS, ClauseTopic.CLASSIFIED_WORK}:
            return self.number_of(topic) or self.number_of(ClauseTopic.SECRETS)
        return self.clause_of_rule(rule_id)

    def under_law(self) -> "Regulation":
        """Return the regulation; if it has no clause on state secrets, a copy with one that cites the law."""
        if self.number_of(ClauseTopic.SECRETS):
            return self
        return self.model_copy(update={"clauses": (*self.clauses, _SECRETS_BY_LAW)})

    def informed(
        self,
        rules: Mapping[str, RuleInForce],
        words: Mapping[str, DeclaredWords],
        absences: Iterable[AbsenceRule],
        common: "Regulation | None",
    ) -> "Regulation":
        """Return a copy that knows the rules by which its group is judged, and whose clauses name them in `by`.

        `rules` and `words` (texts of rules written in YAML alone) are by rule id; `absences` are the rules on
        directives without an answer or report in time; `common` is the regulation of groups without their own, None if
        this is that one.
        """
        by = [
            (*one.by, *(name for name, rule in rules.items() if rule.clause == one.number and name not in one.by))
            for one in self.clauses
        ]
        clauses = [one.model_copy(update={"by": names}) for one, names in zip(self.clauses, by, strict=True)]
        other = self.model_copy(update={"clauses": tuple(clauses)})
        other._rules, other._words, other._absences, other._common = rules, words, tuple(absences), common
        return other

    @property
    def rules(self) -> Mapping[str, RuleInForce]:
        """Return the rules by which the group is judged, by their ids."""
        return {**self._rules} | {rule.rule_id: RuleInForce(rule.clause, title=rule.title) for rule in self._absences}

    def title_of_rule(self, rule_id: str) -> str:
        """Return the title of the rule; its id if it has none, or is not in force."""
        return (rule.title if (rule := self.rules.get(rule_id)) else "") or rule_id

    @property
    def absences(self) -> tuple[AbsenceRule, ...]:
        """Return the rules in force on directives that are not answered, or not reported on, in time."""
        return self._absences

    def words_of(self, rule_id: str) -> DeclaredWords | None:
        """Return the texts of a rule that is written in YAML alone; None for other rules."""
        return self._words.get(rule_id)

    def rank_of(self, number: str) -> int:
        """Return the clause's place in lists that begin with the gravest: 0 for state secrets, then higher."""
        topic = self.topic_of(number)
        return _GRAVEST_FIRST.index(topic) if topic in _GRAVEST_FIRST else len(_GRAVEST_FIRST)

    @property
    def not_visible(self) -> tuple[Clause, ...]:
        """Return the clauses whose breaches the program cannot see; every report names them."""
        return tuple(clause for clause in self.clauses if clause.enforced is Enforcement.NOT_VISIBLE)


_SECRETS_BY_LAW = Clause(
    number=f"{_LAW}5",
    name="Bí mật nhà nước",
    summary="Không soạn thảo, lưu giữ, gửi bí mật nhà nước trên thiết bị có kết nối mạng.",
    enforced=Enforcement.RULE,
    topic=ClauseTopic.SECRETS,
)
