"""What people read about directives: the ledger on one page, one directive, reminders; each at most 600 characters."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from zalo_governor.domain.clock import local
from zalo_governor.domain.directives import (
    AnswerKind,
    AnswerWay,
    Assignee,
    Deadlines,
    Directive,
    DirectiveOverview,
    DirectiveState,
    LedgerPage,
    OwedDirective,
    Progress,
)
from zalo_governor.domain.people import Group, Person
from zalo_governor.domain.regulation import AbsenceRule
from zalo_governor.features.cases.commands.show import QUOTABLE
from zalo_governor.messaging.formatter import brief, number, plain
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

PAGE_LIMIT = 600
"""Longest message about directives, in characters: one page on a phone."""
_EXCERPT = 60
_QUOTED = 5
_MANY = 10
"""Most directives in a list; also, most addressees of a new directive of which the absent ones are named."""
_STATES = {
    DirectiveState.PROPOSED: TextId("directive_state_proposed"),
    DirectiveState.OPEN: TextId("directive_state_open"),
    DirectiveState.DONE: TextId("directive_state_closed"),
    DirectiveState.DROPPED: TextId("directive_state_dropped"),
    DirectiveState.WITHDRAWN: TextId("directive_state_withdrawn"),
}
_PROGRESS = {
    Progress.OVERDUE: TextId("progress_overdue"),
    Progress.UNSEEN: TextId("progress_unseen"),
    Progress.SEEN: TextId("progress_seen"),
    Progress.DELAYED: TextId("progress_delayed"),
    Progress.RECEIVED: TextId("progress_received"),
    Progress.REPORTED: TextId("progress_reported"),
}
"""The words for each progress, in the order of a directive's page: the worst first."""


