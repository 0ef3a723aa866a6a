"""The directive ledger: directives (leaders' orders), who has to answer them, and their answers."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, delete, distinct, exists, func, insert, or_, select, update

from zalo_governor.domain.clock import from_ms_or_none, to_ms
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
from zalo_governor.storage.engine.batches import in_batches
from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.repositories.base import Repository, is_one_of, within
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.directive_people import LIVE, DirectivePeople
from zalo_governor.storage.repositories.directive_rows import (
    answer_of,
    assignee_of,
    assignee_place,
    by_message,
    changing_values,
    directive_of,
)
from zalo_governor.storage.repositories.rows import columns_of
from zalo_governor.storage.schema import audit, directive_answers, directive_assignees, directive_people, directives

# The first condition is that of the partial index, so that databases use it.
_OPEN = and_(
    is_one_of(directives.c.state, (DirectiveState.OPEN, DirectiveState.PROPOSED)),
    directives.c.state == DirectiveState.OPEN.value,
)
_NO_DUE = directives.c.due_ms.is_(None)
_BY_RANK = (
    case((_NO_DUE, 1), else_=0),
    directives.c.due_ms,
    case((_NO_DUE, -directives.c.id), else_=directives.c.id),
)
_UNREPORTED = and_(directive_assignees.c.removed.is_(False), directive_assignees.c.reported_ms.is_(None))
_UNSETTLED = and_(
    _UNREPORTED,
    or_(
        directive_assignees.c.due_ms.is_not(None),
        directive_assignees.c.received_ms.is_(None),
        directive_assignees.c.delayed_ms.is_not(None),
    ),
)
"""SQL condition: something is still awaited of the addressee (not `Assignee.settled`).

