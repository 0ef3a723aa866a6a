"""Finds the real type of a file by its content, and the dangers of its type and its name (clause 4.4)."""

import re
from enum import StrEnum
from typing import NamedTuple

import pylibmagic

# isort: split
# python-magic finds the library of the wheel only after pylibmagic was imported.
import magic

from zalo_governor.sandbox.attachments import scripts
from zalo_governor.sandbox.attachments.packages import (
    APK,
    APPX,
    IPA,
    JAR,
    MSI,
    OLE_MAGIC,
    ole_type,
    zip_type,
)
from zalo_governor.sandbox.attachments.polyglots import is_polyglot
from zalo_governor.text.file_names import extensions
from zalo_governor.text.file_names.danger import Danger, merge
from zalo_governor.text.file_names.names import check_name, extension


class Family(StrEnum):
    """Kind of a file by its real type, whatever its name says; decides how it is read."""

    DOCUMENT = "document"
    TEXT = "text"
    WEB_PAGE = "web_page"
    MAIL = "mail"
    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"
    ARCHIVE = "archive"
    SIGNED = "signed"
    """A file in an envelope with a signature, or a signature alone (PKCS #7)."""
    DISK_IMAGE = "disk_image"
    FONT = "font"
    PROGRAM = "program"
    SCRIPT = "script"
    SHORTCUT = "shortcut"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class Identified(NamedTuple):
    """The real type of a file, and its dangers."""

    mime: str
    family: Family
    dangers: tuple[Danger, ...]


_HEAD = 1 << 20
"""Bytes that libmagic gets; its tests read only the first ones, and it takes longer for more."""
_HEADERS = 8 << 10
"""Bytes among which the headers of an e-mail are looked for."""
ONENOTE = "application/onenote"
_OCTETS, _TEXT = "application/octet-stream", "text/plain"
_PE, _ELF, _MACH_O, _LNK = (
    "application/x-dosexec",
    "application/x-elf",
    "application/x-mach-binary",
    "application/x-ms-shortcut",
)
_CHM, _DISK, _SIGNED_DATA, _ENVELOPED = (
    "application/vnd.ms-htmlhelp",
    "application/x-raw-disk-image",
    "application/pkcs7-mime",
    "application/pkcs7-enveloped",
)
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x7fELF", _ELF),
    (bytes.fromhex("4c0000000114020000000000c000000000000046"), _LNK),
    (bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3"), ONENOTE),
    (b"ITSF\x03\x00\x00\x00", _CHM),
    (b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (b"conectix", _DISK),
    (b"vhdxfile", _DISK),
    (b"QFI\xfb", _DISK),
    (b"KDMV", _DISK),
    (b"MSWIM\x00\x00\x00", _DISK),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"dex\n03", "application/x-dex"),
    (b"{\\rt", "application/rtf"),
)
_MACH_O_MAGIC = {bytes.fromhex(word) for word in ("feedface", "feedfacf", "cefaedfe", "cffaedfe")}
_PKCS7 = re.compile(
    rb"^0(?:\x80|[\x00-\x7f]|\x81.|\x82..|\x83...|\x84....)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07([\x02\x03])", re.S
)
_RENAMED = {
    "text/rtf": "application/rtf",
    "application/x-rar": "application/vnd.rar",
    "application/x-iso9660-image": _DISK,
    "application/x-executable": _ELF,
    "application/x-sharedlib": _ELF,
    "application/x-pie-executable": _ELF,
    "application/x-msdownload": _PE,
    "application/vnd.microsoft.portable-executable": _PE,
    "image/x-tga": _OCTETS,  # libmagic takes much for TGA, which has no signature
    "application/x-font-ttf": "font/ttf",
    "application/vnd.ms-opentype": "font/otf",
}
_OWN_TEXTS = {"text/html", "text/xml", "text/csv", "text/calendar", "text/vcard", "text/PEM", "text/x-vcard"}
"""Kinds of text that libmagic tells apart reliably; its other kinds are guesses from single words."""
_FAMILY_OF_TYPE = {
    **dict.fromkeys(
        (_PE, _ELF, _MACH_O, _CHM, MSI, APK, JAR, APPX, IPA, "application/x-dex", "application/x-java-applet"),
        Family.PROGRAM,
    ),
    **dict.fromkeys(scripts.KINDS, Family.SCRIPT),
    **dict.fromkeys((_LNK, scripts.URL_SHORTCUT, scripts.DESKTOP_ENTRY), Family.SHORTCUT),
    "text/html": Family.WEB_PAGE, "application/xhtml+xml": Family.WEB_PAGE,
    _DISK: Family.DISK_IMAGE, _SIGNED_DATA: Family.SIGNED, _ENVELOPED: Family.SIGNED,
    "application/x-empty": Family.EMPTY, "application/json": Family.TEXT, "application/vnd.ms-fontobject": Family.FONT,
}  # fmt: skip
_FAMILY_OF_KIND = {
    "text": Family.TEXT, "image": Family.PICTURE, "audio": Family.AUDIO, "video": Family.VIDEO, "font": Family.FONT,
    "message": Family.MAIL,
}  # fmt: skip
"""Families by the first word of the MIME type, for types that are in none of the other tables."""
_CERTAIN_SCRIPTS = {scripts.BATCH, scripts.VBSCRIPT, scripts.HTA, scripts.WSF}
_DOCUMENT_TYPES = re.compile(
    r"application/(?:pdf|rtf|msword|onenote|x-mspublisher|x-ooxml-encrypted|x-ole-storage|postscript"
    r"|vnd\.(?:ms-(?:word|excel|powerpoint|outlook|office|project)|visio|oasis\.|openxmlformats-)[\w.\-]*)"
    r"|image/(?:vnd\.(?:dwg|dxf|djvu)[\w.\-+]*)"
)
_ARCHIVE_TYPES = re.compile(
    r"application/(?:zip|epub\+zip|gzip|zstd|x-(?:7z-compressed|tar|bzip2|xz|lzma|lzip|arj|cpio|compress|lzh\S*|lha|ace\S*|archive)"
    r"|vnd\.(?:rar|ms-cab-compressed|ms-tnef)|x-ms-compress-\w+|mac-binhex40)"
)
_HTML_IN_OFFICE = {"doc", "xls", "ppt", "dot", "xlt"}
"""Extensions under which many programs export web pages and texts, for Office to open."""
_SCRIPTED_SVG = re.compile(rb"<script\b|\bon(?:load|click|error|mouseover|begin)\s*=|javascript:", re.I)
_MAIL = re.compile(rb"\A(?:From [^\n]+\n)?(?:[\w-]+:[^\n]*\n|[ \t][^\n]*\n)*?MIME-Version:", re.I)
"""Headers of an e-mail, also as a mailbox keeps it; libmagic knows only some that begin with certain headers."""
_libmagic = magic.Magic(mime=True, magic_file=str(pylibmagic.data / "magic.mgc"))


