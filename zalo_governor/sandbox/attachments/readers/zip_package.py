"""Reads the members of an OOXML or ODF package, which is a ZIP file, within limits.

The ZIP directory (APPNOTE.TXT, 4.3.12) states the sizes before anything is decompressed, and `zipfile` never
decompresses more than that. Nothing is written to disk, so that paths in names do no harm.
"""

import io
import zipfile
from collections.abc import Iterator

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers.collector import Collector

_MOST_MEMBERS = 10_000
_MOST_RATIO = 400
_SMALL = 4 << 20
"""Members up to this size in bytes are inflated whatever their ratio: XML of tables packs up to 230 to 1."""
_STEP = 1 << 18
_ENCRYPTED = 0x1


class ZipPackage:
    """Members of a package, in the order of its directory.

    Raises:
        BadZipFile: the directory is missing or broken.
    """

    def __init__(self, content: bytes, collector: Collector) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._collector = collector
        members = [member for member in self._archive.infolist() if not member.is_dir()]
        if len(members) > _MOST_MEMBERS:
            collector.note(NotChecked.LIMIT)
        self.members = members[:_MOST_MEMBERS]

    def read(self, member: zipfile.ZipInfo) -> bytes | None:
        """Return the content of a member; None (and note why) if it is encrypted, unreadable, or over a limit.

        Of a member that breaks off, what came before is returned: Office repairs such files.
        """
        if member.flag_bits & _ENCRYPTED:
            self._collector.note(NotChecked.ENCRYPTED)
            return None
        size = member.file_size
        bomb = size > _SMALL and size > member.compress_size * _MOST_RATIO
        if bomb or size > self._collector.budget.left("unpacked"):
            self._collector.note(NotChecked.LIMIT)
            return None
        self._collector.budget.spend("unpacked", size)
        with self._collector.noting_damage():
            return b"".join(self._steps(member)) or None
        return None

    def _steps(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        with self._archive.open(member) as stream, self._collector.noting_damage():
            while step := stream.read(_STEP):
                yield step


def part_name(member: zipfile.ZipInfo) -> str:
    """Return a ZIP member's name for comparisons: lower case, `\\` as `/`, no first slash (ISO/IEC 29500-2, 9.1.1)."""
    return member.filename.replace("\\", "/").lstrip("/").lower()
