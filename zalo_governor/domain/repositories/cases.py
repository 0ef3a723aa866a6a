"""Protocols of the repositories for cases, their messages and notes, and false alarms.

A case is a possible breach of one rule by one person, under review by the admins.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case, CaseMessage, CaseNote, Reader, Recorded, Withdrawal
from zalo_governor.domain.clock import EVER, NEVER
from zalo_governor.domain.jobs import CodeCheck


class Cases(Protocol):
    """Repository of cases and of the events, such as messages, that belong to them."""

    def find_open(self, group_id: str, rule_id: str, person_id: int, label: str | None, since: datetime) -> Case | None:
        """Return the person's newest open case under the rule, if it has an event at or after `since`; else None.

        `label` is the rule's name for a kind of finding; if given, only cases with that label are considered.
        """
        ...

    def find_sealed(self, group_id: str, person_id: int, mac: bytes, since: datetime) -> Case | None:
        """Return the person's newest open case of the given sealed content with an event since `since`, or None.

        Sealed content is not stored, as it may be a state secret; `mac` is its keyed hash (`Seal.mac`).
        """
        ...

    def of_message(self, group_id: str, message_key: str) -> list[Case]:
        """Return the cases whose events include the message; `message_key` is Zalo's msgId."""
        ...

    def get(self, case_id: int) -> Case | None:
        """Return the case with that number; None if there is none."""
        ...

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

        `group_id` None means all groups, `rule_id` None all rules; `open_only` leaves out the cases that have been
        decided.
        """
        ...

    def count_opened(self, group_id: str, start: datetime, end: datetime) -> int:
        """Return how many cases of the group were opened in [start, end)."""
        ...

    def urgent_between(self, group_id: str, start: datetime, end: datetime) -> list[Case]:
        """Return the urgent cases (`Case.urgent`) opened in [start, end), whatever their state, oldest first."""
        ...

    def add(self, case: Case, *, mark: bytes | None = None) -> Case:
        """Insert a new case (the given id is ignored), link its first event to it, and return it with its id.

        `mark` is the keyed hash of the event's content: if the case becomes a false alarm, `FalseAlarms` recognises
        equal content by it. None if there is no content to recognise.
        """
        ...

    def save(self, case: Case, *, joined_event_id: int | None = None, mark: bytes | None = None) -> None:
        """Update a stored case; link the event `joined_event_id`, if given, to the case, with `mark` as in `add`."""
        ...

    def excerpt(self, case: Case) -> str | None:
        """Return the excerpt of the text in the case's latest finding; None if none is stored, as for sealed cases."""
        ...

    def suggestion(self, case: Case) -> str | None:
        """Return the corrected text that the rule suggested in the case's latest finding; None if there is none."""
        ...

    def reason(self, case: Case) -> str | None:
        """Return the rule's code for why it made the case's latest finding, such as `no_title`, or None."""
        ...

    def count_before(self, group_id: str, person_id: int, rule_id: str, since: datetime) -> int:
        """Count the person's cases under the rule that were opened at or after `since`, without false alarms."""
        ...

    def due(self, group_ids: Collection[str], now: datetime) -> list[Case]:
        """Return the cases of which the leader must be told by `now`, as no admin reacted; the longest overdue first.

        Only cases of the given groups are returned.
        """
        ...

    def awaiting_digest(self, group_id: str) -> list[Case]:
        """Return the group's cases that wait for a digest (summary of cases) to the admins, the longest due first."""
        ...

    def groups_with_digest(self, group_ids: Collection[str], now: datetime) -> list[str]:
        """Return those of the given groups for which a digest (summary of cases for the admins) is due by `now`."""
        ...

    def next_due(self, group_ids: Collection[str]) -> datetime | None:
        """Return the next time at which `due` or `groups_with_digest` will return something; None if no case waits."""
        ...

    def with_content(self, mac: bytes) -> Case | None:
        """Return the oldest case of the given sealed content, of any person and in any group; None if there is none.

        `mac` is the keyed hash (`Seal.mac`) of that content, which itself is not stored.
        """
        ...


