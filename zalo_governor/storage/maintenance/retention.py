"""Retention: removes message bodies and other texts after their term; rows and figures stay.

Content is removed in small transactions, so that messages arriving meanwhile do not have to wait. The table
`retention_marks` holds up to which time each kind of content was removed; reports read there since when content is
available.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, insert, select, update

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.directives import DirectiveState
from zalo_governor.domain.group_changes import IN_WORDS
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.queries.panel import PRESSED_FORM
from zalo_governor.storage.queries.retention_marks import BODIES, gone_before
from zalo_governor.storage.repositories.inbox import lowest_id
from zalo_governor.storage.schema import (
    PENDING,
    approvals,
    case_events,
    case_notes,
    cases,
    directive_answers,
    directive_assignees,
    directive_people,
    directives,
    events,
    file_scans,
    findings,
    group_changes,
    group_members,
    inbox,
    job_runs,
    manual_cases,
    message_acts,
    outbox,
    person_uids,
    persons,
    remarks,
    retention_marks,
    waiting,
)
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT

_CASES = "cases"
_DEAD = "dead_letters"
_PEOPLE = "people"
_MESSAGE_ACTS_KEPT = timedelta(days=30)
"""How long recalls, deletions and reactions are kept for a message that comes later; Zalo's queue is shorter."""
_PRESSED_FORMS_KEPT = timedelta(days=1)
"""How long it is recorded which forms of the panel were submitted, so that a double press acts only once."""
_BATCH_SIZE = 500
_BATCH_SIZE_BESIDE_WRITERS = 5_000
"""Inbox entries in one transaction on PostgreSQL, where other writers need not wait for its end."""
_OPEN = [state.value for state in CaseState if state.open]
_OPEN_DIRECTIVES = [DirectiveState.OPEN.value, DirectiveState.PROPOSED.value]
NO_TEXT = {"spans": None, "excerpt": None, "suggestion": None}
"""Columns of `findings` that may quote a message, with the value that replaces a removed text."""


class Terms(NamedTuple):
    """How long each kind of content is stored before `sweep` removes it."""

    bodies: timedelta
    """Contents of messages that belong to no case."""
    cases: timedelta
    """Texts of cases and directives, from their closing on; members' remarks, from their writing; approvals, from their
    expiry; changed names, descriptions and board items of groups, from the change."""
    notices: timedelta
    """Texts of messages that the program sent."""
    dead_letters: timedelta
    """Contents of received elements that could not be parsed."""
    names: timedelta
    """Display names of people who are in no group any more."""
    people: timedelta
    """Persons of events and findings; afterwards these are stored without a person."""


class Removed(NamedTuple):
    """How many items of each kind (see `Terms`) were removed."""

    bodies: int
    cases: int
    notices: int
    dead_letters: int
    names: int
    people: int


def sweep(database: Database, terms: Terms, now: datetime, stopped: Callable[[], bool]) -> Removed:
    """Remove all content that is older than `terms` allow at the time `now`; return how many items of each kind.

    Stops early once `stopped()` is true; the next call continues.

    Raises:
        StoreUnavailableError: the database cannot be written now; what was removed before stays removed.
    """
    work = _RetentionRun(database, stopped)
    work.short_lived(now)
    return Removed(
        bodies=work.bodies(now - terms.bodies),
        cases=work.cases(now - terms.cases),
        notices=work.notices(now - terms.notices),
        dead_letters=work.dead_letters(now - terms.dead_letters),
        names=work.names(now - terms.names),
        people=work.people(now - terms.people),
    )


