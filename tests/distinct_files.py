"""Files like the simulator's samples, each with other bytes, so that no result of an earlier scan is used for it."""

import io
import zipfile
from typing import NamedTuple

from zalo_governor.simulator.samples import SAMPLES

KINDS = (
    ("stamped_photo", "anh.jpg", "photo"),
    ("clean_picture", "anh.jpg", "photo"),
    ("clean_pdf", "BC tuan.pdf", "file"),
    ("macro_document", "Bieu mau.docm", "file"),
    ("eicar_archive", "ho so.zip", "file"),
    ("clean_document", "KH 12.3.docx", "file"),
    ("program", "Giay moi.docx", "file"),
    ("encrypted_archive", "luu tru.zip", "file"),
    ("stamped_scan", "Ban quet.pdf", "file"),
    ("clean_pdf", "Lich.pdf", "file"),
)
"""Name of the sample, name under which it is sent, kind of message."""


class DistinctFile(NamedTuple):
    """A file to send."""

    sample: str
    name: str
    kind: str
    content: bytes


def distinct_files(count: int) -> list[DistinctFile]:
    """So many files, of all kinds in turn."""
    made = {sample: SAMPLES[sample]() for sample, _, _ in KINDS}
    return [
        DistinctFile(sample, name, kind, marked(made[sample], f"GIA DINH so {number:04}".encode()))
        for number in range(count)
        for sample, name, kind in [KINDS[number % len(KINDS)]]
    ]


def marked(content: bytes, mark: bytes) -> bytes:
    """The same file with a comment, which changes nothing of what can be seen in it."""
    if content.startswith(b"\xff\xd8"):
        # Segment COM (JPEG, ITU T.81, B.2.4.5), after SOI.
        return content[:2] + b"\xff\xfe" + (len(mark) + 2).to_bytes(2) + mark + content[2:]
    if content.startswith(b"PK"):
        packed = io.BytesIO(content)
        with zipfile.ZipFile(packed, "a") as archive:
            archive.comment = mark
        return packed.getvalue()
    if content.startswith(b"%PDF"):
        return content + b"% " + mark + b"\n"
    return content + mark
