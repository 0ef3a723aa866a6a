"""Reads OpenDocument files (ISO/IEC 26300, ODF 1.3): packages, and flat XML files."""

import base64
import re
from collections.abc import Mapping

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers import metafile, ole
from zalo_governor.sandbox.attachments.readers.collector import Collector, is_picture
from zalo_governor.sandbox.attachments.readers.fields import add_dde, is_remote
from zalo_governor.sandbox.attachments.readers.legacy import read_compound
from zalo_governor.sandbox.attachments.readers.macros import judge_code
from zalo_governor.sandbox.attachments.readers.office_text import EveryText
from zalo_governor.sandbox.attachments.readers.xml_events import XmlReader, read_xml
from zalo_governor.sandbox.attachments.readers.zip_package import ZipPackage, part_name

_PARAGRAPHS = frozenset({"p", "h", "title", "desc"})
_BOXES = {
    "annotation": "comment",
    "note": "footnote",
    "header": "header",
    "header-left": "header",
    "header-first": "header",
    "footer": "header",
    "footer-left": "header",
    "footer-first": "header",
    "text-box": "text_box",
    "custom-shape": "text_box",
    "notes": "note",
    "tracked-changes": "deleted",
    "title": "alt_text",
    "desc": "alt_text",
    "master-page": "master",
    "forms": "form",
    "meta": "property",
}
_BREAKS = {"tab": "\t", "line-break": "\n"}
_ATTRIBUTES = ("title", "label", "value", "string-value", "name")
_NAMED = frozenset({"table", "page", "section", "user-field-decl", "textarea", "text", "button", "listbox", "option"})
_LOADERS = frozenset(
    {"object", "object-ole", "section-source", "table-source", "cell-range-source", "applet", "plugin"}
)
_DDE = frozenset({"dde-source", "dde-connection-decl"})
_LITERAL = re.compile(r'"([^"]{2,})"')
_MOST_BLANKS = 100
_LIBRARY_LISTS = frozenset({"script-lb.xml", "script-lc.xml", "dialog-lb.xml", "dialog-lc.xml"})
_UNREAD = ("fonts/", "configurations2/", "objectreplacements/", "layout-cache")
"""Parts without words: fonts, settings of the window, previews in LibreOffice's own format."""


def read(content: bytes, collector: Collector) -> None:
    """Add the texts, pictures, inner files, links and dangers of an OpenDocument file."""
    if not content.startswith(b"PK"):
        read_xml(content, _OdfText(collector), collector)
        return
    package = ZipPackage(content, collector)
    parts = [(part_name(member), part) for member in package.members if (part := package.read(member)) is not None]
    for name, part in parts:
        if name.endswith("manifest.xml"):
            read_xml(part, _Manifest(collector), collector)
    if NotChecked.ENCRYPTED in collector.contents.not_checked:
        return
    for name, part in parts:
        if name.startswith(("basic/", "scripts/")) or "/basic/" in name:
            _read_script(name, part, collector)
        elif not name.endswith((".xml", ".rdf")) and name != "mimetype":
            with collector.noting_damage():
                _read_binary(name, part, collector)
    for name, part in parts:
        if name.endswith(("content.xml", "styles.xml")):
            read_xml(part, _OdfText(collector, counts_pages=name == "content.xml"), collector)
        elif name.endswith((".xml", ".rdf")) and not name.endswith("manifest.xml"):
            read_xml(part, EveryText(collector), collector)


def _read_binary(name: str, part: bytes, collector: Collector) -> None:
    if part.startswith(ole.MAGIC):
        read_compound(part, collector)
    elif is_picture(part):
        collector.add_picture(part)
    elif metafile.is_metafile(part):
        metafile.read_into(part, collector)
    elif not name.startswith(_UNREAD):
        collector.add_inner(name.rpartition("/")[2], part)


def _read_script(name: str, part: bytes, collector: Collector) -> None:
    if name.rpartition("/")[2] in _LIBRARY_LISTS:
        return
    collector.add_danger("macro", certain=False)
    judge_code(part.decode("utf-8", errors="replace"), collector)


