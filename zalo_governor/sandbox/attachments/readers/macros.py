"""Finds macros (VBA) in compound files and judges what they do."""

import io
import re
from contextlib import redirect_stderr, redirect_stdout

import olefile
from oletools import olevba

from zalo_governor.sandbox.attachments.contents import LimitError
from zalo_governor.sandbox.attachments.readers.collector import Collector

_LARGEST = 8 << 20
"""Most bytes of a file whose VBA is decompressed; in a larger file, a macro is reported but not judged."""
_LARGEST_CODE = 1 << 20
_RUNS_OR_LOADS = re.compile(
    r"\bShell\b|WScript\.Shell|ShellExecute|Shell\.Application|Win32_Process|winmgmts|powershell|cmd(?:\.exe)?\s+/c|mshta"
    r"|URLDownloadToFile|XMLHTTP|WinHttpRequest|Net\.WebClient|DownloadFile|DownloadString|ADODB\.Stream|bitsadmin"
    r"|certutil|VirtualAlloc|CreateThread|RtlMoveMemory|WriteProcessMemory|MacScript|AppleScript|popen|ExecuteExcel4Macro"
    r"|StrReverse|\bCallByName\b",
    re.IGNORECASE,
)
_AUTOMATIC = re.compile(
    r"\b(?:Auto_?(?:Open|Exec|Exit|Close|New)|(?:Document|Workbook)_?(?:Open|Close|BeforeClose|New|Activate)"
    r"|Presentation_?Open|Slide_?Show_?Begin|OnSlideShowPageChange|\w+_(?:Painted|Layout|GotFocus|MouseMove))\b",
    re.IGNORECASE,
)


def read_macros(content: bytes, file: olefile.OleFileIO, collector: Collector) -> None:
    """Add the danger `macro` if a compound file has a VBA project.

    It is certain if the macro starts by itself and runs programs or loads something; not if its code cannot be read.
    """
    names = {part.lower() for entry in file.listdir(streams=True, storages=True) for part in entry}
    if not names & {"_vba_project", "_vba_project_cur", "macros", "vba"}:
        return
    collector.add_danger("macro", certain=False)
    if len(content) > _LARGEST:
        return
    try:
        code = _read_code(content)
    except LimitError:
        raise
    except Exception:  # oletools raises anything on broken projects; the macro counts all the same.
        return
    judge_code(code, collector)


def judge_code(code: str, collector: Collector) -> None:
    """Add the danger `macro`, as certain, if VBA code starts by itself and runs programs or loads something.

    Each web address in the code is added as a link, too.
    """
    if _AUTOMATIC.search(code) and _RUNS_OR_LOADS.search(code):
        collector.add_danger("macro", certain=True)
    for address in re.findall(r"(?i)https?://[^\s\"'<>]+", code):
        collector.add_link(address)


def _read_code(content: bytes) -> str:
    # oletools prints to the terminal on some broken projects, with pieces of the file.
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        parser = olevba.VBA_Parser("", data=content, disable_pcode=True)
        parser.no_xlm = True
        try:
            code = [str(module[3]) for module in parser.extract_macros()]
        finally:
            parser.close()
    return "\n".join(code)[:_LARGEST_CODE]
