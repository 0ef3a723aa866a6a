"""Reads HTML, and XML of any kind: SVG, forms, flat Office documents."""

import base64
import re
import urllib.parse
from collections.abc import Mapping

from lxml import etree

from zalo_governor.sandbox.attachments.readers import odf
from zalo_governor.sandbox.attachments.readers.characters import decode
from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.office_text import OfficeText
from zalo_governor.sandbox.attachments.readers.xml_events import XmlReader, read_xml

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,30})", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_XML_ENCODING = re.compile(rb"^[\xef\xbb\xbf\s]*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([^\"']{2,30})")
_HEAD = 4096
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "label", "mark"}
    | {"q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr", "tspan"}
)
_UNREAD = frozenset({"script", "style"})
_ATTRIBUTES = ("alt", "title", "placeholder", "value", "content", "aria-label", "label", "summary")
_LINKS = ("href", "src", "action", "formaction", "data", "background", "poster", "cite")
_DATA = re.compile(r"^data:([^,;]*)(;[^,]*)?,(.*)$", re.DOTALL)
_REFRESH = re.compile(r"url\s*=\s*[\"']?([^\"';\s]+)", re.IGNORECASE)
_SHORTEST_ATTRIBUTE = 2


def read_html(content: bytes, collector: Collector) -> None:
    """Add the texts, comments, pictures and links of an HTML page; its scripts are not read."""
    named = _CHARSET.search(content[:_HEAD])
    for text in decode(content, named[1].decode("ascii") if named else ""):
        parser = etree.HTMLParser(
            target=_HtmlTarget(_MarkupText(collector, html=True), collector),
            encoding="utf-8",
            no_network=True,
            huge_tree=False,
            recover=True,
        )
        raw = _DECLARATION.sub("", text).replace("\0", "").encode("utf-8", errors="replace")
        with collector.noting_damage():
            if raw.strip():
                parser.feed(raw)
                parser.close()


def read_xml_file(content: bytes, collector: Collector) -> None:
    """Add the texts, pictures and links of an XML file, such as SVG."""
    head = content[:_HEAD]
    if b"urn:oasis:names:tc:opendocument" in head:
        odf.read(content, collector)
        return
    word = b"schemas.microsoft.com/office/word" in head or b"schemas.microsoft.com/office/2006/xmlPackage" in head
    reader = OfficeText(collector) if word else _MarkupText(collector, html=False)
    if word:
        _judge_flat_office(content, collector)
    named = _XML_ENCODING.match(head)
    if named and named[1].lower() in (b"tcvn", b"tcvn3", b"windows-1258"):
        # libxml2 may not know the encoding.
        content = _DECLARATION.sub("", decode(content, "cp1258")[0]).encode()
    read_xml(content, reader, collector)


def _judge_flat_office(content: bytes, collector: Collector) -> None:
    """Add the danger of a Word 2003 or flat document with macros or objects, which stand in it as base64."""
    if b"binData" in content and (b"editdata.mso" in content or b'macrosPresent="yes"' in content):
        collector.add_danger("macro", certain=False)
    if b"vbaProject.bin" in content:
        collector.add_danger("macro", certain=False)


class _MarkupText(XmlReader):
    """Collects the texts and links of an HTML page or XML document from the parser's events."""

    def __init__(self, collector: Collector, *, html: bool) -> None:
        self._collector = collector
        self._html = html
        self._pieces: list[str] = []
        self._attributes: list[str] = []
        self._unread = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        lower = name.lower()
        if lower in _UNREAD:
            self._unread += 1
        if lower in ("td", "th"):
            self._pieces.append("\t")
        elif lower not in _INLINE:
            self._pieces.append("\n")
        for key, value in attributes.items():
            self._read_attribute(lower, key.lower(), value, attributes)

    def end(self, name: str) -> None:
        lower = name.lower()
        if lower in _UNREAD:
            self._unread = max(0, self._unread - 1)
        if lower not in _INLINE and lower not in ("td", "th"):
            self._pieces.append("\n")

    def data(self, text: str) -> None:
        if not self._unread:
            self._pieces.append(re.sub(r"\s+", " ", text) if self._html else text)

    def finish(self) -> None:
        lines = (line.strip(" ") for line in "".join(self._pieces).split("\n"))
        self._collector.add_text("\n".join(line for line in lines if line))
        self._collector.add_lines(self._attributes, place="alt_text")

    def _read_attribute(self, name: str, key: str, value: str, attributes: Mapping[str, str]) -> None:
        if key in _LINKS:
            self._read_address(value)
        elif key == "srcset":
            for address in value.split(","):
                self._collector.add_link(address.strip().split(" ")[0])
        elif name == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            for address in _REFRESH.findall(value):
                self._collector.add_link(address)
        elif (key in _ATTRIBUTES if self._html else True) and len(value) >= _SHORTEST_ATTRIBUTE:
            if not self._html and not re.search(r"[^\W\d_]{2}.*\s", value):
                return
            self._attributes.append(value)

    def _read_address(self, value: str) -> None:
        data = _DATA.match(value.strip())
        if data is None:
            if "://" in value or value.lower().startswith(("javascript:", "mailto:", "ms-", "search-ms:")):
                self._collector.add_link(value)
            return
        with self._collector.noting_damage():
            raw = urllib.parse.unquote_to_bytes(data[3])
            content = base64.b64decode(raw) if (data[2] or "").endswith("base64") else raw
            self._collector.add_inner("data", content)


class _HtmlTarget:
    """Parser target that lxml calls for HTML; it also reads comments, as people hide words there."""

    def __init__(self, reader: _MarkupText, collector: Collector) -> None:
        self._reader = reader
        self._collector = collector
        self.start = reader.start
        self.end = reader.end
        self.data = reader.data
        self._comments: list[str] = []

    def comment(self, text: str) -> None:
        """Collect a comment of the page."""
        self._comments.append(text)

    def close(self) -> None:
        """Add the collected texts, as the page ends or breaks off."""
        self._reader.finish()
        self._collector.add_text("\n".join(self._comments), place="comment")
