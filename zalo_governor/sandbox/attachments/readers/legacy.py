"""Reads OLE compound files: Word, Excel and PowerPoint of 97 to 2003, Outlook messages, encrypted OOXML documents."""

import io
import re
import xml.dom.expatbuilder  # noqa: F401  msoffcrypto would import it while it reads, and OpenSSL as well

import msoffcrypto
import olefile
from cryptography.hazmat.backends.openssl import backend  # noqa: F401
from msoffcrypto.format import doc97, ooxml, ppt97, xls97  # noqa: F401  msoffcrypto would import them when needed

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers import ole
from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.doc import read_word
from zalo_governor.sandbox.attachments.readers.exploits import judge_object
from zalo_governor.sandbox.attachments.readers.macros import read_macros
from zalo_governor.sandbox.attachments.readers.ppt import object_storages, read_powerpoint
from zalo_governor.sandbox.attachments.readers.properties import read_property_set
from zalo_governor.sandbox.attachments.readers.xls import read_excel, read_pivot_cache

_KNOWN_PASSWORD = "VelvetSweatshop"  # noqa: S105  no secret of anybody
"""Excel opens what is encrypted with it without asking ([MS-XLS] 2.2.10), and attackers use that."""
_LARGEST_DECRYPTED = 8 << 20
_MOST_ROUNDS = 200_000
_DEEPEST = 4
_PROPERTY_SETS = ("\x05summaryinformation", "\x05documentsummaryinformation")
_MESSAGE_TEXT = re.compile(r"__substg1\.0_[0-9a-f]{4}001f")
_MESSAGE_BODIES = {"__substg1.0_10130102": "body.html", "__substg1.0_1000001e": "body.txt"}
_ATTACHED_DATA, _ATTACHED_NAMES = "__substg1.0_37010102", ("__substg1.0_3707001f", "__substg1.0_3704001f")


def read_compound(content: bytes, collector: Collector, *, page: int | None = None, depth: int = 0) -> None:
    """Add what a compound (OLE) file contains, whatever its kind: each storage is read for what it holds.

    `page` is the page of the document in which it is embedded, `depth` how many compound files it lies in.
    """
    with ole.open_ole(content) as file:
        if _is_encrypted(content, file, collector):
            return
        read_macros(content, file, collector)
        if ole.has_active_control(file):
            collector.add_danger("activex", certain=False, page=page)
        for storage in ole.walk_storages(file, collector):
            with collector.noting_damage():
                _read_storage(storage, collector, page, depth)


def _read_storage(storage: ole.Storage, collector: Collector, page: int | None, depth: int) -> None:
    names = storage.names
    for name in _PROPERTY_SETS:
        if name in names:
            with collector.noting_damage():
                read_property_set(storage.read(name) or b"", collector)
    judge_object(storage, collector)
    ole.read_packages(storage, collector, page)
    if "worddocument" in names:
        read_word(storage, collector, page=page)
    if "workbook" in names or "book" in names:
        read_excel(storage, collector, page=page)
    if "powerpoint document" in names:
        read_powerpoint(storage, collector, page=page)
        for inner in object_storages(storage, collector):
            if depth >= _DEEPEST:
                collector.note(NotChecked.LIMIT)
                break
            with collector.noting_damage():
                read_compound(inner, collector, page=page, depth=depth + 1)
    if storage.path and storage.path[-1].lower() == "_sx_db_cur":
        read_pivot_cache(storage, collector)
    if any(name.startswith("__substg1.0_") for name in names):
        _read_message(storage, collector)


def _read_message(storage: ole.Storage, collector: Collector) -> None:
    """Read a storage of an Outlook message ([MS-OXMSG] 2.1): its texts, or one attachment."""
    attached = storage.read(_ATTACHED_DATA)
    if attached:
        names = (_wide_text(storage.read(name)) for name in _ATTACHED_NAMES)
        collector.add_inner(next(filter(None, names), "attachment"), attached)
    for name in storage.names:
        if _MESSAGE_TEXT.fullmatch(name):
            place = "body" if name.endswith("1000001f") else "header"
            collector.add_text(_wide_text(storage.read(name)), place=place)
        elif name in _MESSAGE_BODIES:
            collector.add_inner(_MESSAGE_BODIES[name], storage.read(name) or b"")


def _wide_text(content: bytes | None) -> str:
    return (content or b"").decode("utf-16-le", errors="replace").rstrip("\0")


def _is_encrypted(content: bytes, file: olefile.OleFileIO, collector: Collector) -> bool:
    """Return whether a workbook or an OOXML document is encrypted.

    If so, add the decrypted document if Excel opens it without asking for a password, else note that it is encrypted.
    """
    names = {entry[0].lower() for entry in file.listdir()}
    packed = "encryptedpackage" in names
    if not packed and "workbook" not in names:
        return False
    opened = io.BytesIO()
    try:
        document = msoffcrypto.OfficeFile(io.BytesIO(content))
        if not document.is_encrypted():
            return False
        if len(content) <= _LARGEST_DECRYPTED and _rounds_of(document) <= _MOST_ROUNDS:
            # Of the old formats, the library checks the password anyway.
            document.load_key(_KNOWN_PASSWORD, **({"verify_password": True} if packed else {}))
            document.decrypt(opened)
    except Exception:  # A wrong password shows in many ways, and so does a broken file.
        opened = io.BytesIO()
        if not packed:
            # Reading the records will find the mark of encryption, or read what is there.
            return False
    if opened.getvalue():
        collector.add_inner("document", opened.getvalue())
    else:
        collector.note(NotChecked.ENCRYPTED)
    return True


def _rounds_of(document: object) -> int:
    """Return how often a password is hashed: the file says so, and an attacker may say a billion."""
    information = getattr(document, "info", None)
    rounds = information.get("spinValue", 0) if isinstance(information, dict) else 0
    return rounds if isinstance(rounds, int) else 0


class _FilesInMemory:
    """Replaces the module `tempfile` in msoffcrypto, which would write the decrypted document to disk."""

    TemporaryFile = staticmethod(io.BytesIO)


xls97.tempfile = _FilesInMemory
