"""Labelled lines by many hands, a folder each writer: what the rules of clauses 4.1 to 4.3 learn from.

A file begins with `# Writer: …`; a section `## label kind` is followed by its lines, one message a line, a line break
inside written as a backslash and n. Everything secret or harmful is invented. Whoever measures leaves out whole
writers, never lines: lines of one hand are alike.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Line(NamedTuple):
    """One message."""

    writer: str
    label: str
    """secrecy.txt: `leak`, `talk` (about the rule; leaks nothing) or `clean`; harmful.txt: `harmful` or `clean`."""
    kind: str
    """The form of a leak or of an innocent line; in harmful.txt the category of clause 4.2, or `chat`."""
    text: str


def read_lines(name: str) -> list[Line]:
    """All lines of the files of that name (`secrecy.txt`, `harmful.txt`), writer by writer.

    Raises:
        ValueError: a file does not say its writer, or has a line before its first section.
    """
    return [line for path in sorted(FOLDER.glob(f"*/{name}")) for line in _lines_of(path)]


def _lines_of(path: Path) -> Iterator[Line]:
    rows = path.read_text("utf-8").splitlines()
    if not rows or not rows[0].startswith("# Writer: "):
        raise ValueError(f"{path}:1: the first line must be '# Writer: …'")
    section: tuple[str, str] | None = None
    for number, row in enumerate(rows, 1):
        if row.startswith("## "):
            label, _, kind = row[3:].strip().partition(" ")
            section = (label, kind)
        elif row.strip() and not row.startswith("# "):
            if section is None:
                raise ValueError(f"{path}:{number}: a line before the first section '## label kind'")
            yield Line(path.parent.name, *section, row.strip().replace("\\n", "\n"))
