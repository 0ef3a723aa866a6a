"""Connects the scans of attachments with their parts: the download from Zalo, the antivirus, the sandboxed reader."""

from collections.abc import Callable, Sequence
from pathlib import Path

from zalo_governor.config.attachments import AttachmentSettings
from zalo_governor.domain.attachments import NotChecked, ScanFinding, ScanResult
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.features.attachments.scan_jobs import FetchedFile, NotFetchedError
from zalo_governor.messaging.policy import ScanStatus
from zalo_governor.rules.checks.files import FileRule
from zalo_governor.rules.engine import Engine
from zalo_governor.sandbox.attachments.antivirus import Antivirus, AntivirusVerdict
from zalo_governor.sandbox.attachments.client import AttachmentScanner
from zalo_governor.sandbox.attachments.tessdata import find_data
from zalo_governor.storage.queries.queue_counts import QueueCounts
from zalo_governor.text.file_names.danger import Danger
from zalo_governor.zalo.http.file_download import FetchError, FileDownload

_ANTIVIRUS_SECONDS = 60.0
_HURRY_SECONDS = 6.0
_HURRY_BYTES_PER_SECOND = 250_000
"""Seconds for a file in a hurry, and how much of it has to come in each second besides."""


class FileFetcher:
    """Downloads the file of a message, from the best of the addresses that the message names."""

    def __init__(self, download: FileDownload) -> None:
        self._download = download

    def __call__(self, addresses: Sequence[str], *, size: int | None, checksum: str, hurry: bool) -> FetchedFile:
        """Return the file; one whose checksum is another than announced is returned all the same, and marked.

        In a `hurry`, a server that is silent or slow is given up after some seconds for each address.

        Raises:
            NotFetchedError: no address gave the file.
        """
        seconds = _HURRY_SECONDS + (size or 0) / _HURRY_BYTES_PER_SECOND if hurry else None
        failed = NotFetchedError(NotChecked.NO_ADDRESS, retry=False)
        for address in addresses:
            # Whoever sends the file also chooses what his message announces: a wrong checksum must not spare it.
            for expected in (checksum, ""):
                try:
                    content = self._download.fetch(address, size=size, checksum=expected, seconds=seconds)
                except FetchError as error:
                    failed = NotFetchedError(error.reason, retry=error.retry)
                else:
                    return FetchedFile(content, as_announced=expected == checksum)
                if failed.reason is not NotChecked.CHECKSUM:
                    break
        raise failed


class FileCheck:
    """Checks a file by the antivirus, where there is one, and by the reader in the sandbox.

    Args:
        antivirus: the antivirus on this machine.
        scanner: the reader.
        engine: returns the rules in force, which give the finding of a virus its clause and severity.
    """

    def __init__(self, antivirus: Antivirus, scanner: AttachmentScanner, engine: Callable[[], Engine]) -> None:
        self._antivirus = antivirus
        self._scanner = scanner
        self._engine = engine

    def __call__(self, content: bytearray, name: str, /) -> ScanResult:
        """Return what antivirus and reader found.

        Raises:
            ScannerUnavailableError: the reader's process cannot be started or does not answer.
        """
        verdict = self._antivirus.scan(bytes(content))
        result = self._scanner.scan(content, name)
        if verdict is None:
            missing = (*result.not_checked, NotChecked.NO_ANTIVIRUS)
            return result.model_copy(update={"not_checked": missing})
        tools = result.tools.model_copy(update={"antivirus": verdict.engine, "signatures_at": verdict.signatures_at})
        return result.model_copy(update={"findings": (*self._virus(verdict), *result.findings), "tools": tools})

    def _virus(self, verdict: AntivirusVerdict) -> list[ScanFinding]:
        if verdict.name is None:
            return []
        rule = next(rule for rule in self._engine().rules if isinstance(rule, FileRule))
        return [ScanFinding.in_file(rule.finding_on(Danger("virus", certain=True)))]


def antivirus_at(socket: Path) -> Antivirus:
    """Return the antivirus that listens at a unix socket; it may not be there."""
    return Antivirus(socket, _ANTIVIRUS_SECONDS)


def scan_status(queue: QueueCounts, settings: AttachmentSettings) -> ScanStatus | None:
    """Return how many files wait for their scan, and which tools are there; None if the database does not answer.

    This is asked while messages are judged, so the antivirus, which could hang, is not.
    """
    try:
        counts = queue.scans()
    except StoreUnavailableError:
        return None
    return ScanStatus(
        *counts, antivirus=settings.antivirus_socket.is_socket(), text_recognition=find_data() is not None
    )
