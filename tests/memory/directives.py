"""The directive ledger in memory."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from tests.memory.base import MemoryRepository
from zalo_governor.domain.directive_figures import DirectiveFigures, figures_of
from zalo_governor.domain.directives import (
    AnswerKind,
    AnswerWay,
    Assignee,
    Directive,
    DirectiveAnswer,
    DirectiveOverview,
    DirectiveState,
    LedgerPage,
    OwedDirective,
)
from zalo_governor.storage.repositories.directives import Directives

_REPORTED = (AnswerKind.REPORTED,)


class MemoryDirectives(MemoryRepository, Directives):
    """Over lists."""

    def add(self, directive: Directive) -> Directive:
        directive = directive.model_copy(update={"id": len(self._store.directives) + 1})
        self._store.directives.append(directive)
        return directive

    def get(self, directive_id: int) -> Directive | None:
        return next((one for one in self._store.directives if one.id == directive_id), None)

    def of_message(self, group_id: str, message_key: str) -> Directive | None:
        found = [
            one
            for one in self._store.directives
            if message_key and (one.group_id, one.message_key) == (group_id, message_key)
        ]
        return found[-1] if found else None

    def save(self, directive: Directive) -> None:
        self._store.directives[directive.id - 1] = directive

    def assignees(self, directive_id: int) -> list[Assignee]:
        found = [one for one in self._store.assignees if one.directive_id == directive_id]
        directive = self.get(directive_id)
        found = [directive.with_missed(one) if directive else one for one in found]
        return sorted(found, key=lambda one: (one.item, one.id))

    def put_assignees(self, assignees: Iterable[Assignee]) -> list[Assignee]:
        return [self._put_assignee(one) for one in assignees]

    def _put_assignee(self, assignee: Assignee) -> Assignee:
        if assignee.id:
            self._store.assignees[assignee.id - 1] = assignee
            return assignee
        assignee = assignee.model_copy(update={"id": len(self._store.assignees) + 1})
        self._store.assignees.append(assignee)
        return assignee

    def owes(self, group_id: str, person_id: int) -> bool:
        return bool(self.owed_by(group_id, person_id, 1))

    def owed_by(self, group_id: str, person_id: int, limit: int) -> list[OwedDirective]:
        found = []
        for directive in reversed(self._store.directives):
            asked = [one for one in self.assignees(directive.id) if not one.removed]
            own = [one for one in asked if person_id in one.person_ids]
            if directive.open and directive.group_id == group_id and own:
                found.append(OwedDirective(directive, own, len(asked)))
        return found[:limit]

    def add_answer(self, answer: DirectiveAnswer) -> bool:
        same = self.answers_by_message(answer.group_id, answer.message_key)
        if any(answer.assignee_id in (None, one.assignee_id) for one in same):
            return False
        self._store.answers.append(answer)
        return True

    def answers(self, assignee_id: int) -> list[DirectiveAnswer]:
        found = [one for one in self._store.answers if one.assignee_id == assignee_id]
        return sorted(found, key=lambda one: one.at)

    def answers_by_message(self, group_id: str, message_key: str) -> list[DirectiveAnswer]:
        return [one for one in self._store.answers if (one.group_id, one.message_key) == (group_id, message_key)]

    def forget_answers(self, group_id: str, message_key: str) -> None:
        gone = self.answers_by_message(group_id, message_key)
        self._store.answers = [one for one in self._store.answers if one not in gone]

    def take_waiting_answers(self, group_id: str, target_key: str) -> list[DirectiveAnswer]:
        found = [
            one
            for one in self._store.answers
            if one.directive_id is None and (one.group_id, one.target_key) == (group_id, target_key)
        ]
        self._store.answers = [one for one in self._store.answers if one not in found]
        return sorted(found, key=lambda one: one.at)

    def _said_itself(self, assignee: Assignee, kinds: Collection[AnswerKind] = tuple(AnswerKind)) -> bool:
        answers = [one for one in self._store.answers if one.assignee_id == assignee.id]
        own = [one for one in answers if one.way is not AnswerWay.BY_HAND]
        return len(own) == len(answers) or any(one.kind in kinds for one in own)

    def overview(self, group_id: str, now: datetime, limit: int) -> LedgerPage:
        lines = []
        for directive in self._store.directives:
            if not directive.open or directive.group_id != group_id:
                continue
            asked = [one for one in self.assignees(directive.id) if not one.removed]
            unmet = {(one.item, one.due_at) for one in asked if not one.settled}
            lines.append(
                DirectiveOverview(
                    directive=directive,
                    addressees=len(asked),
                    answered=sum(not one.silent and self._said_itself(one) for one in asked),
                    reported=sum(one.reported_at is not None and self._said_itself(one, _REPORTED) for one in asked),
                    overdue=sum(one.is_overdue(now) for one in asked),
                    deadlines=directive.deadlines(unmet),
                )
            )
        lines.sort(key=lambda line: line.rank)
        missed = tuple(sorted(line.directive.code for line in lines if line.deadlines.missed_at))
        return LedgerPage(lines[:limit], len(lines), sum(line.overdue > 0 for line in lines), missed)

    def proposed(self, group_id: str) -> list[Directive]:
        return [
            one for one in self._store.directives if (one.group_id, one.state) == (group_id, DirectiveState.PROPOSED)
        ]

    def with_due(self, group_id: str, start: datetime, end: datetime) -> list[tuple[Directive, Assignee]]:
        found = [
            (directive, one)
            for directive in self._store.directives
            for one in self.assignees(directive.id)
            if directive.open
            and directive.group_id == group_id
            and not one.settled
            and one.due_at is not None
            and start <= one.due_at < end
        ]
        return sorted(found, key=lambda pair: (pair[1].due_at, pair[1].id))

    def note_seen(self, directive_id: int, person_ids: Collection[int], at: datetime) -> None:
        for one in self.assignees(directive_id):
            if one.seen_at is None and not set(one.person_ids).isdisjoint(person_ids):
                self._store.assignees[one.id - 1] = one.model_copy(update={"seen_at": at})

    def figures(self, group_id: str, start: datetime, end: datetime, now: datetime) -> DirectiveFigures:
        given = self.given(group_id, start, end)
        codes = {row["subject"] for row in self._store.audited if row["action"] == "directive.proposed"}
        asked = [each for _, entries in given for each in entries]
        closed = {one.id: self._spoke(one) for one in asked if not self._said_itself(one, _REPORTED)}
        return figures_of([one for one, _ in given], asked, now, codes, closed)

    def _spoke(self, assignee: Assignee) -> bool:
        return any(one.way is not AnswerWay.BY_HAND for one in self.answers(assignee.id))

    def given(self, group_id: str, start: datetime, end: datetime) -> list[tuple[Directive, list[Assignee]]]:
        given = [one for one in self._store.directives if one.group_id == group_id and start <= one.at < end]
        return [(one, self.assignees(one.id)) for one in given]

    def unreported(self, group_id: str, limit: int) -> list[tuple[Directive, list[Assignee]]]:
        lines = self.overview(group_id, datetime.max.replace(tzinfo=UTC), limit).lines
        return [
            (line.directive, self.assignees(line.directive.id)) for line in lines if line.reported < line.addressees
        ]

    def forget_receipts(self, before: datetime) -> int:
        old = [one for one in self._store.assignees if one.seen_at is not None and one.seen_at < before]
        for one in old:
            self._store.assignees[one.id - 1] = one.model_copy(update={"seen_at": None})
        return len(old)
