"""Queries for lists that only the pages of the panel show, not the chat commands; each uses an index."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Exists, exists, func, literal_column, or_, select

from zalo_governor.domain.audit import MOVED, AuditEntry
from zalo_governor.domain.cases import UNSURE_LABEL, Case, CaseState
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.events import MessageDeleted, MessageRecalled
from zalo_governor.domain.inbound import ElementKind
from zalo_governor.domain.message_acts import ActState
from zalo_governor.domain.models import FrozenModel
from zalo_governor.domain.notices import OutgoingState, Purpose
from zalo_governor.storage.repositories.audit import as_entry
from zalo_governor.storage.repositories.rows import fields_of
from zalo_governor.storage.schema import (
    audit,
    case_events,
    cases,
    directive_answers,
    directives,
    events,
    findings,
    inbox,
    message_acts,
    outbox,
)

_DECIDED = (CaseState.CONFIRMED, CaseState.REFERRED, CaseState.FALSE_ALARM, CaseState.APPROVED, CaseState.REPORTED)
GIVEN_UP = (OutgoingState.REFUSED, OutgoingState.EXPIRED, OutgoingState.UNCONFIRMED)
"""States of messages that did not, or perhaps did not, reach their addressee, and are not sent again."""
PRESSED_FORM = "panel:"
"""Prefix of the names of claims (`Claims.claim_once`) that prevent a form sent twice from being carried out twice."""
_MOST = 200
AUDIT_ROWS = 150


class SentNotice(FrozenModel):
    """A message that the bot has sent, is to send, or has held back; without its text."""

    id: int
    group_id: str
    person_id: int | None
    """Id of the addressee; None for a message to the group."""
    case_id: int | None
    purpose: Purpose
    state: OutgoingState
    created_at: datetime
    done_at: datetime | None
    attempts: int
    code: int | None
    """Zalo's error code or the HTTP status of the last try; None where there was none."""


class TriedFinding(NamedTuple):
    """A finding of a rule on trial about one message."""

    event_id: int
    person_id: int | None
    at: datetime
    readable: bool
    """Whether group members may be shown the message: no possible secret, not sealed, not recalled or deleted."""


class AuditSearch(NamedTuple):
    """The criteria of a search in the audit log."""

    group_ids: Collection[str]
    start: datetime
    end: datetime
    action: str = ""
    """Code of an action, or its first part, such as `case` for all actions `case.…`; "" for all."""
    about: str = ""
    """Value of `AuditEntry.subject`, such as `VP12` or `CĐ3`; "" for all."""
    actor_id: int | None = None


