"""Command `/quyche`: the text of the regulation."""

import re
from datetime import date
from itertools import groupby
from typing import NamedTuple

from zalo_governor.domain.regulation import DECISION, Clause, Enforcement, citation_of
from zalo_governor.messaging.command_parsing import folded
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.templates import TextId


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
    usage = TextId("usage_regulation")
    forgiving = True
    roles = None

    def understand(self, rest: str, today: date) -> Wanted | None:
        """Parse `rest`, the text after the command's word: the number of an article or clause; None for anything else.

        Understood are `4`, `4.1`, `điều 4 khoản 1` (article 4, clause 1) and `QĐ 1.1` (of the decision that issued the
        regulation). An empty text asks for the table of contents.
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
        prefix = DECISION if {"qd", "quyet"} & set(names) else ""
        return Wanted(prefix + numbers[0], numbers[1] if len(numbers) > 1 else "")

    def answer(self, call: Call, argument: Wanted) -> Answer:
        """Return summaries of the wanted clauses, from config/quy-che.yaml, or the regulation's table of contents."""
        own = self.of(call.groups[0].id) if call.groups else self
        if own is not self:
            return own.answer(call, argument)
        if not argument.article:
            return Answer([self._table_of_contents()], subject="contents")
        clauses = [clause for clause in self.policy.regulation.clauses if _belongs_to(clause, argument)]
        if not clauses:
            text = self.voice.render(TextId("regulation_none"), wanted=citation_of(argument.number))
            return Answer([text], "unknown", argument.number)
        return Answer(["\n".join(map(self._clause, clauses))], subject=argument.number)

    def _table_of_contents(self) -> str:
        regulation = self.policy.regulation
        rows = []
        for article, clauses in groupby(regulation.clauses, lambda clause: clause.number.rpartition(".")[0]):
            kind = (
                TextId("regulation_decision_row") if article.startswith(DECISION) else TextId("regulation_article_row")
            )
            numbers = ", ".join(clause.number.rpartition(".")[2] for clause in clauses)
            rows.append(self.voice.render(kind, article=article.removeprefix(DECISION), clauses=numbers))
        return self.voice.render(
            TextId("regulation"),
            title=regulation.title,
            number=regulation.cited_number,
            issued=regulation.issued_on,
            issuer=regulation.issuer,
            rows="\n".join(rows),
        )

    def _clause(self, clause: Clause) -> str:
        note, citation = "", clause.citation[:1].upper() + clause.citation[1:]
        if clause.enforced is Enforcement.NOT_VISIBLE:
            unseen = self.voice.render(TextId("regulation_not_visible"))
            by_hand = clause.note.strip(" .")
            note = self.voice.render(TextId("regulation_note"), note=f"{unseen}; {by_hand}" if by_hand else unseen)
        return self.voice.render(TextId("regulation_clause"), citation=citation, summary=clause.summary, note=note)


_WORD = re.compile(r"[0-9]{1,6}|[^\W\d_]+")
_KNOWN_WORDS = frozenset({"dieu", "khoan", "so", "qd", "quyet", "dinh"})


def _belongs_to(clause: Clause, wanted: Wanted) -> bool:
    if wanted.clause:
        return clause.number == wanted.number
    return clause.number == wanted.article or clause.number.rpartition(".")[0] == wanted.article
