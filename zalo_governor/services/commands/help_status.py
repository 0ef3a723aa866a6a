"""Commands `/trogiup` (help), `/quyche` (text of the regulation) and `/trangthai` (status of the bot)."""

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
from zalo_governor.services.group_changes.encryption import encryption_line
from zalo_governor.services.group_changes.leak_signs import LeakSignService
from zalo_governor.services.members.roster.comparison import figures, hidden
from zalo_governor.services.messaging.delivery_words import outgoing_in_words
from zalo_governor.services.messaging.formatter import moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.outage_notices import ELSEWHERE
from zalo_governor.services.messaging.outside_words import outside_rows
from zalo_governor.services.messaging.trial import trial_line
from zalo_governor.services.policy import Group, LineStatus, ServicePolicy
from zalo_governor.services.reports.digests import no_backup
from zalo_governor.services.reports.periods import midnight, today
from zalo_governor.services.reports.sentences import coverage_line, gaps_line


class Help(Command[bool]):
    """Command `/trogiup` (help): list the commands that the person may use."""

    word = "trogiup"
    aliases = ("help", "menu")
    usage = MessageId.USAGE_HELP
    forgiving = True
    roles = None

    def __init__(self, policy: ServicePolicy, others: Sequence[AnyCommand]) -> None:
        super().__init__(policy)
        self._all = (*others, self)

    def understand(self, rest: str, today: date) -> bool | None:
        """Return True if nothing was typed after the command's word, else None (wrong usage); `today` is not used."""
        return True if not rest.strip(" .?") else None

    def answer(self, call: Call, argument: bool) -> Answer:
        """Answer `/trogiup` (help) with a line for each command that the person may use (`argument` is unused)."""
        listed = [command for command in self._all if command.in_help and command.allowed(call.person)]
        usages = [self.voice.render(command.usage) for command in listed]
        rows = "\n".join(self.voice.render(MessageId.HELP_ROW, usage=usage) for usage in usages)
        return Answer([self.voice.render_for(call.person, MessageId.HELP, rows=rows)])


class Wanted(NamedTuple):
    """Parsed argument of `/quyche` (regulation): an article of the group's regulation, or one clause of an article."""

    article: str
    """Number of the article: `4`, or `QĐ.1` for article 1 of the decision that issued the regulation; "" for the table
    of contents."""
    clause: str
    """Number of the clause within the article; "" for the whole article."""

    @property
    def number(self) -> str:
        """Number of the wanted clause as in `Clause.number` (`4.1`), or of the article (`4`) if all of it is wanted."""
        return ".".join(part for part in self if part)


class ReadRegulation(Command[Wanted]):
    """Command `/quyche [article[.clause]]` (regulation): show what the group's regulation says."""

    word = "quyche"
    usage = MessageId.USAGE_REGULATION
    forgiving = True
    roles = None

    def understand(self, rest: str, today: date) -> Wanted | None:
        """Parse `rest`, the text after the command's word: the number of an article or clause; None for anything else.

        Understood are `4`, `4.1`, `điều 4 khoản 1` (article 4, clause 1) and `QĐ 1.1` (of the decision that issued the
        regulation). An empty text asks for the table of contents; `today` is not used.
        """
        words = _WORD.findall(folded(rest))
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
        """Return summaries of the wanted clauses, from config/quy-che.yaml, or the regulation's table of contents."""
        if not argument.article:
            return Answer([self._table_of_contents()], subject="contents")
        clauses = [clause for clause in self.policy.regulation.clauses if _belongs_to(clause, argument)]
        if not clauses:
            return Answer(
                [self.voice.render(MessageId.REGULATION_NONE, wanted=argument.number)], "unknown", argument.number
            )
        return Answer(["\n".join(map(self._clause, clauses))], subject=argument.number)

    def _table_of_contents(self) -> str:
        regulation = self.policy.regulation
        rows = []
        for article, clauses in groupby(regulation.clauses, lambda clause: clause.number.rpartition(".")[0]):
            kind = (
                MessageId.REGULATION_DECISION_ROW if article.startswith(_DECISION) else MessageId.REGULATION_ARTICLE_ROW
            )
            numbers = ", ".join(clause.number.rpartition(".")[2] for clause in clauses)
            rows.append(self.voice.render(kind, article=article.removeprefix(_DECISION), clauses=numbers))
        return self.voice.render(
            MessageId.REGULATION,
            title=regulation.title,
            number=regulation.number,
            issued=regulation.issued_on,
            issuer=regulation.issuer,
            rows="\n".join(rows),
        )

    def _clause(self, clause: Clause) -> str:
        note = ""
        if clause.enforced is Enforcement.NOT_VISIBLE:
            unseen = self.voice.render(MessageId.REGULATION_NOT_VISIBLE)
            by_hand = clause.note.strip(" .")
            note = self.voice.render(MessageId.REGULATION_NOTE, note=f"{unseen}; {by_hand}" if by_hand else unseen)
        return self.voice.render(
            MessageId.REGULATION_CLAUSE, citation=clause.citation, summary=clause.summary, note=note
        )


