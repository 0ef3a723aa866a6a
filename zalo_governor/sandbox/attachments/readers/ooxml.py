"""Reads Word, Excel and PowerPoint documents of the OOXML formats (ECMA-376) part by part.

Every part of the package is read, whether a relationship leads to it or not, so that nothing hides beside the text.
"""

import re
from collections.abc import Mapping

from zalo_governor.sandbox.attachments.readers import metafile, ole, xlsb
from zalo_governor.sandbox.attachments.readers.collector import Collector, is_picture
from zalo_governor.sandbox.attachments.readers.fields import add_dde
from zalo_governor.sandbox.attachments.readers.legacy import read_compound
from zalo_governor.sandbox.attachments.readers.office_text import EveryText, OfficeText
from zalo_governor.sandbox.attachments.readers.relationships import Relationships, add_external, number_pages
from zalo_governor.sandbox.attachments.readers.sheet_text import SharedStrings, SheetText
from zalo_governor.sandbox.attachments.readers.xml_events import XmlReader, read_xml
from zalo_governor.sandbox.attachments.readers.zip_package import ZipPackage, part_name

_PLACES = (
    (re.compile(r"/(?:header|footer)[^/]*$"), "header"),
    (re.compile(r"/(?:footnotes|endnotes)[^/]*$"), "footnote"),
    (re.compile(r"comment[^/]*(?:/[^/]*)?$"), "comment"),
    (re.compile(r"/charts?(?:ex)?/"), "chart"),
    (re.compile(r"/diagrams/"), "diagram"),
    (re.compile(r"/drawings/"), "text_box"),
    (re.compile(r"/notesslides/"), "note"),
    (re.compile(r"/(?:slidemasters|slidelayouts|notesmasters|handoutmasters)/"), "master"),
)
_NAMES = {
    "sheet": ("name",),
    "tableColumn": ("name",),
    "cacheField": ("name", "caption"),
    "s": ("v",),
    "numFmt": ("formatCode",),
    "definedName": ("name", "comment", "description"),
    "table": ("displayName",),
    "cellStyle": ("name",),
    "scenario": ("name", "comment"),
    "inputCells": ("val",),
}
_UNREAD = re.compile(
    r"(?:^|/)(?:fonts?|printersettings|_xmlsignatures)/|\.(?:odttf|fntdata|rels)$"
    r"|/(?:theme|tablestyles|attachedtoolbars|vbaprojectsig)"
)


def read(content: bytes, collector: Collector) -> None:
    """Add the texts, pictures, inner files, links and dangers of an OOXML document."""
    package = ZipPackage(content, collector)
    relationships = Relationships()
    parts = []
    for member in package.members:
        name = part_name(member)
        part = package.read(member)
        if part is None:
            continue
        if name.endswith(".rels"):
            read_xml(part, relationships.reader(name), collector)
        else:
            parts.append((name, part))
    for relationship in relationships.external:
        add_external(relationship, collector)
    presentation = dict(parts)
    pages = number_pages(relationships, presentation, collector)
    # What is no XML comes first: a flood of text must not hide macros and embedded files.
    for name, part in parts:
        if not _is_xml(part):
            with collector.noting_damage():
                _read_binary(name, part, pages.get(name), collector)
    shared = _shared_strings(parts, collector)
    used: set[int] = set()
    for name, part in parts:
        if _is_xml(part):
            _read_part(name, part, pages.get(name), collector, shared, used)
    unused = (text for number, text in enumerate(shared) if number not in used)
    collector.add_text("\n".join(unused), place="unused")


def _read_binary(name: str, part: bytes, page: int | None, collector: Collector) -> None:
    if name.endswith("vbaproject.bin"):
        # Whatever it holds: Office may read what the parser of macros takes for broken.
        collector.add_danger("macro", certain=False)
    if part.startswith(ole.MAGIC):
        read_compound(part, collector, page=page)
    elif is_picture(part):
        collector.add_picture(part, page=page)
    elif metafile.is_metafile(part):
        metafile.read_into(part, collector, page=page)
    elif name.endswith(".bin") and xlsb.is_part(name):
        xlsb.read_part(name, part, page, collector)
    elif not _UNREAD.search(name) and "activex" not in name:
        collector.add_inner(name.rpartition("/")[2], part, page=page)


def _read_part(
    name: str, part: bytes, page: int | None, collector: Collector, shared: list[str], used: set[int]
) -> None:
    if "/activex/" in f"/{name}":
        collector.add_danger("activex", certain=False)
    if name.endswith((".htm", ".html", ".mht", ".svg")):
        collector.add_inner(name.rpartition("/")[2], part, page=page)
    elif name.startswith(("docprops/", "customxml/")) or "/customxml/" in name:
        read_xml(part, EveryText(collector), collector)
    elif _is_sheet(name):
        macros = "macrosheets/" in name
        if macros:
            collector.add_danger("macro", certain=False)
        read_xml(part, SheetText(collector, shared, used, page=page, macros=macros), collector)
    elif name.startswith("xl/") and not re.search(r"comment|drawing|chart|diagram|sharedstrings|richdata", name):
        read_xml(part, _WorkbookText(collector, page), collector)
    elif name.startswith("xl/sharedstrings"):
        return
    elif not _UNREAD.search(name):
        read_xml(part, OfficeText(collector, page=page, place=_place_of(name)), collector)


class _WorkbookText(XmlReader):
    """Reads names of sheets, columns …, formulas of defined names, and links to workbooks and programs (DDE)."""

    def __init__(self, collector: Collector, page: int | None) -> None:
        self._collector = collector
        self._page = page
        self._reading = False
        self._names: list[str] = []
        self._texts: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._reading = name in ("definedName", "v", "val", "t")
        self._names += [attributes[attribute] for attribute in _NAMES.get(name, ()) if attribute in attributes]
        if name == "ddeLink":
            add_dde(f"{attributes.get('ddeService', '')} {attributes.get('ddeTopic', '')}", self._collector)

    def end(self, name: str) -> None:
        self._reading = False

    def data(self, text: str) -> None:
        if self._reading:
            self._texts.append(text)

    def finish(self) -> None:
        for texts in (self._names, self._texts):
            self._collector.add_text("\n".join(texts), page=self._page, place="name")


def _shared_strings(parts: list[tuple[str, bytes]], collector: Collector) -> list[str]:
    strings = SharedStrings()
    for name, part in parts:
        if re.fullmatch(r"xl/sharedstrings[^/]*\.xml", name):
            read_xml(part, strings, collector)
    return strings.strings


def _is_sheet(name: str) -> bool:
    return re.search(r"xl/(?:work|macro|dialog|chart|intlmacro)sheets/[^/]+$", name) is not None


def _is_xml(part: bytes) -> bool:
    start = part[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith((b"<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<"))


def _place_of(name: str) -> str:
    return next((place for pattern, place in _PLACES if pattern.search(name)), "body")
