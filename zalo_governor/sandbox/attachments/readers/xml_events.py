"""Reads XML without a tree, external entities, DTDs or network: a reader gets the events as they come."""

from collections.abc import Mapping

from lxml import etree

from zalo_governor.sandbox.attachments.readers.collector import Collector

_STEP = 1 << 16


class XmlReader:
    """Base class of readers of XML: `read_xml` calls these methods, which do nothing here."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the beginning of an element; its name and those of its attributes come without namespace."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def data(self, text: str) -> None:
        """Handle text, which may be only a piece of the text of an element."""

    def finish(self) -> None:
        """Handle the end of the document, or of what could be read of it."""


def read_xml(content: bytes, reader: XmlReader, collector: Collector) -> None:
    """Pass an XML document to a reader; note `NotChecked.DAMAGED` where it breaks off.

    Entities that the document itself declares are replaced, as a word may hide in one, but only up to 1 MB or five
    times the document (libxml2's limit of amplification); what would load anything is left out. Nesting deeper than
    256 elements and texts over 10 MB count as damaged (libxml2 without `huge_tree`).
    """
    parser = etree.XMLParser(
        target=_Target(reader),
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        with collector.noting_damage():
            for begin in range(0, len(content), _STEP):
                collector.budget.check_time()
                parser.feed(content[begin : begin + _STEP])
            parser.close()
    finally:
        reader.finish()


class _Target:
    """Parser target that lxml calls; it passes names on to the reader without namespaces."""

    def __init__(self, reader: XmlReader) -> None:
        self._reader = reader
        self.data = reader.data

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        for key in attributes:
            if key[0] == "{":
                attributes = _without_namespaces(attributes)
                break
        self._reader.start(tag[tag.rfind("}") + 1 :], attributes)

    def end(self, tag: str) -> None:
        self._reader.end(tag[tag.rfind("}") + 1 :])

    def close(self) -> None:
        pass


def _without_namespaces(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return attributes by their names without namespace; of `id` and `r:id`, the latter is kept."""
    plain = {key: value for key, value in attributes.items() if key[0] != "{"}
    plain.update((key.rpartition("}")[2], value) for key, value in attributes.items() if key[0] == "{")
    return plain
