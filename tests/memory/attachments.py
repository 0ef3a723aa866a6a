"""Repository in memory: scans of attachments."""

from collections import Counter
from datetime import datetime
from hashlib import sha256

from tests.memory.base import MemoryRepository
from zalo_governor.domain.attachments import FileScan, ScanFigures
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.jobs import JobKind
from zalo_governor.storage.repositories.file_scans import FileScans


class MemoryFileScans(MemoryRepository, FileScans):
    """Over lists."""

    def add(self, scan: FileScan) -> None:
        self._store.scans.setdefault(scan.event_id, scan)

    def mac(self, content: bytes | bytearray) -> bytes:
        return sha256(content).digest()

    def find(self, mac: bytes, since: datetime) -> FileScan | None:
        known = [scan for scan in self._store.scans.values() if scan.mac == mac and scan.scanned_at >= since]
        return max(known, key=lambda scan: scan.scanned_at, default=None)

    def of_message(self, group_id: str, message_key: str) -> list[FileScan]:
        return [
            scan
            for _, scan in sorted(self._store.scans.items())
            if (scan.group_id, scan.message_key) == (group_id, message_key)
        ]

    def figures(self, group_id: str, start: datetime, end: datetime) -> ScanFigures:
        scans = [s for s in self._store.scans.values() if s.group_id == group_id and start <= s.sent_at < end]
        told = [
            any(f.severity is not Severity.SUSPECT and not f.shadow for f in scan.result.findings) for scan in scans
        ]
        jobs = (job for job in self._store.jobs if job.id in self._store.due)
        waiting = [
            job
            for job in jobs
            if (job.kind, job.group_id) == (JobKind.SCAN_ATTACHMENT, group_id) and start <= job.ordered_at < end
        ]
        return ScanFigures(
            attachments=len(scans),
            found=sum(told),
            incomplete=sum(bool(scan.result.not_checked) for scan in scans),
            not_checked=dict(Counter(code for scan in scans for code in scan.result.not_checked)),
            waiting=len(waiting),
        )
