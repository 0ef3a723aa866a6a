"""Reads what stands in a PDF beside its pages' text: outline, annotations, forms, properties, attachments, actions.

All objects of the file are read, also those to which nothing in the document refers.
"""

import binascii
import io
import zlib
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.office_text import EveryText
from zalo_governor.sandbox.attachments.readers.xml_events import read_xml

_MOST_OBJECTS = 200_000
_DEEPEST = 8
_KEYS = frozenset(
    {"/S", "/JS", "/EF", "/XFA", "/Type", "/Title", "/FT", "/V", "/ActualText", "/Alt", "/E"},
)
"""Keys of the dictionaries that matter here; most dictionaries of a file have none of them."""
_LONGEST_ARRAY = 5_000
_MOST_ANNOTATIONS = 2_000
_ACTIONS = frozenset({"/URI", "/SubmitForm", "/GoToR", "/GoToE", "/ImportData"})
"""Types of actions that use something outside the file; a danger if they start by themselves."""


def read_structure(content: bytes, collector: Collector) -> None:
    """Add the texts, attachments, links and dangers of a PDF; note `NotChecked.ENCRYPTED` if it needs a password."""
    try:
        document = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        collector.note(NotChecked.ENCRYPTED)
        return
    with document:
        reader = _StructureReader(collector)
        for step in (reader.read_actions, reader.read_annotations, reader.read_objects, reader.read_properties):
            with collector.noting_damage():
                step(document)


class _StructureReader:
    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._taken: set[tuple[int, int]] = set()
        """Embedded files that were added already, by number and generation of the object."""

    def read_actions(self, document: pikepdf.Pdf) -> None:
        """Add the danger of actions that start when the document is opened."""
        root = document.Root
        starts = [root.get(Name.OpenAction)]
        triggers = root.get(Name.AA)
        if isinstance(triggers, Dictionary):
            starts += [triggers.get(key) for key in sorted(triggers.keys())]
        for action in starts:
            if isinstance(action, Dictionary) and str(action.get(Name.S, "")) in _ACTIONS:
                self._collector.add_danger("pdf_action", certain=False)

    def read_annotations(self, document: pikepdf.Pdf) -> None:
        """Read notes, stamps and attached files page by page."""
        for number, page in enumerate(document.pages, 1):
            if number > self._collector.budget.pages:
                break
            annotations = page.obj.get(Name.Annots)
            if not isinstance(annotations, Array):
                continue
            for position, annotation in enumerate(annotations):
                if position >= _MOST_ANNOTATIONS:
                    self._collector.note(NotChecked.LIMIT)
                    break
                with self._collector.noting_damage():
                    self._read_annotation(annotation, number)

    def read_objects(self, document: pikepdf.Pdf) -> None:
        """Read the scripts, links, files, forms and texts in all objects of the file."""
        for count, item in enumerate(document.objects):
            self._collector.budget.check_time()
            if count >= _MOST_OBJECTS:
                self._collector.note(NotChecked.LIMIT)
                break
            with self._collector.noting_damage():
                for dictionary in _dictionaries_in(item):
                    self._read_dictionary(dictionary)

    def read_properties(self, document: pikepdf.Pdf) -> None:
        """Read the information dictionary and the XMP metadata."""
        information = document.trailer.get(Name.Info)
        if isinstance(information, Dictionary):
            for key in sorted(information.keys()):
                self._add_string(information.get(key), "property", shortest=2)
        metadata = document.Root.get(Name.Metadata)
        if isinstance(metadata, Stream):
            self._read_xml(metadata, "property")

    def _read_annotation(self, annotation: Object, page: int) -> None:
        if not isinstance(annotation, Dictionary):
            return
        for key in (Name.Contents, Name.Subj, Name.RC):
            self._add_string(annotation.get(key), "annotation", page)
        specification = annotation.get(Name.FS)
        if isinstance(specification, Dictionary):
            self._take_file(specification, page)

    def _read_dictionary(self, item: Object) -> None:
        if _KEYS.isdisjoint(item.keys()):
            return
        collector = self._collector
        kind = str(item.get(Name.S, ""))
        if kind == "/JavaScript" or Name.JS in item:
            collector.add_danger("pdf_javascript", certain=False)
        if kind == "/Launch":
            collector.add_danger("pdf_launch", certain=True)
        if kind == "/URI":
            address = item.get(Name.URI)
            if isinstance(address, String):
                collector.add_link(str(address))
        if Name.EF in item:
            self._take_file(item, None)
        elif isinstance(item, Stream) and str(item.get(Name.Type, "")) == "/EmbeddedFile":
            self._take_stream(item, "attachment", None)
        if Name.XFA in item:
            collector.add_danger("pdf_xfa", certain=False)
            forms = item.get(Name.XFA)
            for form in forms if isinstance(forms, Array) else [forms]:
                if isinstance(form, Stream):
                    self._read_xml(form, "form")
        self._read_texts(item)

    def _read_texts(self, item: Object) -> None:
        if Name.Title in item and (Name.Parent in item or Name.Dest in item or Name.A in item):
            self._add_string(item.get(Name.Title), "outline")
        if Name.FT in item or Name.V in item:
            for key in (Name.V, Name.DV, Name.TU):
                self._add_string(item.get(key), "form")
            choices = item.get(Name.Opt)
            for choice in choices if isinstance(choices, Array) else ():
                for text in choice if isinstance(choice, Array) else (choice,):
                    self._add_string(text, "form")
        for key in (Name.ActualText, Name.Alt, Name.E):
            self._add_string(item.get(key), "alt_text", shortest=4)
        if str(item.get(Name.Type, "")) == "/OCG":
            self._add_string(item.get(Name.Name), "layer")

    def _take_file(self, specification: Object, page: int | None) -> None:
        """Add the file of a file specification (ISO 32000-1, 7.11.3)."""
        name = next((str(specification[key]) for key in (Name.UF, Name.F) if key in specification), "attachment")
        self._add_string(specification.get(Name.Desc), "attachment", page)
        files = specification.get(Name.EF)
        if isinstance(files, Dictionary):
            for key in sorted(files.keys()):
                stream = files.get(key)
                if isinstance(stream, Stream):
                    self._take_stream(stream, name, page)

    def _take_stream(self, stream: Stream, name: str, page: int | None) -> None:
        if stream.objgen in self._taken:
            return
        self._taken.add(stream.objgen)
        content = _decode(stream, self._collector)
        if content is not None:
            self._collector.add_inner(name, content, page=page)

    def _read_xml(self, stream: Stream, place: str) -> None:
        content = _decode(stream, self._collector)
        if content:
            read_xml(content, EveryText(self._collector, place=place), self._collector)

    def _add_string(self, value: object, place: str, page: int | None = None, *, shortest: int = 1) -> None:
        if isinstance(value, String):
            text = str(value)
            if len(text) >= shortest:
                self._collector.add_text(text.replace("\r", "\n"), page=page, place=place)