class _RetentionRun:
    """One run of retention; each method removes the content of one kind that is older than `before`."""

    def __init__(self, database: Database, stopped: Callable[[], bool]) -> None:
        self._database = database
        self._stopped = stopped

    def bodies(self, before: datetime) -> int:
        """Remove old message contents that belong to no case; return how many.

        Their excerpts in findings are removed too, and the keyed hashes of all old attachments, also of cases.
        """
        gone = 0
        for connection, first, last in self._entries(BODIES, before):
            under = select(case_events.c.event_id).where(case_events.c.event_id.between(first, last))
            free = inbox.c.id.not_in(select(waiting.c.id)) & inbox.c.id.not_in(under)
            held = inbox.c.id.between(first, last) & inbox.c.body.is_not(None) & free
            gone += connection.execute(update(inbox).where(held).values(body=None)).rowcount
            quoted = findings.c.event_id.between(first, last) & findings.c.event_id.not_in(under)
            connection.execute(update(findings).where(quoted, _has_text()).values(NO_TEXT))
            # The hash would tell who else sent the same file. Figures, and Zalo's id of the message, stay.
            scanned = file_scans.c.event_id.between(first, last) & file_scans.c.mac.is_not(None)
            connection.execute(update(file_scans).where(scanned).values(mac=None))
        return gone

    def short_lived(self, now: datetime) -> None:
        """Delete old records of recalls, deletions and reactions, and of which forms of the panel were submitted."""
        pressed = job_runs.c.job.startswith(PRESSED_FORM) & (job_runs.c.due_ms < to_ms(now - _PRESSED_FORMS_KEPT))
        with self._database.write() as connection:
            connection.execute(delete(message_acts).where(message_acts.c.at_ms < to_ms(now - _MESSAGE_ACTS_KEPT)))
            connection.execute(delete(job_runs).where(pressed))

    def dead_letters(self, before: datetime) -> int:
        """Remove the contents of old inbox entries that could not be parsed; the rows stay, as reports count them."""
        gone = 0
        for connection, first, last in self._entries(_DEAD, before):
            dead = inbox.c.id.between(first, last) & inbox.c.body.is_not(None) & (inbox.c.state == "dead")
            gone += connection.execute(update(inbox).where(dead).values(body=None)).rowcount
        return gone

    def people(self, before: datetime) -> int:
        """Remove the person from old events and findings; cases and their messages in the inbox keep theirs."""
        gone = 0
        for connection, first, last in self._entries(_PEOPLE, before):
            for table, key in ((events, events.c.id), (findings, findings.c.event_id)):
                named = key.between(first, last) & table.c.person_id.is_not(None)
                gone += connection.execute(update(table).where(named).values(person_id=None)).rowcount
            under = select(case_events.c.event_id).where(case_events.c.event_id.between(first, last))
            free = inbox.c.id.not_in(select(waiting.c.id)) & inbox.c.id.not_in(under)
            sent = inbox.c.id.between(first, last) & inbox.c.sender_uid.not_in(["", inbox.c.account]) & free
            # The cli_key goes too: it is unique only together with the sender.
            connection.execute(update(inbox).where(sent).values(sender_uid="", cli_key=None))
        return gone

    def cases(self, before: datetime) -> int:
        """Remove all texts of cases and directives closed before `before`, and texts that people wrote before then.

        Skips cases that an earlier run cleared. Of directives, only figures and times stay. Returns how many message
        contents were removed.
        """
        with self._database.read() as connection:
            since = gone_before(connection, _CASES)
        over = select(cases.c.id).where(cases.c.state.not_in(_OPEN), cases.c.state_ms < to_ms(before))
        closed = over if since is None else over.where(cases.c.state_ms >= to_ms(since))
        other, other_case = case_events.alias(), cases.alias()
        elsewhere = exists().where(
            other.c.event_id == case_events.c.event_id,
            other_case.c.id == other.c.case_id,
            other_case.c.state.in_(_OPEN) | (other_case.c.state_ms >= to_ms(before)),
        )
        gone = 0
        for connection, ids in self._batches_of(closed):
            of_these = select(case_events.c.event_id).where(case_events.c.case_id.in_(ids), ~elsewhere)
            held = inbox.c.id.in_(of_these) & inbox.c.body.is_not(None)
            gone += connection.execute(update(inbox).where(held).values(body=None)).rowcount
            quoted = findings.c.event_id.in_(of_these) & _has_text()
            connection.execute(update(findings).where(quoted).values(NO_TEXT))
            connection.execute(update(cases).where(cases.c.id.in_(ids)).values(reason=None))
            written = manual_cases.c.case_id.in_(ids)
            connection.execute(update(manual_cases).where(written).values(words=NO_LONGER_KEPT))
        self._directives(before)
        if self._stopped():
            return gone  # Without a mark: the next run goes on with the cases that are left.
        self._written(before, over)
        self._save_mark(_CASES, before)
        return gone

    def _written(self, before: datetime, over: Select[Any]) -> None:
        """Remove texts that people wrote before `before`, also about cases that an earlier run cleared.

        These are: notes on the cases selected by `over`; remarks of which the admins were told; expired approvals;
        names, descriptions and board items of groups, unless their case is not among those selected by `over`.
        """
        told, old = remarks.c.told_ms.is_not(None), group_changes.c.at_ms < to_ms(before)
        in_words = group_changes.c.kind.in_([kind.value for kind in IN_WORDS])
        settled = group_changes.c.case_id.is_(None) | group_changes.c.case_id.in_(over)
        with self._database.write() as connection:
            for table, ended in (
                (case_notes, case_notes.c.case_id.in_(over) & (case_notes.c.at_ms < to_ms(before))),
                (remarks, told & (remarks.c.at_ms < to_ms(before))),
                (approvals, approvals.c.until_ms < to_ms(before)),
                (group_changes, in_words & old & settled),
            ):
                kept = table.c.body != NO_LONGER_KEPT
                connection.execute(update(table).where(ended, kept).values(body=NO_LONGER_KEPT))

    def _directives(self, before: datetime) -> None:
        closed = select(directives.c.id).where(
            directives.c.state.not_in(_OPEN_DIRECTIVES),
            directives.c.changed_ms < to_ms(before),
            directives.c.body != NO_LONGER_KEPT,
        )
        for connection, ids in self._batches_of(closed):
            for table in (directive_answers, directive_people):
                connection.execute(delete(table).where(table.c.directive_id.in_(ids)))
            named = directive_assignees.c.directive_id.in_(ids)
            connection.execute(update(directive_assignees).where(named).values(name=NO_LONGER_KEPT))
            connection.execute(update(directives).where(directives.c.id.in_(ids)).values(body=NO_LONGER_KEPT))

    def notices(self, before: datetime) -> int:
        """Remove the texts of the bot's old messages, except those still to be sent; addressee, state and time stay."""
        old = select(outbox.c.id).where(
            outbox.c.created_ms < to_ms(before),
            outbox.c.state.not_in([*PENDING, "sending"]),
            outbox.c.body != NO_LONGER_KEPT,
        )
        gone = 0
        for connection, ids in self._batches_of(old):
            emptied = update(outbox).where(outbox.c.id.in_(ids)).values(body=NO_LONGER_KEPT, file=None)
            gone += connection.execute(emptied).rowcount
        return gone

    def names(self, before: datetime) -> int:
        """Remove display names of people who left all groups before `before`; names from roster and settings stay."""
        left = group_members.c.present.is_(False) & (group_members.c.since_ms < to_ms(before))
        with self._database.write() as connection:
            emptied = update(group_members).where(left, group_members.c.judged_name.is_not(None))
            gone = connection.execute(emptied.values(judged_name=None)).rowcount
            was_member = exists().where(
                person_uids.c.person_id == persons.c.id,
                group_members.c.uid == person_uids.c.uid,
                group_members.c.account == person_uids.c.account,
            )
            is_member = was_member.where(~left)
            nobody = persons.c.display_name.is_not(None) & persons.c.roles.is_(None) & ~is_member & was_member
            gone += connection.execute(update(persons).where(nobody).values(display_name=None)).rowcount
        if gone:
            self._database.persons.forget()
        return gone

    def _entries(self, subject: str, before: datetime) -> Iterator[tuple[Connection, int, int]]:
        """Yield (connection, first id, last id) of batches of inbox entries, each in a transaction of its own.

        The entries are those older than `before` that no earlier run processed for this kind (`subject`).
        """
        with self._database.read() as connection:
            since = gone_before(connection, subject)
        low, high = (0 if since is None else lowest_id(since)), lowest_id(before)
        size = _BATCH_SIZE if self._database.is_sqlite else _BATCH_SIZE_BESIDE_WRITERS
        while not self._stopped():
            some = select(inbox.c.id).where(inbox.c.id >= low, inbox.c.id < high).order_by(inbox.c.id).limit(size)
            batch = some.subquery()
            with self._database.write() as connection:
                first, last = connection.execute(select(func.min(batch.c.id), func.max(batch.c.id))).one()
                if first is None:
                    break
                yield connection, first, last
            low = last + 1
        else:
            return
        self._save_mark(subject, before)

    def _batches_of(self, wanted: Select[Any]) -> Iterator[tuple[Connection, Sequence[int]]]:
        with self._database.read() as connection:
            ids = [int(row[0]) for row in connection.execute(wanted)]
        for start in range(0, len(ids), _BATCH_SIZE):
            if self._stopped():
                return
            with self._database.write() as connection:
                yield connection, ids[start : start + _BATCH_SIZE]

    def _save_mark(self, subject: str, until: datetime) -> None:
        """Store that content of the kind `subject` older than `until` was removed; a later stored time is kept."""
        with self._database.write() as connection:
            known = gone_before(connection, subject)
            if known is None or known < until:
                connection.execute(delete(retention_marks).where(retention_marks.c.subject == subject))
                connection.execute(insert(retention_marks), {"subject": subject, "until_ms": to_ms(until)})


def _has_text() -> ColumnElement[bool]:
    words: ColumnElement[Any] = findings.c.excerpt
    return words.is_not(None) | findings.c.suggestion.is_not(None) | findings.c.spans.is_not(None)
