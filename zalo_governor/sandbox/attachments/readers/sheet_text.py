"""Takes the texts out of the XML parts of a workbook (SpreadsheetML, ECMA-376 part 1, 18)."""

import re
from collections.abc import Mapping

from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.fields import read_formula
from zalo_governor.sandbox.attachments.readers.xml_events import XmlReader

_LITERAL = re.compile(r'"([^"]{2,})"')
_NUMBER = re.compile("[0-9]{1,9}")
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f+-]{5,6}|[0-9]{1,3}|[A-Za-z])')
_SHEET_TEXTS = frozenset(
    {"v", "t", "f", "formula1", "formula2", "oddHeader", "oddFooter", "evenHeader", "evenFooter"}
    | {"firstHeader", "firstFooter"}
)
_SHEET_ATTRIBUTES = {
    "dataValidation": ("promptTitle", "prompt", "errorTitle", "error"),
    "hyperlink": ("display", "tooltip"),
}


class SheetText(XmlReader):
    """Reads a sheet of a workbook (SpreadsheetML): cells by rows, headers, hints, formulas.

    Args:
        shared: the workbook's strings, to which cells point by their numbers.
        used: a set to which the numbers of those strings that a cell shows are added.
        page: number of the sheet.
        macros: the sheet holds Excel 4 macros, whose functions start programs.
    """

    def __init__(
        self, collector: Collector, shared: list[str], used: set[int], *, page: int | None, macros: bool = False
    ) -> None:
        self._collector = collector
        self._shared = shared
        self._used = used
        self._page = page
        self._macros = macros
        self._cells: list[str] = []
        self._others: dict[str, list[str]] = {"alt_text": [], "formula": [], "header": []}
        self._kind = ""
        self._sink: list[str] | None = None
        self._text: list[str] = []
        self._characters = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._kind = attributes.get("t", "n")
        elif name in _SHEET_TEXTS:
            self._text = []
            self._sink = self._text
        elif name in _SHEET_ATTRIBUTES:
            for attribute in _SHEET_ATTRIBUTES[name]:
                self._others["alt_text"].append(attributes.get(attribute, ""))

    def end(self, name: str) -> None:
        if name == "row":
            self._cells.append("\n")
        elif name == "c":
            self._cells.append("\t")
        elif name in _SHEET_TEXTS:
            self._sink = None
            self._take(name, "".join(self._text))

    def data(self, text: str) -> None:
        if self._sink is not None:
            self._sink.append(text)

    def finish(self) -> None:
        self._collector.add_text("".join(self._cells), page=self._page)
        for place, lines in self._others.items():
            self._collector.add_lines(lines, page=self._page, place=place)

    def _take(self, name: str, text: str) -> None:
        if name == "v" and self._kind == "s":
            text = self._shared_string(text)
        if name in ("v", "t"):
            # Many cells may point to one long shared string; what the budget cannot hold is not put together at all.
            if self._characters <= self._collector.budget.left("characters"):
                self._cells.append(text)
                self._characters += len(text)
        elif name == "f":
            read_formula(text, self._collector, macros=self._macros)
            self._others["formula"] += _LITERAL.findall(text)
        elif name in ("formula1", "formula2"):
            self._others["formula"].append(text)
        else:
            self._others["header"].append(_without_codes(text))

    def _shared_string(self, number: str) -> str:
        if not _NUMBER.fullmatch(number) or int(number) >= len(self._shared):
            return ""
        self._used.add(int(number))
        return self._shared[int(number)]


class SharedStrings(XmlReader):
    """Reads into `strings` the table of strings to which the cells of a workbook point by number."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._reading = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            self._pieces = []
        self._reading = name == "t"

    def end(self, name: str) -> None:
        self._reading = False
        if name == "si":
            self.strings.append("".join(self._pieces))

    def data(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)


def _without_codes(header: str) -> str:
    """Return a sheet's header without its codes: `&C&"Arial,Bold"&12MẬT` is `MẬT` (ECMA-376 part 1, 18.3.1.46)."""
    return _HEADER_CODE.sub(" ", header)
