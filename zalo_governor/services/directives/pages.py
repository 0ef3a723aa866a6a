"""What people read about directives: the ledger on one page, one directive, reminders; each at most 600 characters."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from zalo_governor.domain.clock import local
from zalo_governor.domain.directives import (
    AnswerKind,
    Assignee,
    Directive,
    DirectiveOverview,
    DirectiveState,
    LedgerPage,
    OwedDirective,
    Progress,
)
from zalo_governor.domain.people import Person
from zalo_governor.services.messaging.formatter import MessageFormatter, number, plain
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import Group, ServicePolicy
from zalo_governor.services.ports import UnitOfWork

PAGE_LIMIT = 600
"""Longest message about directives, in characters: one page on a phone."""
_EXCERPT = 60
_MANY = 10
"""A directive to more addressees is to many."""
_STATES = {
    DirectiveState.PROPOSED: MessageId.DIRECTIVE_STATE_PROPOSED,
    DirectiveState.OPEN: MessageId.DIRECTIVE_STATE_OPEN,
    DirectiveState.DONE: MessageId.DIRECTIVE_STATE_DONE,
    DirectiveState.DROPPED: MessageId.DIRECTIVE_STATE_DROPPED,
    DirectiveState.WITHDRAWN: MessageId.DIRECTIVE_STATE_WITHDRAWN,
}
_PROGRESS = {
    Progress.OVERDUE: MessageId.PROGRESS_OVERDUE,
    Progress.UNSEEN: MessageId.PROGRESS_UNSEEN,
    Progress.SEEN: MessageId.PROGRESS_SEEN,
    Progress.DELAYED: MessageId.PROGRESS_DELAYED,
    Progress.RECEIVED: MessageId.PROGRESS_RECEIVED,
    Progress.REPORTED: MessageId.PROGRESS_REPORTED,
}
"""The words for each progress, in the order of a directive's page: the worst first."""