class Status(Command[bool]):
    """Command `/trangthai` (status): show the state of the connection to Zalo, of each group and of the outbox."""

    word = "trangthai"
    aliases = ("tinhtrang",)
    usage = MessageId.USAGE_STATUS
    forgiving = True
    roles = frozenset({Role.ADMIN, Role.ADMIN_STAFF, Role.LEADER, Role.REPORT_READER})

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._signs = LeakSignService(policy)

    def understand(self, rest: str, today: date) -> bool | None:
        """Return True if nothing was typed after the command's word, else None (wrong usage); `today` is not used."""
        return True if not rest.strip(" .?") else None

    def answer(self, call: Call, argument: bool) -> Answer:
        """Answer `/trangthai` (status): the state of connection and outbox, and each group's counts of the day.

        Counted are elements (messages, acts and receipts received from Zalo) and gaps (times in which the bot missed
        messages). `argument` is unused.
        """
        status = self.policy.status()
        trial = trial_line(self.policy, call.uow, self.voice)
        rows = [
            *([trial] if trial else []),
            *(self._group_paragraph(call, group) for group in call.groups),
            *self._private_gap_lines(call),
        ]
        return Answer(
            [
                self.voice.render(
                    MessageId.STATUS,
                    now=moment(self.policy.clock()),
                    line=self._connection_line(status),
                    rows="\n".join(rows),
                    outgoing=outgoing_in_words(self.voice, status.outgoing),
                    looked=self._liveness_line(status) + self._scans_line(status) + self._outside_lines(status),
                )
            ]
        )

    def _liveness_line(self, status: LineStatus) -> str:
        """Return a line saying when the program last asked Zalo for missed messages and found none."""
        if status.looked_at is None:
            return self.voice.render(MessageId.STATUS_NOT_LOOKED)
        return self.voice.render(MessageId.STATUS_LOOKED, when=moment(status.looked_at))

    def _outside_lines(self, status: LineStatus) -> str:
        """Return lines about the backup, its copy off the machine and the dead-man signal, as far as they fail."""
        lines = [no_backup(status, self.voice)] if status.backup_overdue else []
        return "".join(f"\n{line}" for line in [*lines, *outside_rows(status, self.voice)])

    def _scans_line(self, status: LineStatus) -> str:
        """Return a line saying how many files wait for their scan, and what is not installed; "" if that is unknown."""
        if not self.policy.attachments.scan:
            return "\n" + self.voice.render(MessageId.STATUS_SCANS_OFF)
        scans = status.scans
        if scans is None:
            return ""
        since = self.voice.render(MessageId.STATUS_SCANS_SINCE, when=moment(scans.oldest_at)) if scans.oldest_at else ""
        missing = "" if scans.antivirus else self.voice.render(MessageId.STATUS_NO_ANTIVIRUS)
        missing += "" if scans.text_recognition else self.voice.render(MessageId.STATUS_NO_TEXT_RECOGNITION)
        return "\n" + self.voice.render(
            MessageId.STATUS_SCANS, count=number(scans.waiting), since=since, missing=missing
        )

    def _connection_line(self, status: LineStatus) -> str:
        if status.state is None:
            return self.voice.render(MessageId.LINE_UNKNOWN)
        never = self.voice.render(MessageId.NEVER)
        about = {
            "since": moment(status.since) if status.since else never,
            "heard": moment(status.heard_at) if status.heard_at else never,
        }
        if status.resumes_at:
            why, until = self.voice.render(ELSEWHERE[status.state]), moment(status.resumes_at)
            return self.voice.render(MessageId.LINE_ELSEWHERE, why=why, until=until, **about)
        return self.voice.render(_CONNECTION_TEXTS.get(status.state, MessageId.LINE_DOWN), **about)

    def _private_gap_lines(self, call: Call) -> list[str]:
        """Return a line on today's gaps (times in which private messages to the bot were missed); [] if there are none.

        Zalo keeps no history of private messages, so they cannot be fetched later.
        """
        now = self.policy.clock()
        start = midnight(today(now))
        missing = [gap for gap in call.uow.statistics.gaps(self.policy.account, start, now) if not gap.closed]
        if not missing:
            return []
        return [self.voice.render(MessageId.STATUS_PRIVATE, gaps=gaps_line(missing, start, now, self.voice))]

    def _group_paragraph(self, call: Call, group: Group) -> str:
        now = self.policy.clock()
        start = midnight(today(now))
        coverage = call.uow.statistics.coverage(group.id, start, now)
        failures = coverage.rule_failures
        calls = call.uow.statistics.activity(group.id, start, now).calls
        return self.voice.render(
            MessageId.STATUS_GROUP,
            group=self.voice.group(group),
            coverage=coverage_line(coverage, self.voice),
            gaps=gaps_line(call.uow.statistics.gaps(group.id, start, now), start, now, self.voice),
            failures=self.voice.render(MessageId.STATUS_FAILURES, count=number(failures))
            if failures
            else self.voice.render(MessageId.STATUS_NO_FAILURES),
            calls=self.voice.render(MessageId.STATUS_CALLS, count=number(calls)) if calls else "",
            members=self._roster_line(call, group)
            + encryption_line(call.uow.members.group_snapshot(group.id), self.voice),
            signs=self._signs.line(call.uow, group),
        )

    def _roster_line(self, call: Call, group: Group) -> str:
        """Return a line comparing the group with its roster (approved list), and how many members Zalo hides."""
        counted = figures(call.uow, self.policy.account, group.id)
        said = MessageId.STATUS_ROSTER if counted else MessageId.STATUS_NO_ROSTER
        facts = {name: number(count) for name, count in counted._asdict().items()} if counted else {}
        return self.voice.render(said, **facts) + hidden(call.uow.members.group_snapshot(group.id), self.voice)


_DECISION = "QĐ."
_WORD = re.compile(r"[0-9]{1,6}|[^\W\d_]+")
_KNOWN_WORDS = frozenset({"dieu", "khoan", "so", "qd", "quyet", "dinh"})
_CONNECTION_TEXTS = {
    LineState.UP: MessageId.LINE_UP,
    LineState.FRAME_LOST: MessageId.LINE_UP,
    LineState.REFUSED: MessageId.LINE_REFUSED,
}


def _belongs_to(clause: Clause, wanted: Wanted) -> bool:
    if wanted.clause:
        return clause.number == wanted.number
    return clause.number == wanted.article or clause.number.rpartition(".")[0] == wanted.article
