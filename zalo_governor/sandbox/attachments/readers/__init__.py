"""Readers of documents: each takes the texts, pictures, inner files, links and dangers out of one family of formats."""

import logging
from collections.abc import Callable

from PIL import Image

from zalo_governor.sandbox.attachments.readers import legacy, mail, markup, metafile, odf, ooxml, pdf, plain, rtf
from zalo_governor.sandbox.attachments.readers.characters import load_charsets
from zalo_governor.sandbox.attachments.readers.collector import Collector

Reader = Callable[[bytes, Collector], None]
"""Adds what a file contains to a collector; to be called by `collector.collect`, which turns errors into reasons."""

_LOUD = frozenset(
    {"crypto", "ftguess", "oleobj", "olevba", "ooxml", "ppt", "record_base", "rtfobj"}
    | {"msoffcrypto", "olefile", "pikepdf", "pypdfium2"}
)
"""First parts of the names of the libraries' loggers."""

_READERS: dict[str, Reader] = {
    "application/pdf": pdf.read,
    "application/rtf": rtf.read,
    "text/rtf": rtf.read,
    "application/msword": legacy.read_compound,
    "application/vnd.ms-excel": legacy.read_compound,
    "application/vnd.ms-powerpoint": legacy.read_compound,
    "application/vnd.ms-outlook": legacy.read_compound,
    "application/vnd.ms-office": legacy.read_compound,
    "application/vnd.visio": legacy.read_compound,
    "application/x-ole-storage": legacy.read_compound,
    "application/x-ooxml-encrypted": legacy.read_compound,
    "application/cdfv2": legacy.read_compound,
    "application/cdfv2-corrupt": legacy.read_compound,
    "application/encrypted": legacy.read_compound,
    "text/html": markup.read_html,
    "application/xhtml+xml": markup.read_html,
    "text/calendar": plain.read_cards,
    "text/vcard": plain.read_cards,
    "text/x-vcard": plain.read_cards,
    "text/xml": markup.read_xml_file,
    "application/xml": markup.read_xml_file,
    "image/svg+xml": markup.read_xml_file,
    "message/rfc822": mail.read,
    "multipart/related": mail.read,
    "application/mbox": mail.read,
    "application/x-mimearchive": mail.read,
    "image/emf": metafile.read_into,
    "image/wmf": metafile.read_into,
    "image/x-emf": metafile.read_into,
    "image/x-wmf": metafile.read_into,
    "application/json": plain.read,
    "application/csv": plain.read,
    "application/x-ndjson": plain.read,
}
_FAMILIES: tuple[tuple[str, Reader], ...] = (
    ("application/vnd.openxmlformats-officedocument", ooxml.read),
    ("application/vnd.ms-word.", ooxml.read),
    ("application/vnd.ms-excel.", ooxml.read),
    ("application/vnd.ms-powerpoint.", ooxml.read),
    ("application/vnd.ms-visio.", ooxml.read),
    ("application/vnd.oasis.opendocument", odf.read),
    ("application/vnd.sun.xml", odf.read),
    ("text/", plain.read),
)


def reader_for(mime: str) -> Reader | None:
    """Return the reader for a MIME type, with or without parameters; None if there is none."""
    kind = mime.partition(";")[0].strip().lower()
    if kind in _READERS:
        return _READERS[kind]
    return next((read for start, read in _FAMILIES if kind.startswith(start)), None)


def preload() -> None:
    """Load what the readers would else import later; call it before the process gives up the right to open files.

    It also disables the libraries' loggers, since they would log pieces of files.
    """
    load_charsets()
    Image.preinit()
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] in _LOUD:
            logging.getLogger(name).disabled = True
