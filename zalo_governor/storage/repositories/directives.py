"""The directive ledger: directives (leaders' orders), who has to answer them, and their answers."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row, and_, case, delete, func, insert, or_, select, update

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.directives import (
    AnswerKind,
    AnswerWay,
    Assignee,
    Directive,
    DirectiveAnswer,
    DirectiveFigures,
    DirectiveItem,
    DirectiveOverview,
    DirectiveState,
    figures_of,
)
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.schema import directive_answers, directive_assignees, directive_people, directives

_OPEN = directives.c.state == DirectiveState.OPEN.value
_UNSETTLED = and_(
    directive_assignees.c.removed.is_(False),
    directive_assignees.c.reported_ms.is_(None),
    or_(directive_assignees.c.due_ms.is_not(None), directive_assignees.c.received_ms.is_(None)),
)
"""Condition for addressees of whom something is still awaited (see `Assignee.settled`)."""


class _Body(BaseModel):
    """What is encrypted of a directive."""

    items: tuple[DirectiveItem, ...] = ()
    mentioned_uids: tuple[str, ...] = ()
    reason: str = ""


class Directives(Repository):
    """Repository of directives (leaders' orders) with their addressees and answers."""

    def add(self, directive: Directive) -> Directive:
        """Store a new directive, ignoring its id; return it with its new id."""
        self._tx.lock_office()
        self._tx.flush()
        row = {
            "group_id": directive.group_id,
            "account": directive.account,
            "message_key": storable(directive.message_key),
            "given_by": directive.given_by,
            "entered_by": directive.entered_by,
            "at_ms": to_ms(directive.at),
            "addressees": 0,
            "answered": 0,
            "reported": 0,
            **self._changing(directive),
        }
        number = self._tx.connection.execute(insert(directives).returning(directives.c.id), row).scalar_one()
        return directive.model_copy(update={"id": number})

    def get(self, directive_id: int) -> Directive | None:
        """Return the directive with that number; None if there is none."""
        row = self._tx.execute(select(directives).where(directives.c.id == directive_id)).first()
        return None if row is None else self._directive(row)

    def of_message(self, group_id: str, message_key: str) -> Directive | None:
        """Return the directive that the message with that id (msgId) is; the newest one if several; else None."""
        if not message_key:
            return None
        this = (directives.c.group_id == group_id, directives.c.message_key == storable(message_key))
        row = self._tx.execute(select(directives).where(*this).order_by(directives.c.id.desc()).limit(1)).first()
        return None if row is None else self._directive(row)

    def save(self, directive: Directive) -> None:
        """Store the changed items, state and reason of a directive; answers are looked for only while it is open."""
        self._tx.lock_office()
        self._tx.connection.execute(
            update(directives).where(directives.c.id == directive.id).values(self._changing(directive))
        )
        here = directive_people.c.directive_id == directive.id
        self._tx.connection.execute(update(directive_people).where(here).values(live=directive.open))

    def assignees(self, directive_id: int) -> list[Assignee]:
        """Return the addressees of a directive in the order of its items, those that were taken off it too."""
        return self._assignees(directive_assignees.c.directive_id == directive_id)

    def put_assignee(self, assignee: Assignee) -> Assignee:
        """Store a new addressee (its id is 0), or the changed one; return it with its id."""
        self._tx.lock_office()
        row = {
            "item": assignee.item,
            "name": self._tx.keys.seal_text(assignee.name, *assignee_place(assignee.directive_id)),
            "known": assignee.known,
            "due_ms": _ms(assignee.due_at),
            "removed": assignee.removed,
            "seen_ms": _ms(assignee.seen_at),
            "received_ms": _ms(assignee.received_at),
            "reported_ms": _ms(assignee.reported_at),
            "delayed_ms": _ms(assignee.delayed_at),
            "assumed": assignee.assumed,
        }
        if assignee.id:
            this = directive_assignees.c.id == assignee.id
            self._tx.connection.execute(update(directive_assignees).where(this).values(row))
        else:
            place = {"directive_id": assignee.directive_id, "group_id": assignee.group_id}
            made = insert(directive_assignees).returning(directive_assignees.c.id)
            number = self._tx.connection.execute(made, row | place).scalar_one()
            assignee = assignee.model_copy(update={"id": number})
        self._put_people(assignee)
        self._sum_up(assignee.directive_id)
        return assignee

    def owed_by(self, group_id: str, person_id: int, limit: int) -> list[tuple[Directive, list[Assignee]]]:
        """Return the open directives that the person can answer, the newest first, with the person's entries in each.

        Entries that were taken off the directive are left out; those that were answered already are not.
        """
        people = directive_people.c
        mine = (people.group_id == group_id, people.person_id == person_id, people.live)
        numbers = (
            self._tx.execute(
                select(people.directive_id)
                .where(*mine)
                .group_by(people.directive_id)
                .order_by(people.directive_id.desc())
                .limit(limit)
            )
            .scalars()
            .all()
        )
        if not numbers:
            return []
        own = select(people.assignee_id).where(*mine, people.directive_id.in_(numbers))
        entries: dict[int, list[Assignee]] = {}
        for assignee in self._assignees(directive_assignees.c.id.in_(own)):
            if not assignee.removed:
                entries.setdefault(assignee.directive_id, []).append(assignee)
        rows = self._tx.execute(select(directives).where(directives.c.id.in_(entries)).order_by(directives.c.id.desc()))
        return [(self._directive(row), entries[row.id]) for row in rows]

    def add_answer(self, answer: DirectiveAnswer) -> bool:
        """Store an answer; return False if the same message is stored as an answer of the same addressee already."""
        self._tx.lock_office()
        columns, key = directive_answers.c, storable(answer.message_key)
        same = select(columns.id).where(columns.group_id == answer.group_id, columns.message_key == key)
        if answer.assignee_id is not None:
            same = same.where(columns.assignee_id == answer.assignee_id)
        if self._tx.execute(same).first() is not None:
            return False
        row = {
            "group_id": answer.group_id,
            "directive_id": answer.directive_id,
            "assignee_id": answer.assignee_id,
            "target_key": storable(answer.target_key),
            "message_key": key,
            "person_id": answer.person_id,
            "at_ms": to_ms(answer.at),
            "kind": answer.kind.value,
            "way": answer.way.value,
            "assumed": answer.assumed,
        }
        self._tx.connection.execute(insert(directive_answers), row)
        return True

    def answers(self, assignee_id: int) -> list[DirectiveAnswer]:
        """Return the answers of an addressee, oldest first."""
        columns = directive_answers.c
        rows = self._tx.execute(
            select(directive_answers).where(columns.assignee_id == assignee_id).order_by(columns.at_ms, columns.id)
        )
        return [_answer(row) for row in rows]

    def answers_by_message(self, group_id: str, message_key: str) -> list[DirectiveAnswer]:
        """Return what a message was counted as, one answer for each addressee for whom it counts."""
        rows = self._tx.execute(select(directive_answers).where(*_by_message(group_id, message_key)))
        return [_answer(row) for row in rows]

    def forget_answers(self, group_id: str, message_key: str) -> None:
        """Delete the answers that a message was counted as: it was recalled, edited, or the reaction taken back."""
        self._tx.connection.execute(delete(directive_answers).where(*_by_message(group_id, message_key)))

    def waiting_answers(self, group_id: str, target_key: str) -> list[DirectiveAnswer]:
        """Return the answers to a message that was not known as a directive when they came, and delete them."""
        columns = directive_answers.c
        waiting = (
            columns.group_id == group_id,
            columns.target_key == storable(target_key),
            columns.directive_id.is_(None),
        )
        rows = self._tx.execute(select(directive_answers).where(*waiting).order_by(columns.at_ms, columns.id)).all()
        if rows:
            self._tx.connection.execute(delete(directive_answers).where(*waiting))
        return [_answer(row) for row in rows]

    def overview(self, group_id: str, now: datetime, limit: int) -> tuple[list[DirectiveOverview], int]:
        """Return at most `limit` open directives and the number of all.

        Overdue ones come first, the longest overdue at the top; then by their deadlines; those without deadline last.
        """
        here = (directives.c.group_id == group_id, _OPEN)
        count = self._tx.execute(select(func.count()).select_from(directives).where(*here)).scalar_one()
        rows = self._tx.execute(
            select(directives)
            .where(*here)
            .order_by(case((directives.c.due_ms.is_(None), 1), else_=0), directives.c.due_ms, directives.c.id)
            .limit(limit)
        ).all()
        overdue = self._overdue([row.id for row in rows if row.due_ms is not None and row.due_ms < to_ms(now)], now)
        lines = [
            DirectiveOverview(
                directive=self._directive(row),
                addressees=row.addressees,
                answered=row.answered,
                reported=row.reported,
                overdue=overdue.get(row.id, 0),
                due_at=_at(row.due_ms),
            )
            for row in rows
        ]
        return lines, count

    def proposed(self, group_id: str) -> list[Directive]:
        """Return the messages of which the admins have to say whether they are directives, oldest first."""
        asked = select(directives).where(
            directives.c.group_id == group_id, directives.c.state == DirectiveState.PROPOSED.value
        )
        return [self._directive(row) for row in self._tx.execute(asked.order_by(directives.c.id))]

    def with_due(self, group_id: str, start: datetime, end: datetime) -> list[tuple[Directive, Assignee]]:
        """Return the unsettled addressees of open directives with a deadline in [start, end), in order of deadlines."""
        columns = directive_assignees.c
        due = (columns.group_id == group_id, columns.due_ms >= to_ms(start), columns.due_ms < to_ms(end))
        known = {
            row.id: self._directive(row)
            for row in self._tx.execute(
                select(directives).where(
                    _OPEN, directives.c.id.in_(select(columns.directive_id).where(*due, _UNSETTLED))
                )
            )
        }
        found = self._assignees(and_(*due, _UNSETTLED, columns.directive_id.in_(known)))
        found.sort(key=lambda assignee: (assignee.due_at, assignee.id))
        return [(known[assignee.directive_id], assignee) for assignee in found]

    def note_seen(self, directive_id: int, person_ids: Collection[int], at: datetime) -> None:
        """Record that these people have seen the directive's message; only the first time counts."""
        own = select(directive_people.c.assignee_id).where(
            directive_people.c.directive_id == directive_id, directive_people.c.person_id.in_(person_ids)
        )
        unseen = (directive_assignees.c.id.in_(own), directive_assignees.c.seen_ms.is_(None))
        self._tx.connection.execute(update(directive_assignees).where(*unseen).values(seen_ms=to_ms(at)))

    def given_between(self, group_id: str, start: datetime, end: datetime) -> list[Directive]:
        """Return the directives given in [start, end) in any state, oldest first."""
        given = select(directives).where(*_within(group_id, start, end))
        return [self._directive(row) for row in self._tx.execute(given.order_by(directives.c.at_ms, directives.c.id))]

    def figures(self, group_id: str, start: datetime, end: datetime, now: datetime) -> DirectiveFigures:
        """Return how the directives given in [start, end) were answered by `now`, for the report."""
        given = self.given_between(group_id, start, end)
        numbers = select(directives.c.id).where(*_within(group_id, start, end))
        return figures_of(given, self._assignees(directive_assignees.c.directive_id.in_(numbers)), now)

    def forget_receipts(self, before: datetime) -> int:
        """Delete when directives were seen, where that was before `before`; return how many times were deleted."""
        old = directive_assignees.c.seen_ms < to_ms(before)
        return self._tx.connection.execute(update(directive_assignees).where(old).values(seen_ms=None)).rowcount

    def _changing(self, directive: Directive) -> dict[str, Any]:
        body = _Body(items=directive.items, mentioned_uids=directive.mentioned_uids, reason=directive.reason)
        place = directive_place(directive.group_id, directive.given_by, to_ms(directive.at))
        return {
            "state": directive.state.value,
            "changed_ms": to_ms(directive.changed_at),
            "body": self._tx.keys.seal_text(body.model_dump_json(), *place),
        }

    def _directive(self, row: Row[Any]) -> Directive:
        opened = self._tx.keys.open_text(row.body, *directive_place(row.group_id, row.given_by, row.at_ms))
        body = _Body.model_validate_json(opened) if opened else _Body()
        return Directive(
            id=row.id,
            group_id=row.group_id,
            account=row.account,
            message_key=row.message_key,
            given_by=row.given_by,
            entered_by=row.entered_by,
            at=from_ms(row.at_ms),
            state=DirectiveState(row.state),
            changed_at=from_ms(row.changed_ms),
            items=body.items,
            mentioned_uids=body.mentioned_uids,
            reason=body.reason,
        )

    def _assignees(self, which: Any) -> list[Assignee]:
        columns = directive_assignees.c
        rows = self._tx.execute(
            select(directive_assignees).where(which).order_by(columns.directive_id, columns.item, columns.id)
        ).all()
        people = self._people([row.id for row in rows])
        return [
            Assignee(
                id=row.id,
                directive_id=row.directive_id,
                group_id=row.group_id,
                item=row.item,
                name=self._tx.keys.open_text(row.name, *assignee_place(row.directive_id)),
                known=row.known,
                person_ids=tuple(people.get(row.id, ())),
                due_at=_at(row.due_ms),
                removed=row.removed,
                seen_at=_at(row.seen_ms),
                received_at=_at(row.received_ms),
                reported_at=_at(row.reported_ms),
                delayed_at=_at(row.delayed_ms),
                assumed=row.assumed,
            )
            for row in rows
        ]

    def _people(self, assignee_ids: list[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for ids in _batches(assignee_ids):
            columns = directive_people.c
            rows = self._tx.execute(
                select(columns.assignee_id, columns.person_id)
                .where(columns.assignee_id.in_(ids))
                .order_by(columns.assignee_id, columns.place)
            )
            for row in rows:
                found.setdefault(row.assignee_id, []).append(row.person_id)
        return found

    def _put_people(self, assignee: Assignee) -> None:
        here = directive_people.c.assignee_id == assignee.id
        known = self._people([assignee.id]).get(assignee.id, [])
        if known == list(assignee.person_ids):
            return
        self._tx.connection.execute(delete(directive_people).where(here))
        state = select(directives.c.state).where(directives.c.id == assignee.directive_id)
        live = self._tx.execute(state).scalar() == DirectiveState.OPEN.value
        rows = [
            {
                "assignee_id": assignee.id,
                "person_id": person_id,
                "directive_id": assignee.directive_id,
                "group_id": assignee.group_id,
                "place": place,
                "live": live,
            }
            for place, person_id in enumerate(dict.fromkeys(assignee.person_ids))
        ]
        if rows:
            self._tx.connection.execute(insert(directive_people), rows)

    def _sum_up(self, directive_id: int) -> None:
        columns = directive_assignees.c

        def how_many(*conditions: Any) -> Any:
            return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)

        counted = self._tx.execute(
            select(
                func.count().label("addressees"),
                how_many(columns.received_ms.is_not(None)).label("answered"),
                how_many(columns.reported_ms.is_not(None)).label("reported"),
                func.min(case((_UNSETTLED, columns.due_ms))).label("due_ms"),
            ).where(columns.directive_id == directive_id, columns.removed.is_(False))
        ).one()
        this = directives.c.id == directive_id
        self._tx.connection.execute(update(directives).where(this).values(dict(counted._mapping)))

    def _overdue(self, directive_ids: list[int], now: datetime) -> dict[int, int]:
        """Return directive id -> number of its addressees that are overdue."""
        columns = directive_assignees.c
        rows = self._tx.execute(
            select(columns.directive_id, func.count().label("overdue"))
            .where(columns.directive_id.in_(directive_ids), _UNSETTLED, columns.due_ms < to_ms(now))
            .group_by(columns.directive_id)
        )
        return {row.directive_id: row.overdue for row in rows}


def directive_place(group_id: str, given_by: int, at_ms: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted body of a directive to its row (arguments of `binding`)."""
    return ("directive", group_id, str(given_by), str(at_ms))


def assignee_place(directive_id: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted name of an addressee to its directive (arguments of `binding`)."""
    return ("directive assignee", str(directive_id))


def _answer(row: Row[Any]) -> DirectiveAnswer:
    return DirectiveAnswer(
        group_id=row.group_id,
        directive_id=row.directive_id,
        assignee_id=row.assignee_id,
        target_key=row.target_key,
        message_key=row.message_key,
        person_id=row.person_id,
        at=from_ms(row.at_ms),
        kind=AnswerKind(row.kind),
        way=AnswerWay(row.way),
        assumed=row.assumed,
    )


def _by_message(group_id: str, message_key: str) -> tuple[Any, ...]:
    columns = directive_answers.c
    return (columns.group_id == group_id, columns.message_key == storable(message_key))


def _within(group_id: str, start: datetime, end: datetime) -> tuple[Any, ...]:
    columns = directives.c
    return (columns.group_id == group_id, columns.at_ms >= to_ms(start), columns.at_ms < to_ms(end))


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)


def _at(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else from_ms(at_ms)


def _batches(ids: list[int], size: int = 500) -> Iterable[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
