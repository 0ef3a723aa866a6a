"""/trogiup, /quyche, /trangthai: what can be asked, what the regulation says, how the program is."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from zalo_governor.domain.connection import LineState
from zalo_governor.domain.people import Role
from zalo_governor.domain.regulation import Clause, Enforcement
from zalo_governor.services.commands.base import Answer, AnyCommand, Call, Command
from zalo_governor.services.commands.parsing import folded
from zalo_governor.services.group_changes.leak_signs import Signs
from zalo_governor.services.members.roster.comparison import figures, hidden
from zalo_governor.services.messaging.delivery_words import outgoing_in_words
from zalo_governor.services.messaging.formatter import moment, number
from zalo_governor.services.messaging.message_ids import Text
from zalo_governor.services.messaging.outage_notices import ELSEWHERE
from zalo_governor.services.messaging.trial import trial_line
from zalo_governor.services.policy import Group, LineStatus, OfficePolicy
from zalo_governor.services.reports.builder import coverage_line, gaps_line
from zalo_governor.services.reports.digests import no_backup
from zalo_governor.services.reports.periods import midnight, today


class Help(Command[bool]):
    """/trogiup"""

    word = "trogiup"
    aliases = ("help", "menu")
    usage = Text.USAGE_HELP
    forgiving = True
    roles = None

    def __init__(self, policy: OfficePolicy, others: Sequence[AnyCommand]) -> None:
        super().__init__(policy)
        self._all = (*others, self)

    def understand(self, rest: str, today: date) -> bool | None:
        """Nothing follows it."""
        return True if not rest.strip(" .?") else None

    def answer(self, call: Call, argument: bool) -> Answer:
        """The commands that this person may use."""
        usages = [self.voice.say(command.usage) for command in self._all if command.allowed(call.person)]
        rows = "\n".join(self.voice.say(Text.HELP_ROW, usage=usage) for usage in usages)
        return Answer([self.voice.say_to(call.person, Text.HELP, rows=rows)])


class Wanted(NamedTuple):
    """An article of the regulation, or one of its clauses."""

    article: str
    """`4`, or `QĐ.1` of the decision that issued the regulation; "" for the table of contents."""
    clause: str

    @property
    def number(self) -> str:
        """As `Clause.number` has it, without the clause where none is wanted."""
        return ".".join(part for part in self if part)


class ReadRegulation(Command[Wanted]):
    """/quyche [điều[.khoản]]"""

    word = "quyche"
    usage = Text.USAGE_REGULATION
    forgiving = True
    roles = None

    def understand(self, rest: str, today: date) -> Wanted | None:
        """`4`, `4.1`, `điều 4 khoản 1`, `khoản 1 điều 4`, `QĐ 1.1`; nothing means the table of contents."""
        words = _WORDS.findall(folded(rest))
        numbers = [str(int(word)) for word in words if word.isdecimal()]
        names = [word for word in words if not word.isdecimal()]
        if len(numbers) > 2 or not set(names) <= _KNOWN_WORDS or (names and not numbers):
            return None
        if not numbers:
            return Wanted("", "") if not rest.strip(" .?") else None
        if names[:1] == ["khoan"]:
            if len(numbers) < 2:
                return None
            numbers.reverse()
        prefix = _DECISION if {"qd", "quyet"} & set(names) else ""
        return Wanted(prefix + numbers[0], numbers[1] if len(numbers) > 1 else "")

    def answer(self, call: Call, argument: Wanted) -> Answer:
        """The summaries as config/quy-che.yaml has them."""
        if not argument.article:
            return Answer([self._contents()], subject="contents")
        clauses = [clause for clause in self.policy.regulation.clauses if _is(clause, argument)]
        if not clauses:
            return Answer([self.voice.say(Text.REGULATION_NONE, wanted=argument.number)], "unknown", argument.number)
        return Answer(["\n".join(map(self._clause, clauses))], subject=argument.number)

    def _contents(self) -> str:
        regulation = self.policy.regulation
        rows = []
        for article, clauses in groupby(regulation.clauses, lambda clause: clause.number.rpartition(".")[0]):
            kind = Text.REGULATION_DECISION_ROW if article.startswith(_DECISION) else Text.REGULATION_ARTICLE_ROW
            numbers = ", ".join(clause.number.rpartition(".")[2] for clause in clauses)
            rows.append(self.voice.say(kind, article=article.removeprefix(_DECISION), clauses=numbers))
        return self.voice.say(
            Text.REGULATION,
            title=regulation.title,
            number=regulation.number,
            issued=regulation.issued_on,
            issuer=regulation.issuer,
            rows="\n".join(rows),
        )

    def _clause(self, clause: Clause) -> str:
        note = ""
        if clause.enforced is Enforcement.NOT_VISIBLE:
            unseen = self.voice.say(Text.REGULATION_NOT_VISIBLE)
            by_hand = clause.note.strip(" .")
            note = self.voice.say(Text.REGULATION_NOTE, note=f"{unseen}; {by_hand}" if by_hand else unseen)
        return self.voice.say(Text.REGULATION_CLAUSE, citation=clause.citation, summary=clause.summary, note=note)


class Status(Command[bool]):
    """/trangthai"""

    word = "trangthai"
    aliases = ("tinhtrang",)
    usage = Text.USAGE_STATUS
    forgiving = True
    roles = frozenset({Role.ADMIN, Role.ADMIN_STAFF, Role.LEADER, Role.REPORT_READER})

    def __init__(self, policy: OfficePolicy) -> None:
        super().__init__(policy)
        self._signs = Signs(policy)

    def understand(self, rest: str, today: date) -> bool | None:
        """Nothing follows it."""
        return True if not rest.strip(" .?") else None

    def answer(self, call: Call, argument: bool) -> Answer:
        """The line, and for each group what was heard today and what was not."""
        status = self.policy.status()
        trial = trial_line(self.policy, call.uow, self.voice)
        rows = [*([trial] if trial else []), *(self._group(call, group) for group in call.groups), *self._private(call)]
        return Answer(
            [
                self.voice.say(
                    Text.STATUS,
                    now=moment(self.policy.clock()),
                    line=self._line(status),
                    rows="\n".join(rows),
                    outgoing=outgoing_in_words(self.voice, status.outgoing),
                    looked=self._looked(status) + self._backup(status),
                )
            ]
        )

    def _looked(self, status: LineStatus) -> str:
        if status.looked_at is None:
            return self.voice.say(Text.STATUS_NOT_LOOKED)
        return self.voice.say(Text.STATUS_LOOKED, when=moment(status.looked_at))

    def _backup(self, status: LineStatus) -> str:
        """A line of its own, only where something is to be done."""
        return "\n" + no_backup(status, self.voice) if status.backup_overdue else ""

    def _line(self, status: LineStatus) -> str:
        if status.state is None:
            return self.voice.say(Text.LINE_UNKNOWN)
        never = self.voice.say(Text.NEVER)
        about = {
            "since": moment(status.since) if status.since else never,
            "heard": moment(status.heard_at) if status.heard_at else never,
        }
        if status.resumes_at:
            why, until = self.voice.say(ELSEWHERE[status.state]), moment(status.resumes_at)
            return self.voice.say(Text.LINE_ELSEWHERE, why=why, until=until, **about)
        return self.voice.say(_LINES.get(status.state, Text.LINE_DOWN), **about)

    def _private(self, call: Call) -> list[str]:
        """Private messages have no history that could be asked: what may be missing of them is said."""
        now = self.policy.clock()
        start = midnight(today(now))
        missing = [gap for gap in call.uow.statistics.gaps(self.policy.account, start, now) if not gap.closed]
        if not missing:
            return []
        return [self.voice.say(Text.STATUS_PRIVATE, gaps=gaps_line(missing, start, now, self.voice))]

    def _group(self, call: Call, group: Group) -> str:
        now = self.policy.clock()
        start = midnight(today(now))
        coverage = call.uow.statistics.coverage(group.id, start, now)
        failures = coverage.rule_failures
        calls = call.uow.statistics.activity(group.id, start, now).calls
        return self.voice.say(
            Text.STATUS_GROUP,
            group=self.voice.group(group),
            coverage=coverage_line(coverage, self.voice),
            gaps=gaps_line(call.uow.statistics.gaps(group.id, start, now), start, now, self.voice),
            failures=self.voice.say(Text.STATUS_FAILURES, count=number(failures))
            if failures
            else self.voice.say(Text.STATUS_NO_FAILURES),
            calls=self.voice.say(Text.STATUS_CALLS, count=number(calls)) if calls else "",
            members=self._members(call, group),
            signs=self._signs.line(call.uow, group),
        )

    def _members(self, call: Call, group: Group) -> str:
        """Who belongs, as far as that can be told, and what cannot be seen."""
        counted = figures(call.uow, self.policy.account, group.id)
        said = Text.STATUS_ROSTER if counted else Text.STATUS_NO_ROSTER
        facts = {name: number(count) for name, count in counted._asdict().items()} if counted else {}
        return self.voice.say(said, **facts) + hidden(call.uow.members.group_snapshot(group.id), self.voice)


_DECISION = "QĐ."
_WORDS = re.compile(r"[0-9]{1,6}|[^\W\d_]+")
_KNOWN_WORDS = frozenset({"dieu", "khoan", "so", "qd", "quyet", "dinh"})
_LINES = {
    LineState.UP: Text.LINE_UP,
    LineState.FRAME_LOST: Text.LINE_UP,
    LineState.REFUSED: Text.LINE_REFUSED,
}


def _is(clause: Clause, wanted: Wanted) -> bool:
    if wanted.clause:
        return clause.number == wanted.number
    return clause.number == wanted.article or clause.number.rpartition(".")[0] == wanted.article
