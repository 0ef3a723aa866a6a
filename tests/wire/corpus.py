"""The corpus of what Zalo sends (`*.jsonl` here), and what each line must become.

A line names its `fact` (a line of `facts.jsonl`, numbered as in zalo-protocol.md, 14), says it in English, gives its
`mark` (L measured live, C read in client code, H guessed) and `source`, and one of

- `element`: one item of the array `in` (by default `groupMsgs`); what it leaves out of a message's common fields is
  added, so that lines show what they are about;
- `frame`: `cmd`, `sub` and the decoded `data` of a whole frame.

All content is invented; only the shapes are real. `expect` is an event, or a list of events in order: its `kind` and
whichever fields matter, objects by some of their fields, lists item by item. `strings` are among the texts that the
rules scan; the kind `dead_letter` means that the element is kept and counted as not understood.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.unit.zalo.wiring import ACCOUNT, GROUP, MEMBER, admitted
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.inbound import Element, RawDict, Source
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.frames.decrypt import Frame

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
STATES = ("handled", "tolerated", "unknown")

_NOW_MS = 1_790_000_100_000
_COMMON: RawDict = {
    "actionId": "8300000000100",
    "msgId": "8300000000100",
    "cliMsgId": "1790000000200",
    "uidFrom": MEMBER,
    "idTo": GROUP,
    "dName": "Lò Văn Mẫu",
    "ts": "1790000000200",
    "status": 1,
    "notify": "1",
    "ttl": 0,
    "userId": "0",
    "uin": "0",
    "cmd": 521,
    "st": 3,
    "at": 0,
    "realMsgId": "0",
}
_PRIVATE: RawDict = {"idTo": "0", "cmd": 501}


class Fact(NamedTuple):
    """A fact of zalo-protocol.md, 14.

    Attributes:
        state: `handled`; `tolerated`, where it is understood and only recorded; `unknown`, where nothing shows it.
        tests: What shows it beside the corpus, as `tests/…/test_x.py::test_name`.
    """

    fact: str
    says: str
    mark: str
    source: str
    state: str
    tests: tuple[str, ...] = ()
    why: str = ""


class Line(NamedTuple):
    """A line of the corpus, with the file that holds it."""

    file: str
    number: int
    row: RawDict

    @property
    def fact(self) -> str:
        return str(self.row["fact"])


def facts() -> list[Fact]:
    """All facts, in order."""
    rows = _rows(FOLDER / "facts.jsonl")
    return [Fact(**{**row, "tests": tuple(row.get("tests", ()))}) for _, row in rows]


def lines() -> list[Line]:
    """The whole corpus."""
    files = sorted(path for path in FOLDER.glob("*.jsonl") if path.name != "facts.jsonl")
    return [Line(path.name, number, row) for path in files for number, row in _rows(path)]


def heard(line: Line) -> list[Element]:
    """The elements of a line."""
    cmd, sub, data = frame_of(line.row)
    source = Source(line.row.get("source_of", "live"))
    frame = Frame(cmd, sub, {"error_code": 0, "error_message": "", "data": data})
    return elements_of(frame, account=ACCOUNT, source=source, now_ms=_NOW_MS)


def read(line: Line) -> list[dict[str, Any]]:
    """What this build makes of a line: the fields of each event, or `dead_letter` in place of one."""
    made: list[dict[str, Any]] = []
    for element in heard(line):
        try:
            event = parse(admitted(element))
        except UnparsableElementError:
            made.append({"kind": "dead_letter"})
            continue
        made.append(
            event.model_dump(mode="json") | {"kind": event.kind, "strings": [text for _, text in event.strings()]}
        )
    return made


def differences(line: Line) -> list[str]:
    """Where the events of this build are not what the line expects."""
    wanted = line.row["expect"] if isinstance(line.row["expect"], list) else [line.row["expect"]]
    made = read(line)
    if len(made) != len(wanted):
        return [f"{len(wanted)} events expected, {len(made)} made"]
    return [found for event, expected in zip(made, wanted, strict=True) for found in _differences(expected, event, "")]


def frame_of(row: RawDict) -> tuple[int, int, RawDict]:
    """Command, sub-command and data of the frame that a line stands for."""
    if "frame" in row:
        return row["frame"]["cmd"], row["frame"]["sub"], row["frame"]["data"]
    array = row.get("in", "groupMsgs")
    if array == "controls":
        return 601, 0, {array: [row["element"]]}
    common = _COMMON | (_PRIVATE if array in {"msgs", "reacts"} else {})
    return common["cmd"], 0, {array: [common | row["element"]]}


def _differences(expected: Any, found: Any, place: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            yield from _differences(value, found.get(name), f"{place}.{name}" if place else name)
    elif place.endswith("strings"):
        yield from (
            f"{place}: {text!r} is not among them" for text in expected if not any(text in one for one in found)
        )
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (value, given) in enumerate(zip(expected, found, strict=True)):
            yield from _differences(value, given, f"{place}[{number}]")
    elif expected != found:
        yield f"{place}: {expected!r} expected, {found!r} found"


def _rows(path: Path) -> list[tuple[int, RawDict]]:
    return [(number, json.loads(text)) for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)]
