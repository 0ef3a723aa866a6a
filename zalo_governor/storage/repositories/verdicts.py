"""Stores the results of judging: events, findings, failures of rules, and elements that cannot be parsed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, select, update

from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.events import (
    AdminChanged,
    EventBase,
    JoinRequested,
    MemberRemoved,
    MembersJoined,
    MembersLeft,
    MessageSent,
    SystemNotice,
)
from zalo_governor.domain.findings import Finding, SealedFinding, Verdict
from zalo_governor.domain.inbound import READER_VERSION, Admitted, Seal
from zalo_governor.storage.repositories.account_numbers import lock_admission
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.bodies import MAY_REPEAT, Repeated, repeats, storable
from zalo_governor.storage.repositories.inbox_rows import seal_of
from zalo_governor.storage.repositories.members import Members
from zalo_governor.storage.repositories.people import People
from zalo_governor.storage.repositories.rows import columns_of
from zalo_governor.storage.repositories.sealing import SEAL_COLUMNS, seal_stored
from zalo_governor.storage.schema import (
    WAITS,
    accounts,
    events,
    findings,
    former_accounts,
    inbox,
    rule_failures,
    waiting,
)

_EVENT = insert(events)
_DONE = delete(waiting).where(waiting.c.id == bindparam("b_id"))
_FINDING = insert(findings)
_FAILURE = insert(rule_failures)
# A commit may have succeeded though its answer was lost: an entry already judged must not become a dead letter.
_DEAD = (
    update(inbox)
    .where(inbox.c.id == bindparam("b_id"), ~exists().where(events.c.id == inbox.c.id))
    .values(state="dead", reason=bindparam("b_reason"), read_by=READER_VERSION)
)
_SEALED = (
    update(inbox)
    .where(inbox.c.id == bindparam("b_id"))
    .values(
        body=None,
        seal_rule=bindparam("b_rule"),
        seal_label=bindparam("b_label"),
        seal_level=bindparam("b_level"),
        seal_size=bindparam("b_size"),
        seal_mac=bindparam("b_mac"),
    )
)


@dataclass(eq=False)
class Verdicts(Repository):
    """Repository of judged events and what the rules found in them; most rows are written just before the commit."""

    _people: People
    _members: Members
    _keys_of_events: dict[int, str] = field(default_factory=dict)
    _judged_at: datetime | None = None
    _judged_ms: int = 0

    def store(self, admitted: Admitted, event: EventBase, verdict: Verdict, judged_at: datetime) -> None:
        """Store a judged event with the rules' findings and failures, and mark its inbox entry `admitted` as judged.

        A verdict that seals the event (a possible state secret) erases the entry's body, also from the write-ahead log.
        Of a sealed event no name, span, excerpt or suggestion is stored, whatever the findings contain.
        """
        entry = admitted.entry
        sealed = verdict.sealed or entry.seal is not None
        person = self._people.find_or_create(entry.account, event.sender_uid)
        person_id = person.id if person else None
        message = event if isinstance(event, MessageSent) else None
        group_id = storable(event.thread_id)
        at_ms = entry.at_ms
        if judged_at is not self._judged_at:  # nearly all events of a batch share one moment
            self._judged_at, self._judged_ms = judged_at, to_ms(judged_at)
        self._tx.write_later(
            _EVENT,
            {
                "id": admitted.id,
                "group_id": group_id,
                "kind": event.kind,
                "element": entry.kind.value,
                "person_id": person_id,
                "at_ms": at_ms,
                "judged_ms": self._judged_ms,
                "source": entry.source.value,
                "late": event.late,
                "own": entry.own,
                "revision": admitted.revision,
                "sealed": sealed,
                "message_type": storable(event.message_type) if isinstance(event, MessageSent | SystemNotice) else None,
                "length": len(message.text) if message and not sealed else 0,
                "people": 0 if message else _count_members(event),
            },
        )
        self._keys_of_events[admitted.id] = storable(entry.key)
        if verdict.sealed and entry.seal is None:
            self._tx.write_later(_SEALED, {"b_id": admitted.id, **self._seal_values(event, verdict)})
            self._tx.database.erase_traces()
        self._tx.write_later(_DONE, {"b_id": admitted.id})
        if verdict.findings or verdict.failures:
            facts = {"event_id": admitted.id, "group_id": group_id, "at_ms": at_ms}
            for finding in verdict.findings:
                # A finding that names nobody is about the sender.
                named = finding.subject_uid if isinstance(finding, Finding) else None
                whose = self._people.find_or_create(entry.account, named or "") or person
                row = self._finding_row(admitted.id, finding, sealed=sealed)
                self._tx.write_later(_FINDING, {**facts, **row, "person_id": whose.id if whose else None})
            for failure in verdict.failures:
                self._tx.write_later(_FAILURE, {**facts, "rule_id": failure.rule_id, "error": failure.error})
        if not sealed:
            self._members.learn_names(entry.account, event, person)

    def add(self, event_id: int, verdict: Verdict, seal: Seal | None) -> None:
        """Add findings, made after the judging, to a stored event; raise KeyError if there is no such event.

        If `seal` is given, the message is sealed with it: its content is removed from all tables and files of the
        database. Replies that quote it and notices of its pin are sealed too: they repeat caption and file name.
        """
        event = self._tx.execute(select(events).where(events.c.id == event_id)).first()
        if event is None:
            raise KeyError(event_id)
        if seal is not None:
            # Replies and pins stored before this lock are sealed below; later ones are admitted without the content.
            lock_admission(self._tx.database, self._tx.connection)
            seal_stored(self._tx.connection, self._tx.keys, self._entries_to_seal(event_id, seal))
            self._tx.database.erase_traces()
        facts = {"event_id": event_id, "group_id": event.group_id, "at_ms": event.at_ms, "person_id": event.person_id}
        sealed = event.sealed or seal is not None
        for finding in verdict.findings:
            self._tx.write_later(_FINDING, {**facts, **self._finding_row(event_id, finding, sealed=sealed)})

    def sealed_since(self, event_ids: Sequence[int]) -> dict[int, Seal]:
        """Return inbox id -> seal of those of the entries that are sealed in the database by now."""
        if not event_ids:
            return {}
        columns = [inbox.c[name] for name in SEAL_COLUMNS]
        sealed = select(inbox.c.id, *columns).where(inbox.c.id.in_(event_ids), inbox.c.seal_rule.is_not(None))
        return {row[0]: seal for row in self._tx.execute(sealed) if (seal := seal_of(row[1:]))}

    def _entries_to_seal(self, event_id: int, seal: Seal) -> dict[int, Seal]:
        """Return inbox entry id -> seal for all entries of the event's message, and of replies and pins of it."""
        this = self._tx.connection.execute(select(inbox).where(inbox.c.id == event_id)).one()
        of_group = (inbox.c.thread_id == this.thread_id, inbox.c.kind.in_([kind.value for kind in MAY_REPEAT]))
        heard_by = select(accounts.c.uid).union(select(former_accounts.c.uid))
        same = self._tx.connection.execute(
            select(inbox.c.id, inbox.c.at_ms).where(*of_group, inbox.c.key == this.key, inbox.c.account.in_(heard_by))
        ).all()
        sealed = {row.id: seal for row in same}
        # Only what came after the message can repeat it, and scans mostly end within seconds.
        since = min(row.at_ms for row in same)
        later = select(inbox.c.id, inbox.c.account, inbox.c.key, inbox.c.body).where(
            *of_group, inbox.c.at_ms >= since, inbox.c.body.is_not(None)
        )
        ids = [Repeated(this.key, by_client=False)]
        ids += [Repeated(this.cli_key, by_client=True)] if this.cli_key else []
        for id_, account, key, body in self._tx.connection.execute(later):
            if id_ not in sealed and repeats(self._tx.keys, account, this.thread_id, key, body, ids):
                sealed[id_] = seal._replace(quoted=True)
        return sealed

    def lag_behind(self, group_id: str) -> bool:
        """Return whether an element received from the group still waits to be judged."""
        waits = select(waiting.c.id).join_from(waiting, inbox, WAITS).where(inbox.c.thread_id == group_id)
        return bool(self._tx.execute(select(waits.exists())).scalar())

    def store_dead_letter(self, admitted: Admitted, reason: str, judged_at: datetime) -> None:
        """Mark an inbox entry that cannot be parsed or judged as a dead letter, which is kept, counted and reported.

        `reason` is the short text that `doctor` and the log show.
        """
        self._tx.write_later(_DEAD, {"b_id": admitted.id, "b_reason": reason})
        self._tx.write_later(_DONE, {"b_id": admitted.id})

    def message_key(self, event_id: int) -> str:
        """Return the key (Zalo's message id) of the event's inbox entry; raise KeyError if there is no such event."""
        key = self._keys_of_events.get(event_id)
        if key is None:
            key = self._tx.execute(select(inbox.c.key).where(inbox.c.id == event_id)).scalar()
        if key is None:
            raise KeyError(event_id)
        return key

    def _seal_values(self, event: EventBase, verdict: Verdict) -> dict[str, Any]:
        finding = next(finding for finding in verdict.findings if isinstance(finding, SealedFinding) or finding.seals)
        content = "\n".join(text for _, text in event.strings())
        return {
            "b_rule": finding.rule_id,
            "b_label": finding.label,
            "b_level": finding.level,
            "b_size": len(content),
            "b_mac": self._tx.keys.mac(content.encode("utf-8", "surrogatepass")),
        }

    def _finding_row(self, event_id: int, finding: Finding | SealedFinding, *, sealed: bool) -> dict[str, Any]:
        bare = {"sealed": sealed, "reason": None, "field": None, "spans": None, "excerpt": None, "suggestion": None}
        row = columns_of(findings, finding) | bare
        if sealed or isinstance(finding, SealedFinding):
            return row
        place = (str(event_id), finding.rule_id)
        return row | {
            "reason": finding.reason,
            "field": finding.field,
            "spans": finding.spans,
            "excerpt": self._tx.keys.seal_text(finding.excerpt, "excerpt", *place) if finding.excerpt else None,
            "suggestion": (
                self._tx.keys.seal_text(finding.suggestion, "suggestion", *place) if finding.suggestion else None
            ),
        }


def _count_members(event: EventBase) -> int:
    match event:
        case MembersJoined() | MembersLeft() | MemberRemoved() | AdminChanged():
            return len(event.members)
        case JoinRequested():
            return len(event.uids)
        case _:
            return 0
