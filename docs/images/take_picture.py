"""Take the demo's picture: run `zalo-governor demo` and keep some of what it really printed as docs/images/demo.svg.

`make picture` calls this. What is shown is chosen by the scenario's clock; nothing is rewritten, `…` stands for what
was left out.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

_WIDTH = 126
_SHOWN = (
    ("07:24", "07:26"),
    ("08:16", "08:18"),
    ("11:05", "11:08"),
    ("13:40", "13:40"),
    ("13:51", "13:51"),
    ("14:07", "14:20"),
    ("16:15", "16:15"),
)
"""First and last moment of each stretch of the scenario that the picture shows."""
_ALSO = re.compile(r"Giờ ở đầu dòng theo kịch bản|\d+ trên \d+ kết quả đúng như kịch bản")
"""Lines without a clock that are shown: what the times mean, and the result."""
_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""rich would fetch its fonts from the network; the reader's own will do."""


def main() -> None:
    """Run, choose, draw."""
    console = Console(record=True, width=_WIDTH, file=StringIO())
    for line in _chosen(_printed()):
        console.print(line, soft_wrap=True)
    picture = _FONT.sub("", console.export_svg(title="make demo"))
    Path(__file__).with_name("demo.svg").write_text(picture, encoding="utf-8")


def _printed() -> list[Text]:
    """What a demonstration prints at a terminal."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "zalo_governor", "demo", "--keep", str(Path(folder) / "demo")],
            env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(_WIDTH)},
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=True,
        )
    return [Text.from_ansi(line) for line in done.stdout.splitlines()]


def _chosen(lines: list[Text]) -> Iterator[Text]:
    clock, skipped = "", False
    for line in lines:
        clock = line.plain[:5] if re.match(r"\d\d:\d\d ", line.plain) else clock
        if any(first <= clock <= last for first, last in _SHOWN) or _ALSO.match(line.plain):
            if skipped:
                yield Text("…", style="dim")
            yield line
            skipped = False
        else:
            skipped = True


main()