class DirectivePages:
    """Renderer of the messages about directives."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)

    def overview(self, group: Group, page: LedgerPage) -> str:
        """Return the ledger of a group: one line a directive, the worst first, as many as fit on the page."""
        name = self._voice.group(group)
        if not page.lines:
            return self._voice.render(MessageId.DIRECTIVES_NONE, group=name)
        late = page.overdue
        overdue = self._voice.render(MessageId.LEDGER_OVERDUE, count=number(late)) if late else ""
        head = self._voice.render(
            MessageId.DIRECTIVES, group=name, count=number(page.total), overdue=overdue, rows="{rows}"
        )
        return self._filled(head, [self._line(line) for line in page.lines], page.total)

    def mine(self, person: Person, owed: Sequence[OwedDirective]) -> str:
        """Return what is asked of one person: the directives that are not settled, the next deadline first."""
        now = self._policy.clock()
        rows = [
            self._voice.render(
                MessageId.DIRECTIVE_MINE_ROW,
                code=directive.code,
                state=self._own_progress(one, now),
                due=self.due(one.due_at),
                what=_excerpt(directive, one),
            )
            for directive, one in sorted(
                ((owes.directive, one) for owes in owed for one in owes.assignees if not one.settled),
                key=lambda pair: (pair[1].due_at is None, pair[1].due_at or pair[0].at),
            )
        ]
        if not rows:
            return self._voice.render_for(person, MessageId.DIRECTIVE_MINE_NONE)
        return self._filled(self._voice.render_for(person, MessageId.DIRECTIVE_MINE, rows="{rows}"), rows, len(rows))

    def one(self, uow: UnitOfWork, directive: Directive, assignees: Sequence[Assignee]) -> str:
        """Return the page of one directive: who gave it, its deadline, and the addressees by progress, worst first."""
        now = self._policy.clock()
        asked = [one for one in assignees if not one.removed]
        head = self._voice.render(
            MessageId.DIRECTIVE_PAGE,
            code=directive.code,
            who=self._voice.who(uow.people.get(directive.given_by)),
            when=_short(directive.at),
            state=self._state_of(directive, asked),
            what=plain(directive.text, 2 * _EXCERPT) or self._voice.render(MessageId.DIRECTIVE_NO_TEXT),
            reported=number(sum(one.reported_at is not None for one in asked)),
            count=number(len(asked)),
            due=self._due_of_all(asked),
            rows="{rows}",
            next=self._voice.render(MessageId.DIRECTIVE_PAGE_NEXT, code=directive.code) if directive.open else "",
        )
        rows = []
        for progress, label in _PROGRESS.items():
            there = [one for one in asked if one.in_group and one.progress(now) is progress]
            if there:
                names = self._names(there, PAGE_LIMIT // 3)
                rows.append(
                    self._voice.render(
                        MessageId.DIRECTIVE_GROUP_ROW,
                        state=self._voice.render(label),
                        count=number(len(there)),
                        names=names,
                    )
                )
        for label, there in (
            (MessageId.DIRECTIVE_ABSENT, [one for one in asked if one.known and not one.in_group]),
            (MessageId.DIRECTIVE_UNKNOWN, [one for one in asked if not one.known]),
            (MessageId.DIRECTIVE_ASSUMED, [one for one in asked if one.assumed]),
            (MessageId.DIRECTIVE_UNVERIFIED, [one for one in asked if _is_unverified(uow, one)]),
        ):
            if there:
                rows.append(self._voice.render(label, names=self._names(there, PAGE_LIMIT // 5)))
        rows += self._delays(uow, asked)
        if not asked:
            rows.append(self._voice.render(MessageId.DIRECTIVE_NOBODY, code=directive.code))
        return self._filled(head, rows, len(rows), MessageId.DIRECTIVE_GROUPS_MORE)

    def _due_of_all(self, asked: Sequence[Assignee]) -> str:
        """Return the next deadline of those who have not finished, and that there are others, if there are."""
        times = {one.due_at for one in asked if one.due_at and not one.settled}
        times = times or {one.due_at for one in asked if one.due_at}
        due = self.due(min(times, default=None))
        return (
            due if len(times) < 2 else self._voice.render(MessageId.DIRECTIVE_DUES, due=due, count=number(len(times)))
        )

    def _delays(self, uow: UnitOfWork, asked: Sequence[Assignee]) -> list[str]:
        """Return why addressees have not finished, in their own words, as far as these are still stored."""
        rows = []
        for one in asked:
            if one.delayed_at is None or one.reported_at is not None:
                continue
            answers = [answer for answer in uow.directives.answers(one.id) if answer.kind is AnswerKind.DELAYED]
            said = self._policy.words_of(one.group_id, answers[-1].message_key) if answers else ""
            if words := plain(said, 2 * _EXCERPT):
                rows.append(self._voice.render(MessageId.DIRECTIVE_DELAY, name=plain(one.name, _EXCERPT), words=words))
        return rows

    def acknowledgement(self, directive: Directive, assignees: Sequence[Assignee]) -> str:
        """Return the line that acknowledges a new directive in the group."""
        due = min((one.due_at for one in assignees if one.due_at), default=directive.items[0].due_at)
        return self._voice.render(
            MessageId.DIRECTIVE_ACKNOWLEDGED,
            code=directive.code,
            due=self.due(due),
            count=number(len(assignees)),
        )

    def unreachable(self, directive: Directive, assignees: Sequence[Assignee]) -> str:
        """Return what the admins are told at once of addressees who cannot answer; "" if all can.

        Of a directive to many, only the names that are nobody's are told: who is not in the group is known by then.
        """
        absent = [one for one in assignees if one.known and not one.in_group and len(assignees) <= _MANY]
        unknown = [one for one in assignees if not one.known and not one.in_group]
        if not absent and not unknown:
            return ""
        told = [
            self._voice.render(label, names=self._names(there, PAGE_LIMIT // 4))
            for label, there in ((MessageId.DIRECTIVE_ABSENT, absent), (MessageId.DIRECTIVE_UNKNOWN, unknown))
            if there
        ]
        return self._voice.render(MessageId.DIRECTIVE_UNREACHABLE, code=directive.code, told="; ".join(told))

    def reminder(self, person: Person, asked: Sequence[tuple[Directive, Assignee]]) -> str:
        """Return the reminder to one person of all directives that wait for an answer."""
        rows = [
            self._voice.render(
                MessageId.DIRECTIVE_REMINDER_ROW,
                code=directive.code,
                when=_short(directive.at),
                due=self.due(one.due_at),
                what=_excerpt(directive, one),
            )
            for directive, one in asked
        ]
        head = self._voice.render_for(person, MessageId.DIRECTIVE_REMINDER, rows="{rows}")
        return self._filled(head, rows, len(rows))

    def at_deadline(self, directive: Directive, asked: Sequence[Assignee], due: datetime) -> str:
        """Return the line to the leader when the deadline of a directive comes."""
        missing = [one for one in asked if not one.settled]
        about = {
            "code": directive.code,
            "due": _short(due),
            "what": plain(directive.text, _EXCERPT) or self._voice.render(MessageId.DIRECTIVE_NO_TEXT),
            "count": number(len(asked)),
        }
        if not missing:
            return self._voice.render(MessageId.DIRECTIVE_DEADLINE_DONE, **about)
        names = self._names(missing, PAGE_LIMIT // 2)
        return self._voice.render(MessageId.DIRECTIVE_DEADLINE, missing=number(len(missing)), names=names, **about)

    def proposals(self, uow: UnitOfWork, group_id: str, proposed: Sequence[Directive]) -> str:
        """Return the question to the admins about messages that may be directives."""
        rows = [
            self._voice.render(
                MessageId.DIRECTIVE_PROPOSED_ROW,
                code=directive.code,
                read=self._as_read(directive),
                who=self._voice.who(uow.people.get(directive.entered_by or directive.given_by)),
                when=_short(directive.at),
                what=plain(directive.text, _EXCERPT),
            )
            for directive in proposed
        ]
        several = MessageId.DIRECTIVE_PROPOSED_SEVERAL if len(proposed) > 1 else MessageId.DIRECTIVE_PROPOSED_ONE
        head = self._voice.render(
            MessageId.DIRECTIVE_PROPOSED,
            group=self._voice.group(self._policy.group(group_id)),
            how=self._voice.render(several, code=proposed[0].code),
            rows="{rows}",
        )
        return self._filled(head, rows, len(rows))

    def about(self, person: Person, found: Sequence[Directive]) -> str:
        """Return the list of directives that a question may be about, or that there are none."""
        if not found:
            return self._voice.render_for(person, MessageId.DIRECTIVES_ABOUT_NONE)
        rows = [
            self._voice.render(
                MessageId.DIRECTIVE_MINE_ROW,
                code=directive.code,
                state=self.state(directive),
                due=self.due(min((item.due_at for item in directive.items if item.due_at), default=None)),
                what=plain(directive.text, _EXCERPT),
            )
            for directive in found
        ]
        head = self._voice.render_for(person, MessageId.DIRECTIVES_ABOUT, code=found[0].code, rows="{rows}")
        return self._filled(head, rows, len(rows))

    def _as_read(self, directive: Directive) -> str:
        """Return what the program read in a message: for whom it is, and until when."""
        names = ", ".join(dict.fromkeys(name for item in directive.items for name in item.names))
        due = min((item.due_at for item in directive.items if item.due_at), default=None)
        when = self.due(due)
        if due is not None and local(due).date() == local(self._policy.clock()).date():
            when = self._voice.render(MessageId.DIRECTIVE_DUE_TODAY, when=f"{local(due):%H:%M}")
        if not names:
            return self._voice.render(MessageId.DIRECTIVE_READ_NOBODY, due=when)
        return self._voice.render(MessageId.DIRECTIVE_READ, names=plain(names, _EXCERPT), due=when)

    def not_reminded(self, left: Sequence[Assignee]) -> str:
        """Return what the admins are told of addressees for whom there was no room in a round of reminders."""
        return self._voice.render(
            MessageId.DIRECTIVE_NOT_REMINDED, count=number(len(left)), names=self._names(left, PAGE_LIMIT // 2)
        )

    def _state_of(self, directive: Directive, asked: Sequence[Assignee]) -> str:
        """Return the state; without a deadline, that all have answered does not mean that it was carried out."""
        if directive.state is DirectiveState.DONE and any(not one.silent and one.reported_at is None for one in asked):
            return self._voice.render(MessageId.DIRECTIVE_STATE_ANSWERED)
        return self.state(directive)

    def state(self, directive: Directive) -> str:
        """Return the state of a directive in words."""
        return self._voice.render(_STATES[directive.state])

    def names(self, assignees: Iterable[Assignee]) -> str:
        """Return the names of addressees as far as they fit on a page, and how many more there are."""
        return self._names(assignees, PAGE_LIMIT // 2)

    def due(self, due: datetime | None) -> str:
        """Return a deadline as the pages show it: `hạn 17:00 25/11`, or that there is none."""
        if due is None:
            return self._voice.render(MessageId.DIRECTIVE_NO_DUE)
        return self._voice.render(MessageId.DIRECTIVE_DUE, when=_short(due))

    def day_of_due(self, due: datetime) -> str:
        """Return a deadline that somebody typed, so that a slip is seen: `hạn 17:00 thứ Tư 25/11`, with another year.

        The year is shown if it is not the present one.
        """
        here, now = local(due), local(self._policy.clock())
        year = f"/{here:%Y}" if here.year != now.year else ""
        weekday = self._voice.render(MessageId.WEEKDAYS).split(", ")[here.weekday()]
        when = f"{here:%H:%M} {weekday} {here:%d/%m}{year}"
        return self._voice.render(MessageId.DIRECTIVE_DUE, when=when)

    def _line(self, line: DirectiveOverview) -> str:
        facts = {
            "code": line.directive.code,
            "due": self.due(line.due_at),
            "reported": number(line.reported),
            "count": number(line.addressees),
            "what": plain(line.directive.text, _EXCERPT // 2),
        }
        if line.overdue:
            return self._voice.render(MessageId.DIRECTIVE_ROW_OVERDUE, overdue=number(line.overdue), **facts)
        return self._voice.render(MessageId.DIRECTIVE_ROW, answered=number(line.answered), **facts)

    def _own_progress(self, assignee: Assignee, now: datetime) -> str:
        """Return the progress as it is told to the addressee, who is reading and so has seen the directive."""
        progress = assignee.progress(now)
        silent = progress in {Progress.UNSEEN, Progress.SEEN}
        said = self._voice.render(MessageId.PROGRESS_SILENT if silent else _PROGRESS[progress])
        return said[:1].lower() + said[1:]

    def _names(self, assignees: Iterable[Assignee], limit: int) -> str:
        """Return as many names, separated by commas, as fit into `limit` characters, and how many more there are."""
        names = [plain(one.name, _EXCERPT) for one in assignees]
        kept: list[str] = []
        for name in names:
            if sum(map(len, kept)) + 2 * len(kept) + len(name) > limit and kept:
                break
            kept.append(name)
        shown = ", ".join(kept)
        if len(kept) == len(names):
            return shown
        return self._voice.render(MessageId.DIRECTIVE_NAMES_MORE, names=shown, count=number(len(names) - len(kept)))

    def _filled(
        self, head: str, rows: Sequence[str], count: int, text_of_more: MessageId = MessageId.DIRECTIVES_MORE
    ) -> str:
        """Put as many rows into the place "{rows}" of the text as fit on the page; say how many more there are."""
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


def _excerpt(directive: Directive, assignee: Assignee) -> str:
    items = directive.items
    return plain(items[assignee.item].text if assignee.item < len(items) else directive.text, _EXCERPT)


def _short(at: datetime) -> str:
    """Return a time without its year, which people know: `17:00 25/11`."""
    return f"{local(at):%H:%M %d/%m}"