def _dictionaries_in(item: object, depth: int = 0) -> Iterator[Object]:
    """Yield an object's dictionaries: itself and those directly in it; indirect ones are objects by themselves."""
    if depth > _DEEPEST:
        return
    if isinstance(item, (Dictionary, Stream)):
        yield item
        for _, value in item.items():
            if isinstance(value, (Dictionary, Array)) and not value.is_indirect:
                yield from _dictionaries_in(value, depth + 1)
    elif isinstance(item, Array):
        for position, value in enumerate(item):
            if position >= _LONGEST_ARRAY:
                break
            if isinstance(value, (Dictionary, Array)) and not value.is_indirect:
                yield from _dictionaries_in(value, depth + 1)


def _decode(stream: Stream, collector: Collector) -> bytes | None:
    """Return the decoded content of a stream; None if it exceeds the budget or has a filter unknown here.

    The library would decompress without a limit.
    """
    filters = stream.get(Name.Filter)
    names = [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)] if filters else []
    content: bytes = stream.read_raw_bytes()
    for name in names:
        limit = collector.budget.left("unpacked")
        if name in ("/FlateDecode", "/Fl"):
            inflater = zlib.decompressobj()
            content = inflater.decompress(content, max(limit, 1))
            if inflater.unconsumed_tail:
                collector.note(NotChecked.LIMIT)
                return None
        elif name in ("/ASCIIHexDecode", "/AHx"):
            digits = bytes(byte for byte in content.split(b">")[0] if byte in b"0123456789abcdefABCDEF")
            content = binascii.unhexlify(digits[: len(digits) // 2 * 2])
        elif name != "/Crypt":
            collector.note(NotChecked.DAMAGED)
            return None
        collector.budget.spend("unpacked", len(content))
    if not names:
        collector.budget.spend("unpacked", min(len(content), collector.budget.left("unpacked")))
    return content
