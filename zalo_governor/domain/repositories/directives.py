"""Protocol of the repository of directives: leaders' orders, who has to answer them, and who has answered."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.directive_figures import DirectiveFigures
from zalo_governor.domain.directives import (
    Assignee,
    Directive,
    DirectiveAnswer,
    LedgerPage,
    OwedDirective,
)


class Directives(Protocol):
    """Repository of directives (leaders' orders) with their addressees and answers."""

    def add(self, directive: Directive) -> Directive:
        """Store a new directive, ignoring its id; return it with its new id."""
        ...

    def get(self, directive_id: int) -> Directive | None:
        """Return the directive with that number; None if there is none."""
        ...

    def of_message(self, group_id: str, message_key: str) -> Directive | None:
        """Return the directive that the message with that id (msgId) is; the newest one if several; else None."""
        ...

    def save(self, directive: Directive) -> None:
        """Store the changed items, state and reason of a directive; answers are looked for only while it is open."""
        ...

    def assignees(self, directive_id: int) -> list[Assignee]:
        """Return the addressees of a directive in the order of its items, those that were taken off it too."""
        ...

    def put_assignee(self, assignee: Assignee) -> Assignee:
        """Store a new addressee (its id is 0), or the changed one; return it with its id."""
        ...

    def owes(self, group_id: str, person_id: int) -> bool:
        """Return whether the person can answer any open directive; cheap, as it is asked for every message."""
        ...

    def owed_by(self, group_id: str, person_id: int, limit: int) -> list[OwedDirective]:
        """Return the open directives that the person can answer, the newest first, with the person's entries in each.

        Entries that were taken off the directive are left out; those that were answered already are not.
        """
        ...

    def add_answer(self, answer: DirectiveAnswer) -> bool:
        """Store an answer; return False if the same message is stored as an answer of the same addressee already."""
        ...

    def answers(self, assignee_id: int) -> list[DirectiveAnswer]:
        """Return the answers of an addressee, oldest first."""
        ...

    def answers_by_message(self, group_id: str, message_key: str) -> list[DirectiveAnswer]:
        """Return what a message was counted as, one answer for each addressee for whom it counts."""
        ...

    def forget_answers(self, group_id: str, message_key: str) -> None:
        """Delete the answers that a message was counted as: it was recalled, edited, or the reaction taken back."""
        ...

    def take_waiting_answers(self, group_id: str, target_key: str) -> list[DirectiveAnswer]:
        """Return the answers to a message that was not known as a directive when they came, and delete them."""
        ...

    def overview(self, group_id: str, now: datetime, limit: int) -> LedgerPage:
        """Return at most `limit` open directives, how many there are, how many overdue, and which missed a deadline.

        By `DirectiveOverview.rank`: late ones first, the longest at the top; those without deadline last, newest first.
        """
        ...

    def proposed(self, group_id: str) -> list[Directive]:
        """Return the messages of which the admins have to say whether they are directives, oldest first."""
        ...

    def with_due(self, group_id: str, start: datetime, end: datetime) -> list[tuple[Directive, Assignee]]:
        """Return the unsettled addressees of open directives with a deadline in [start, end), in order of deadlines."""
        ...

    def note_seen(self, directive_id: int, person_ids: Collection[int], at: datetime) -> None:
        """Record that these people have seen the directive's message; only the first time counts."""
        ...

    def figures(self, group_id: str, start: datetime, end: datetime, now: datetime) -> DirectiveFigures:
        """Return how the directives given in [start, end) were answered by `now`, for the report."""
        ...

    def given(self, group_id: str, start: datetime, end: datetime) -> list[tuple[Directive, list[Assignee]]]:
        """Return the directives given in [start, end), in any state, with their addressees."""
        ...

    def forget_receipts(self, before: datetime) -> int:
        """Delete when directives were seen, where that was before `before`; return how many times were deleted."""
        ...