class CaseMessages(Protocol):
    """Repository of the messages of cases: which were removed, who has read them; and of codes to confirm a removal."""

    def of(self, case: Case) -> list[CaseMessage]:
        """Return the messages of a case, each once, in order of receipt; events that are not messages are left out."""
        ...

    def gone_times(self, cases: Sequence[Case]) -> dict[int, list[datetime | None]]:
        """Return when each message was removed from the group (None: it is there), by the id of its case."""
        ...

    def mark_gone(self, group_id: str, message_key: str, at: datetime, by: int | None, *, deleted: bool) -> bool:
        """Record that a message of a case was recalled by its sender or, if `deleted`, deleted by an administrator.

        `message_key` is the msgId; `by` is the number of the person who did it, None if Zalo does not say.

        Returns:
            False if nothing was recorded: it was known already, or the message belongs to no case.
        """
        ...

    def find_withdrawal(self, group_id: str, message_key: str) -> Withdrawal | None:
        """Return the first recall or deletion of a message that was received; None if there is none.

        Unlike `mark_gone`, it finds what was received before any case had the message.
        """
        ...

    def note_readers(
        self, group_id: str, message_key: str, *, seen: Iterable[int], delivered: Iterable[int], at: datetime
    ) -> None:
        """Record which persons (by number) have received (`delivered`) or read (`seen`) a message of a case."""
        ...

    def readers(self, case: Case) -> list[Reader]:
        """Return the persons who have received or read any message of the case, ordered by person number."""
        ...

    def forget_readers(self, before: datetime) -> int:
        """Delete the records, made before `before`, of who received or read messages of cases; return their number.

        Of the stored receipts received before that time, content and sender are deleted.
        """
        ...

    def issue_removal_code(self, case: Case, person_id: int, code: str, expires: datetime) -> None:
        """Store a one-time code with which the person can confirm one removal; earlier codes become invalid.

        The removal is that of the case's messages, or of the outsider whom the case is about, from the group.
        """
        ...

    def check_removal_code(self, case: Case, person_id: int, code: str, now: datetime) -> CodeCheck:
        """Check a typed one-time code against the stored one.

        The stored code becomes invalid when it is accepted, and after too many wrong tries.
        """
        ...


class CaseNotes(Protocol):
    """Repository of texts that people wrote about cases, and of the reasons for cases recorded by hand."""

    def add(self, case: Case, note: CaseNote) -> None:
        """Store a note (a text that a person wrote about the case)."""
        ...

    def of(self, case: Case) -> list[CaseNote]:
        """Return the notes about the case, oldest first."""
        ...

    def add_manual(self, case: Case, recorded: Recorded) -> None:
        """Store who recorded the case by hand, and why; neither words nor place may contain line breaks."""
        ...

    def manual(self, case: Case) -> Recorded | None:
        """Return what is kept of a case recorded by hand; None if a rule opened the case."""
        ...


class FalseAlarms(Protocol):
    """Repository of content that admins marked as a false alarm, so that it opens no case again.

    Only keyed hashes of the content are stored, which show whether another content is equal.
    """

    def hash_of_text(self, text: str) -> bytes:
        """Return the keyed hash of a text, which is already normalised; it shows only whether another text is equal."""
        ...

    def hash_of_event(self, event_id: int) -> bytes:
        """Return the keyed hash of the event's whole content, not normalised, including attachments and quotes."""
        ...

    def find(self, group_id: str, rule_id: str, mark: bytes) -> int | None:
        """Return the number of the case in which that content was marked as a false alarm; None if there is none.

        `mark` is the keyed hash of the content.
        """
        ...

    def learn(self, case: Case) -> None:
        """Store the content of the case's events, as keyed hashes, as a false alarm."""
        ...

    def forget(self, case: Case) -> None:
        """Delete what `learn` stored for the case, because the case is no longer considered a false alarm."""
        ...

    def note(self, event_id: int, rule_id: str, person_id: int | None, case_id: int) -> None:
        """Mark the rule's findings on the event: they opened no case, as the like case `case_id` was a false alarm.

        If `person_id` is given, only the findings about that person are updated.
        """
        ...
