"""Cases, and the events that belong to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, bindparam, func, insert, or_, select, update
from sqlalchemy import case as when

from zalo_governor.domain.cases import UNSURE_LABEL, Case, CaseState
from zalo_governor.domain.clock import EVER, NEVER, from_ms_or_none, to_ms
from zalo_governor.domain.findings import Severity
from zalo_governor.storage.repositories.base import Repository, is_one_of, within
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.rows import columns_of, fields_of
from zalo_governor.storage.repositories.verdicts import Verdicts
from zalo_governor.storage.schema import case_events, cases, findings, inbox

IS_OPEN = is_one_of(cases.c.state, (state for state in CaseState if state.open))
_URGENT = or_(cases.c.sealed, cases.c.severity.in_([Severity.MAJOR.value, Severity.CRITICAL.value]))
# A sealed message may have cases under other rules too, such as on its caption: these are not about the secret.
_OF_THE_SEAL = cases.c.rule_id == inbox.c.seal_rule
_YOUNGEST_OPEN = (
    select(cases)
    .where(
        IS_OPEN,
        cases.c.group_id == bindparam("group_id"),
        cases.c.person_id == bindparam("person_id"),
        cases.c.last_event_ms >= bindparam("since_ms"),
    )
    .order_by(cases.c.opened_ms.desc(), cases.c.id.desc())
    .limit(1)
    # The case found is changed and saved as a whole: no other process may write it in between.
    .with_for_update(of=cases)
)
_OPEN_CASE = _YOUNGEST_OPEN.where(cases.c.rule_id == bindparam("rule_id"), ~cases.c.sealed)
_SEALED_CASE = (
    _YOUNGEST_OPEN.join(case_events, case_events.c.case_id == cases.c.id)
    .join(inbox, inbox.c.id == case_events.c.event_id)
    .where(inbox.c.seal_mac == bindparam("mac"), _OF_THE_SEAL)
)
_OF_MESSAGE = (
    select(cases)
    .where(
        cases.c.id.in_(
            select(case_events.c.case_id).where(
                case_events.c.group_id == bindparam("group_id"),
                case_events.c.message_key == bindparam("message_key"),
            )
        )
    )
    .order_by(cases.c.id)
)
_LATEST_FINDING = (
    select(findings)
    .join(case_events, case_events.c.event_id == findings.c.event_id)
    .where(case_events.c.case_id == bindparam("case_id"), findings.c.rule_id == bindparam("rule_id"))
    # Several people may join in one event: each case has the finding on its own person, if there is one.
    .order_by(
        findings.c.event_id.desc(),
        when((findings.c.person_id == bindparam("person_id"), 0), else_=1),
        findings.c.id.desc(),
    )
    .limit(1)
)


@dataclass(eq=False)
class Cases(Repository):
    """Repository of cases, and of the events that belong to them."""

    _verdicts: Verdicts

    def find_open(self, group_id: str, rule_id: str, person_id: int, label: str | None, since: datetime) -> Case | None:
        """Return the person's newest open case under the rule, if it has an event at or after `since`; else None.

        Sealed cases are left out, as only the same content joins them (see `find_sealed`). `label` is the rule's name
        for a kind of finding; if given, only cases with that label are considered.
        """
        self._tx.lock_office()
        statement = _OPEN_CASE if label is None else _OPEN_CASE.where(cases.c.label == label)
        values = {"group_id": group_id, "person_id": person_id, "rule_id": rule_id, "since_ms": to_ms(since)}
        row = self._tx.connection.execute(statement, values).first()
        return None if row is None else self._case(row)

    def find_sealed(self, group_id: str, person_id: int, mac: bytes, since: datetime) -> Case | None:
        """Return the person's newest open case of the given sealed content with an event since `since`, or None.

        Sealed content is not stored, as it may be a state secret; `mac` is its keyed hash (`Seal.mac`).
        """
        values = {"group_id": group_id, "person_id": person_id, "mac": mac, "since_ms": to_ms(since)}
        self._tx.lock_office()
        row = self._tx.execute(_SEALED_CASE, values).first()
        return None if row is None else self._case(row)

    def of_message(self, group_id: str, message_key: str) -> list[Case]:
        """Return the cases whose events include the message; `message_key` is Zalo's msgId."""
        self._tx.lock_office()
        place = {"group_id": group_id, "message_key": storable(message_key)}
        return [self._case(row) for row in self._tx.execute(_OF_MESSAGE, place)]

    def get(self, case_id: int) -> Case | None:
        """Return the case with that number; None if there is none."""
        self._tx.lock_office()
        return next(iter(self.load(select(cases).where(cases.c.id == case_id))), None)

    def opened_between(
        self,
        group_id: str | None,
        *,
        start: datetime = EVER,
        end: datetime = NEVER,
        open_only: bool = False,
        rule_id: str | None = None,
    ) -> list[Case]:
        """Return the cases opened in [start, end), oldest first.

        `group_id` None means all groups, `rule_id` None all rules; `open_only` leaves out decided cases.
        """
        statement = select(cases).where(cases.c.opened_ms >= to_ms(start), cases.c.opened_ms < to_ms(end))
        if group_id is not None:
            statement = statement.where(cases.c.group_id == group_id)
        if open_only:
            statement = statement.where(IS_OPEN)
        if rule_id is not None:
            statement = statement.where(cases.c.rule_id == rule_id)
        return self.load(statement.order_by(cases.c.opened_ms, cases.c.id))

    def count_opened(self, group_id: str, start: datetime, end: datetime) -> int:
        """Return how many cases of the group were opened in [start, end) that are no false alarms."""
        here = within(cases.c.group_id, cases.c.opened_ms, group_id, start, end)
        real = cases.c.state != CaseState.FALSE_ALARM.value
        return self._tx.connection.execute(select(func.count()).where(here, real)).scalar_one()

    def urgent_between(self, group_id: str, start: datetime, end: datetime) -> list[Case]:
        """Return the urgent cases (`Case.urgent`) opened in [start, end), whatever their state, oldest first."""
        return self.load(
            select(cases)
            .where(within(cases.c.group_id, cases.c.opened_ms, group_id, start, end), _URGENT)
            .order_by(cases.c.opened_ms, cases.c.id)
        )

    def gone_secrets(self, group_id: str, end: datetime) -> list[Case]:
        """Return the undecided cases of possible secrets, opened before `end`, whose message is gone from the group."""
        secret = or_(cases.c.sealed, cases.c.label == UNSURE_LABEL)
        return self.load(
            select(cases).where(
                cases.c.group_id == group_id,
                cases.c.opened_ms < to_ms(end),
                cases.c.state == CaseState.REMEDIED.value,
                secret,
            )
        )

    def add(self, case: Case, *, mark: bytes | None = None) -> Case:
        """Insert a new case (the given id is ignored), link its first event to it, and return it with its id.

        `mark` is the keyed hash of the event's content: if the case becomes a false alarm, `FalseAlarms` recognises
        equal content by it. None if there is no content to recognise.
        """
        number = self._tx.connection.execute(insert(cases).returning(cases.c.id), self._case_row(case)).scalar_one()
        self._link_event(number, case.group_id, case.first_event_id, case.message_key, mark)
        return case.model_copy(update={"id": number})

    def save(self, case: Case, *, joined_event_id: int | None = None, mark: bytes | None = None) -> None:
        """Update a stored case; link the event `joined_event_id`, if given, to the case, with `mark` as in `add`.

        Raises KeyError if there is no such case.
        """
        saved = self._tx.connection.execute(update(cases).where(cases.c.id == case.id).values(self._case_row(case)))
        if not saved.rowcount:
            raise KeyError(case.code)
        if joined_event_id is not None:
            self._link_event(case.id, case.group_id, joined_event_id, self._verdicts.message_key(joined_event_id), mark)

    def excerpt(self, case: Case) -> str | None:
        """Return the excerpt of the message that the rule quoted when it last found the breach; None if there is none.

        A sealed case (content not stored, as it may be a state secret) has none.
        """
        return self._decrypt_from_finding(case, "excerpt")

    def suggestion(self, case: Case) -> str | None:
        """Return the corrected text that the rule proposed when it last found the breach; None if there is none.

        A sealed case (content not stored, as it may be a state secret) has none.
        """
        return self._decrypt_from_finding(case, "suggestion")

    def reason(self, case: Case) -> str | None:
        """Return the rule's code for why it made the case's latest finding, such as `no_title`, or None."""
        row = self._latest_finding(case)
        return None if row is None else row.reason

    def field(self, case: Case) -> str | None:
        """Return the name of the event's string in which the rule last found the breach (`Finding.field`), or None."""
        row = self._latest_finding(case)
        return None if row is None else row.field

    def load(self, statement: Executable) -> list[Case]:
        """Execute a SELECT of rows of the table `cases`, and return them as cases."""
        return [self._case(row) for row in self._tx.connection.execute(statement).all()]

    def _link_event(self, case_id: int, group_id: str, event_id: int, message_key: str, mark: bytes | None) -> None:
        place = {"case_id": case_id, "event_id": event_id, "group_id": group_id}
        row = {**place, "message_key": storable(message_key), "mark": mark}
        self._tx.connection.execute(self._tx.database.insert_or_ignore(case_events), row)

    def _latest_finding(self, case: Case) -> Row[Any] | None:
        given = {"case_id": case.id, "rule_id": case.rule_id, "person_id": case.person_id}
        return self._tx.execute(_LATEST_FINDING, given).first()

    def _decrypt_from_finding(self, case: Case, name: str) -> str | None:
        if case.sealed:
            return None
        row = self._latest_finding(case)
        if row is None or getattr(row, name) is None:
            return None
        return self._tx.keys.open_text(getattr(row, name), name, str(row.event_id), case.rule_id)

    def _case_row(self, case: Case) -> dict[str, Any]:
        reason = self._tx.keys.seal_text(case.reason, *_reason_place(case)) if case.reason else None
        return columns_of(cases, case) | {"reason": reason}

    def _case(self, row: Row[Any]) -> Case:
        case = Case.model_validate(fields_of(row) | {"reason": ""})
        if row.reason is None:
            return case
        return case.model_copy(update={"reason": self._tx.keys.open_text(row.reason, *_reason_place(case))})

    def count_before(self, group_id: str, person_id: int, rule_id: str, since: datetime) -> int:
        """Count the person's cases under the rule that were opened at or after `since`, without false alarms."""
        counted = (
            select(func.count())
            .select_from(cases)
            .where(
                cases.c.group_id == group_id,
                cases.c.person_id == person_id,
                cases.c.opened_ms >= to_ms(since),
                cases.c.rule_id == rule_id,
                cases.c.state != CaseState.FALSE_ALARM.value,
            )
        )
        return int(self._tx.execute(counted).scalar_one())

    def due(self, group_ids: Collection[str], now: datetime) -> list[Case]:
        """Return the groups' cases of which the leader must be told by `now`, the longest overdue first; lock them."""
        return self.load(
            select(cases)
            .where(cases.c.group_id.in_(group_ids), cases.c.due_ms <= to_ms(now))
            .order_by(cases.c.due_ms, cases.c.id)
            .with_for_update()
        )

    def awaiting_digest(self, group_id: str) -> list[Case]:
        """Return the group's cases to be listed in the next digest (summary) for the admins, longest due first.

        Locks the rows of these cases until the transaction ends.
        """
        return self.load(
            select(cases)
            .where(cases.c.group_id == group_id, cases.c.desk_due_ms.is_not(None))
            .order_by(cases.c.desk_due_ms, cases.c.id)
            .with_for_update()
        )

    def groups_with_digest(self, group_ids: Collection[str], now: datetime) -> list[str]:
        """Return those of the given groups for which a digest (summary of cases for the admins) is due by `now`."""
        due = select(cases.c.group_id).where(cases.c.desk_due_ms <= to_ms(now), cases.c.group_id.in_(group_ids))
        return list(self._tx.execute(due.distinct().order_by(cases.c.group_id)).scalars())

    def next_due(self, group_ids: Collection[str]) -> datetime | None:
        """Return the next time at which `due` or `groups_with_digest` will return something; None if no case waits."""
        moments = [
            self._tx.execute(select(func.min(due)).where(due.is_not(None), cases.c.group_id.in_(group_ids))).scalar()
            for due in (cases.c.due_ms, cases.c.desk_due_ms)
        ]
        due_ms = min((moment for moment in moments if moment is not None), default=None)
        return from_ms_or_none(due_ms)

    def with_content(self, mac: bytes) -> Case | None:
        """Return the oldest case of the given sealed content, of any person and in any group; None if there is none.

        `mac` is the keyed hash (`Seal.mac`) of that content, which itself is not stored.
        """
        self._tx.flush()
        same = (
            select(cases)
            .join(case_events, case_events.c.case_id == cases.c.id)
            .join(inbox, inbox.c.id == case_events.c.event_id)
            .where(inbox.c.seal_mac == mac, _OF_THE_SEAL)
            .order_by(cases.c.id)
            .limit(1)
        )
        return next(iter(self.load(same)), None)


def _reason_place(case: Case) -> Sequence[str]:
    return ("case", case.group_id, case.rule_id, str(case.first_event_id))
