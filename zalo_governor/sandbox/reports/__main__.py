"""The child process that renders a report: `python -m zalo_governor.sandbox.reports docx|xlsx|png TEMPLATE`.

It reads the report (texts and tables) as JSON from stdin and writes the file to stdout. When it ends, the memory that
the rendering libraries took is free again.
"""

import sys
from pathlib import Path

from zalo_governor.domain.documents import ReportDocument, ReportFormat
from zalo_governor.domain.errors import ConfigError

_WRONG_TEMPLATE = 2


def printed(paper: ReportDocument, face: ReportFormat, template: Path) -> bytes:
    """Render the report `paper` in the file format `face` and return the bytes of the file.

    Raises:
        ConfigError: the DOCX template, used for that format only, is invalid.
    """
    # Each library is loaded only where it is needed: matplotlib alone takes half a second.
    match face:
        case ReportFormat.DOCX:
            from zalo_governor.sandbox.reports.docx import document  # noqa: PLC0415

            return document(paper, template)
        case ReportFormat.XLSX:
            from zalo_governor.sandbox.reports.xlsx import workbook  # noqa: PLC0415

            return workbook(paper)
        case ReportFormat.PNG:
            from zalo_governor.sandbox.reports.png import picture  # noqa: PLC0415

            return picture(paper)


if __name__ == "__main__":
    try:
        content = printed(
            ReportDocument.model_validate_json(sys.stdin.buffer.read()), ReportFormat(sys.argv[1]), Path(sys.argv[2])
        )
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_WRONG_TEMPLATE)
    sys.stdout.buffer.write(content)
