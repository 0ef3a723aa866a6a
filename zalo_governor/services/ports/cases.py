"""Cases, from the finding to what becomes of them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case, CaseMessage, CaseNote, Reader
from zalo_governor.domain.removals import CodeCheck, Removal, RemovalOutcome


class Cases(Protocol):
    """The part of a transaction that keeps cases, from the finding to what becomes of them."""

    # cases
    def open_case(self, group_id: str, rule_id: str, person_id: int, label: str | None, since: datetime) -> Case | None:
        """The youngest open case of that person under that rule (and label, if given) whose last event is not older."""
        ...

    def sealed_case(self, group_id: str, person_id: int, mac: bytes, since: datetime) -> Case | None:
        """The youngest open case of that person with sealed content of that `Seal.mac`, its last event not older."""
        ...

    def case_of_message(self, group_id: str, message_key: str) -> list[Case]:
        """The cases whose events include that message."""
        ...

    def case(self, case_id: int) -> Case | None:
        """The case of that number."""
        ...

    def cases(self, group_id: str | None, *, start: datetime, end: datetime, open_only: bool = False) -> list[Case]:
        """Cases opened in [start, end), oldest first; None for all groups."""
        ...

    def add_case(self, case: Case, *, mark: bytes | None = None) -> Case:
        """Write a new case (its id is ignored) and give it with its number; its first event is tied to it.

        By `mark` the content of the event is known again, should the case be a false alarm.
        """
        ...

    def save_case(self, case: Case, *, joined_event_id: int | None = None, mark: bytes | None = None) -> None:
        """Write a case anew; `joined_event_id` ties one more event to it, `mark` as in `add_case`."""
        ...

    def cases_before(self, group_id: str, person_id: int, rule_id: str, since: datetime) -> int:
        """How many cases of that person under that rule were opened since then, without false alarms."""
        ...

    def excerpt(self, case: Case) -> str | None:
        """The excerpt kept with the case's latest finding; None where none was kept or the case is sealed."""
        ...

    def suggestion(self, case: Case) -> str | None:
        """The suggestion kept with the case's latest finding."""
        ...

    def reason_of(self, case: Case) -> str | None:
        """The rule's own code for why, of the case's latest finding."""
        ...

    # what people say of cases
    def add_note(self, case: Case, note: CaseNote) -> None:
        """Keep somebody's words."""
        ...

    def notes(self, case: Case) -> list[CaseNote]:
        """What was said of the case, in the order in which it was said."""
        ...

    # false alarms
    def mark_of_text(self, text: str) -> bytes:
        """Keyed hash of normalised words: tells whether others are the same, and nothing else."""
        ...

    def mark_of_all(self, event_id: int) -> bytes:
        """Keyed hash of everything that was said, attachments and quotes included, letter by letter."""
        ...

    def false_alarm(self, group_id: str, rule_id: str, mark: bytes) -> int | None:
        """The number of a case by which that content was taken back; None where it never was."""
        ...

    def learn_false_alarm(self, case: Case) -> None:
        """From now on the content of the case's events is known as a false alarm."""
        ...

    def unlearn_false_alarm(self, case: Case) -> None:
        """The case is no false alarm, or nobody says so any more."""
        ...

    def note_false_alarm(self, event_id: int, rule_id: str, person_id: int | None, case_id: int) -> None:
        """Write to that rule's findings on the event that no case was made of them, and by which case that is so.

        With `person_id`, only to those that name that person.
        """
        ...

    # what becomes of cases
    def due_cases(self, group_ids: Collection[str], now: datetime) -> list[Case]:
        """Cases of these groups of which the leader has to hear by now, the longest due first."""
        ...

    def gathered_cases(self, group_id: str) -> list[Case]:
        """Cases of the group of which the desk has still to hear in a digest, the longest due first."""
        ...

    def groups_with_digest(self, group_ids: Collection[str], now: datetime) -> list[str]:
        """Those of the groups of which the desk has to hear in a digest by now."""
        ...

    def next_due(self, group_ids: Collection[str]) -> datetime | None:
        """When `due_cases` or `groups_with_digest` will next give anything; None where never."""
        ...

    def case_with_content(self, mac: bytes) -> Case | None:
        """The oldest case with sealed content of that `Seal.mac`, whoever posted it and in whatever group."""
        ...

    def messages_of(self, case: Case) -> list[CaseMessage]:
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

    # removals
    def issue_code(self, case: Case, person_id: int, code: str, expires: datetime) -> None:
        """Let that code, and no earlier one, confirm a removal by that person in that case."""
        ...

    def check_code(self, case: Case, person_id: int, code: str, now: datetime) -> CodeCheck:
        """Try a code; one that is accepted or tried wrong too often counts no more."""
        ...

    def order_removals(self, case: Case, messages: Sequence[CaseMessage], by: int, now: datetime) -> int:
        """Have these messages removed; gives how many can be tried."""
        ...

    def due_removals(self, account: str, now: datetime) -> list[Removal]:
        """Removals that the account has to try by now, the oldest first."""
        ...

    def removals_waiting(self, case: Case) -> list[Removal]:
        """Removals of that case that are not settled yet."""
        ...

    def next_removal(self, account: str) -> datetime | None:
        """When `due_removals` will next give anything; None where nothing waits."""
        ...

    def try_again(self, removal: Removal, at: datetime) -> None:
        """Nobody knows what became of it: it is tried once more then, unless it was settled meanwhile."""
        ...

    def settle_removal(self, removal: Removal, outcome: RemovalOutcome) -> bool:
        """Write down what became of it; whether it was still open."""
        ...

    # cases that people write down
    def add_manual(self, case: Case, noted_by: int, words: str) -> None:
        """Keep why somebody wrote a case down."""
        ...

    def manual(self, case: Case) -> tuple[int, str] | None:
        """(person, words) of whoever wrote the case down; None where a rule opened it."""
        ...
