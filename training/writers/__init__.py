"""Labelled messages by several writers, one folder each, from which the rules of clauses 4.1 to 4.3 are trained.

A file begins with `# Writer: …`; a section `## label kind` is followed by its messages, one per line, with a line break
written as a backslash and n. Everything secret or harmful is invented. Measurements leave out whole writers, never
single messages, because messages of one writer resemble each other.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Line(NamedTuple):
    """A labelled message."""

    writer: str
    label: str
    """secrecy.txt: `leak`, `talk` (about the rule, discloses nothing) or `clean`; harmful.txt: `harmful` or `clean`."""
    kind: str
    """Form of a leak or of a harmless message; in harmful.txt the category of clause 4.2, or `chat`."""
    text: str


def read_lines(name: str) -> list[Line]:
    """Read all files of that name (`secrecy.txt` or `harmful.txt`), writer by writer.

    Raises:
        ValueError: a file does not name its writer, or has a message before its first section.
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
