"""Protocols of the repositories for cases, their messages, their notes and false alarms."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case, CaseMessage, CaseNote, Reader
from zalo_governor.domain.jobs import CodeCheck


class Cases(Protocol):
    """Repository of cases and of the events that belong to them."""

    def find_open(self, group_id: str, rule_id: str, person_id: int, label: str | None, since: datetime) -> Case | None:
        """Return the person's newest open case under the rule (and label, if given) with an event since `since`."""
        ...

    def find_sealed(self, group_id: str, person_id: int, mac: bytes, since: datetime) -> Case | None:
        """Return the person's newest open case of sealed content with that `Seal.mac` and an event since `since`."""
        ...

    def of_message(self, group_id: str, message_key: str) -> list[Case]:
        """Return the cases whose events include that message."""
        ...

    def get(self, case_id: int) -> Case | None:
        """Return the case with that number, or None."""
        ...

    def opened_between(
        self, group_id: str | None, *, start: datetime, end: datetime, open_only: bool = False
    ) -> list[Case]:
        """Return the cases opened in [start, end), oldest first; `group_id` None means all groups."""
        ...

    def add(self, case: Case, *, mark: bytes | None = None) -> Case:
        """Insert a new case, link its first event to it, and return it with its number (the given id is ignored).

        `mark` is the keyed hash of the event's content, by which a repetition is recognised after a false alarm.
        """
        ...

    def save(self, case: Case, *, joined_event_id: int | None = None, mark: bytes | None = None) -> None:
        """Update a case; `joined_event_id` links one more event to it, with the keyed hash `mark` as in `add`."""
        ...

    def excerpt(self, case: Case) -> str | None:
        """Return the excerpt stored with the case's latest finding; None if none was stored or the case is sealed."""
        ...

    def suggestion(self, case: Case) -> str | None:
        """Return the suggested correction stored with the case's latest finding, or None."""
        ...

    def reason(self, case: Case) -> str | None:
        """Return the code by which the rule explains the case's latest finding, or None."""
        ...

    def count_before(self, group_id: str, person_id: int, rule_id: str, since: datetime) -> int:
        """Count the person's cases under the rule opened at or after `since`, without false alarms."""
        ...

    def due(self, group_ids: Collection[str], now: datetime) -> list[Case]:
        """Return the cases that have to be escalated to the leader by `now`, the longest due first."""
        ...

    def awaiting_digest(self, group_id: str) -> list[Case]:
        """Return the group's cases still to be included in a digest to the admins, the longest due first."""
        ...

    def groups_with_digest(self, group_ids: Collection[str], now: datetime) -> list[str]:
        """Return those of the groups for which a digest to the admins is due by `now`."""
        ...

    def next_due(self, group_ids: Collection[str]) -> datetime | None:
        """Return the earliest time at which `due` or `groups_with_digest` will return anything; None if never."""
        ...

    def with_content(self, mac: bytes) -> Case | None:
        """Return the oldest case of the sealed content with that `Seal.mac`, of any person and in any group."""
        ...


class CaseMessages(Protocol):
    """Repository of the messages of cases: which were removed, who has read them, and codes that confirm a removal."""

    def of(self, case: Case) -> list[CaseMessage]:
        """Return the messages of a case, each once, in order of receipt; events that are not messages are left out."""
        ...

    def mark_gone(self, group_id: str, message_key: str, at: datetime, by: int | None, *, deleted: bool) -> bool:
        """Record that person `by` recalled or deleted a case's message; return False if that was known already."""
        ...

    def note_readers(
        self, group_id: str, message_key: str, *, seen: Iterable[int], delivered: Iterable[int], at: datetime
    ) -> None:
        """Record which persons have received (`delivered`) or read (`seen`) a message of a case."""
        ...

    def readers(self, case: Case) -> list[Reader]:
        """Return the persons who have received or read any message of a case, ordered by person number."""
        ...

    def forget_readers(self, before: datetime) -> int:
        """Delete the readers recorded before that time, and their receipts; return how many reader rows that were."""
        ...

    def issue_removal_code(self, case: Case, person_id: int, code: str, expires: datetime) -> None:
        """Store a one-time code with which the person can confirm the removal; an earlier code becomes invalid."""
        ...

    def check_removal_code(self, case: Case, person_id: int, code: str, now: datetime) -> CodeCheck:
        """Check a one-time code; after acceptance, or after too many wrong tries, the stored code becomes invalid."""
        ...


class CaseNotes(Protocol):
    """Repository of people's notes on cases, and of the reasons for cases recorded by hand."""

    def add(self, case: Case, note: CaseNote) -> None:
        """Store a note on the case."""
        ...

    def of(self, case: Case) -> list[CaseNote]:
        """Return the notes on the case, oldest first."""
        ...

    def add_manual(self, case: Case, noted_by: int, words: str) -> None:
        """Store why the person `noted_by` recorded the case by hand."""
        ...

    def manual(self, case: Case) -> tuple[int, str] | None:
        """Return (person number, reason) of a case recorded by hand; None if a rule opened the case."""
        ...


class FalseAlarms(Protocol):
    """Repository of content known to be a false alarm, stored as keyed hashes only."""

    def hash_of_text(self, text: str) -> bytes:
        """Return the keyed hash of normalised text: it shows whether another text is equal, and nothing else."""
        ...

    def hash_of_event(self, event_id: int) -> bytes:
        """Return the keyed hash of the event's whole content, with attachments and quotes, not normalised."""
        ...

    def find(self, group_id: str, rule_id: str, mark: bytes) -> int | None:
        """Return the number of the false-alarm case with content of keyed hash `mark`; None if there is none."""
        ...

    def learn(self, case: Case) -> None:
        """Store the content of the case's events, as keyed hashes, as false alarms."""
        ...

    def forget(self, case: Case) -> None:
        """Delete what `learn` stored for the case, because the case is no longer a false alarm."""
        ...

    def note(self, event_id: int, rule_id: str, person_id: int | None, case_id: int) -> None:
        """Record on the rule's findings for the event that false alarm `case_id` kept them from opening a case.

        If `person_id` is given, only the findings about that person are updated.
        """
        ...
