"""Makes lines of the corpus from a recording of a rehearsal: `python -m tests.wire.add RECORDING [ACT …]`.

Without names of acts it takes those that differed or were not understood. The lines go to `recorded.jsonl`, with
invented content in the recorded shape, and the table of known structures is made anew. What an element that was not
understood is to become is for a developer to say: change its `expect`, and teach it to the reader.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.wire import known
from tests.wire.corpus import FOLDER, heard, lines
from zalo_governor.zalo.recording.rehearsal import Observed, Outcome, load_rehearsal
from zalo_governor.zalo.recording.structure import (
    JSON_TEXT,
    MORE,
    OTHER_KEYS,
    Describer,
    Structure,
    fields_of,
    kind_of,
)

FILE = FOLDER / "recorded.jsonl"
_FIRST_ID = 8_300_000_000_000
_TEXT = "Nội dung mẫu, không phải của ai. "
_OF_ANY_KIND = "5.20"
"""The fact of types that were seen and are not described."""


def added(recording: Path, acts: list[str]) -> list[dict[str, Any]]:
    """The lines for acts of a recording."""
    rehearsal = load_rehearsal(recording)
    if rehearsal is None:
        raise SystemExit(f"{recording}: no such file")
    worth = {Outcome.DIFFERENT, Outcome.NOT_UNDERSTOOD}
    chosen = acts or [act for act, observed in rehearsal.acts.items() if observed.outcome in worth]
    source = f"rehearsal {rehearsal.began_at:%Y-%m-%d}, version {rehearsal.client_version}"
    return [
        _line(act, rehearsal.acts[act], source) for act in chosen if isinstance(rehearsal.acts[act].structure, dict)
    ]


def invented(structure: Structure) -> Any:
    """A value in the described shape: ids that differ where they differed, and texts of nobody."""
    match structure:
        case {**inner} if JSON_TEXT in inner:
            return json.dumps(invented(inner[JSON_TEXT]), ensure_ascii=False)
        case dict():
            named = {key: invented(item) for key, item in structure.items() if key != OTHER_KEYS}
            others = enumerate(structure.get(OTHER_KEYS, []), _FIRST_ID)
            return named | {str(number): invented(item) for number, item in others if item != MORE}
        case list():
            return [invented(item) for item in structure if item != MORE]
    kind, kept = str(structure)[:3], str(structure)[3:]
    value: Any = {"nul": None, "boo": False, "flo": 0.5}.get(kind)
    if kind == "int":
        value = _FIRST_ID + int(kept[1:]) if kept[:1] == "#" else int(kept[1:] or 7)
    elif kind == "str":
        length = int(kept[1:]) if kept[:1] == "~" else 0
        value = (
            str(_FIRST_ID + int(kept[1:]))
            if kept[:1] == "#"
            else kept[1:]
            if kept[:1] == "="
            else (_TEXT * length)[:length]
        )
    return value


def main() -> None:
    """Add the lines that are asked for."""
    recording, *acts = sys.argv[1:]
    made = added(Path(recording), acts)
    with FILE.open("a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in made)
    known.FILE.write_bytes(known.written(known.table()))
    print(f"{len(made)} lines added to {FILE.name}")


def _line(act: str, observed: Observed, source: str) -> dict[str, Any]:
    kind = observed.kind.removeprefix("old:")
    private = observed.structure.get("cmd") == "int=501"
    reaction, message = ("reacts", "msgs") if private else ("reactGroups", "groupMsgs")
    array = "controls" if "/" in kind else reaction if kind == "chat.reaction" else message
    return {
        "fact": _nearest_fact(kind, observed.structure),
        "says": f"as the act {act} arrived in a rehearsal",
        "mark": "L",
        "source": source,
        "in": array,
        "element": invented(observed.structure),
        "expect": {"kind": observed.event or "dead_letter"},
    }


def _nearest_fact(kind: str, structure: Structure) -> str:
    """The fact of the line of that kind whose structure is the most alike; that of types of any kind if none is."""
    wanted = set(fields_of(structure))
    alike = [
        (len(wanted ^ set(fields_of(Describer().describe(element.raw)))), line.fact)
        for line in lines()
        if "element" in line.row
        for element in heard(line)
        if kind_of(element.kind, element.raw) == kind
    ]
    return min(alike, default=(0, _OF_ANY_KIND))[1]


if __name__ == "__main__":
    main()
