"""Makes documents for the readers' tests, with invented marks in the places where people and attackers put them."""

import io
import struct
import zipfile
from collections.abc import Mapping

from zalo_governor.sandbox.attachments.contents import Contents

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
)


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP file of members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def paragraph(*runs: str) -> str:
    """Return a paragraph of Word with one run for each text."""
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def docx(body: str = "", **parts: str | bytes) -> bytes:
    """Return a Word document; further parts are named with `__` for `/` and `_dot_` for `.`."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
    }
    members.update({name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()})
    return zipped(members)


def related(*relationships: tuple[str, str, bool]) -> str:
    """Return a `.rels` part of kinds, targets and whether they are external."""
    items = "".join(
        f'<Relationship Id="rId{number}" Type="{R}/{kind}" Target="{target}"'
        + (' TargetMode="External"' if external else "")
        + "/>"
        for number, (kind, target, external) in enumerate(relationships, 1)
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{items}</Relationships>'


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file ([MS-CFB], version 3) with streams in the root, or one storage deep (`storage/stream`).

    All streams lie in full sectors, as each is padded to more than the size of small streams.
    """
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    storages = sorted({name.split("/")[0] for name in streams if "/" in name})
    entries: list[tuple[str, int, int, int, int, int]] = []
    """Name, type, right sibling, child, first sector, size."""
    data = b""
    fat: list[int] = []

    def store(content: bytes) -> int:
        nonlocal data
        first, count = len(fat), max(1, -(-len(content) // sector))
        fat.extend([*range(first + 1, first + count), end])
        data += content.ljust(count * sector, b"\0")
        return first

    def chain(names: list[str], inside: str) -> int:
        """Add entries as a list of right siblings; return the number of the first."""
        first = none
        for name in reversed(names):
            full = f"{inside}/{name}" if inside else name
            if not inside and name in storages:
                child = chain([path.split("/")[1] for path in streams if path.startswith(name + "/")], name)
                entries.append((name, 1, first, child, 0, 0))
            else:
                content = streams[full].ljust(4096, b"\0") if len(streams[full]) < 4096 else streams[full]
                entries.append((name, 2, first, none, store(content), len(content)))
            first = len(entries)
        return first

    none = free
    top = chain([*storages, *(name for name in streams if "/" not in name)], "")
    directory = b""
    for name, kind, right, child, first, size in [("Root Entry", 5, none, top, end, 0), *entries]:
        raw = name.encode("utf-16-le") + b"\0\0"
        directory += raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, none, right, child)
        directory += bytes(16 + 4 + 16) + struct.pack("<IQ", first, size)
    directory_at = store(directory.ljust(-(-len(directory) // sector) * sector, b"\0"))
    count = 1
    while (len(fat) + count) * 4 > count * sector:
        count += 1
    fat_at = len(fat)
    fat.extend([0xFFFFFFFD] * count)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(count * sector, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, count, directory_at, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *[*range(fat_at, fat_at + count), *[free] * (109 - count)])
    return header + data + table


def native(name: str, content: bytes) -> bytes:
    """Return an `Ole10Native` stream with a file."""
    label = name.encode() + b"\0"
    body = b"\x02\0" + label + b"C:\\" + label + b"\0\0\x03\0" + struct.pack("<I", len(label)) + label
    body += struct.pack("<I", len(content)) + content
    return struct.pack("<I", len(body)) + body


def places(contents: Contents, words: str) -> set[str]:
    """Return the places where texts with these words stand."""
    return {part.place for part in contents.texts if words in part.text}


def pages(contents: Contents, words: str) -> set[int | None]:
    """Return the pages on which texts with these words stand."""
    return {part.page for part in contents.texts if words in part.text}


def dangers(contents: Contents) -> set[tuple[str, bool]]:
    """Return the dangers with their certainty."""
    return {(danger.label, danger.certain) for danger in contents.dangers}