A deadline that had passed when it was set is not seen here: it is only in the encrypted text of the directive.
"""


def _awaited(among: Any) -> Any:
    """Return the SQL condition: addressee of a directive with an id in `among`, not settled, not `Assignee.absent`."""
    people = directive_people.c
    present = select(people.assignee_id).where(people.directive_id.in_(among))
    return and_(_UNSETTLED, or_(directive_assignees.c.received_ms.is_not(None), directive_assignees.c.id.in_(present)))


class Directives(Repository):
    """Repository of directives (leaders' orders) with their addressees and answers."""

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx)
        self._asked = DirectivePeople(tx)

    def add(self, directive: Directive) -> Directive:
        """Store a new directive, ignoring its id; return it with its new id."""
        self._tx.lock_office()
        self._tx.flush()
        row = columns_of(directives, directive) | changing_values(self._tx.keys, directive)
        row |= {"addressees": 0, "answered": 0, "reported": 0}
        number = self._tx.connection.execute(insert(directives).returning(directives.c.id), row).scalar_one()
        return directive.model_copy(update={"id": number})

    def get(self, directive_id: int) -> Directive | None:
        """Return the directive with that number; None if there is none."""
        self._tx.lock_office()
        row = self._tx.execute(select(directives).where(directives.c.id == directive_id)).first()
        return None if row is None else directive_of(self._tx.keys, row)

    def of_message(self, group_id: str, message_key: str) -> Directive | None:
        """Return the directive that the message with that msgId gave, the newest if several; None if it gave none."""
        if not message_key:
            return None
        this = (directives.c.group_id == group_id, directives.c.message_key == storable(message_key))
        row = self._tx.execute(select(directives).where(*this).order_by(directives.c.id.desc()).limit(1)).first()
        return None if row is None else directive_of(self._tx.keys, row)

    def save(self, directive: Directive) -> None:
        """Update a stored directive; its people can answer it (`owes`) only while its state is open."""
        self._tx.lock_office()
        self._tx.connection.execute(
            update(directives).where(directives.c.id == directive.id).values(changing_values(self._tx.keys, directive))
        )
        here = directive_people.c.directive_id == directive.id
        self._asked.forget(directive.group_id)
        self._tx.connection.execute(update(directive_people).where(here).values(live=directive.open))

    def assignees(self, directive_id: int) -> list[Assignee]:
        """Return the addressees of a directive in the order of its items, including those that were taken off it."""
        return self._assignees(directive_assignees.c.directive_id == directive_id)

    def put_assignees(self, assignees: Iterable[Assignee]) -> list[Assignee]:
        """Insert the addressees whose id is 0, update the stored ones with the others' ids; return all with their ids.

        The sums in the row of each directive concerned are computed once, after its last addressee.
        """
        stored = [self._put_assignee(one) for one in assignees]
        for directive_id in {one.directive_id for one in stored}:
            self._sum_up(directive_id)
        return stored

    def _put_assignee(self, assignee: Assignee) -> Assignee:
        self._tx.lock_office()
        name = self._tx.keys.seal_text(assignee.name, *assignee_place(assignee.directive_id))
        row = columns_of(directive_assignees, assignee) | {"name": name}
        if assignee.id:
            this = directive_assignees.c.id == assignee.id
            self._tx.connection.execute(update(directive_assignees).where(this).values(row))
        else:
            made = insert(directive_assignees).returning(directive_assignees.c.id)
            number = self._tx.connection.execute(made, row).scalar_one()
            assignee = assignee.model_copy(update={"id": number})
        self._put_people(assignee)
        return assignee

    def owes(self, group_id: str, person_id: int) -> bool:
        """Return whether the person can answer any open directive of the group; fast enough for every message."""
        return self._asked.owes(group_id, person_id)

    def owed_by(self, group_id: str, person_id: int, limit: int) -> list[OwedDirective]:
        """Return at most `limit` open directives that the person can answer, newest first.

        Each comes with the addressees for whom the person answers, except those that were taken off the directive.
        """
        people = directive_people.c
        mine = (people.group_id == group_id, people.person_id == person_id, LIVE)
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
        return [OwedDirective(directive_of(self._tx.keys, row), entries[row.id], row.addressees) for row in rows]

    def add_answer(self, answer: DirectiveAnswer) -> bool:
        """Store an answer; return False if the same message is stored as an answer of the same addressee already."""
        self._tx.lock_office()
        columns, key = directive_answers.c, storable(answer.message_key)
        same = select(columns.id).where(columns.group_id == answer.group_id, columns.message_key == key)
        if answer.assignee_id is not None:
            same = same.where(columns.assignee_id == answer.assignee_id)
        if self._tx.execute(same).first() is not None:
            return False
        self._tx.connection.execute(insert(directive_answers), columns_of(directive_answers, answer))
        return True

    def answers(self, assignee_id: int) -> list[DirectiveAnswer]:
        """Return the answers of an addressee, oldest first."""
        columns = directive_answers.c
        rows = self._tx.execute(
            select(directive_answers).where(columns.assignee_id == assignee_id).order_by(columns.at_ms, columns.id)
        )
        return [answer_of(row) for row in rows]

    def answers_by_message(self, group_id: str, message_key: str) -> list[DirectiveAnswer]:
        """Return the answers stored because of one message, one for each addressee for whom the message counts."""
        rows = self._tx.execute(select(directive_answers).where(*by_message(group_id, message_key)))
        return [answer_of(row) for row in rows]

    def forget_answers(self, group_id: str, message_key: str) -> None:
        """Delete the answers stored because of a message, after its recall or edit, or after a reaction was removed."""
        self._tx.connection.execute(delete(directive_answers).where(*by_message(group_id, message_key)))

    def take_waiting_answers(self, group_id: str, target_key: str) -> list[DirectiveAnswer]:
        """Delete and return the answers to the message `target_key` that came before it was known to be a directive."""
        columns = directive_answers.c
        waiting = (
            columns.group_id == group_id,
            columns.target_key == storable(target_key),
            columns.directive_id.is_(None),
        )
        rows = self._tx.execute(select(directive_answers).where(*waiting).order_by(columns.at_ms, columns.id)).all()
        if rows:
            self._tx.connection.execute(delete(directive_answers).where(*waiting))
        return [answer_of(row) for row in rows]

    def overview(self, group_id: str, now: datetime, limit: int) -> LedgerPage:
        """Return the first `limit` open directives by `DirectiveOverview.rank`, with the counts of all open ones."""
        here = (directives.c.group_id == group_id, _OPEN)
        of = directive_assignees.c
        total = self._tx.execute(select(func.count()).select_from(directives).where(*here)).scalar_one()
        late = select(directives.c.id).where(*here, directives.c.due_ms < to_ms(now))
        counts = select(func.count(distinct(of.directive_id))).where(of.directive_id.in_(late), of.due_ms < to_ms(now))
        overdue = self._tx.execute(counts.where(_awaited(late))).scalar_one()
        rows = self._tx.execute(select(directives).where(*here).order_by(*_BY_RANK).limit(limit)).all()
        undated = exists().where(of.directive_id == directives.c.id, of.due_ms.is_(None), _UNREPORTED)
        found = self._tx.execute(select(directives).where(*here, undated).order_by(directives.c.id)).all()
        by_id = {row.id: row for row in (*rows, *found)}
        asked = [one for one in (directive_of(self._tx.keys, row) for row in found) if one.deadlines().missed_at]
        known = {row.id: directive_of(self._tx.keys, row) for row in rows} | {one.id: one for one in asked}
        dues = self._dues(known)
        listed = [(directive, by_id[directive.id], dues.get(directive.id, {})) for directive in known.values()]
        lines = [
            DirectiveOverview(
                directive=directive,
                addressees=row.addressees,
                answered=row.answered,
                reported=row.reported,
                overdue=sum(count for (_, due), count in unmet.items() if due is not None and due < now),
                deadlines=directive.deadlines(unmet),
            )
            for directive, row, unmet in listed
        ]
        lines.sort(key=lambda line: line.rank)
        missed = (one.code for one in asked if one.id in dues and one.deadlines(dues[one.id]).missed_at)
        return LedgerPage(lines[:limit], total, overdue, tuple(missed))

    def proposed(self, group_id: str) -> list[Directive]:
        """Return the messages proposed as directives on which the admins have not decided yet, oldest first."""
        asked = select(directives).where(
            directives.c.group_id == group_id, directives.c.state == DirectiveState.PROPOSED.value
        )
        return [directive_of(self._tx.keys, row) for row in self._tx.execute(asked.order_by(directives.c.id))]

    def with_due(self, group_id: str, start: datetime, end: datetime) -> list[tuple[Directive, Assignee]]:
        """Return the unsettled addressees due in [start, end), each after its open directive, in order of deadlines."""
        columns = directive_assignees.c
        due = within(columns.group_id, columns.due_ms, group_id, start, end)
        known = {
            row.id: directive_of(self._tx.keys, row)
            for row in self._tx.execute(
                select(directives).where(
                    directives.c.group_id == group_id,
                    _OPEN,
                    directives.c.id.in_(select(columns.directive_id).where(due, _UNSETTLED)),
                )
            )
        }
        if not known:
            return []
        found = self._assignees(and_(due, _UNSETTLED, columns.directive_id.in_(known)))
        found.sort(key=lambda assignee: (assignee.due_at, assignee.id))
        return [(known[assignee.directive_id], assignee) for assignee in found]

    def note_seen(self, directive_id: int, person_ids: Collection[int], at: datetime) -> None:
        """Record that these people have seen the directive's message; the time of the first to see it is kept."""
        own = select(directive_people.c.assignee_id).where(
            directive_people.c.directive_id == directive_id, directive_people.c.person_id.in_(person_ids)
        )
        unseen = (directive_assignees.c.id.in_(own), directive_assignees.c.seen_ms.is_(None))
        self._tx.connection.execute(update(directive_assignees).where(*unseen).values(seen_ms=to_ms(at)))

    def figures(self, group_id: str, start: datetime, end: datetime, now: datetime) -> DirectiveFigures:
        """Return how the directives given in [start, end) were answered by `now`, for the report."""
        given = self.given(group_id, start, end)
        proposed = select(audit.c.subject).where(
            audit.c.action == "directive.proposed", audit.c.group_id == group_id, audit.c.at_ms >= to_ms(start)
        )
        codes = set(self._tx.execute(proposed).scalars())
        closed = self._closed(group_id, start, end)
        return figures_of([one for one, _ in given], [each for _, asked in given for each in asked], now, codes, closed)

    def given(self, group_id: str, start: datetime, end: datetime) -> list[tuple[Directive, list[Assignee]]]:
        """Return the directives given in [start, end), in any state, with their addressees."""
        here = within(directives.c.group_id, directives.c.at_ms, group_id, start, end)
        return self._with_assignees(select(directives).where(here))

    def unreported(self, group_id: str, limit: int) -> list[tuple[Directive, list[Assignee]]]:
        """Return the first `limit` open directives, by deadline, that lack reports; each with all its addressees."""
        lacking = (directives.c.group_id == group_id, _OPEN, directives.c.reported < directives.c.addressees)
        return self._with_assignees(select(directives).where(*lacking).order_by(*_BY_RANK).limit(limit))

    def forget_receipts(self, before: datetime) -> int:
        """Delete the stored times, before `before`, at which addressees saw directives; return how many there were."""
        old = directive_assignees.c.seen_ms < to_ms(before)
        return self._tx.connection.execute(update(directive_assignees).where(old).values(seen_ms=None)).rowcount

    def _closed(self, group_id: str, start: datetime, end: datetime) -> dict[int, bool]:
        """Return addressee id -> whether it ever answered itself, of addressees closed by hand without own report."""
        columns = directive_answers.c
        by_hand = columns.way == AnswerWay.BY_HAND.value
        own = func.count(case((~by_hand, 1)))
        rows = self._tx.execute(
            select(columns.assignee_id, own.label("own"))
            .join(directives, directives.c.id == columns.directive_id)
            .where(within(directives.c.group_id, directives.c.at_ms, group_id, start, end))
            .group_by(columns.assignee_id)
            .having(
                func.count(case((by_hand, 1))) > 0,
                func.count(case((and_(~by_hand, columns.kind == AnswerKind.REPORTED.value), 1))) == 0,
            )
        )
        return {row.assignee_id: row.own > 0 for row in rows}

    def _with_assignees(self, which: Select[Any]) -> list[tuple[Directive, list[Assignee]]]:
        found = {row.id: (directive_of(self._tx.keys, row), list[Assignee]()) for row in self._tx.execute(which)}
        for ids in in_batches(list(found)):
            for assignee in self._assignees(directive_assignees.c.directive_id.in_(ids)):
                found[assignee.directive_id][1].append(assignee)
        return list(found.values())

    def _assignees(self, which: Any) -> list[Assignee]:
        columns = directive_assignees.c
        rows = self._tx.execute(
            select(directive_assignees).where(which).order_by(columns.directive_id, columns.item, columns.id)
        ).all()
        people = self._people([row.id for row in rows])
        found = [assignee_of(self._tx.keys, row, people.get(row.id, ())) for row in rows]
        texts: dict[int, Directive] = {}
        for ids in in_batches(list({one.directive_id for one in found if one.due_at is None})):
            asked = self._tx.execute(select(directives).where(directives.c.id.in_(ids)))
            texts |= {row.id: directive_of(self._tx.keys, row) for row in asked}
        return [texts[one.directive_id].with_missed(one) if one.directive_id in texts else one for one in found]

    def _people(self, assignee_ids: list[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for ids in in_batches(assignee_ids):
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
        self._asked.forget(assignee.group_id)
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

        def given(*conditions: Any) -> Any:
            return exists().where(directive_answers.c.assignee_id == columns.id, *conditions)

        # An entry that an admin closed by hand is no answer of the addressee.
        by_hand = directive_answers.c.way == AnswerWay.BY_HAND.value
        spoke = or_(~given(by_hand), given(~by_hand))
        told = or_(~given(by_hand), given(~by_hand, directive_answers.c.kind == AnswerKind.REPORTED.value))
        counted = self._tx.execute(
            select(
                func.count().label("addressees"),
                how_many(columns.received_ms.is_not(None), spoke).label("answered"),
                how_many(columns.reported_ms.is_not(None), told).label("reported"),
                func.min(case((_UNSETTLED, columns.due_ms))).label("due_ms"),
            ).where(columns.directive_id == directive_id, columns.removed.is_(False))
        ).one()
        this = directives.c.id == directive_id
        self._tx.connection.execute(update(directives).where(this).values(dict(counted._mapping)))

    def _dues(self, known: Mapping[int, Directive]) -> dict[int, dict[tuple[int, datetime | None], int]]:
        """Return directive id -> (item, deadline not met yet) -> number of addressees who can be late with it."""
        columns = directive_assignees.c
        found: dict[int, dict[tuple[int, datetime | None], int]] = {}
        for ids in in_batches(list(known)):
            rows = self._tx.execute(
                select(
                    *(columns.directive_id, columns.item, columns.due_ms),
                    func.max(case((_UNSETTLED, 1), else_=0)).label("unsettled"),
                    func.sum(case((_awaited(ids), 1), else_=0)).label("awaited"),
                )
                .where(columns.directive_id.in_(ids), _UNREPORTED)
                .group_by(columns.directive_id, columns.item, columns.due_ms)
            )
            for row in rows:
                due = (row.item, from_ms_or_none(row.due_ms))
                missed = known[row.directive_id].deadlines([due]).missed_at
                if missed or row.unsettled:
                    found.setdefault(row.directive_id, {})[due] = row.awaited
        return found
