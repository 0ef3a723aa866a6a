"""Small files made by code that scenarios and tests attach to messages: clean ones, stamped ones, and harmless threats.

All content is invented. Nothing here can do harm: the virus is the test file of EICAR, the program is only the first
bytes of one, and the macro cannot run.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from PIL import Image, ImageDraw, ImageFont
from pydantic import AfterValidator

from zalo_governor.simulator.ole_file import macro_project

_PASSWORD = b"gia-dinh"
_PAGE = (1240, 1754)
"""Size in pixels of an A4 page at 150 dpi."""
_RED = (200, 30, 40)
_PAPER = (252, 251, 247)
_INK = (30, 30, 35)
_DATE = (2026, 1, 1, 0, 0, 0)
_LINES = (
    "ỦY BAN NHÂN DÂN TỈNH MẪU",
    "Số: 12/UBND-VP (GIẢ ĐỊNH)",
    "V/v rà soát các điểm dân cư có nguy cơ sạt lở",
    "Kính gửi: Ủy ban nhân dân các xã, phường.",
    "Đề nghị các đồng chí rà soát, báo cáo trước 9 giờ.",
)


def clean_pdf() -> bytes:
    """Return a PDF of one page with text."""
    text = b"BT /F1 14 Tf 72 760 Td (Lich cong tac tuan cua tinh Mau - GIA DINH) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    file, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count, start = len(objects) + 1, len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return file + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


def clean_picture() -> bytes:
    """Return a JPEG photo of a written page without any stamp."""
    return _encode(_page(), "JPEG")


def stamped_photo() -> bytes:
    """Return a JPEG photo of the first page of a document with the red stamp of the level MẬT."""
    return _encode(_stamped(), "JPEG")


def stamped_scan() -> bytes:
    """Return a PDF whose only page is the scan of a document with the red stamp of the level MẬT."""
    return _encode(_stamped(), "PDF")


def clean_document() -> bytes:
    """Return a Word document (.docx) with one paragraph."""
    return _word_document(_WORD, {})


def macro_document() -> bytes:
    """Return a Word document (.docm) with a macro that cannot run."""
    module = b'Attribute VB_Name = "ThisDocument"\r\nSub AutoOpen()\r\n  MsgBox "GIA DINH"\r\nEnd Sub\r\n'
    return _word_document(_WORD_WITH_MACROS, {"word/vbaProject.bin": macro_project(module)})


def eicar() -> bytes:
    """Return the anti-virus test file of EICAR (eicar.org), which does nothing; scanners report it as a virus.

    It is put together when asked for, since scanners would report this program's own code otherwise.
    """
    return "".join(("X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!", "$H+H*")).encode()


def eicar_archive() -> bytes:
    """Return a ZIP archive with the test file of EICAR."""
    return _archive({"eicar.com": eicar()})


def program() -> bytes:
    """Return the first bytes of a Windows program (PE), which cannot run; sent under another kind of file's name."""
    stub = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return stub + b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 0, 0, 0, 0, 0, 0x102) + bytes(512)


def encrypted_archive() -> bytes:
    """Return a ZIP archive whose only file is encrypted with a password, by the method of PKZIP 2.0 (APPNOTE, 6.1)."""
    name, content = b"bao-cao.txt", "Báo cáo của tỉnh Mẫu (GIẢ ĐỊNH)".encode()
    crc = zlib.crc32(content)
    data = _encrypt(bytes(11) + bytes([crc >> 24]) + content)
    facts = (0, 0x21, crc, len(data), len(content), len(name), 0)
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 1, 0, *facts) + name + data
    central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 1, 0, *facts, 0, 0, 0, 0, 0) + name
    return local + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local), 0)


SAMPLES: dict[str, Callable[[], bytes]] = {
    "clean_pdf": clean_pdf,
    "clean_picture": clean_picture,
    "clean_document": clean_document,
    "stamped_photo": stamped_photo,
    "stamped_scan": stamped_scan,
    "macro_document": macro_document,
    "eicar": eicar,
    "eicar_archive": eicar_archive,
    "program": program,
    "encrypted_archive": encrypted_archive,
}
"""Name of a sample, as scenarios and the control API give it -> function that makes its bytes."""


def _known(name: object) -> str:
    if name not in SAMPLES:
        raise ValueError(f"there are {', '.join(SAMPLES)}")
    return str(name)


SampleName = Annotated[str, AfterValidator(_known)]
"""Name of a sample file, a key of `SAMPLES`, which pydantic checks."""


def _page() -> Image.Image:
    page = Image.new("RGB", _PAGE, _PAPER)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(_LINES):
        draw.text((140, 260 + 90 * number), line, font=_font(34), fill=_INK)
    return page


def _stamped() -> Image.Image:
    page = _page()
    draw = ImageDraw.Draw(page)
    draw.rectangle((150, 110, 410, 220), outline=_RED, width=6)
    draw.text((280, 165), "MẬT", font=_font(72), fill=_RED, anchor="mm")
    return page


def _font(size: int) -> ImageFont.FreeTypeFont:
    # matplotlib, which draws the reports, brings a font with all Vietnamese letters.
    found = find_spec("matplotlib")
    folder = Path(found.origin).parent if found and found.origin else Path()
    return ImageFont.truetype(str(folder / "mpl-data/fonts/ttf/DejaVuSerif-Bold.ttf"), size)


def _encode(page: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    page.save(file, kind, quality=85)
    return file.getvalue()


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WORD_WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MACROS = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _word_document(main_type: str, parts: dict[str, bytes]) -> bytes:
    """Return a Word document (Office Open XML, ECMA-376) with the content type `main_type` and these further parts."""
    macros = f'<Relationship Id="rId1" Type="{_MACROS}" Target="vbaProject.bin"/>' if parts else ""
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{macros}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_WORDS}"><w:body><w:p><w:r><w:t>Kính gửi các đồng chí dự thảo '
        "báo cáo tuần của tỉnh Mẫu (GIẢ ĐỊNH).</w:t></w:r></w:p></w:body></w:document>",
    }
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return _archive({name: (head + text).encode() for name, text in texts.items()} | parts)


def _archive(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _encrypt(plain: bytes) -> bytes:
    keys = _PkzipKeys()
    for byte in _PASSWORD:
        keys.update(byte)
    return bytes(keys.encrypt(byte) for byte in plain)


class _PkzipKeys:
    """The three keys of PKZIP's old encryption (APPNOTE, 6.1.5)."""

    def __init__(self) -> None:
        self._keys = [0x12345678, 0x23456789, 0x34567890]

    def update(self, byte: int) -> None:
        first, second, third = self._keys
        first = _crc_step(first, byte)
        second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self._keys = [first, second, _crc_step(third, second >> 24)]

    def encrypt(self, byte: int) -> int:
        mask = self._keys[2] | 2
        encrypted = byte ^ ((mask * (mask ^ 1)) >> 8 & 0xFF)
        self.update(byte)
        return encrypted


def _crc_step(crc: int, byte: int) -> int:
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
