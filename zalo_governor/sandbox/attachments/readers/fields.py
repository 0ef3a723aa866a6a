"""Judges the field codes of Word documents: links, DDE and files that a field loads (ECMA-376 part 1, 17.16)."""

import re

from zalo_governor.sandbox.attachments.readers.collector import Collector

_DDE = re.compile(r"^\s*DDE(?:AUTO)?\b", re.IGNORECASE)
_PROGRAM = re.compile(
    r"cmd|powershell|pwsh|mshta|rundll|regsvr|[wc]script|certutil|bitsadmin|\.exe|https?:", re.IGNORECASE
)
_FORMULA_DDE = re.compile(r"\w\s*\|\s*'")
_EXCEL_4 = re.compile(r"(?<![\w.])(?:EXEC|CALL|REGISTER|FOPEN|FWRITE)\s*\(", re.IGNORECASE)
_LOADS = re.compile(r"^\s*(?:INCLUDETEXT|INCLUDEPICTURE|INCLUDE|LINK|IMPORT)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"""(?:https?|ftp|file)://?[^\s"<>]+""", re.IGNORECASE)
_REMOTE = re.compile(r"^(?:(?:https?|ftp)://|mhtml:|file:/*(?![a-z]:|[a-z]\|)[^/]|\\\\)", re.IGNORECASE)


def read_field(code: str, collector: Collector, page: int | None = None) -> None:
    """Add the text, the links and the dangers of one field code, such as `HYPERLINK "https://…"`."""
    collector.add_text(code, page=page, place="field")
    for address in _ADDRESS.findall(code):
        collector.add_link(address)
    if _DDE.match(code):
        add_dde(code, collector)
    elif _LOADS.match(code) and not code.lstrip().upper().startswith("INCLUDEPICTURE") and _ADDRESS.search(code):
        collector.add_danger("external_object", certain=False)


def read_formula(formula: str, collector: Collector, *, macros: bool = False) -> None:
    """Add the links and the dangers of a formula of a sheet: HYPERLINK, WEBSERVICE, DDE.

    `macros` says that the sheet holds Excel 4 macros, whose functions start programs.
    """
    for address in _ADDRESS.findall(formula):
        collector.add_link(address.rstrip("),;"))
    if _FORMULA_DDE.search(formula):
        add_dde(formula, collector)
    if macros and _EXCEL_4.search(formula):
        collector.add_danger("macro", certain=True)


def add_dde(command: str, collector: Collector) -> None:
    """Add the danger `dde` (a link by which Office may start a program), certain if it names a program or address."""
    collector.add_danger("dde", certain=_PROGRAM.search(command) is not None)


def is_remote(address: str) -> bool:
    """Return whether an address leads to another computer: http, ftp, mhtml, UNC path, `file://server/`."""
    return _REMOTE.match(address.strip()) is not None
