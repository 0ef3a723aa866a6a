"""Attachments: what a scan of a file, picture or link found, and what it could not check.

Nothing here holds content of a file: a suspected state secret must not be stored (Article 5, Law 117/2025/QH15).
"""

from datetime import datetime
from enum import StrEnum
from typing import Self

from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.models import FrozenModel


class NotChecked(StrEnum):
    """Code for why a file or part of it was not checked: `check-file` prints it, reports and alerts say it in words."""

    # Nobody tried.
    SWITCHED_OFF = "switched_off"
    """The settings say that attachments are not scanned."""
    # The file could not be had.
    GONE = "gone"
    """Zalo no longer serves the file."""
    NOT_FETCHED = "not_fetched"
    """The file could not be downloaded, for example because the network failed for too long."""
    FOREIGN_HOST = "foreign_host"
    """The address is not one of Zalo's file servers, so the file was not requested."""
    NO_ADDRESS = "no_address"
    """The message names no address of the file."""
    TOO_LARGE = "too_large"
    """The file is larger than the settings allow."""
    CHECKSUM = "checksum"
    """The file that Zalo serves is not the one that the message announced."""
    # The file could not be read.
    ENCRYPTED = "encrypted"
    """The file, or a file inside it, is protected by a password."""
    DAMAGED = "damaged"
    """The file is broken or does not follow its format."""
    TIMED_OUT = "timed_out"
    """Reading took too long and was stopped."""
    CRASHED = "crashed"
    """The reader's process crashed or used too much memory."""
    LIMIT = "limit"
    """Only the beginning was read: too many pages, files inside, or bytes after unpacking."""
    # Nothing can read it, or the tool that could is not installed.
    AUDIO = "audio"
    VIDEO = "video"
    UNKNOWN_TYPE = "unknown_type"
    """The type of the file is unknown, or there is no reader for it."""
    NO_TEXT_RECOGNITION = "no_text_recognition"
    """The body text of a picture was not read, as tesseract's Vietnamese data is not installed; stamps were checked."""
    NO_ANTIVIRUS = "no_antivirus"
    """No antivirus scanned the file: clamd is not installed, not running, or has no signatures."""


class ScanFinding(FrozenModel):
    """A possible breach that a scan found in a file: where and of what kind, never the text that was read."""

    rule_id: str
    clause: str
    severity: Severity
    label: str
    """`classified`, `look`, a category of clause 4.2, or the kind of danger of clause 4.4 such as `executable`."""
    level: str | None = None
    """Secrecy level `mat`, `toi_mat` or `tuyet_mat` of a finding on clause 4.1."""
    reason: str | None = None
    """Codes of the reason joined by "+", such as `red_stamp`; never words of the file."""
    page: int | None = None
    """Number of the page, slide or sheet, from 1; None where the format has none."""
    seals: bool = False
    """True where nothing of the message may stay stored, as the file may be a state secret."""
    shadow: bool = False
    """True where the rule runs for evaluation only: the finding is recorded, but nobody is notified."""

    @classmethod
    def in_file(cls, finding: Finding, page: int | None = None) -> Self:
        """Return a rule's finding on that page of a file, without the fields that quote the file (excerpt, spans …)."""
        return cls(**finding.model_dump(include=set(cls.model_fields)), page=page)


class ScanTools(FrozenModel):
    """Names and versions of the programs that scanned a file; an admin reads them with /xem."""

    readers: str = ""
    """The program's own version and the tools that it used: `zalo-governor 0.1.0, tesseract 5.5.4`."""
    antivirus: str | None = None
    """Name and version of the antivirus; None if none scanned the file."""
    signatures_at: datetime | None = None
    """Date of the antivirus's signatures; None if the antivirus does not state it, or none scanned the file."""


class ScanResult(FrozenModel):
    """Result of the scan of one file: what it is, what was found, and what could not be checked."""

    type: str = ""
    """MIME type by the content; "" if the content was not downloaded."""
    size: int = 0
    """Size in bytes."""
    findings: tuple[ScanFinding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    tools: ScanTools = ScanTools()
    seconds: float = 0.0

    @property
    def seals(self) -> bool:
        """Return whether a finding demands that nothing of the message stays stored, as it may be a state secret."""
        return any(finding.seals for finding in self.findings)


class FileScan(FrozenModel):
    """The finished scan of a message's attachment, as it is stored."""

    event_id: int
    group_id: str
    account: str
    message_key: str
    sent_at: datetime
    """When the message was sent, by Zalo's clock."""
    scanned_at: datetime
    result: ScanResult
    mac: bytes | None = None
    """Keyed hash of the file's content, by which the same file is recognised; None if it could not be downloaded."""


class ScanFigures(FrozenModel):
    """How many attachments of a period were scanned, and what became of them, for the activity report."""

    attachments: int = 0
    """Files, pictures, sound and films whose scan is finished."""
    found: int = 0
    """Of these, how many had findings about which an admin was told."""
    incomplete: int = 0
    """Of these, how many were not checked, or not completely, for any reason."""
    not_checked: dict[NotChecked, int] = {}
    """Reason -> number of attachments that were not checked, or not completely, for that reason."""
    waiting: int = 0
    """Attachments whose scan is not finished yet."""
