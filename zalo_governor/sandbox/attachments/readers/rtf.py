"""Reads RTF documents (Rich Text Format specification 1.9.1): all destinations that hold text, pictures, objects."""

import binascii
import re
from dataclasses import dataclass, replace

from oletools import rtfobj

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers import metafile, ole
from zalo_governor.sandbox.attachments.readers.collector import Collector, is_picture
from zalo_governor.sandbox.attachments.readers.exploits import judge_rtf_object
from zalo_governor.sandbox.attachments.readers.fields import is_remote, read_field
from zalo_governor.sandbox.attachments.readers.legacy import read_compound

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,10})?\x20?"
    rb"|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<symbol>[^a-zA-Z])|(?P<brace>[{}])|(?P<text>[^\\{}]+)|\\",
    re.DOTALL,
)
_PLACES = (
    dict.fromkeys(("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"), "header")
    | dict.fromkeys(("footnote", "ftnsep", "ftncn"), "footnote")
    | dict.fromkeys(("annotation", "atnauthor"), "comment")
    | dict.fromkeys(
        ("title", "subject", "manager", "company", "category", "keywords", "comment", "doccomm"), "property"
    )
    | dict.fromkeys(("propname", "staticval", "author", "docvar"), "property")
    | dict.fromkeys(("ffdeftext", "ffl", "ffhelptext", "ffstattext"), "form")
    | {"shptxt": "text_box", "sv": "alt_text", "fldinst": "field", "template": "template", "pict": "pict"}
    | {"bkmkstart": "name", "fonttbl": "fonttbl", "info": "info", "objdata": "objdata"}
)
_SKIPPED = frozenset(
    {"colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "themedata"}
    | {"colorschememapping", "latentstyles", "datastore", "xmlnstbl", "filetbl", "datafield", "objclass", "objname"}
    | {"sn", "bkmkend", "atrfstart", "atrfend", "atnid", "atndate", "atnref", "atnparent", "panose", "falt", "blipuid"}
    | {"passwordhash", "wgrffmtfilter", "operator", "creatim", "revtim", "printim", "buptim"}
)
_TRANSPARENT = frozenset(
    {"shppict", "nonshppict", "shpinst", "shp", "sp", "shprslt", "userprops", "field", "fldrslt", "object", "result"}
    | {"formfield", "picprop", "do", "dptxbxtext", "pn", "pntext", "listtext", "upr", "ud", "background", "mmathPr"}
)
_SILENT = frozenset({"skip", "fonttbl", "info"})
_SYMBOLS = {"~": " ", "_": "-", "-": "", "\r": "\n", "\n": "\n", "{": "{", "}": "}", "\\": "\\"}
_WORDS = (
    dict.fromkeys(("par", "line", "sect", "page", "row", "nestrow", "column", "softline"), "\n")
    | dict.fromkeys(("cell", "nestcell", "tab"), "\t")
    | {"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•"}
    | {"emspace": " ", "enspace": " ", "qmspace": " "}
)
_CHARSETS = {163: "cp1258", 238: "cp1250", 204: "cp1251", 161: "cp1253", 162: "cp1254"}
_CODEPAGES = frozenset({1250, 1251, 1252, 1253, 1254, 1258})
_SHORTEST_ALT_TEXT = 4
_STEP = 1 << 14
"""Bytes between two checks of the time limit."""
_SMALLEST_COMPOUND = 1536
"""Bytes: header, directory and table of sectors."""


def read(content: bytes, collector: Collector) -> None:
    """Add the texts, pictures, inner files, links and dangers of an RTF document."""
    if b"objdata" in content.lower():
        with collector.noting_damage():
            _read_objects(content, collector)
    _RtfText(collector).read(content)


def _read_objects(content: bytes, collector: Collector) -> None:
    updates = re.search(rb"\\obj(?:update|autlink)", content) is not None
    parser = rtfobj.RtfObjParser(content)
    parser.parse()
    for item in parser.objects:
        collector.budget.check_time()
        name = (item.class_name or b"").rstrip(b"\0").decode("latin-1")
        judge_rtf_object(name, item.rawdata or b"", collector, updates=updates)
        if item.is_package and item.olepkgdata:
            collector.add_inner(str(item.filename or "object"), item.olepkgdata)
        data = item.oledata if item.is_ole else item.rawdata
        begin = (data or b"").find(ole.MAGIC)
        if data and 0 <= begin < len(data) - _SMALLEST_COMPOUND:
            with collector.noting_damage():
                read_compound(data[begin:], collector)


@dataclass
class _Group:
    """State of a group `{…}`, which the groups in it inherit."""

    place: str
    pieces: list[str]
    fallback: int = 1
    """How many characters follow a `\\u` for programs without Unicode."""
    codepage: str = "cp1252"


class _RtfText:
    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._group = _Group("body", [])
        self._outer: list[_Group] = []
        self._default = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._skip = 0
        self._optional = False

    def read(self, content: bytes) -> None:
        """Read the whole document."""
        position = check_at = 0
        while match := _TOKEN.match(content, position):
            if position >= check_at:
                self._collector.budget.check_time()
                check_at = position + _STEP
            position = match.end()
            kind = match.lastgroup
            if kind in ("word", "number"):
                word = match["word"].decode("ascii")
                number = int(match["number"]) if match["number"] else None
                if word == "bin" and number and number > 0:
                    self._add_binary(content[position : position + number])
                    position += number
                else:
                    self._read_word(word, number)
                    self._optional = False
            elif kind == "brace":
                self._open() if match["brace"] == b"{" else self._close()
            elif kind == "byte":
                self._add_bytes(bytes([int(match["byte"], 16)]))
            elif kind == "symbol":
                self._read_symbol(match["symbol"].decode("latin-1"))
            elif kind == "text":
                self._add_bytes(match["text"].translate(None, b"\r\n\0"))
        while self._outer:
            self._close()
        self._finish(self._group)

    def _open(self) -> None:
        self._outer.append(self._group)
        self._group = replace(self._group)
        self._skip = 0

    def _close(self) -> None:
        self._skip = 0
        if not self._outer:
            return
        closed, self._group = self._group, self._outer.pop()
        if closed.pieces is not self._group.pieces:
            self._finish(closed)

    def _read_symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._optional = True
        elif self._skip:
            self._skip -= 1
        elif symbol in _SYMBOLS:
            self._group.pieces.append(_SYMBOLS[symbol])

    def _read_word(self, word: str, number: int | None) -> None:
        # For a program with Unicode, each symbol or word behind a `\u` counts as one character of its fallback.
        skipped, self._skip = self._skip, max(0, self._skip - 1)
        if word in _WORDS:
            if not skipped:
                self._group.pieces.append(_WORDS[word])
        elif word == "u" and number is not None:
            self._group.pieces.append(chr(number & 0xFFFF))
            self._skip = self._group.fallback
        elif word == "uc":
            self._group.fallback = max(0, min(number or 0, 100))
        elif word == "ansicpg" and number in _CODEPAGES:
            self._default = self._group.codepage = f"cp{number}"
        elif word == "f":
            self._font = number or 0
            if self._group.place != "fonttbl":
                self._group.codepage = self._fonts.get(self._font, self._default)
        elif word == "fcharset":
            self._fonts[self._font] = _CHARSETS.get(number or 0, self._default)
        elif word == "plain":
            self._group.codepage = self._default
        elif word in _PLACES:
            self._begin(_PLACES[word])
        elif word in _SKIPPED or (self._optional and word not in _TRANSPARENT):
            self._begin("skip")

    def _begin(self, place: str) -> None:
        """Begin a destination, whose text is collected separately."""
        if self._outer:
            self._group.place = place
            self._group.pieces = []

    def _add_bytes(self, raw: bytes) -> None:
        if self._skip:
            used = min(self._skip, len(raw))
            self._skip -= used
            raw = raw[used:]
        if raw and self._group.place not in _SILENT:
            self._group.pieces.append(raw.decode(self._group.codepage, errors="replace"))

    def _add_binary(self, raw: bytes) -> None:
        self._skip = max(0, self._skip - 1)
        if self._group.place == "pict":
            self._group.pieces.append(binascii.hexlify(raw).decode("ascii"))

    def _finish(self, group: _Group) -> None:
        if group.place in _SILENT or group.place == "objdata":
            return
        text = "".join(group.pieces)
        if group.place == "pict":
            self._add_picture(text)
            return
        # Characters beyond the basic plane come as two numbers, the halves of UTF-16.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", errors="replace")
        if group.place == "field":
            read_field(text.strip(), self._collector)
        elif group.place == "template":
            self._collector.add_link(text)
            if is_remote(text):
                web = text.strip().lower().startswith(("http", "ftp", "mhtml"))
                self._collector.add_danger("remote_template", certain=web)
        elif group.place != "alt_text" or len(text) >= _SHORTEST_ALT_TEXT:
            self._collector.add_text(text, place=group.place)

    def _add_picture(self, text: str) -> None:
        digits = re.sub("[^0-9a-fA-F]", "", text)
        content = binascii.unhexlify(digits[: len(digits) // 2 * 2])
        if len(content) > self._collector.budget.left("unpacked"):
            self._collector.note(NotChecked.LIMIT)
            return
        self._collector.budget.spend("unpacked", len(content))
        if is_picture(content):
            self._collector.add_picture(content)
        elif metafile.is_metafile(content):
            with self._collector.noting_damage():
                metafile.read_into(content, self._collector)
