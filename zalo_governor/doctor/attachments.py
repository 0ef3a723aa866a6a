"""Checks of the scanning of attachments: its optional tools, its sandbox, swap, and the queue of files."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from zalo_governor.doctor.check import Result, good, note, warning
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.domain.clock import local, minutes_of
from zalo_governor.sandbox.attachments.antivirus import Antivirus
from zalo_governor.sandbox.attachments.signatures import load_signatures, signature_folders
from zalo_governor.sandbox.attachments.tessdata import find_data
from zalo_governor.sandbox.confinement import missing_layers
from zalo_governor.storage.queries.queue_counts import QueueCounts

_ANTIVIRUS_SECONDS = 10.0
_OLD_SIGNATURES = timedelta(days=7)
"""Age at which ClamAV's signatures are reported as old; new ones are published daily."""
_LONG_WAIT = timedelta(minutes=10)
"""A file that waits longer is reported. A scan takes seconds; a failed download is retried for half an hour at most."""
_SWAPS = Path("/proc/swaps")
_CONTROL_GROUPS = Path("/sys/fs/cgroup")
_SWITCH_ON = "Muốn quét thì đặt attachments.scan: true"


def text_recognition(context: DoctorContext) -> Iterator[Result]:
    """Report whether tesseract has its Vietnamese data, without which the text of pictures cannot be read."""
    data = find_data()
    if not context.settings.attachments.scan:
        yield _unused("Nhận dạng chữ trong ảnh")
    elif data:
        yield good(f"Đọc chữ trong ảnh, bản quét gửi vào Nhóm bằng tesseract, dữ liệu tiếng Việt ở {data}")
    else:
        yield note(
            "Chữ trong ảnh gửi vào Nhóm chưa đọc được vì thiếu dữ liệu tiếng Việt của tesseract; dấu độ mật vẫn được "
            "tìm",
            "Cài thêm: apt install tesseract-ocr-vie",
        )


def yara_rules(context: DoctorContext) -> Iterator[Result]:
    """Check that the YARA rules (patterns of malware) compile, the office's own too; raise ConfigError at a fault."""
    if not context.settings.attachments.scan:
        yield _unused("Luật YARA")
        return
    folders = signature_folders(context.settings.rules_dir)
    load_signatures(folders)
    number = sum(1 for folder in folders for _ in folder.glob("*.yar"))
    yield good(f"{number} tệp luật YARA đọc được, dùng để tìm mã độc trong tệp gửi vào Nhóm")


def antivirus(context: DoctorContext) -> Iterator[Result]:
    """Ask ClamAV for its version and the date of its signatures; signatures older than 7 days are a warning."""
    if not context.settings.attachments.scan:
        yield _unused("Quét vi-rút")
        return
    socket = context.settings.attachments.antivirus_socket
    found = Antivirus(socket, _ANTIVIRUS_SECONDS).version()
    if found is None:
        yield note(
            f"Tệp gửi vào Nhóm chưa được quét vi-rút: ClamAV không trả lời ở {socket} (không bắt buộc phải có)",
            "Cài thêm: apt install clamav-daemon clamav-freshclam; tệp socket ở nơi khác (dòng LocalSocket trong "
            "clamd.conf) thì khai ở mục attachments.antivirus_socket.",
        )
    elif found.signatures_at is None:
        yield note(
            f"Tệp gửi vào Nhóm chưa được quét vi-rút: {found.engine} chưa có mẫu nhận dạng chính thức",
            "Chạy freshclam (dịch vụ clamav-freshclam), rồi khởi động lại clamav-daemon.",
        )
    elif context.clock() - found.signatures_at > _OLD_SIGNATURES:
        days = (context.clock() - found.signatures_at).days
        yield warning(
            f"{found.engine}: mẫu nhận dạng vi-rút đã cũ {days} ngày",
            "Kiểm tra dịch vụ clamav-freshclam và đường ra Internet của máy.",
        )
    else:
        at = local(found.signatures_at)
        yield good(f"Quét vi-rút tệp gửi vào Nhóm bằng {found.engine}, mẫu nhận dạng ngày {at:%d/%m/%Y}")


