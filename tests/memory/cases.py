"""Repositories in memory: cases, case messages, case notes, false alarms."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.memory.base import MemoryRepository
from zalo_governor.domain.cases import Case, CaseMessage, CaseNote, CaseState, Reader, Recorded, Withdrawal
from zalo_governor.domain.clock import EVER, NEVER
from zalo_governor.domain.events import MessageDeleted, MessageSent, SealedHeard
from zalo_governor.domain.jobs import CodeCheck
from zalo_governor.domain.message_acts import ActState, target_keys
from zalo_governor.storage.repositories.case_messages import CaseMessages
from zalo_governor.storage.repositories.case_notes import CaseNotes, FalseAlarms
from zalo_governor.storage.repositories.cases import Cases

BOT = "7000000000000000001"
NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
GROUP = "8000000000000000001"


class MemoryCases(MemoryRepository, Cases):
    """Over lists."""

    def find_open(self, group_id: str, rule_id: str, person_id: int, label: str | None, since: datetime) -> Case | None:
        return self._youngest(
            case
            for case in self._store.book.values()
            if (case.group_id, case.rule_id, case.person_id) == (group_id, rule_id, person_id)
            and label in {None, case.label}
            and not case.sealed
            and case.last_event_at >= since
        )

    def find_sealed(self, group_id: str, person_id: int, mac: bytes, since: datetime) -> Case | None:
        holding = {
            case_id
            for case_id, event_id in self._store.tied
            if isinstance(event := self._store.events.get(event_id), SealedHeard) and event.mac == mac
        }
        return self._youngest(
            case
            for case in self._store.book.values()
            if case.id in holding
            and (case.group_id, case.person_id) == (group_id, person_id)
            and case.last_event_at >= since
        )

    def _youngest(self, cases: Any) -> Case | None:
        return max((case for case in cases if case.state.open), key=lambda case: case.id, default=None)

    def of_message(self, group_id: str, message_key: str) -> list[Case]:
        ids = {
            case_id
            for case_id, event_id in self._store.tied
            if event_id in self._store.events and self._store.events[event_id].key == message_key
        }
        return [case for case in self._store.book.values() if case.id in ids and case.group_id == group_id]

    def get(self, case_id: int) -> Case | None:
        return self._store.book.get(case_id)

    def opened_between(
        self,
        group_id: str | None,
        *,
        start: datetime = EVER,
        end: datetime = NEVER,
        open_only: bool = False,
        rule_id: str | None = None,
    ) -> list[Case]:
        return [
            case
            for case in self._store.book.values()
            if group_id in {None, case.group_id}
            and start <= case.opened_at < end
            and (case.state.open or not open_only)
            and rule_id in {None, case.rule_id}
        ]

    def count_opened(self, group_id: str, start: datetime, end: datetime) -> int:
        opened = self.opened_between(group_id, start=start, end=end)
        return sum(case.state is not CaseState.FALSE_ALARM for case in opened)

    def urgent_between(self, group_id: str, start: datetime, end: datetime) -> list[Case]:
        return [case for case in self.opened_between(group_id, start=start, end=end) if case.urgent]

    def gone_secrets(self, group_id: str, end: datetime) -> list[Case]:
        return [case for case in self.opened_between(group_id, end=end) if case.undecided and not case.state.open]

    def add(self, case: Case, *, mark: bytes | None = None) -> Case:
        case = case.model_copy(update={"id": len(self._store.book) + 1})
        self._store.book[case.id] = case
        self._store.marks.append((case.id, mark))
        self._store.tied.append((case.id, case.first_event_id))
        return case

    def save(self, case: Case, *, joined_event_id: int | None = None, mark: bytes | None = None) -> None:
        self._store.book[case.id] = case
        self._store.marks.append((case.id, mark))
        if joined_event_id is not None:
            self._store.tied.append((case.id, joined_event_id))

    def excerpt(self, case: Case) -> str | None:
        return self._store.excerpts.get(case.id)

    def suggestion(self, case: Case) -> str | None:
        return self._store.suggestions.get(case.id) or self._of_finding(case, "suggestion")

    def reason(self, case: Case) -> str | None:
        return self._store.reasons.get(case.id) or self._of_finding(case, "reason")

    def field(self, case: Case) -> str | None:
        return self._of_finding(case, "field")

    def _of_finding(self, case: Case, name: str) -> str | None:
        found = [
            (event_id, self._store.people.get(getattr(one, "subject_uid", None) or ""), one)
            for case_id, event_id in self._store.tied
            for one in self._store.findings.get(event_id, ())
            if case_id == case.id and one.rule_id == case.rule_id
        ]
        found.sort(key=lambda row: (row[0], row[1] is not None and row[1].id == case.person_id))
        return getattr(found[-1][2], name, None) if found and not case.sealed else None

    def count_before(self, group_id: str, person_id: int, rule_id: str, since: datetime) -> int:
        return sum(
            (case.group_id, case.person_id, case.rule_id) == (group_id, person_id, rule_id)
            and case.opened_at >= since
            and case.state is not CaseState.FALSE_ALARM
            for case in self._store.book.values()
        )

    def awaiting_digest(self, group_id: str) -> list[Case]:
        waiting = [case for case in self._store.book.values() if case.desk_due_at and case.group_id == group_id]
        return sorted(waiting, key=lambda case: (case.desk_due_at, case.id))

    def groups_with_digest(self, group_ids: Collection[str], now: datetime) -> list[str]:
        due = {case.group_id for case in self._store.book.values() if case.desk_due_at and case.desk_due_at <= now}
        return sorted(due.intersection(group_ids))

    def due(self, group_ids: Collection[str], now: datetime) -> list[Case]:
        due = [case for case in self._store.book.values() if case.due_at and case.due_at <= now]
        return [case for case in due if case.group_id in group_ids]

    def next_due(self, group_ids: Collection[str]) -> datetime | None:
        return min(
            (at for case in self._store.book.values() for at in (case.due_at, case.desk_due_at) if at), default=None
        )

    def with_content(self, mac: bytes) -> Case | None:
        holding = (
            self._store.book[case_id]
            for case_id, event_id in self._store.tied
            if isinstance(event := self._store.events.get(event_id), SealedHeard) and event.mac == mac
        )
        return min(holding, key=lambda case: case.id, default=None)


class MemoryCaseMessages(MemoryRepository, CaseMessages):
    """Over lists."""

    def of(self, case: Case) -> list[CaseMessage]:
        found = {}
        for case_id, event_id in self._store.tied:
            event = self._store.events[event_id]
            if case_id == case.id and isinstance(event, MessageSent | SealedHeard):
                plain = CaseMessage(
                    account=BOT, key=event.key, cli_key=f"c{event.key}", owner_uid=event.sender_uid, at=event.at
                )
                found[event.key] = self._store.gone.get(event.key, plain)
        return list(found.values())

    def gone_times(self, cases: Sequence[Case]) -> dict[int, list[datetime | None]]:
        return {case.id: [message.gone_at for message in self.of(case)] for case in cases if self.of(case)}

    def mark_gone(self, group_id: str, message_key: str, at: datetime, by: int | None, *, deleted: bool) -> bool:
        for case in self._uow.cases.of_message(group_id, message_key):
            for message in self.of(case):
                if message.key == message_key and message.gone_at is None:
                    values = {"gone_at": at, "gone_by": by, "deleted": deleted}
                    self._store.gone[message_key] = message.model_copy(update=values)
                    return True
        return False

    def find_withdrawal(self, group_id: str, message_key: str) -> Withdrawal | None:
        for act in sorted(self._store.acts, key=lambda act: act.event.at):
            event = act.event
            if event.thread_id == group_id and act.state is ActState.APPLIED and message_key in target_keys(event):
                deleted = isinstance(event, MessageDeleted)
                return Withdrawal(account=event.account, by_uid=event.sender_uid, at=event.at, deleted=deleted)
        return None

    def note_readers(
        self, group_id: str, message_key: str, *, seen: Iterable[int], delivered: Iterable[int], at: datetime
    ) -> None:
        for person_id in delivered:
            self._store.has_read.setdefault((message_key, person_id), False)
        for person_id in seen:
            self._store.has_read[message_key, person_id] = True

    def readers(self, case: Case) -> list[Reader]:
        keys = {message.key for message in self.of(case)}
        people = sorted({person for key, person in self._store.has_read if key in keys})
        return [
            Reader(person_id=person, seen=any(self._store.has_read.get((key, person), False) for key in keys))
            for person in people
        ]

    def forget_readers(self, before: datetime) -> int:
        self._store.forgotten_before = before
        return 0

    def issue_removal_code(self, case: Case, person_id: int, code: str, expires: datetime) -> None:
        self._store.codes[case.id, person_id] = (code, expires, 0)

    def check_removal_code(self, case: Case, person_id: int, code: str, now: datetime) -> CodeCheck:
        right, expires, wrong = self._store.codes.get((case.id, person_id), ("", now, 0))
        if expires <= now:
            return CodeCheck.EXPIRED
        if code == right:
            del self._store.codes[case.id, person_id]
            return CodeCheck.ACCEPTED
        self._store.codes[case.id, person_id] = (right, expires, wrong + 1)
        return CodeCheck.WRONG


class MemoryCaseNotes(MemoryRepository, CaseNotes):
    """Over lists."""

    def add_manual(self, case: Case, recorded: Recorded) -> None:
        self._store.noted[case.id] = recorded

    def manual(self, case: Case) -> Recorded | None:
        return self._store.noted.get(case.id)

    def add(self, case: Case, note: CaseNote) -> None:
        self._store.said.append((case.id, note))

    def of(self, case: Case) -> list[CaseNote]:
        return [note for case_id, note in self._store.said if case_id == case.id]


class MemoryFalseAlarms(MemoryRepository, FalseAlarms):
    """Over lists."""

    def hash_of_text(self, text: str) -> bytes:
        return text.encode()

    def hash_of_event(self, event_id: int) -> bytes:
        event = self._store.events[event_id]
        return event.mac if isinstance(event, SealedHeard) else repr(list(event.strings())).encode()

    def find(self, group_id: str, rule_id: str, mark: bytes) -> int | None:
        taught = [case_id for *known, case_id in self._store.taught if tuple(known) == (group_id, rule_id, mark)]
        return min(taught, default=None)

    def learn(self, case: Case) -> None:
        marks = {mark for case_id, mark in self._store.marks if case_id == case.id and mark is not None}
        self._store.taught |= {(case.group_id, case.rule_id, mark, case.id) for mark in marks}

    def forget(self, case: Case) -> None:
        self._store.taught = {row for row in self._store.taught if row[-1] != case.id}

    def note(self, event_id: int, rule_id: str, person_id: int | None, case_id: int) -> None:
        self._store.passed_over.append((event_id, case_id))
