"""Model of the section `attachments` of the settings file: scanning of files and pictures."""

from pathlib import Path

from pydantic import Field

from zalo_governor.config.sections import Section


class AttachmentSettings(Section):
    """Scanning of files and pictures in messages (clauses 4.1 and 4.4)."""

    scan: bool = True
    """Whether files and pictures are downloaded into memory and scanned; false: they are reported as not checked."""
    scan_here: bool = True
    """Whether the bot scans them itself; false, on PostgreSQL only: it leaves them to `scan-worker`, and an office among
    many needs no reader process of its own."""
    most_megabytes: float = Field(default=50.0, gt=0, le=500)
    """Largest file that is scanned."""
    seconds: float = Field(default=60.0, gt=0, le=200)
    """How long the reading of one file may take."""
    antivirus_socket: Path = Path("/run/clamav/clamd.ctl")
    """Unix socket of the antivirus ClamAV (LocalSocket in clamd.conf); without ClamAV, files count as not scanned."""

    @property
    def most_bytes(self) -> int:
        """Return the size of the largest file that is scanned, in bytes."""
        return int(self.most_megabytes * (1 << 20))