class DirectivePages(Speaker):
    """Renderer of the messages about directives."""

    def overview(self, group: Group, page: LedgerPage) -> str:
        """Return the ledger of a group: one line a directive, the worst first, as many as fit into `PAGE_LIMIT`."""
        name = self._voice.group(group)
        if not page.lines:
            return self._voice.render(TextId("directives_none"), group=name)
        late = page.overdue
        overdue = self._voice.render(TextId("ledger_overdue"), count=number(late)) if late else ""
        sums = {"count": number(page.total), "overdue": overdue, "missed": self._voice.missed(page.missed)}
        alone = any(line.directive.unconfirmed for line in page.lines)
        sums["alone"] = self._voice.render(TextId("ledger_recorded_alone")) if alone else ""
        head = self._voice.render(TextId("directives"), group=name, rows="{rows}", **sums)
        return self._filled(head, [self._line(line) for line in page.lines], page.total)

    def counts(self, page: LedgerPage) -> str:
        """Return in words how many directives a group's ledger follows, and how many of them are overdue."""
        sums = {"count": number(page.total), "overdue": number(page.overdue), "missed": self._voice.missed(page.missed)}
        return self._voice.render(TextId("ledger_counted"), **sums)

    def mine(self, person: Person, owed: Sequence[OwedDirective]) -> str:
        """Return the list of directives that still await the person's answer, the next deadline first."""
        now = self._policy.clock()
        rows = [
            self._voice.render(
                TextId("directive_mine_row"),
                code=directive.code,
                state=self._own_progress(one, now),
                due=self.due_of(directive, [one]),
                what=_excerpt(directive, one),
            )
            for directive, one in sorted(
                ((owes.directive, one) for owes in owed for one in owes.assignees if not one.settled),
                key=lambda pair: (pair[1].due_at is None, pair[1].due_at or pair[0].at),
            )
        ]
        if not rows:
            return self._voice.render_for(person, TextId("directive_mine_none"))
        return self._filled(self._voice.render_for(person, TextId("directive_mine"), rows="{rows}"), rows, len(rows))

    def one(
        self, uow: UnitOfWork, directive: Directive, assignees: Sequence[Assignee], *, answers: bool = False
    ) -> str:
        """Return the message about a directive: who gave it, its deadline, and the addressees by progress, worst first.

        Reasons for a delay are quoted; with `answers`, also five other answers. What exceeds `PAGE_LIMIT` is left out.
        """
        now = self._policy.clock()
        asked = [one for one in assignees if not one.removed]
        by_hand: dict[int, list[Assignee]] = {}
        for one in asked:
            if person_id := closer(uow, one):
                by_hand.setdefault(person_id, []).append(one)
        closed = [one for those in by_hand.values() for one in those]
        dues = {one.due_at for one in asked}
        head = self._voice.render(
            TextId("directive_page"),
            code=directive.code,
            who=self._voice.who(uow.people.get(directive.given_by)),
            when=brief(directive.at) + (f", {self._voice.place(directive.place)}" if directive.place else ""),
            state=self.state_of(uow, directive, asked),
            what=plain(directive.text, 2 * _EXCERPT) or self._voice.render(TextId("directive_no_text")),
            reported=self._voice.render(
                TextId("directive_share_of_reports"),
                reported=number(sum(one.reported_at is not None for one in asked) - sum(map(len, by_hand.values()))),
                count=number(len(asked)),
            )
            if asked
            else "",
            due=self.due_of(directive, asked),
            rows="{rows}",
            next=self._next(directive, asked) if directive.open else "",
        )
        reason = plain(directive.reason, 2 * _EXCERPT)
        rows = [self._voice.render(TextId("directive_dropped_why"), words=reason)] if reason else []
        for progress, label in _PROGRESS.items():
            there = [one for one in asked if one.in_group and one.progress(now) is progress and one not in closed]
            if there:
                names = self.names(there, PAGE_LIMIT // 3, directive if len(dues) > 1 else None)
                rows.append(
                    self._voice.render(
                        TextId("directive_group_row"),
                        state=self._voice.render(label),
                        count=number(len(there)),
                        names=names,
                    )
                )
        for person_id, those in by_hand.items():
            about = {"who": self._voice.who(uow.people.get(person_id)), "count": number(len(those))}
            names = self.names(those, PAGE_LIMIT // 3)
            words = dict.fromkeys(self.closing_words(uow, directive, one) for one in those)
            said = plain("; ".join(filter(None, words)), 2 * _EXCERPT)
            why = self._voice.render(TextId("directive_why"), words=said) if said else ""
            rows.append(self._voice.render(TextId("directive_by_hand"), names=names, why=why, **about))
        rest = [one for one in asked if one not in closed]
        for label, there in (
            (TextId("directive_absent"), [one for one in rest if one.known and not one.in_group]),
            (TextId("directive_unknown"), [one for one in rest if not one.known]),
            (TextId("directive_assumed"), [one for one in rest if one.assumed]),
            (TextId("directive_unverified"), [one for one in rest if _is_unverified(uow, one)]),
        ):
            if there:
                rows.append(self._voice.render(label, names=self.names(there, PAGE_LIMIT // 5)))
        rows += self._quotes(uow, asked, answers=answers)
        if not asked:
            rows.append(self._voice.render(TextId("directive_nobody"), code=directive.code))
        return self._filled(head, rows, len(rows), TextId("directive_groups_more"))

    def closing_words(self, uow: UnitOfWork, directive: Directive, assignee: Assignee) -> str:
        """Return the reason typed after `/xong` when the addressee was closed by hand; "" if none."""
        keys = [answer.message_key for answer in uow.directives.answers(assignee.id)]
        return next((directive.closing_words[key] for key in reversed(keys) if key in directive.closing_words), "")

    def _next(self, directive: Directive, asked: Sequence[Assignee]) -> str:
        """Return the hint on commands for an open directive; on setting a deadline if that of the message was over."""
        missed = any(one.missed_at and one.reported_at is None for one in asked)
        kind = "missed" if missed else "unconfirmed" if directive.unconfirmed else "next"
        return self._voice.render(TextId(f"directive_page_{kind}"), code=directive.code)

    def counted_words(self, uow: UnitOfWork, assignee: Assignee) -> str:
        """Return the text of the answer that counts for the addressee: report, else delay, else receipt; "" if none.

        "" as well if its message is not, or no longer, stored, or belongs to a case of which no text may be quoted.
        """
        at = assignee.reported_at or assignee.delayed_at or assignee.received_at
        key = next((one.message_key for one in uow.directives.answers(assignee.id) if one.at == at), "")
        said = self._policy.words_of(assignee.group_id, key)
        cases = uow.cases.of_message(assignee.group_id, key) if said else []
        return said if QUOTABLE.issuperset(self._policy.regulation.topic_of(case.clause) for case in cases) else ""

    def _quotes(self, uow: UnitOfWork, asked: Sequence[Assignee], *, answers: bool) -> list[str]:
        """Return rows that quote the reasons for delays; with `answers`, also at most five other answers."""
        delayed = [one for one in asked if one.delayed_at is not None and one.reported_at is None]
        others = [one for one in asked if not one.silent and one not in delayed] if answers else []
        rows = []
        for one in [*delayed, *others[:_QUOTED]]:
            text = TextId("directive_delay") if one in delayed else TextId("directive_answer")
            if words := plain(self.counted_words(uow, one), 2 * _EXCERPT):
                rows.append(self._voice.render(text, name=plain(one.name, _EXCERPT), words=words))
        return rows

    def acknowledgement(self, directive: Directive, assignees: Sequence[Assignee]) -> str:
        """Return the line that acknowledges a new directive in the group."""
        due, count = self.due_of(directive, assignees), number(len(assignees))
        return self._voice.render(TextId("directive_acknowledged"), code=directive.code, due=due, count=count)

    def entered(self, directive: Directive, assignees: Sequence[Assignee]) -> str:
        """Return the notice to the admins on a new directive with unreachable or no addressees, or a past deadline.

        "" if there is nothing to tell. Of more than ten addressees, those known but not in the group are left out.
        """
        missed = directive.deadlines().missed_at
        absent = [one for one in assignees if one.known and not one.in_group and len(assignees) <= _MANY]
        unknown = [one for one in assignees if not one.known and not one.in_group]
        if assignees and not absent and not unknown and missed is None:
            return ""
        told = [
            self._voice.render(label, names=self.names(there, PAGE_LIMIT // 4))
            for label, there in ((TextId("directive_absent"), absent), (TextId("directive_unknown"), unknown))
            if there
        ]
        due = self.due_of(directive, assignees)
        parts = [self._voice.render(TextId("directive_entered"), code=directive.code, due=due)]
        if missed is not None:
            parts.append(self._voice.render(TextId("directive_missed"), code=directive.code))
        if told:
            parts.append(self._voice.render(TextId("directive_unreachable"), code=directive.code, told="; ".join(told)))
        if not assignees:
            parts.append(self._voice.render(TextId("directive_nobody"), code=directive.code))
        return " ".join(parts)

    def reminder(self, person: Person, asked: Sequence[tuple[Directive, Assignee]]) -> str:
        """Return the reminder to one person of the directives in `asked`, which await the person's answer."""
        rows = [
            self._voice.render(
                TextId("directive_reminder_row"),
                code=directive.code,
                when=brief(directive.at),
                due=self.due_of(directive, [one]),
                what=_excerpt(directive, one),
            )
            for directive, one in asked
        ]
        silent = all(one.silent for _, one in asked)
        text = TextId("directive_reminder") if silent else TextId("directive_reminder_report")
        head = self._voice.render_for(person, text, rows="{rows}")
        return self._filled(head, rows, len(rows))

    def at_deadline(self, directive: Directive, asked: Sequence[Assignee], due: datetime, closed: int = 0) -> str:
        """Return the message on who has answered by the deadline; `closed` is how many were closed with `/xong`."""
        missing = [one for one in asked if not one.settled and not one.absent]
        away = sum(one.absent for one in asked)
        about = {
            "code": directive.code,
            "due": brief(due),
            "what": plain(directive.text, _EXCERPT) or self._voice.render(TextId("directive_no_text")),
            "count": number(len(asked)),
            "alone": self._caution(directive, TextId("directive_unconfirmed")),
            "away": self._voice.render(TextId("directive_deadline_away"), count=number(away)) if away else "",
        }
        if not missing:
            ended = self._voice.render(TextId("directive_deadline_closed"), count=number(closed)) if closed else ""
            done = number(len(asked) - closed - away)
            return self._voice.render(TextId("directive_deadline_done"), done=done, closed=ended, **about)
        names = self.names(missing)
        return self._voice.render(TextId("directive_deadline"), missing=number(len(missing)), names=names, **about)

    def absence(self, directive: Directive, missing: Sequence[Assignee], rule: AbsenceRule, at: datetime) -> str:
        """Return the notice to the admins on the addressees in `missing`, whose answers the rule demands by `at`."""
        return self._voice.render(
            TextId("directive_absence"),
            code=directive.code,
            what=plain(directive.text, _EXCERPT) or self._voice.render(TextId("directive_no_text")),
            when=brief(at),
            citation=self._voice.citation(rule.clause),
            title=rule.title,
            why=rule.why.rstrip(". "),
            count=number(len(missing)),
            names=self.names(missing),
        )

    def proposals(self, uow: UnitOfWork, group_id: str, proposed: Sequence[Directive]) -> str:
        """Return the question to the admins about messages that may be directives."""
        rows = [
            self._voice.render(
                TextId("directive_proposed_row"),
                code=directive.code,
                read=self._as_read(directive),
                who=self._voice.who(uow.people.get(directive.entered_by or directive.given_by)),
                when=brief(directive.at),
                what=plain(directive.text, _EXCERPT),
            )
            for directive in proposed
        ]
        several = TextId("directive_proposed_several") if len(proposed) > 1 else TextId("directive_proposed_one")
        hows = [(several, proposed[0].code)]
        hows += [(TextId("directive_proposed_missed"), one.code) for one in proposed if one.deadlines().missed_at][:1]
        head = self._voice.render(
            TextId("directive_proposed"),
            group=self._voice.group(self._policy.group(group_id)),
            how=" ".join(self._voice.render(text, code=code) for text, code in hows),
            rows="{rows}",
        )
        return self._filled(head, rows, len(rows))

    def about(self, person: Person, found: Sequence[Directive], which: str = "about") -> str:
        """Return the list of the directives `found`, or the text that there are none.

        `which` chooses the heading: "about" (a question may mean these) or "ended" (they are no longer followed).
        """
        if not found:
            return self._voice.render_for(person, TextId(f"directives_{which}_none"))
        rows = [
            self._voice.render(
                TextId("directive_mine_row"),
                code=directive.code,
                state=self.state(directive),
                due=self.due(directive.deadlines()),
                what=plain(directive.text, _EXCERPT),
            )
            for directive in found[:_MANY]
        ]
        head = self._voice.render_for(person, TextId(f"directives_{which}"), code=found[0].code, rows="{rows}")
        return self._filled(head, rows, len(found))

    def _as_read(self, directive: Directive) -> str:
        """Return the addressees and the deadline that the program read in a message."""
        names = ", ".join(dict.fromkeys(name for item in directive.items for name in item.names))
        deadlines, today = directive.deadlines(), local(self._policy.clock()).date()
        when, due = self.due(deadlines), deadlines.due_at
        if due is not None and due == deadlines.last_due_at and local(due).date() == today:
            when = self._voice.render(TextId("directive_due_today"), when=f"{local(due):%H:%M}")
        if not names:
            return self._voice.render(TextId("directive_read_nobody"), due=when)
        return self._voice.render(TextId("directive_read"), names=plain(names, _EXCERPT), due=when)

    def not_reminded(self, left: Sequence[Assignee]) -> str:
        """Return the notice to the admins on addressees not reminded, as more than `most_at_once` were due."""
        return self._voice.render(TextId("directive_not_reminded"), count=number(len(left)), names=self.names(left))

    def state_of(self, uow: UnitOfWork, directive: Directive, asked: Sequence[Assignee]) -> str:
        """Return the state of the directive in words.

        Of an ended one: whether all addressees reported or some only answered, which does not mean that it was done.
        """
        if directive.state is not DirectiveState.DONE or any(closer(uow, one) for one in asked):
            return self.state(directive)
        answered = any(not one.silent and one.reported_at is None for one in asked)
        return self._voice.render(TextId("directive_state_answered") if answered else TextId("directive_state_done"))

    def state(self, directive: Directive) -> str:
        """Return the state in words; of an open directive, whether nobody has confirmed that it is one."""
        return self._voice.render(_STATES[directive.state]) + self._caution(directive, TextId("directive_unconfirmed"))

    def progress(self, uow: UnitOfWork, assignee: Assignee) -> str:
        """Return how far an addressee has come, in words; one that was closed with /xong has not reported."""
        if closer(uow, assignee):
            return self._voice.render(TextId("progress_closed"))
        return self._voice.render(_PROGRESS[assignee.progress(self._policy.clock())])

    def due_of(self, directive: Directive, asked: Sequence[Assignee]) -> str:
        """Return in words the deadlines of the addressees whose answer is awaited; of all in `asked`, if none is."""
        asked = [one for one in asked if not one.settled] or asked
        return self.due(directive.deadlines({(one.item, one.due_at) for one in asked}))

    def due(self, deadlines: Deadlines) -> str:
        """Return deadlines as the pages show them: `hạn 17:00 25/11`, the first and the last, or that there is none."""
        first, last, at = deadlines.due_at, deadlines.last_due_at, deadlines.missed_at
        named = {"time": f"{local(at):%H:%M}", "day": f"{local(at):%d/%m}"} if at else {}
        missed = self._voice.render(TextId("directive_due_missed"), **named) if named else ""
        if first is None or last is None:
            return missed or self._voice.render(TextId("directive_no_due"))
        if missed:
            return self._voice.render(TextId("directive_due_each_missed"), when=brief(first), missed=missed)
        if deadlines.undated:
            return self._voice.render(TextId("directive_due_each"), when=brief(first))
        if first < last:
            return self._voice.render(TextId("directive_due_between"), first=brief(first), last=brief(last))
        return self._voice.render(TextId("directive_due"), when=brief(first))

    def day_of_due(self, due: datetime) -> str:
        """Return a typed deadline with its weekday, so that a slip is noticed: `hạn 17:00 thứ Tư 25/11`.

        The year is shown if it is not the present one.
        """
        here, now = local(due), local(self._policy.clock())
        year = f"/{here:%Y}" if here.year != now.year else ""
        weekday = self._voice.render(TextId("weekdays")).split(", ")[here.weekday()]
        when = f"{here:%H:%M} {weekday} {here:%d/%m}{year}"
        return self._voice.render(TextId("directive_due"), when=when)

    def _caution(self, directive: Directive, text: TextId) -> str:
        """Return the text if the directive is open and nobody has confirmed that it is one; else ""."""
        return self._voice.render(text) if directive.open and directive.unconfirmed else ""

    def _line(self, line: DirectiveOverview) -> str:
        facts = {
            "code": line.directive.code + self._caution(line.directive, TextId("directive_recorded_alone")),
            "due": self.due(line.deadlines),
            "reported": number(line.reported),
            "count": number(line.addressees),
            "what": plain(line.directive.text, _EXCERPT // 2),
        }
        if line.overdue:
            return self._voice.render(TextId("directive_row_overdue"), overdue=number(line.overdue), **facts)
        return self._voice.render(TextId("directive_row"), answered=number(line.answered), **facts)

    def _own_progress(self, assignee: Assignee, now: datetime) -> str:
        """Return the progress in words for the addressee's own list, where seen and unseen are both "not answered"."""
        progress = assignee.progress(now)
        silent = progress in {Progress.UNSEEN, Progress.SEEN}
        said = self._voice.render(TextId("progress_silent") if silent else _PROGRESS[progress])
        return said[:1].lower() + said[1:]

    def names(self, assignees: Iterable[Assignee], limit: int = PAGE_LIMIT // 2, of: Directive | None = None) -> str:
        """Return as many names, separated by commas, as fit into `limit` characters, and how many more there are.

        With a directive, each has its deadline beside it.
        """
        names = [plain(one.name, _EXCERPT) + (f" ({self.due_of(of, [one])})" if of else "") for one in assignees]
        kept: list[str] = []
        for name in names:
            if sum(map(len, kept)) + 2 * len(kept) + len(name) > limit and kept:
                break
            kept.append(name)
        shown = ", ".join(kept)
        if len(kept) == len(names):
            return shown
        return self._voice.render(TextId("directive_names_more"), names=shown, count=number(len(names) - len(kept)))

    def _filled(
        self, head: str, rows: Sequence[str], count: int, text_of_more: TextId = TextId("directives_more")
    ) -> str:
        """Return the text with as many rows in place of "{rows}" as fit on the page, and how many more there are."""
        kept = list(rows)
        while True:
            left = count - len(kept)
            more = [self._voice.render(text_of_more, count=number(left))] if left > 0 else []
            text = head.replace("{rows}", "\n".join([*kept, *more]))
            if len(text) <= PAGE_LIMIT or len(kept) <= 1:
                return text
            kept.pop()


def _is_unverified(uow: UnitOfWork, assignee: Assignee) -> bool:
    """Return whether all answers came from accounts of which only the display name says whose they are."""
    return not assignee.silent and not any(
        uow.people.get(answer.person_id).identified for answer in uow.directives.answers(assignee.id)
    )


def closer(uow: UnitOfWork, assignee: Assignee) -> int | None:
    """Return the id of who closed the addressee with /xong; None if nobody has, or if it has reported itself."""
    said = [answer for answer in uow.directives.answers(assignee.id) if answer.kind is AnswerKind.REPORTED]
    return said[-1].person_id if said and all(answer.way is AnswerWay.BY_HAND for answer in said) else None


def _excerpt(directive: Directive, assignee: Assignee) -> str:
    items = directive.items
    return plain(items[assignee.item].text if assignee.item < len(items) else directive.text, _EXCERPT)
