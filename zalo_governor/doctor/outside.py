"""Checks of what lies outside the machine: dead-man signal, copies of backups, rehearsals of a restore."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import requests

from zalo_governor.backup.copying import copy_status
from zalo_governor.backup.rehearsal import last_rehearsal
from zalo_governor.config.monitoring import is_plain_http
from zalo_governor.doctor.check import Result, good, note, warning
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.domain.clock import local

_GUIDE = "docs/giam-sat-tu-xa.md"
_TIMEOUT_SECONDS = (5.0, 10.0)
_FIRST_WEEK = timedelta(days=7)
"""A new installation gets notes instead of warnings for so long about what is not set up yet."""
_REHEARSE_EVERY = timedelta(days=90)


def heartbeat(context: DoctorContext) -> Iterator[Result]:
    """Check that another machine would notice the bot's silence, and that the dead-man signal's server can be reached.

    The signal itself is not sent, as its receiver would take it for the bot's.
    """
    settings = context.settings
    secret = settings.heartbeat.url
    if secret is None:
        if settings.health.on_this_machine_only or settings.health.port is None:
            yield note(
                "Chưa đặt tín hiệu hoạt động: máy chủ tắt hẳn thì không ai được báo, trừ khi có máy khác giám sát",
                f"Khai địa chỉ ở mục heartbeat.url, hoặc chạy zalo-governor watch trên máy khác; cách làm: xem "
                f"trang {_GUIDE}.",
            )
        else:
            yield good(f"Máy khác hỏi được tình trạng ở {settings.health.listen}:{settings.health.port}")
        return
    url = secret.get_secret_value()
    if is_plain_http(url):
        yield warning(
            "Tín hiệu hoạt động gửi qua http không mã hóa: ai ở giữa đường cũng đọc và giả được tín hiệu",
            "Dùng https, hoặc chỉ gửi trong mạng nội bộ tin cậy.",
        )
    parts = urlsplit(url)
    try:
        # Without the path: a request with the path would count as the signal.
        requests.get(f"{parts.scheme}://{parts.netloc}/", timeout=_TIMEOUT_SECONDS, allow_redirects=False).close()
    except requests.exceptions.SSLError:
        yield warning(f"Tín hiệu hoạt động: chứng thư của {parts.hostname} không hợp lệ", "Kiểm tra heartbeat.url.")
    except requests.RequestException as failed:
        yield warning(
            f"Tín hiệu hoạt động: không nối được {parts.hostname} ({type(failed).__name__})",
            "Kiểm tra tên máy, cổng, tường lửa và máy nhận tín hiệu.",
        )
    else:
        yield good(f"Tín hiệu hoạt động: nối được {parts.hostname}; chưa gửi gì")


def backup_copy(context: DoctorContext) -> Iterator[Result]:
    """Check that backups are copied off the machine and that the newest try succeeded."""
    settings = context.settings.backup
    status = copy_status(context.records.vault, settings)
    if not status.configured:
        says = "Bản sao lưu chỉ nằm trên máy này: mất máy hoặc bị mã độc mã hóa thì mất cả dữ liệu lẫn bản sao lưu"
        mend = f"Khai nơi chép ở mục backup.copy_to; cách làm: xem trang {_GUIDE}."
        yield note(says, mend) if _is_new(context) else warning(says, mend)
        return
    last = f"thành công gần nhất lúc {local(status.good_at):%H:%M %d/%m/%Y}" if status.good_at else "chưa lần nào"
    for target in status.failing:
        yield warning(
            f"Sao lưu ra ngoài máy: lần mới nhất đến {target} không thành; {last}",
            "Gõ sudo -u zalo-governor zalo-governor backup để xem lý do.",
        )
    if status.failing:
        return
    if status.good_at is None:
        yield note(f"Sao lưu ra ngoài máy: {last}", "Chạy zalo-governor backup.")
    elif status.is_missing(context.clock(), settings.remind_after):
        yield warning(f"Sao lưu ra ngoài máy: {last}, đã quá hạn", "Chạy zalo-governor backup, xem lịch sao lưu.")
    else:
        yield good(f"Sao lưu ra ngoài máy: {last}")


def rehearsal(context: DoctorContext) -> Iterator[Result]:
    """Check that somebody has rehearsed a restore (`zalo-governor restore --check`) in the last 90 days."""
    last = last_rehearsal(context.records.vault)
    mend = "Chạy zalo-governor restore --check TỆP với mã khôi phục trên giấy, tốt nhất là bản lấy từ nơi ngoài máy."
    if last and context.clock() - last.at <= _REHEARSE_EVERY:
        yield good(f"Diễn tập khôi phục gần nhất: {local(last.at):%d/%m/%Y} ({last.name})")
    elif last:
        yield warning(f"Diễn tập khôi phục gần nhất: {local(last.at):%d/%m/%Y}, đã quá 90 ngày", mend)
    else:
        says = "Chưa diễn tập khôi phục lần nào: chưa chắc bản sao lưu và mã khôi phục trên giấy dùng được"
        yield note(says, mend) if _is_new(context) else warning(says, mend)


def _is_new(context: DoctorContext) -> bool:
    begun = context.records.vault.begun_at()
    return begun is None or context.clock() - begun <= _FIRST_WEEK