class PanelQueries:
    """Reads the lists of cases, findings, notices and audit rows that the pages of the panel show."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stamps(self) -> Mapping[str, tuple[int, ...]]:
        """Return group id -> counts and latest times of its cases, directives and answers, to notice changes."""
        found: dict[str, tuple[int, ...]] = {}
        of_cases = select(
            cases.c.group_id, func.count(), func.max(cases.c.state_ms), func.max(cases.c.last_event_ms)
        ).group_by(cases.c.group_id)
        of_directives = select(
            directives.c.group_id,
            func.count(),
            func.max(directives.c.changed_ms),
            # A deadline or an addressee is changed without a change of state.
            func.sum(directives.c.due_ms),
            func.sum(directives.c.addressees),
        ).group_by(directives.c.group_id)
        of_answers = select(directive_answers.c.group_id, func.count()).group_by(directive_answers.c.group_id)
        for wanted in (of_cases, of_directives, of_answers):
            for group_id, *figures in self._connection.execute(wanted):
                found[group_id] = (*found.get(group_id, ()), *(int(figure or 0) for figure in figures))
        return found

    def decided_by(self, person_id: int, since: datetime) -> list[int]:
        """Return the ids of the cases that the person has decided since `since`, newest decision first; at most 200."""
        wanted = (
            select(cases.c.id)
            .where(
                cases.c.state_by == person_id,
                cases.c.state_ms >= to_ms(since),
                cases.c.state.in_([state.value for state in _DECIDED]),
            )
            .order_by(cases.c.state_ms.desc())
            .limit(_MOST)
        )
        return list(self._connection.scalars(wanted))

    def precedents(self, case: Case, limit: int) -> list[int]:
        """Return the ids of at most `limit` other decided cases of the same group, rule and label, newest first."""
        wanted = (
            select(cases.c.id)
            .where(
                cases.c.group_id == case.group_id,
                cases.c.rule_id == case.rule_id,
                cases.c.label == case.label,
                cases.c.id != case.id,
                cases.c.state.in_([state.value for state in _DECIDED]),
            )
            .order_by(cases.c.id.desc())
            .limit(limit)
        )
        return list(self._connection.scalars(wanted))

    def neighbours(self, case: Case, each_side: int) -> list[int]:
        """Return the inbox ids of the case's message and of `each_side` messages before and after it, oldest first.

        Left out are messages of cases of possible secrets, and recalled or deleted messages except the case's own.
        """
        doubtful, taken_back = _doubtful(case.group_id), _taken_back(case.group_id)
        shown = ~doubtful, or_(~taken_back, inbox.c.key == case.message_key)
        said = (inbox.c.thread_id == case.group_id, inbox.c.kind == ElementKind.MESSAGE.value, *shown)
        moment = to_ms(case.event_at)
        before = select(inbox.c.id).where(*said, inbox.c.at_ms <= moment).order_by(inbox.c.at_ms.desc())
        after = select(inbox.c.id).where(*said, inbox.c.at_ms > moment).order_by(inbox.c.at_ms)
        earlier = self._connection.scalars(before.limit(each_side + 1)).all()
        return [*reversed(earlier), *self._connection.scalars(after.limit(each_side))]

    def found_on_trial(self, group_id: str, rule_id: str, since: datetime) -> list[TriedFinding]:
        """Return the rule's findings in the group, made on trial since `since`, newest first; at most 200."""
        readable = ~_doubtful(group_id) & ~_taken_back(group_id) & ~events.c.sealed
        wanted = (
            select(findings.c.event_id, findings.c.person_id, findings.c.at_ms, readable.label("readable"))
            .join(events, events.c.id == findings.c.event_id)
            .join(inbox, inbox.c.id == findings.c.event_id, isouter=True)
            .where(
                findings.c.group_id == group_id,
                findings.c.at_ms >= to_ms(since),
                findings.c.shadow.is_(True),
                findings.c.rule_id == rule_id,
            )
            .order_by(findings.c.at_ms.desc())
            .limit(_MOST)
        )
        rows = self._connection.execute(wanted)
        return [TriedFinding(row.event_id, row.person_id, from_ms(row.at_ms), bool(row.readable)) for row in rows]

    def notices(
        self, group_ids: Collection[str], states: Collection[OutgoingState], since: datetime
    ) -> list[SentNotice]:
        """Return the bot's messages about the groups, in `states`, created since `since`, newest first; at most 200."""
        wanted = (
            select(outbox)
            .where(
                outbox.c.group_id.in_(group_ids),
                outbox.c.state.in_([state.value for state in states]),
                outbox.c.created_ms >= to_ms(since),
            )
            .order_by(outbox.c.id.desc())
            .limit(_MOST)
        )
        return [SentNotice.model_validate(fields_of(row)) for row in self._connection.execute(wanted)]

    def notices_of(self, case: Case) -> list[SentNotice]:
        """Return the bot's messages about the case, oldest first; at most 200."""
        wanted = select(outbox).where(outbox.c.case_id == case.id).order_by(outbox.c.id).limit(_MOST)
        return [SentNotice.model_validate(fields_of(row)) for row in self._connection.execute(wanted)]

    def audit(self, wanted: AuditSearch, *, before: int | None) -> Sequence[AuditEntry]:
        """Return at most 150 rows of the audit log, newest first; with `before`, only rows with a lower id."""
        rows = select(audit).where(
            audit.c.group_id.in_(wanted.group_ids),
            audit.c.at_ms >= to_ms(wanted.start),
            audit.c.at_ms < to_ms(wanted.end),
        )
        if wanted.action:
            begins = audit.c.action.startswith(f"{wanted.action}.", autoescape=True)
            rows = rows.where(or_(audit.c.action == wanted.action, begins))
        if wanted.about:
            rows = rows.where(audit.c.subject == wanted.about)
        if wanted.actor_id is not None:
            rows = rows.where(audit.c.actor_id == wanted.actor_id)
        if before is not None:
            rows = rows.where(audit.c.id < before)
        return [as_entry(row) for row in self._connection.execute(rows.order_by(audit.c.id.desc()).limit(AUDIT_ROWS))]

    def moves(self, case: Case) -> Sequence[AuditEntry]:
        """Return the audit log's entries on changes of the case's state, oldest first; at most 200."""
        moved = audit.c.action == literal_column(f"'{MOVED}'")
        rows = select(audit).where(audit.c.subject == case.code, moved).order_by(audit.c.id).limit(_MOST)
        return [as_entry(row) for row in self._connection.execute(rows)]


def _doubtful(group_id: str) -> Exists:
    """Return the SQL condition: the inbox entry's message belongs to a case of a possible secret (`UNSURE_LABEL`)."""
    return exists().where(
        case_events.c.group_id == group_id,
        case_events.c.message_key == inbox.c.key,
        cases.c.id == case_events.c.case_id,
        cases.c.label == UNSURE_LABEL,
    )


def _taken_back(group_id: str) -> Exists:
    return exists().where(
        message_acts.c.group_id == group_id,
        message_acts.c.message_key == inbox.c.key,
        message_acts.c.kind.in_([MessageRecalled.kind, MessageDeleted.kind]),
        message_acts.c.state == ActState.APPLIED.value,
    )
