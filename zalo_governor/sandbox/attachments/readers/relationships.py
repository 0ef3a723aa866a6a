"""Reads the relationships of an OOXML package (ISO/IEC 29500-2, 9.3): which part refers to which other or address."""

import posixpath
import re
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.fields import is_remote
from zalo_governor.sandbox.attachments.readers.xml_events import XmlReader, read_xml

_LOADS_CODE = frozenset({"oleObject", "frame", "subDocument", "aFChunk", "attachedToolbars", "control", "package"})
_LEFT_TO_ITSELF = re.compile(r"/(?:slidemasters?|slidelayouts?|notesmasters?|theme|presentation|workbook)")


class Relationship(NamedTuple):
    """A reference, named `key`, from a part to another or to an address; parts are named in lower case."""

    source: str
    key: str
    kind: str
    """Last word of the relationship's type, such as `hyperlink` or `oleObject`."""
    target: str


class Relationships:
    """All relationships of a package."""

    def __init__(self) -> None:
        self.internal: list[Relationship] = []
        self.external: list[Relationship] = []

    def reader(self, name: str) -> "_Reader":
        """Return an XML reader that takes the relationships of the `.rels` part `name` into this object."""
        folder, _, file = name.rpartition("/")
        source = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        return _Reader(self, source)


class _Reader(XmlReader):
    def __init__(self, relationships: Relationships, source: str) -> None:
        self._relationships = relationships
        self._source = source

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != "Relationship":
            return
        target = attributes.get("Target", "")
        kind = attributes.get("Type", "").rpartition("/")[2]
        key = attributes.get("Id", "")
        if attributes.get("TargetMode", "").lower() == "external":
            self._relationships.external.append(Relationship(self._source, key, kind, target))
        else:
            inner = posixpath.normpath(posixpath.join("/" + posixpath.dirname(self._source), target)).lstrip("/")
            self._relationships.internal.append(Relationship(self._source, key, kind, inner.lower()))


def add_external(relationship: Relationship, collector: Collector) -> None:
    """Add the address of a relationship to something outside the file, and the danger if Office loads it by itself.

    A template, object or picture on the same computer is common (`file:///C:/…/Normal.dotm`) and no danger; a template
    on a file server happens in offices, so only one from the web is certain.
    """
    address = relationship.target
    collector.add_link(address)
    web = re.match(r"\s*(?:https?|ftp)://|\s*mhtml:", address, re.IGNORECASE) is not None
    if not is_remote(address):
        return
    if relationship.kind == "attachedTemplate":
        collector.add_danger("remote_template", certain=web)
    elif relationship.kind in _LOADS_CODE:
        # An object with "!" names a moniker inside the page: CVE-2021-40444, CVE-2022-30190.
        collector.add_danger("external_object", certain=web and ("!" in address or "mhtml:" in address.lower()))
    elif relationship.kind != "hyperlink" and not web:
        # Office signs in to the file server of a picture or workbook before anybody clicks.
        collector.add_danger("external_object", certain=False)


def number_pages(relationships: Relationships, parts: Mapping[str, bytes], collector: Collector) -> dict[str, int]:
    """Return name of a part -> number of its slide or sheet in the order that people see; other parts are left out."""
    pages: dict[str, int] = {}
    for main, element in (("ppt/presentation.xml", "sldId"), ("xl/workbook.xml", "sheet")):
        if main in parts:
            order = _Order(element)
            read_xml(parts[main], order, collector)
            targets = {item.key: item.target for item in relationships.internal if item.source == main}
            for number, key in enumerate(order.keys, 1):
                if key in targets:
                    pages.setdefault(targets[key], number)
    # The order in a binary workbook is taken to be that of its relationships.
    sheets = [item.target for item in relationships.internal if item.source == "xl/workbook.bin" and _is_sheet(item)]
    pages.update((target, number) for number, target in enumerate(sheets, 1))
    return _spread(pages, relationships)


def _is_sheet(relationship: Relationship) -> bool:
    return relationship.kind.lower().endswith("sheet")


class _Order(XmlReader):
    """Reads the relationship keys of slides or sheets in their order."""

    def __init__(self, element: str) -> None:
        self._element = element
        self.keys: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == self._element:
            self.keys.append(attributes.get("id", ""))


def _spread(pages: dict[str, int], relationships: Relationships) -> dict[str, int]:
    """Give the number of a slide or sheet also to the parts that belong to it: notes, comments, charts, pictures …"""
    below: dict[str, list[str]] = {}
    for item in relationships.internal:
        below.setdefault(item.source, []).append(item.target)
    waiting = deque(pages)
    while waiting:
        name = waiting.popleft()
        for target in below.get(name, ()):
            if target not in pages and not _LEFT_TO_ITSELF.search("/" + target):
                pages[target] = pages[name]
                waiting.append(target)
    return pages
