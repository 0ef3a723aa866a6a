"""An inbox, units and an outbox in memory, with what the pipeline needs of those of the storage."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from zalo_governor.domain.errors import SendError, StoreUnavailableError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Admitted, Entry, Seal
from zalo_governor.domain.notices import Outgoing, Reception
from zalo_governor.domain.people import Person
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.unit_of_work import UnitsOfWork


class MemoryInbox(Inbox):
    """What the pipeline needs of `Inbox`."""

    def __init__(self) -> None:
        self.rows: dict[int, Admitted] = {}
        self.done: set[int] = set()
        self.failures = 0
        """How many of the next calls fail."""
        self.judged_before: list[tuple[str, int, str]] = []
        """What an earlier process judged."""
        self.read = 0
        """How often entries were read from it."""

    def judged_last(self, thread_id: str) -> list[tuple[str, int, str]]:
        self._maybe_fail()
        return self.judged_before

    def said_before(self, admitted: Admitted) -> bool:
        seals = [row.entry.seal for row in self.rows.values() if row.id < admitted.id]
        return any(seal is not None and seal.mac == admitted.entry.seal.mac for seal in seals if admitted.entry.seal)

    def admit(self, entries: Sequence[Entry]) -> list[Admitted]:
        self._maybe_fail()
        fresh = []
        for entry in entries:
            known = [row.entry for row in self.rows.values() if row.entry.key == entry.key]
            if any(other.fingerprint == entry.fingerprint for other in known):
                continue
            item = Admitted(len(self.rows) + 1, entry, bool(known))
            self.rows[item.id] = item
            fresh.append(item)
        return fresh

    def waiting(self, *, after_id: int, limit: int) -> list[Admitted]:
        self._maybe_fail()
        self.read += 1
        ids = [number for number in sorted(self.rows) if number > after_id and number not in self.done]
        return [self.rows[number] for number in ids[:limit]]

    def _maybe_fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailableError("the disk is full")


class MemoryUnitOfWork:
    """What the judge needs of `UnitOfWork`; what it wrote counts only once the transaction has committed."""

    def __init__(self) -> None:
        self.recorded: list[tuple[Admitted, EventBase, Verdict]] = []
        self.buried: list[tuple[Admitted, str]] = []
        self.reactions: list[str] = []

    @property
    def verdicts(self) -> "MemoryUnitOfWork":
        return self

    def store(self, admitted: Admitted, event: EventBase, verdict: Verdict, judged_at: datetime) -> None:
        self.recorded.append((admitted, event, verdict))

    def sealed_since(self, event_ids: Sequence[int]) -> dict[int, Seal]:
        return {}

    def store_dead_letter(self, admitted: Admitted, reason: str, judged_at: datetime) -> None:
        self.buried.append((admitted, reason))


class MemoryUnitsOfWork(UnitsOfWork):
    """What the judge needs of `storage.unit_of_work.UnitsOfWork`."""

    def __init__(self, inbox: MemoryInbox) -> None:
        self.inbox = inbox
        self.committed = MemoryUnitOfWork()
        self.open = False
        self.failures = 0
        self.rosters: dict[str, frozenset[str]] = {}
        self.breaks_on = ""
        """Key of an entry that cannot be recorded; the first try to bury it meets a locked database."""

    @contextmanager
    def begin(self, *, reading: bool = False) -> Iterator[Any]:
        if reading:
            yield self.committed
            return
        uow = MemoryUnitOfWork()
        self.open = True
        try:
            yield uow
        finally:
            self.open = False
        if any(item.entry.key == self.breaks_on for item, *_ in uow.recorded):
            self.failures = len(uow.recorded) == 1
            raise OverflowError
        if self.failures:
            self.failures -= 1
            raise StoreUnavailableError("database is locked")
        self.committed.recorded += uow.recorded
        self.committed.buried += uow.buried
        self.committed.reactions += uow.reactions
        self.inbox.done |= {item.id for item, *_ in uow.recorded} | {item.id for item, _ in uow.buried}

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        return self.rosters.get(group_id)

    def person(self, account: str, uid: str) -> Person | None:
        return Person(id=1, uid=uid) if uid else None

    def position(self, account: str, uid: str) -> str:
        return ""

    def joined_at(self, account: str, group_id: str, uid: str) -> datetime | None:
        return None

    def is_directive(self, group_id: str, message_key: str) -> bool:
        return False


class MemoryOutbox(Outbox):
    """What the pipeline needs of `Outbox`; `log` says in order what became of each message."""

    def __init__(self, waiting: Sequence[Outgoing] = ()) -> None:
        self.waiting_list = list(waiting)
        self.log: list[str] = []
        self.private_sent = 0
        self.failures = 0
        self._claiming = threading.Lock()

    def claim(self, *, now: datetime, limit: int, files: bool = False) -> list[Outgoing]:
        with self._claiming:
            claimed = [outgoing for outgoing in self.waiting_list if (outgoing.notice.file is not None) == files][
                :limit
            ]
            self.waiting_list = [outgoing for outgoing in self.waiting_list if outgoing not in claimed]
        return claimed

    def next_due(self, now: datetime, *, files: bool = False) -> datetime | None:
        return now if any((outgoing.notice.file is not None) == files for outgoing in self.waiting_list) else None

    def sent_private_since(self, account: str, since: datetime) -> int:
        return self.private_sent

    def cut(self, outgoing: Outgoing) -> None:
        self._note(f"cut {outgoing.id} {outgoing.start}-{outgoing.end}")

    def sent(self, outgoing: Outgoing, reception: Reception, at: datetime) -> None:
        self._note(f"sent {outgoing.id} {reception.msg_id}")

    def refused(self, outgoing: Outgoing, code: int, at: datetime, *, addressee_refuses: bool) -> None:
        self._note(f"refused {outgoing.id} {code}")

    def deferred(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        self._note(f"deferred {outgoing.id} {until:%H:%M:%S}")

    def postponed(self, outgoing: Outgoing, until: datetime) -> None:
        self._note(f"postponed {outgoing.id} {until:%H:%M:%S}")

    def uncertain(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        self._note(f"uncertain {outgoing.id} {until:%H:%M:%S}")

    def confirm(self, echoes: Sequence[tuple[int, str]], at: datetime) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailableError("database is locked")
        self.log += [f"confirmed {client_id} {msg_id}" for client_id, msg_id in echoes]

    def reclaim(self, until: datetime, *, files: bool = False) -> int:
        self._note(f"reclaim {'files' if files else 'words'} {until:%H:%M:%S}")
        return 0

    def _note(self, line: str) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailableError("database is locked")
        self.log.append(line)


class ScriptedSender:
    """Fits Sender: answers with what it was given, in turn."""

    def __init__(self, answers: Sequence[Reception | SendError]) -> None:
        self.answers = list(answers)
        self.sent: list[int] = []
        self.asked_for: list[int] = []
        self.shown: dict[int, Reception] = {}
        """What Zalo shows of messages that were in doubt."""
        self.texts: list[str] = []
        self.contents: list[bytes | None] = []
        self.files: list[str] = []

    def find_sent(self, outgoing: Outgoing) -> Reception | None:
        self.asked_for.append(outgoing.id)
        return self.shown.get(outgoing.id)

    def send(self, outgoing: Outgoing, content: bytes | None = None) -> Reception:
        self.sent.append(outgoing.id)
        self.texts.append(outgoing.notice.text)
        self.contents.append(content)
        self.files.append(outgoing.notice.file.name if outgoing.notice.file else "")
        answer = self.answers.pop(0)
        if isinstance(answer, SendError):
            raise answer
        return answer
