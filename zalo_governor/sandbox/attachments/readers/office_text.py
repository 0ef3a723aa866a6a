"""Takes the texts out of one XML part of an OOXML package: WordprocessingML, DrawingML, charts, SmartArt, comments.

Elements are recognised by their local names (ECMA-376 part 1), so that the transitional, the strict and later
namespaces read alike. Text boxes stand twice in a file, for old programs too (`mc:Fallback`); equal texts count once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.fields import read_field
from zalo_governor.sandbox.attachments.readers.xml_events import XmlReader

_TEXTS = frozenset({"t", "delText", "div", "font", "span"})
"""The last three stand in text boxes of old Excel drawings (VML)."""
_TEXTS_WITH_BREAK = frozenset({"v", "text"})
"""Elements that hold one text each: values of charts (`c:v`), comments of slides and of sheets (`text`)."""
_CODES = frozenset({"instrText", "delInstrText"})
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_BOXES = frozenset({"txbxContent", "Fallback", "txBody"})
_ATTRIBUTES = {
    "docPr": ("descr", "title", "name"),
    "cNvPr": ("descr", "title", "name"),
    "shape": ("alt", "title"),
    "rect": ("alt", "title"),
    "oval": ("alt", "title"),
    "imagedata": ("title",),
    "textpath": ("string",),
    "hyperlink": ("tooltip", "display", "docLocation"),
    "hlinkClick": ("tooltip",),
    "hlinkHover": ("tooltip",),
    "tblCaption": ("val",),
    "tblDescription": ("val",),
    "alias": ("val",),
    "listItem": ("displayText",),
    "listEntry": ("val",),
    "default": ("val",),
    "statusText": ("val",),
    "helpText": ("val",),
    "docVar": ("name", "val"),
    "lvlText": ("val",),
    "bookmarkStart": ("name",),
    "section": ("name",),
    "cSld": ("name",),
    "custShow": ("name",),
}
"""Attributes that people read or write, by element; those shorter than the mark "MẬT" are left out."""
_SHORTEST_ATTRIBUTE = 3
_MACHINE_MADE = ("_", "%")
"""How names such as `_GoBack` begin, and numbering as `%1.`."""


@dataclass
class _Frame:
    """Text that is being read: the part itself, or a box in it."""

    place: str
    pieces: list[str] = field(default_factory=list)


class OfficeText(XmlReader):
    """Reader of one XML part of an OOXML document, which adds its texts to `collector` as of `page` and `place`."""

    def __init__(self, collector: Collector, *, page: int | None = None, place: str = "body") -> None:
        self._collector = collector
        self._page = page
        self._frames = [_Frame(place)]
        self._sink: list[str] | None = None
        self._code: list[str] = []
        self._attributes: list[str] = []
        self._cells = 0
        self._own_frame: list[bool] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _TEXTS or name in _TEXTS_WITH_BREAK:
            self._sink = self._frames[-1].pieces
        elif name in _CODES:
            self._sink = self._code
        elif name in _BREAKS and self._code_is_closed():
            self._frames[-1].pieces.append(_BREAKS[name])
        elif name in _BOXES:
            self._begin_box(name)
        elif name == "tc":
            self._cells += 1
        elif name == "fldSimple":
            read_field(attributes.get("instr", ""), self._collector, self._page)
        if name in _ATTRIBUTES:
            texts = (attributes.get(attribute, "") for attribute in _ATTRIBUTES[name])
            self._attributes += [
                text for text in texts if len(text) >= _SHORTEST_ATTRIBUTE and not text.startswith(_MACHINE_MADE)
            ]
        if "action" in attributes:
            self._judge_action(attributes["action"].lower())

    def end(self, name: str) -> None:
        if name in _TEXTS or name in _CODES:
            self._sink = None
        elif name == "p":
            self._frames[-1].pieces.append("\n")
            self._close_code()
        elif name in _TEXTS_WITH_BREAK:
            self._sink = None
            self._frames[-1].pieces.append("\n")
        elif name == "tc":
            self._end_cell()
        elif name == "tr":
            self._frames[-1].pieces.append("\n")
        elif name in _BOXES and self._own_frame.pop():
            self._add(self._frames.pop())

    def data(self, text: str) -> None:
        if self._sink is not None:
            self._sink.append(text)

    def finish(self) -> None:
        self._close_code()
        while self._frames:
            self._add(self._frames.pop())
        self._collector.add_lines(self._attributes, page=self._page, place="alt_text")

    def _add(self, frame: _Frame) -> None:
        self._collector.add_text("".join(frame.pieces), page=self._page, place=frame.place)

    def _judge_action(self, action: str) -> None:
        """Add the danger of a program or macro that a click on a slide starts (ECMA-376 part 1, 21.1.2.3.5)."""
        if action.startswith("ppaction://program"):
            self._collector.add_danger("external_object", certain=True)
        elif action.startswith("ppaction://macro"):
            self._collector.add_danger("macro", certain=False)

    def _begin_box(self, name: str) -> None:
        """Begin a text of its own, but not in a cell of a slide's table (`a:tc/a:txBody`): its row stays together."""
        own = name != "txBody" or not self._cells
        self._own_frame.append(own)
        if own:
            self._frames.append(_Frame("text_box"))

    def _end_cell(self) -> None:
        self._cells -= 1
        pieces = self._frames[-1].pieces
        if pieces and pieces[-1] == "\n":
            pieces[-1] = "\t"
        else:
            pieces.append("\t")

    def _code_is_closed(self) -> bool:
        return self._sink is not self._code

    def _close_code(self) -> None:
        """Read the field codes of a paragraph; they stand in pieces, as Word splits runs at will."""
        if self._code:
            code = "".join(self._code)
            self._code.clear()
            read_field(code, self._collector, self._page)


class EveryText(XmlReader):
    """Reader that adds all text of one XML part (properties, custom XML …) to `collector`, a line for each element."""

    def __init__(self, collector: Collector, *, place: str = "property") -> None:
        self._collector = collector
        self._place = place
        self._pieces: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "property" and "name" in attributes:
            self._pieces.append(attributes["name"] + ": ")
        elif name == "Description":
            # XMP writes simple properties as attributes (ISO 16684-1, 7.9.2.2).
            self._pieces += [f"{value}\n" for value in attributes.values()]

    def end(self, name: str) -> None:
        if self._pieces and self._pieces[-1] != "\n":
            self._pieces.append("\n")

    def data(self, text: str) -> None:
        self._pieces.append(text)

    def finish(self) -> None:
        lines = (line.strip() for line in "".join(self._pieces).splitlines())
        self._collector.add_text("\n".join(line for line in lines if line), place=self._place)
