"""Makes harmless files of all kinds in memory: only the structure of bad ones, with nothing that could run."""

import base64
import bz2
import gzip
import io
import lzma
import struct
import tarfile
import wave
import zipfile
import zlib
from collections.abc import Callable, Mapping

import docx
import openpyxl
import py7zr
from PIL import Image, ImageDraw

Members = Mapping[str, bytes]


def eicar() -> bytes:
    """The antivirus industry's test file, put together here so that no antivirus complains about this repository."""
    return b"X5O!P%@AP[4" + b"\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def pe() -> bytes:
    """Headers of a Windows program without code."""
    stub = b"MZ" + bytes(58) + struct.pack("<L", 128) + b"This program cannot be run in DOS mode.".ljust(64, b"\0")
    return stub + b"PE\0\0" + struct.pack("<HHLLLHH", 0x14C, 0, 0, 0, 0, 224, 0x102) + bytes(300)


def elf() -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHL", 2, 62, 1) + bytes(40)


def mach_o() -> bytes:
    return bytes.fromhex("cffaedfe07000001030000000200000000000000000000000000000000000000") + bytes(64)


def lnk(arguments: str = "") -> bytes:
    """Header of a Windows shortcut ([MS-SHLLINK] 2.1), with arguments behind it as a shortcut has them."""
    return bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(56) + arguments.encode("utf-16-le")


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, method)
    return out.getvalue()


def encrypted_zip(members: Members) -> bytes:
    """A zip whose members are marked as encrypted (bit 0 of the flags, APPNOTE 4.4.4)."""
    content = bytearray(zipped(members, zipfile.ZIP_STORED))
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(magic, at + 4)
    return bytes(content)


def lying_zip(size: int) -> bytes:
    """A zip whose directory declares another size than its member has."""
    content = bytearray(zipped({"a.txt": bytes(1000)}))
    struct.pack_into("<L", content, content.find(b"PK\x01\x02") + 24, size)
    return bytes(content)


def zip_with_link(target: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("lien-ket")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, target)
    return out.getvalue()


def zip_bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.txt", "w") as member:
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return out.getvalue()


def nested_zip(depth: int, innermost: Members) -> bytes:
    content = zipped(innermost)
    for level in range(depth - 1):
        content = zipped({f"{level}.zip": content})
    return content


def seven_zipped(members: Members, password: str | None = None, *, hidden_names: bool = False) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, header_encryption=hidden_names) as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return out.getvalue()


