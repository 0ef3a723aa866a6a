"""Takes the pictures of the report for docs/bao-cao.md from what a demo has left behind.

    $ .venv/bin/zalo-governor demo --keep build/demo/anh
    $ .venv/bin/python docs/images/take_report.py build/demo/anh

Needs LibreOffice (soffice) and poppler (pdftoppm) for the first page of the DOCX; the charts are as they were sent.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = Path(__file__).parent
_DPI = "80"


def main(folder: Path) -> None:
    """Write bao-cao-trang-1.png and bao-cao-bieu-do.png beside this script."""
    (document,) = folder.glob("bao-cao-*.docx")
    (chart,) = folder.glob("bao-cao-*.png")
    with tempfile.TemporaryDirectory() as made:
        _run("soffice", "--headless", "--convert-to", "pdf", "--outdir", made, str(document))
        page = IMAGES / "bao-cao-trang-1"
        _run("pdftoppm", "-r", _DPI, "-gray", "-png", "-singlefile", f"{made}/{document.stem}.pdf", str(page))
    shutil.copy(chart, IMAGES / "bao-cao-bieu-do.png")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command


if __name__ == "__main__":
    main(Path(sys.argv[1]))