def sandbox(context: DoctorContext) -> Iterator[Result]:
    """Report which means of confining the process that reads files (seccomp, landlock) this kernel does not have."""
    missing = missing_layers()
    if not context.settings.attachments.scan:
        yield _unused("Cách ly khi đọc tệp")
    elif missing:
        yield note(
            f"Nhân hệ điều hành thiếu {', '.join(missing)}: tệp vẫn được đọc trong tiến trình riêng có giới hạn, nhưng "
            "ít lớp cách ly hơn",
            "Dùng nhân Linux từ 5.13 có bật seccomp, landlock (xem /sys/kernel/security/lsm).",
        )
    else:
        yield good(
            "Tệp gửi vào Nhóm được đọc trong tiến trình cách ly đủ các lớp (giới hạn tài nguyên, seccomp, landlock)"
        )


def swap(context: DoctorContext) -> Iterator[Result]:
    """Report whether the content of files being scanned could get from memory into swap space on the disk."""
    if not _swaps_to_disk():
        yield good("Máy không dùng bộ nhớ tráo đổi (swap) trên đĩa")
    elif context.occupant and context.occupant.pid and _is_never_swapped(context.occupant.pid):
        yield good("Máy có bộ nhớ tráo đổi (swap) trên đĩa, nhưng bộ nhớ của Hệ thống không được ghi ra đó")
    else:
        yield note(
            "Máy có bộ nhớ tráo đổi (swap) trên đĩa: nội dung tệp đang quét có thể còn lại ở đó",
            "Chạy bằng dịch vụ mà zalo-governor install-service cài (MemorySwapMax=0), mã hóa swap, hoặc tắt swap.",
        )


def queue(context: DoctorContext) -> Iterator[Result]:
    """Report how many files wait for their scan; if one has waited for more than 10 minutes, that is a warning."""
    if not context.settings.attachments.scan:
        yield note("Tệp, ảnh gửi vào Nhóm không được quét (attachments.scan: false)", _SWITCH_ON)
        return
    waiting = QueueCounts(context.records.database, context.records.account).scans()
    age = context.clock() - waiting.oldest_at if waiting.oldest_at else timedelta(0)
    if age > _LONG_WAIT:
        yield warning(
            f"{waiting.waiting} tệp, ảnh chờ quét, lâu nhất {minutes_of(age)} phút",
            "Kiểm tra Hệ thống có đang chạy không. Nhật ký chạy có attachment_process_not_started thì chạy lại "
            "install-service rồi khởi động lại dịch vụ; nếu không, kiểm tra kết nối tới máy chủ tệp của Zalo "
            "(zdn.vn, dlfl.vn).",
        )
    else:
        yield good(f"{waiting.waiting} tệp, ảnh chờ quét")


def _unused(what: str) -> Result:
    """Return the note that `what`, a part of file scanning, is not used because the settings switch scanning off."""
    return note(f"{what}: không dùng, vì cấu hình tắt quét tệp (attachments.scan: false)", _SWITCH_ON)


def _swaps_to_disk() -> bool:
    """Return whether swap is on, other than compressed memory (zram)."""
    try:
        _heading, *areas = _SWAPS.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    return any(not area.startswith("/dev/zram") for area in areas)


def _is_never_swapped(pid: int) -> bool:
    """Return whether the control group (cgroup v2) of a process has no swap; False if that cannot be read."""
    try:
        [group] = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines()
        allowed = _CONTROL_GROUPS / group.partition("::")[2].lstrip("/") / "memory.swap.max"
        return allowed.read_text(encoding="utf-8").strip() == "0"
    except (OSError, ValueError):
        return False
