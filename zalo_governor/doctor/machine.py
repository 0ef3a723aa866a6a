"""Checks of the machine: Python version, disk space, time zone data, clock, and optional software."""

import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zalo_governor.doctor import attachments
from zalo_governor.doctor.check import Result, error, good, note, warning
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.zalo.http.connectivity import knock

_MIN_PYTHON = (3, 11)
_MB = 1_000_000
_ERROR_BELOW_MB = 200
_WARN_BELOW_MB = 2_000
_WARN_DRIFT_SECONDS = 5.0
_ERROR_DRIFT_SECONDS = 60.0
_TIMEZONE = "Asia/Ho_Chi_Minh"


def python(_context: DoctorContext) -> Iterator[Result]:
    """Check that Python is 3.11 or newer; `_context` is unused."""
    here = platform.python_version()
    if sys.version_info < _MIN_PYTHON:
        yield error(f"Python {here}: cũ hơn 3.11", "Cài Python 3.11 trở lên rồi cài lại chương trình.")
    else:
        yield good(f"Python {here}")


def disk(context: DoctorContext) -> Iterator[Result]:
    """Check that enough disk space is free for database and log: below 2 GB a warning, below 200 MB an error."""
    place = _nearest_existing(context.settings.data_dir)
    free = shutil.disk_usage(place).free // _MB
    mend = f"Giải phóng chỗ trên ổ chứa {place}, hoặc chuyển data_dir sang ổ khác."
    if free < _ERROR_BELOW_MB:
        yield error(f"Ổ đĩa chỉ còn {free} MB trống: hết chỗ thì tin mới không ghi được, phải chờ trong bộ nhớ", mend)
    elif free < _WARN_BELOW_MB:
        yield warning(f"Ổ đĩa chỉ còn {free} MB trống", mend)
    else:
        yield good(f"Ổ đĩa còn {free / 1000:.0f} GB trống")


def timezone(_context: DoctorContext) -> Iterator[Result]:
    """Check that the data of Viet Nam's time zone, in which reports give times, are installed; `_context` is unused."""
    try:
        ZoneInfo(_TIMEZONE)
    except ZoneInfoNotFoundError:
        yield error(f"Không có dữ liệu múi giờ {_TIMEZONE}", "Cài gói tzdata, hoặc cài lại chương trình.")
    else:
        yield good(f"Có dữ liệu múi giờ {_TIMEZONE}")


def clock(context: DoctorContext) -> Iterator[Result]:
    """Compare the machine's clock with that of Zalo's servers: 5 seconds apart is a warning, 60 an error."""
    zalo = context.settings.zalo
    answer = knock(route_to=zalo.route_to, timeout=zalo.timeout_seconds)
    if answer.clock is None:
        yield note("Chưa so được đồng hồ của máy, vì Zalo không trả về giờ")
        return
    # The Date header drops fractions of a second (0.5 on average); the way back took half of the request's time.
    drift = (context.clock() - answer.clock).total_seconds() - 0.5 - answer.seconds / 2
    way = "nhanh" if drift > 0 else "chậm"
    mend = "Bật đồng bộ giờ: timedatectl set-ntp true (hoặc cài chrony)."
    if abs(drift) >= _ERROR_DRIFT_SECONDS:
        yield error(
            f"Đồng hồ máy {way} {abs(drift):.0f} giây so với Zalo: lệnh của Quản trị Nhóm có thể bị coi là đến muộn",
            mend,
        )
    elif abs(drift) >= _WARN_DRIFT_SECONDS:
        yield warning(f"Đồng hồ máy {way} {abs(drift):.0f} giây so với Zalo", mend)
    else:
        yield good(f"Đồng hồ máy lệch {abs(drift):.0f} giây so với Zalo")


def optional_parts(context: DoctorContext) -> Iterator[Result]:
    """Report on text recognition, antivirus, the database in use, and the formats of reports that can be made."""
    yield from attachments.text_recognition(context)
    yield from attachments.antivirus(context)
    kind = "PostgreSQL, theo database_url" if context.settings.database_url else "SQLite, trong data_dir"
    yield good(f"Cơ sở dữ liệu: {kind}")
    yield good("Báo cáo DOCX, XLSX, PNG: chương trình tự làm, không cần phần mềm khác")


def _nearest_existing(path: Path) -> Path:
    """Return the folder `path`, or its nearest parent that exists."""
    return next(place for place in (path, *path.parents) if place.exists())
