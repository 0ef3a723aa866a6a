"""What the services need of cases."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case, CaseMessage, CaseNote, Reader
from zalo_governor.domain.jobs import CodeCheck


class Cases(Protocol):
    """Cases, and the events that belong to them."""

    def find_open(self, group_id: str, rule_id: str, person_id: int, label: str | None, since: datetime) -> Case | None:
        """The youngest open case of that person under that rule (and label, if given) whose last event is not older."""
        ...

    def find_sealed(self, group_id: str, person_id: int, mac: bytes, since: datetime) -> Case | None:
        """The youngest open case of that person with sealed content of that `Seal.mac`, its last event not older."""
        ...

    def of_message(self, group_id: str, message_key: str) -> list[Case]:
        """The cases whose events include that message."""
        ...

    def get(self, case_id: int) -> Case | None:
        """The case of that number."""
        ...

    def opened_between(
        self, group_id: str | None, *, start: datetime, end: datetime, open_only: bool = False
    ) -> list[Case]:
        """Cases opened in [start, end), oldest first; None for all groups."""
        ...

    def add(self, case: Case, *, mark: bytes | None = None) -> Case:
        """Write a new case (its id is ignored) and give it with its number; its first event is tied to it.

        By `mark` the content of the event is known again, should the case be a false alarm.
        """
        ...

    def save(self, case: Case, *, joined_event_id: int | None = None, mark: bytes | None = None) -> None:
        """Write a case anew; `joined_event_id` ties one more event to it, `mark` as in `add_case`."""
        ...

    def excerpt(self, case: Case) -> str | None:
        """The excerpt kept with the case's latest finding; None where none was kept or the case is sealed."""
        ...

    def suggestion(self, case: Case) -> str | None:
        """The suggestion kept with the case's latest finding."""
        ...

    def reason(self, case: Case) -> str | None:
        """The rule's own code for why, of the case's latest finding."""
        ...

    def count_before(self, group_id: str, person_id: int, rule_id: str, since: datetime) -> int:
        """How many cases of that person under that rule were opened since then, without false alarms."""
        ...

    def due(self, group_ids: Collection[str], now: datetime) -> list[Case]:
        """Cases of these groups of which the leader has to hear by now, the longest due first."""
        ...

    def awaiting_digest(self, group_id: str) -> list[Case]:
        """Cases of the group of which the desk has still to hear in a digest, the longest due first."""
        ...

    def groups_with_digest(self, group_ids: Collection[str], now: datetime) -> list[str]:
        """Those of the groups of which the desk has to hear in a digest by now."""
        ...

    def next_due(self, group_ids: Collection[str]) -> datetime | None:
        """When `due_cases` or `groups_with_digest` will next give anything; None where never."""
        ...

    def with_content(self, mac: bytes) -> Case | None:
        """The oldest case with sealed content of that `Seal.mac`, whoever posted it and in whatever group."""
        ...


class CaseMessages(Protocol):
    """The messages under a case: which are gone, who has read them, and codes that confirm a removal."""

    def of(self, case: Case) -> list[CaseMessage]:
        """The messages under a case, each once, in the order in which they were heard; other things are left out."""
        ...

    def mark_gone(self, group_id: str, message_key: str, at: datetime, by: int | None, *, deleted: bool) -> bool:
        """Note that a message under a case is no longer to be seen; whether that was news."""
        ...

    def note_readers(
        self, group_id: str, message_key: str, *, seen: Iterable[int], delivered: Iterable[int], at: datetime
    ) -> None:
        """Remember which persons have received or seen a message under a case."""
        ...

    def readers(self, case: Case) -> list[Reader]:
        """Who has received or seen any message of a case, in order of the persons' numbers."""
        ...

    def forget_readers(self, before: datetime) -> int:
        """Drop who has read what, noted before then, and the receipts that said so; gives how many rows were noted."""
        ...

    def issue_removal_code(self, case: Case, person_id: int, code: str, expires: datetime) -> None:
        """Let that code, and no earlier one, confirm a removal by that person in that case."""
        ...

    def check_removal_code(self, case: Case, person_id: int, code: str, now: datetime) -> CodeCheck:
        """Try a code; one that is accepted or tried wrong too often counts no more."""
        ...


class CaseNotes(Protocol):
    """What people say of cases, and why a case was written down by hand."""

    def add(self, case: Case, note: CaseNote) -> None:
        """Keep somebody's words."""
        ...

    def of(self, case: Case) -> list[CaseNote]:
        """What was said of the case, in the order in which it was said."""
        ...

    def add_manual(self, case: Case, noted_by: int, words: str) -> None:
        """Keep why somebody wrote a case down."""
        ...

    def manual(self, case: Case) -> tuple[int, str] | None:
        """(person, words) of whoever wrote the case down; None where a rule opened it."""
        ...


class FalseAlarms(Protocol):
    """Content that was taken back as a false alarm."""

    def hash_of_text(self, text: str) -> bytes:
        """Keyed hash of normalised words: tells whether others are the same, and nothing else."""
        ...

    def hash_of_event(self, event_id: int) -> bytes:
        """Keyed hash of everything that was said, attachments and quotes included, letter by letter."""
        ...

    def find(self, group_id: str, rule_id: str, mark: bytes) -> int | None:
        """The number of a case by which that content was taken back; None where it never was."""
        ...

    def learn(self, case: Case) -> None:
        """From now on the content of the case's events is known as a false alarm."""
        ...

    def forget(self, case: Case) -> None:
        """The case is no false alarm, or nobody says so any more."""
        ...

    def note(self, event_id: int, rule_id: str, person_id: int | None, case_id: int) -> None:
        """Write to that rule's findings on the event that no case was made of them, and by which case that is so.

        With `person_id`, only to those that name that person.
        """
        ...
