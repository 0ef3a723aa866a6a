"""Checks of the bot process: whether it runs, and what its health endpoint (a local web address) reports."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import requests

from zalo_governor.app.monitoring.health import Condition
from zalo_governor.config.monitoring import LOOPBACK
from zalo_governor.doctor.check import Level, Result, error, good, note, warning
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.domain.clock import local
from zalo_governor.domain.connection import FrameSort, LineState
from zalo_governor.setup.systemd import unit_of

_TIMEOUT_SECONDS = 10.0
MEANING = {
    Condition.STARTING.value: (
        "đang khởi động, chưa nối được Zalo",
        "Chờ một phút; nếu vẫn vậy thì xem mục Kết nối tới Zalo.",
    ),
    Condition.BLIND.value: (
        "mất kết nối với Zalo",
        "Kiểm tra mạng của máy; có mạng thì Hệ thống tự nối lại. Xem thêm mục Kết nối tới Zalo và lệnh /trangthai.",
    ),
    Condition.STUCK.value: (
        "tin đã nhận nhưng không được xét tiếp",
        "Xem nhật ký chạy (judge_waits, intake_waits): ổ đĩa đầy, cơ sở dữ liệu bị khóa; sau đó khởi động lại dịch vụ.",
    ),
    Condition.DATABASE_AWAY.value: (
        "không kết nối được cơ sở dữ liệu",
        "Kiểm tra PostgreSQL hoặc ổ đĩa; tin đã nhận chờ trong bộ nhớ đến khi ghi được.",
    ),
}
"""Condition of a running bot that has a problem -> what it means, and what to do about it, both in Vietnamese."""
_FRAMES = {
    FrameSort.KNOWN: ("Dữ liệu không phải tin, Zalo gửi", ""),
    FrameSort.ENCRYPTED: (
        "Dữ liệu mã hóa đầu cuối, Hệ thống không đọc được,",
        "Xem trên Zalo Nhóm nào bật mã hóa đầu cuối; Nhóm ấy chưa được theo dõi đầy đủ.",
    ),
    FrameSort.UNKNOWN: (
        "Dữ liệu loại chưa biết, Zalo gửi",
        "Gửi dòng này cho nơi làm ra phần mềm; tin các loại đã biết vẫn được đọc.",
    ),
}
_IN_USE_ELSEWHERE = {
    LineState.DUPLICATE.value: "phiên đăng nhập đang được dùng ở nơi khác (3000)",
    LineState.KICKED.value: "tài khoản vừa được đăng nhập ở nơi khác (3003)",
}


def process(context: DoctorContext) -> Iterator[Result]:
    """Report whether the bot process is running; neither answer is a fault.

    If it runs, later checks use what the bot has recorded; if not, they ask Zalo themselves with the bot's session.
    """
    if not context.ready:
        mend = "Lần đầu: zalo-governor init. Cơ sở dữ liệu của phiên bản cũ: zalo-governor upgrade."
        yield Result(Level.SKIPPED, "chưa có cơ sở dữ liệu đúng phiên bản của chương trình", mend)
        return
    occupant = context.occupant
    if occupant is None:
        asking = (
            "lệnh này không hỏi Zalo (--offline)"
            if context.offline
            else "lệnh này hỏi Zalo bằng phiên đăng nhập của Hệ thống"
        )
        yield note(f"Hệ thống không chạy; {asking}")
    else:
        where = f"tiến trình {occupant.pid}" if occupant.pid else "một tiến trình khác, có thể trên máy khác"
        yield good(f"Hệ thống đang chạy ({where}); lệnh này không đăng nhập thêm, chỉ xem số liệu đã ghi")


def health(context: DoctorContext) -> Iterator[Result]:
    """Query the bot's health address (HTTP on this machine) and report each problem that it names.

    If the bot is not running, report whether another program occupies the port.
    """
    port, url = context.settings.health.port, context.settings.health.url
    if port is None or url is None:
        yield note("Không mở cổng giám sát (health.port: null)")
        return
    running = context.occupant is not None
    try:
        with requests.Session() as http:
            http.trust_env = False  # No proxy leads to this machine.
            answer = http.get(f"{url}/healthz", timeout=_TIMEOUT_SECONDS)
        told = answer.json()
        reasons = told["reasons"] or []
    except (requests.ConnectionError, requests.Timeout) as trouble:
        if running:
            yield warning(
                f"Hệ thống đang chạy nhưng cổng giám sát {port} không trả lời",
                "Nhật ký chạy có health_port_taken thì cổng bị chương trình khác giữ: đổi health.port.",
            )
        elif isinstance(trouble, requests.ReadTimeout):
            yield _held_by_another(port)
        else:
            yield good(f"Cổng giám sát {port} còn trống")
        return
    except (requests.RequestException, ValueError, KeyError, TypeError):
        yield _held_by_another(port)
        return
    if not running:
        yield warning(
            f"Cổng giám sát {port} do một Zalo Governor khác giữ", "Mỗi tài khoản trên một máy cần health.port riêng."
        )
        return
    for reason in reasons:
        says, mend = MEANING.get(reason, (reason, "Xem nhật ký chạy."))
        if reason == Condition.BLIND.value:
            says, mend = _explain_connection(told) or (says, mend)
        yield error(f"Hệ thống đang chạy nhưng {says}", mend)
    if not reasons:
        yield good(f"Đang nhận tin của Nhóm; {told.get('waiting')} tin chờ xét")
    yield from _frames(told.get("frames") or [])


def _held_by_another(port: int) -> Result:
    return warning(f"Cổng giám sát {port} do chương trình khác giữ", "Đổi health.port thành một cổng còn trống.")


def _frames(kinds: list[dict[str, Any]]) -> Iterator[Result]:
    """Report what Zalo sent in the last 24 hours besides messages, acts and receipts; `kinds` has the counts."""
    for sort, (what, mend) in _FRAMES.items():
        rows = [
            f"{kind['name']} ({kind['meaning']}): {kind['day']}, giờ này {kind['hour']}"
            for kind in kinds
            if kind["sort"] == sort.value
        ]
        if rows:
            report = note if sort is FrameSort.KNOWN else warning
            yield report(f"{what} trong 24 giờ qua: {'; '.join(rows)}", mend)


def _explain_connection(told: dict[str, Any]) -> tuple[str, str] | None:
    """Explain why the bot is not connected to Zalo: return (what is wrong, what to do) in Vietnamese.

    Explained are three states: Zalo refuses the session's calls only, or the whole session, or the bot pauses because
    its account is used elsewhere; None for all others. `told` is the JSON answer of the bot's health address.
    """
    if told.get("line") == LineState.SESSION_DEAD.value:
        mend = (
            "Xem có ai mở tài khoản này trên Zalo Web, Zalo máy tính không, thoát ở đó; dừng Hệ thống, đăng nhập lại "
            "(zalo-governor login), rồi khởi động Hệ thống."
        )
        return "Zalo không nhận phiên đăng nhập nữa nên không gửi được tin; tin của Hệ thống được giữ lại", mend
    if told.get("line") == LineState.REFUSED.value:
        return (
            "Zalo không nhận phiên đăng nhập",
            "Dừng Hệ thống, đăng nhập lại (zalo-governor login), rồi khởi động Hệ thống.",
        )
    why = _IN_USE_ELSEWHERE.get(str(told.get("line")))
    if why is None or not told.get("resumes_at"):
        return None
    until = local(datetime.fromisoformat(str(told["resumes_at"])))
    return (
        f"tạm dừng đến {until:%H:%M %d/%m/%Y} vì {why}",
        "Đăng xuất Zalo ở nơi ấy; đến giờ đó Hệ thống tự nối lại, cần ngay thì khởi động lại dịch vụ.",
    )


def panel(context: DoctorContext) -> Iterator[Result]:
    """Report whether the panel answers, if the settings switch it on, and whether its certificate can be read."""
    settings = context.settings.panel
    if not settings.enabled:
        yield note("Chưa bật (panel.enabled: false)")
        return
    for path in (settings.certificate, settings.key):
        if path is not None and not os.access(path, os.R_OK):
            yield error(f"{path}: không đọc được", "Xem quyền của tệp: tài khoản chạy dịch vụ phải đọc được.")
    host = LOOPBACK if ipaddress.ip_address(settings.listen).is_unspecified else settings.listen
    try:
        with socket.create_connection((host, settings.port), _TIMEOUT_SECONDS):
            yield good(f"Đang chạy ở {settings.base}")
    except OSError:
        yield warning(
            f"Đã bật nhưng không trả lời ở {host}:{settings.port}",
            f"Chạy: systemctl enable --now {unit_of(context.config, '-panel')} "
            "(không dùng dịch vụ thì zalo-governor panel).",
        )