def identify(content: bytes, name: str) -> Identified:
    """Return the real type of a file by its content, and the dangers of the type, of the name and of both together."""
    ending = extension(name)
    mime = _detect(content, ending)
    family = _family_of(mime)
    dangers = [
        *check_name(name),
        *_check_type(content, mime, family, ending),
        *_check_disguise(content, mime, family, ending),
    ]
    if is_polyglot(content, mime):
        dangers.append(Danger("polyglot", certain=False))
    return Identified(mime, family, tuple(merge(dangers)))


def _detect(content: bytes, ending: str) -> str:
    if not content:
        return "application/x-empty"
    mime = _detect_by_bytes(content) or _RENAMED.get(found := _libmagic.from_buffer(content[:_HEAD]), found)
    if mime == _PE and _is_text(content):
        mime = _TEXT  # libmagic takes every text that begins with "MZ" for a program
    if mime == _OCTETS and _is_text(content):
        mime = _TEXT
    if mime.startswith("text/") or mime in {"application/json", "application/javascript"}:
        if script := scripts.script_type(content, ending):
            return script
        if mime.startswith("text/") and mime not in _OWN_TEXTS:
            return "message/rfc822" if ending == "eml" or _MAIL.match(content[:_HEADERS]) else _TEXT
    return mime


def _detect_by_bytes(content: bytes) -> str | None:
    for signature, mime in _SIGNATURES:
        if content.startswith(signature):
            return mime
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zip_type(content)
    if content.startswith(OLE_MAGIC):
        return ole_type(content)
    if content[:4] in _MACH_O_MAGIC:
        return _MACH_O
    if content[-512:-504] == b"conectix" or content[-512:-508] == b"koly" or content[32769:32774] == b"CD001":
        return _DISK
    if found := _PKCS7.match(content[:32]):
        return _SIGNED_DATA if found[1] == b"\x02" else _ENVELOPED
    return None


def _family_of(mime: str) -> Family:
    if mime in _FAMILY_OF_TYPE:
        return _FAMILY_OF_TYPE[mime]
    if _DOCUMENT_TYPES.fullmatch(mime):
        return Family.DOCUMENT
    if _ARCHIVE_TYPES.fullmatch(mime):
        return Family.ARCHIVE
    return _FAMILY_OF_KIND.get(mime.partition("/")[0], Family.UNKNOWN)


def _check_type(content: bytes, mime: str, family: Family, ending: str) -> list[Danger]:
    if family is Family.PROGRAM:
        return [Danger("executable", certain=mime != _CHM)]
    if family is Family.SCRIPT:
        certain = mime in _CERTAIN_SCRIPTS or (mime != scripts.PYTHON and scripts.drives_windows(content))
        return [Danger("script", certain)]
    if mime == scripts.URL_SHORTCUT:
        return [Danger("shortcut", certain=False)] if scripts.shortcut_runs(content) else []
    if family is Family.SHORTCUT:
        return [Danger("shortcut", certain=mime == _LNK)]
    if family is Family.DISK_IMAGE:
        return [Danger("disk_image", certain=False)]
    if mime == "image/svg+xml" and _SCRIPTED_SVG.search(content):
        return [Danger("script", certain=False)]
    return []


def _check_disguise(content: bytes, mime: str, family: Family, ending: str) -> list[Danger]:
    if ending not in extensions.TRUSTED:
        return []
    if family is Family.SCRIPT and ending in extensions.WEB_PAGES:
        return []  # a browser shows the page and runs nothing outside of it
    if family in {Family.PROGRAM, Family.SCRIPT} or mime == _LNK:
        return [Danger("disguised", certain=mime not in {_CHM, scripts.PYTHON, scripts.SHELL})]
    if family in {Family.DISK_IMAGE, Family.ARCHIVE, Family.SHORTCUT}:
        return [Danger("disguised", certain=False)]
    seen_as_page = family is Family.WEB_PAGE or (mime == "image/svg+xml" and _SCRIPTED_SVG.search(content))
    looks_else = extensions.PICTURES - {"svg"} | extensions.MEDIA | extensions.DOCUMENTS - _HTML_IN_OFFICE
    if seen_as_page and ending in looks_else:
        return [Danger("disguised", certain=False)]
    return []


def _is_text(content: bytes) -> bool:
    """Return whether the file has no NUL bytes and few control characters, as texts in TCVN3 and VNI have."""
    head = content[:4096]
    controls = sum(byte < 32 and byte not in b"\t\n\r\x0c\x1b" for byte in head)
    return 0 not in head and controls * 50 <= len(head)