class _Manifest(XmlReader):
    """Reads the manifest of a package, and notes if members are encrypted (ODF 1.3 part 2, 4.4)."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "encryption-data":
            self._collector.note(NotChecked.ENCRYPTED)


class _OdfText(XmlReader):
    """Reads the texts of `content.xml` or `styles.xml` of a package, or of a flat document.

    Args:
        counts_pages: sheets and slides of this part are counted as pages.
    """

    def __init__(self, collector: Collector, *, counts_pages: bool = True) -> None:
        self._collector = collector
        self._counts_pages = counts_pages
        self._page: int | None = None
        self._pages = 0
        self._texts: list[tuple[str, list[str]]] = [("body", [])]
        self._in_paragraph = 0
        self._others: dict[int | None, list[str]] = {}
        self._binary: list[str] | None = None
        self._spreadsheet = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._spreadsheet = self._spreadsheet or name == "spreadsheet"
        if self._counts_pages and (name == "page" or (name == "table" and self._spreadsheet and len(self._texts) == 1)):
            self._add_text("body", self._texts[0][1])
            self._pages += 1
            self._page = self._pages
        if name in _BOXES:
            self._texts.append((_BOXES[name], []))
        if name in _PARAGRAPHS:
            self._in_paragraph += 1
        pieces = self._texts[-1][1]
        if name in _BREAKS:
            pieces.append(_BREAKS[name])
        elif name == "s":
            count = attributes.get("c", "1")
            pieces.append(" " * (min(int(count), _MOST_BLANKS) if count.isascii() and count.isdigit() else 1))
        elif name == "binary-data":
            self._binary = []
        self._read_attributes(name, attributes)

    def end(self, name: str) -> None:
        if name in _PARAGRAPHS:
            self._in_paragraph -= 1
            self._texts[-1][1].append("\n")
        elif name in ("table-cell", "covered-table-cell"):
            pieces = self._texts[-1][1]
            if pieces and pieces[-1] == "\n":
                pieces[-1] = "\t"
            else:
                pieces.append("\t")
        elif name == "table-row":
            self._texts[-1][1].append("\n")
        elif name == "binary-data":
            self._end_binary()
        if name in _BOXES and len(self._texts) > 1:
            self._add_text(*self._texts.pop())

    def data(self, text: str) -> None:
        if self._binary is not None:
            self._binary.append(text)
        elif self._in_paragraph or self._texts[-1][0] == "property":
            self._texts[-1][1].append(text)

    def finish(self) -> None:
        while self._texts:
            self._add_text(*self._texts.pop())
        for page, lines in self._others.items():
            self._collector.add_lines(lines, page=page, place="name")

    def _read_attributes(self, name: str, attributes: Mapping[str, str]) -> None:
        address = attributes.get("href", "")
        if address and not address.startswith(("#", "./", "Pictures/")):
            if "://" in address or address.startswith("\\\\"):
                self._collector.add_link(address)
            if name in _LOADERS and is_remote(address):
                self._collector.add_danger("external_object", certain=False)
            if address.startswith(("vnd.sun.star.script:", "macro:")):
                self._collector.add_danger("macro", certain=False)
        if name in _NAMED:
            names = [attributes[key] for key in _ATTRIBUTES if len(attributes.get(key, "")) > 1]
            self._others.setdefault(self._page, []).extend(names)
        if name in _DDE:
            add_dde(f"{attributes.get('dde-application', '')} {attributes.get('dde-topic', '')}", self._collector)
        formula = attributes.get("formula", "")
        if '"' in formula:
            self._others.setdefault(self._page, []).extend(_LITERAL.findall(formula))

    def _add_text(self, place: str, pieces: list[str]) -> None:
        self._collector.add_text("".join(pieces), page=self._page, place=place)
        pieces.clear()

    def _end_binary(self) -> None:
        """Add a picture or object that stands as base64 in a flat document."""
        packed = "".join(self._binary or ())
        self._binary = None
        with self._collector.noting_damage():
            content = base64.b64decode(packed)
            _read_binary("object", content, self._collector)