def escaping_seven_zip() -> bytes:
    """A 7z with a member above its folder, which py7zr itself refuses to write (checksums by 7zFormat.txt)."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.set_encoded_header_mode(False)
        archive.writestr(b"x", "aa/a.txt")
    content = bytearray(out.getvalue().replace("aa/a".encode("utf-16-le"), "../a".encode("utf-16-le")))
    seal_seven_zip(content)
    return bytes(content)


def seal_seven_zip(content: bytearray) -> None:
    """Write the checksums of the headers of a 7z anew."""
    offset, size = struct.unpack_from("<QQ", content, 12)
    struct.pack_into("<L", content, 28, zlib.crc32(content[32 + offset : 32 + offset + size]))
    struct.pack_into("<L", content, 8, zlib.crc32(content[12:32]))


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def gzip_bomb(size: int) -> bytes:
    return gzipped(bytes(size))


def xz_bomb(size: int) -> bytes:
    return lzma.compress(bytes(size), preset=0)


def tarred(members: Members, packed: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    packers: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        "gz": gzip.compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
    }
    return packers[packed](out.getvalue())


def tar_with_link(target: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("lien-ket")
        info.type, info.linkname = tarfile.SYMTYPE, target
        archive.addfile(info)
    return out.getvalue()


def rar(members: Members, *, method: int = 0x30, encrypted: bool = False) -> bytes:
    """A rar of version 4 (technote.txt of RAR 3) with stored members, or with members marked as compressed."""
    blocks = b"Rar!\x1a\x07\x00" + _rar_block(0x73, 0, bytes(6))
    for name, content in members.items():
        path = name.encode()
        head = struct.pack(
            "<LLBLLBBHL", len(content), len(content), 2, zlib.crc32(content), 0x5C216000, 29, method, len(path), 0x20
        )
        blocks += _rar_block(0x74, 0x8000 | (4 if encrypted else 0), head + path) + content
    return blocks + _rar_block(0x7B, 0x4000, b"")


def rar_with_hidden_names() -> bytes:
    return b"Rar!\x1a\x07\x00" + _rar_block(0x73, 0x80, bytes(6)) + bytes(range(64))


def _rar_block(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def ole(streams: Members, root_class: str = "") -> bytes:
    """An OLE compound file ([MS-CFB]) of version 3 with the streams in its root storage."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    padded = {name: content.ljust(4096, b"\0") for name, content in streams.items()}
    entries = [_ole_entry("Root Entry", 5, 1 if padded else free, end, 0, root_class)]
    starts, at = {}, 1 + -(-(len(padded) + 1) * 128 // sector)
    for name, content in padded.items():
        starts[name] = at
        at += -(-len(content) // sector)
    for number, (name, content) in enumerate(padded.items(), 1):
        following = number + 1 if number < len(padded) else free
        entries.append(_ole_entry(name, 2, free, starts[name], len(content), "", following))
    directory = b"".join(entries)
    directory += bytes(-len(directory) % sector)
    chain = [0xFFFFFFFD, *_ole_chain(1, len(directory) // sector)]
    for name, content in padded.items():
        chain += _ole_chain(starts[name], -(-len(content) // sector))
    fat = struct.pack(f"<{len(chain)}L", *chain).ljust(sector, b"\xff")
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<L", 0)
    return head.ljust(sector, b"\xff") + fat + directory + b"".join(padded.values())


def _ole_chain(start: int, length: int) -> list[int]:
    return [*range(start + 1, start + length), 0xFFFFFFFE]


def _ole_entry(
    name: str, kind: int, child: int, start: int, size: int, class_id: str, following: int = 0xFFFFFFFF
) -> bytes:
    encoded = name.encode("utf-16-le")
    head = encoded.ljust(64, b"\0") + struct.pack("<HBBLLL", len(encoded) + 2, kind, 1, 0xFFFFFFFF, following, child)
    return head + bytes.fromhex(class_id or "00" * 16) + bytes(20) + struct.pack("<LLL", start, size, 0)


MSI_CLASS = "84100c0000000000c000000000000046"


def ooxml(part: str, content_type: str, extra: Members | None = None) -> bytes:
    """A package of ECMA-376 with one main part and what else is given."""
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'
    )
    relations = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
        f' Target="{part}"/></Relationships>'
    )
    root = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
    members = {"[Content_Types].xml": types.encode(), "_rels/.rels": relations.encode(), part: root.encode()}
    return zipped({**members, **(extra or {})})


def word(text: str = "Kính gửi các đồng chí ở tỉnh Mẫu") -> bytes:
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


def sheet() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.create_sheet("Bảng kê", 0).append(["Xã Mẫu", 12])
    book.save(out)
    return out.getvalue()


def open_document(kind: str) -> bytes:
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return zipped(
        {
            "mimetype": mime.encode(),
            "content.xml": b"<office:document-content/>",
            "META-INF/manifest.xml": b"<manifest/>",
        },
        zipfile.ZIP_STORED,
    )


def pdf(extra: str = "") -> bytes:
    """One empty page; `extra` goes into the catalog."""
    objects = (
        f"<</Type/Catalog/Pages 2 0 R{extra}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 4\n0000000000 65535 f \n{table}trailer<</Size 4/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode()


def picture(form: str) -> bytes:
    image, out = Image.new("RGB", (64, 48), "white"), io.BytesIO()
    ImageDraw.Draw(image).text((4, 4), "Mẫu"[0], fill="black")
    image.save(out, form)
    return out.getvalue()


def animation(frames: int) -> bytes:
    """Return a GIF whose frames differ."""
    out = io.BytesIO()
    pictures = [Image.new("RGB", (60, 60), (40 * number, 0, 0)) for number in range(frames)]
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:])
    return out.getvalue()


def one_note() -> bytes:
    """Return what begins as a section of OneNote."""
    return bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(500)


def heif(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1" + brand + b"\0\0\0\x08mdat"


def mp4(brand: bytes = b"isom") -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\x02\0isommp42" + b"\0\0\0\x08free\0\0\0\x10mdat" + bytes(8)


def mp3() -> bytes:
    return b"ID3\x03\0\0\0\0\0\x0a" + bytes(10) + (b"\xff\xfb\x90\0" + bytes(413)) * 4


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1600))
    return out.getvalue()


def font() -> bytes:
    return bytes.fromhex("00010000000c008000030040") + b"OS/2" + bytes(12) + b"cmap" + bytes(12) + bytes(160)


def iso() -> bytes:
    return bytes(32768) + b"\x01CD001\x01" + bytes(2041)


def signature() -> bytes:
    """Beginning of a detached signature (PKCS #7 signedData, RFC 2315)."""
    return bytes.fromhex(
        "3082010006092a864886f70d010702a081f23081ef020101310f300d06096086480165030402010500300b06092a864886f70d010701"
    ) + bytes(208)


def mail(attachment: str = "") -> bytes:
    return (
        "From: van-thu@mau.example\r\nTo: can-bo@mau.example\r\nSubject: Lich hop\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nKinh gui dong chi.\r\n" + attachment
    ).encode()


def rtf(body: str = "Kinh gui") -> bytes:
    return ("{\\rtf1\\ansi " + body + "}").encode()


def mail_with(name: str, content: bytes) -> bytes:
    """An e-mail that is a file, with its headers in an order that other programs use too."""
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    head = f'X-Mau: 1\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name="{name}"\r\n'
    return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded


def mail_of_parts(parts: int) -> bytes:
    """Return an e-mail of many short parts."""
    part = b"--x\r\nContent-Type: text/plain\r\n\r\n%d\r\n"
    head = b"From: a@mau.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    return head + b"".join(part % number for number in range(parts)) + b"--x--\r\n"
