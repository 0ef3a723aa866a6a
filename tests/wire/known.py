"""Makes the table of known structures, which the program ships, from the corpus: `python -m tests.wire.known`."""

from pathlib import Path

import orjson

from tests.wire.corpus import Line, heard, lines
from zalo_governor.zalo.recording import known
from zalo_governor.zalo.recording.known import KnownKind, table_of
from zalo_governor.zalo.recording.structure import Describer, kind_of

FILE = Path(known.__file__).with_name("known.json")
_NOT_UNDERSTOOD = {"dead_letter", "unrecognised", "unknown_content"}


def table() -> dict[str, KnownKind]:
    """What the corpus shows of each kind of element that is understood."""
    return table_of(
        (kind_of(element.kind, element.raw), Describer().describe(element.raw))
        for line in lines()
        if is_understood(line)
        for element in heard(line)
    )


def is_understood(line: Line) -> bool:
    """Whether the elements of a line have a meaning for the program."""
    return isinstance(line.row["expect"], list) or line.row["expect"]["kind"] not in _NOT_UNDERSTOOD


def written(made: dict[str, KnownKind]) -> bytes:
    """The content of the file: one line for each kind."""
    rows = (b"%s: %s" % (orjson.dumps(kind), orjson.dumps(tuple(known))) for kind, known in made.items())
    return b"{\n" + b",\n".join(rows) + b"\n}\n"


if __name__ == "__main__":
    FILE.write_bytes(written(table()))
