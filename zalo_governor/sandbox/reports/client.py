"""Starts the child process that renders report files: it keeps the bot's memory small, and is killed if it hangs."""

import subprocess
import sys
from pathlib import Path

from zalo_governor.domain.documents import ReportDocument, ReportFormat
from zalo_governor.domain.errors import ConfigError, PrintingError
from zalo_governor.system.error_text import of_system
from zalo_governor.system.subprocess_env import environment

_SECONDS = 60.0
_WRONG_TEMPLATE = 2


class ReportRenderer:
    """Renderer of reports (texts and tables) to files, by way of a child process.

    `template` is the path of the DOCX template; `seconds` is how long the rendering of one file may take.
    """

    def __init__(self, template: Path, seconds: float = _SECONDS) -> None:
        self._template = template
        self._seconds = seconds

    def print(self, paper: ReportDocument, face: ReportFormat) -> bytes:
        """Render the report `paper` in the file format `face` and return the bytes of the file.

        Raises:
            ConfigError: the DOCX template is invalid.
            PrintingError: the rendering took too long or failed.
        """
        command = [sys.executable, "-m", "zalo_governor.sandbox.reports", face.value, str(self._template)]
        try:
            done = subprocess.run(  # noqa: S603 - our own command
                command,
                input=paper.model_dump_json().encode(),
                capture_output=True,
                timeout=self._seconds,
                check=False,
                env=environment(),
            )
        except subprocess.TimeoutExpired:
            raise PrintingError(
                f"{face.value}: quá {self._seconds:.0f} giây chưa lập xong; hãy làm lại khi máy bớt việc, hoặc dùng "
                "dạng text"
            ) from None
        except OSError as error:
            raise PrintingError(
                f"{face.value}: không mở được tiến trình in: {of_system(error)}; hãy in lại khi máy bớt việc"
            ) from None
        if done.returncode == _WRONG_TEMPLATE:
            raise ConfigError(done.stderr.decode(errors="replace").strip())
        if done.returncode or not done.stdout:
            # Without the child's stderr: a traceback may quote the report.
            raise PrintingError(
                f"{face.value}: không lập được tệp (mã thoát {done.returncode}); hãy dùng dạng text "
                "và báo bên cung cấp chương trình"
            )
        return done.stdout
