"""Connects the scan of attachments with the antivirus and with the reader of files in the sandbox."""

from collections.abc import Callable
from pathlib import Path

from zalo_governor.config.attachments import AttachmentSettings
from zalo_governor.domain.attachments import NotChecked, ScanFinding, ScanResult
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.features.attachments.scan_jobs import ScanFile
from zalo_governor.messaging.policy import ScanStatus
from zalo_governor.rules.checks.files import FileRule
from zalo_governor.rules.engine import Engine
from zalo_governor.sandbox.attachments.antivirus import Antivirus, AntivirusVerdict
from zalo_governor.sandbox.attachments.tessdata import find_data
from zalo_governor.storage.queries.queue_counts import QueueCounts
from zalo_governor.text.file_names.danger import Danger

_ANTIVIRUS_SECONDS = 60.0


class FileCheck:
    """Check of a file by the antivirus, if there is one, and by the reader in the sandbox.

    Args:
        antivirus: the antivirus on this machine.
        read: scans a file with the reader.
        engine: returns the rules in force, which give the finding of a virus its clause and severity.
    """

    def __init__(self, antivirus: Antivirus, read: ScanFile, engine: Callable[[], Engine]) -> None:
        self._antivirus = antivirus
        self._read = read
        self._engine = engine

    def __call__(self, content: bytearray, name: str, /) -> ScanResult:
        """Return what antivirus and reader found in the file with these bytes and this `name`.

        Raises:
            ScannerUnavailableError: the reader's process cannot be started or does not answer.
        """
        verdict = self._antivirus.scan(content)
        result = self._read(content, name)
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
    """Return a client of the antivirus at a unix socket, where none needs to listen yet."""
    return Antivirus(socket, _ANTIVIRUS_SECONDS)


def scan_status(queue: QueueCounts, settings: AttachmentSettings) -> ScanStatus | None:
    """Return how many files wait for their scan, and which tools are installed; None if the database does not answer.

    The antivirus is not contacted, as it could hang while messages are judged.
    """
    try:
        counts = queue.scans()
    except StoreUnavailableError:
        return None
    return ScanStatus(
        *counts, antivirus=settings.antivirus_socket.is_socket(), text_recognition=find_data() is not None
    )
