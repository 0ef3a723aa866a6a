"""Protocols of what a scan of an attachment stores: its result, and findings on an event that was judged before."""

from datetime import datetime
from typing import Protocol

from zalo_governor.domain.attachments import FileScan, ScanFigures, ScanResult


class FileScans(Protocol):
    """Repository of the finished scans of attachments (files and pictures in messages)."""

    def add(self, scan: FileScan) -> None:
        """Store a finished scan; the first scan of an event stays, others of the same event are ignored."""
        ...

    def mac(self, content: bytes | bytearray) -> bytes:
        """Return the keyed hash of a file's content, by which the same file is recognised."""
        ...

    def find_result(self, mac: bytes, since: datetime) -> ScanResult | None:
        """Return the newest result for a file with that keyed hash, scanned since `since`; None if there is none."""
        ...

    def of_message(self, group_id: str, message_key: str) -> list[FileScan]:
        """Return the scans of a message's attachment, oldest first; several if the message was revised."""
        ...

    def figures(self, group_id: str, start: datetime, end: datetime) -> ScanFigures:
        """Return what became of the attachments of the group's messages sent from `start` to before `end`."""
        ...
