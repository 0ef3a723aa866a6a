"""Scans of attachments: what was found in the files and pictures of messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from zalo_governor.domain.attachments import FileScan, NotChecked, ScanFigures
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.jobs import JobKind
from zalo_governor.storage.repositories.base import Repository, within
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.rows import columns_of, fields_of
from zalo_governor.storage.schema import accounts, file_scans, jobs


class FileScans(Repository):
    """The finished scans of attachments. Nothing of a file's content is stored, only labels, codes and page numbers."""

    def add(self, scan: FileScan) -> None:
        """Store a finished scan; the first scan of an event stays, others of the same event are ignored."""
        self._tx.flush()
        row = columns_of(file_scans, scan) | {
            "at_ms": to_ms(scan.sent_at),
            "size": scan.result.size,
            "found": sum(not one.shadow and one.severity is not Severity.SUSPECT for one in scan.result.findings),
            "result": scan.result.model_dump(mode="json"),
        }
        self._tx.connection.execute(self._tx.database.insert_or_ignore(file_scans), row)

    def mac(self, content: bytes | bytearray) -> bytes:
        """Return the keyed hash of a file's content, by which the same file is recognised."""
        return self._tx.keys.mac(bytes(content))

    def find(self, mac: bytes, since: datetime) -> FileScan | None:
        """Return the newest scan of a file with that keyed hash, made since `since`; None if there is none."""
        newest = (
            select(file_scans)
            .where(file_scans.c.mac == mac, file_scans.c.scanned_ms >= to_ms(since))
            .order_by(file_scans.c.scanned_ms.desc())
            .limit(1)
        )
        row = self._tx.execute(newest).first()
        return _scan(row) if row else None

    def of_message(self, group_id: str, message_key: str) -> list[FileScan]:
        """Return the scans of a message's attachment, oldest first; several if the message was revised."""
        rows = self._tx.execute(
            select(file_scans)
            .where(file_scans.c.group_id == group_id, file_scans.c.message_key == storable(message_key))
            .order_by(file_scans.c.event_id)
        )
        return [_scan(row) for row in rows]

    def figures(self, group_id: str, start: datetime, end: datetime) -> ScanFigures:
        """Return figures on the scans of attachments of the group's messages sent in [start, end).

        A message counts once, even if several bot accounts received it.
        """
        account = self._tx.account
        here = within(file_scans.c.group_id, file_scans.c.at_ms, group_id, start, end)
        of_period = (here, *self._heard_by_account(file_scans.c.event_id))
        not_checked: dict[NotChecked, int] = {}
        number = found = incomplete = 0
        for row in self._tx.execute(select(file_scans.c.result, file_scans.c.found).where(*of_period)):
            number += 1
            found += row.found > 0
            incomplete += bool(row.result["not_checked"])
            for code in row.result["not_checked"]:
                not_checked[NotChecked(code)] = not_checked.get(NotChecked(code), 0) + 1
        waiting = self._tx.execute(
            select(func.count()).where(
                jobs.c.account == account if account else jobs.c.account.in_(select(accounts.c.uid)),
                within(jobs.c.group_id, jobs.c.ordered_ms, group_id, start, end),
                jobs.c.kind == JobKind.SCAN_ATTACHMENT.value,
                jobs.c.due_ms.is_not(None),
            )
        ).scalar()
        return ScanFigures(
            attachments=number, found=found, incomplete=incomplete, not_checked=not_checked, waiting=waiting or 0
        )


def _scan(row: Row[Any]) -> FileScan:
    return FileScan.model_validate(fields_of(row) | {"sent_at": from_ms(row.at_ms)})
