"""Has papers printed by a process of its own: the bot's memory stays small, and a hanging library hurts nobody."""

import subprocess
import sys
from pathlib import Path

from zalo_governor.domain.documents import ReportDocument, ReportFile, ReportFormat
from zalo_governor.domain.errors import ConfigError, PrintingError
from zalo_governor.system.error_text import of_system
from zalo_governor.system.subprocess_env import environment

_SECONDS = 60.0
_WRONG_TEMPLATE = 2


class ReportRenderer:
    """Prints with the template of the installation.

    `seconds` is how long one file may take.
    """

    def __init__(self, template: Path, seconds: float = _SECONDS) -> None:
        self._template = template
        self._seconds = seconds

    def file(self, file: ReportFile) -> bytes:
        """The content of a file; raises as `print`."""
        return self.print(file.paper, file.face)

    def print(self, paper: ReportDocument, face: ReportFormat) -> bytes:
        """The paper in that face.

        Raises:
            ConfigError: the template of the DOCX is wrong.
            PrintingError: it took too long, or failed.
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
                f"{face.value}: quá {self._seconds:.0f} giây chưa in xong; hãy in lại khi máy bớt việc, hoặc in "
                "dạng text"
            ) from None
        except OSError as error:
            raise PrintingError(
                f"{face.value}: không mở được tiến trình in: {of_system(error)}; hãy in lại khi máy bớt việc"
            ) from None
        if done.returncode == _WRONG_TEMPLATE:
            raise ConfigError(done.stderr.decode(errors="replace").strip())
        if done.returncode or not done.stdout:
            # Not what it wrote: a traceback may quote the paper.
            raise PrintingError(
                f"{face.value}: in không thành (mã thoát {done.returncode}); hãy in dạng text và báo người phát triển"
            )
        return done.stdout
