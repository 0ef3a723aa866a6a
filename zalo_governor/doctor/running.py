"""The bot itself: whether it runs, and how it says that it stands."""

from collections.abc import Iterator

import requests

from zalo_governor.doctor.check import Level, Result, error, good, note, warning
from zalo_governor.doctor.patient import Patient
from zalo_governor.monitoring.health import Condition
from zalo_governor.monitoring.server import HOST

_TIMEOUT_SECONDS = 10.0
_MEANING = {
    Condition.STARTING.value: ("đang khởi động, chưa nối được Zalo", "Chờ một phút; nếu vẫn vậy thì xem mục Zalo."),
    Condition.BLIND.value: (
        "không nghe được Zalo",
        "Xem /trangthai hoặc nhật ký: mất mạng thì tự nối lại; phiên hết hạn thì chạy zalo-governor login.",
    ),
    Condition.STUCK.value: (
        "có tin chờ mà không xét tiếp",
        "Xem nhật ký (judge_waits, intake_waits): ổ đĩa đầy, cơ sở dữ liệu bị khóa; sau đó khởi động lại dịch vụ.",
    ),
    Condition.DATABASE_AWAY.value: (
        "không tới được cơ sở dữ liệu",
        "Kiểm tra PostgreSQL hoặc ổ đĩa; tin đã nghe chờ trong bộ nhớ cho tới khi ghi được.",
    ),
}


def process(patient: Patient) -> Iterator[Result]:
    """Which of the two ways of looking the rest goes by."""
    if not patient.ready:
        mend = "Lần đầu: zalo-governor login rồi zalo-governor run. Cơ sở dữ liệu cũ: zalo-governor upgrade."
        yield Result(Level.SKIPPED, "chưa có cơ sở dữ liệu đúng dạng của chương trình", mend)
        return
    occupant = patient.occupant
    if occupant is None:
        yield note("Chương trình không chạy; lệnh này tự hỏi Zalo bằng phiên của Hệ thống")
    else:
        where = f"tiến trình {occupant.pid}" if occupant.pid else "một tiến trình khác, có thể trên máy khác"
        yield good(f"Chương trình đang chạy ({where}); lệnh này không đăng nhập thêm, chỉ xem điều nó đã thấy")


def health(patient: Patient) -> Iterator[Result]:
    """Its own word, over loopback."""
    port = patient.settings.health.port
    if port is None:
        yield note("Không mở cổng giám sát (health.port: null)")
        return
    running = patient.occupant is not None
    try:
        answer = requests.get(f"http://{HOST}:{port}/healthz", timeout=_TIMEOUT_SECONDS)
        told = answer.json()
        reasons = told["reasons"]
    except requests.ConnectionError:
        if running:
            yield warning(
                f"Chương trình đang chạy nhưng cổng giám sát {port} không trả lời",
                "Nhật ký có health_port_taken thì cổng bị chương trình khác giữ: đổi health.port.",
            )
        else:
            yield good(f"Cổng giám sát {port} còn trống")
        return
    except (requests.RequestException, ValueError, KeyError, TypeError):
        yield warning(f"Cổng giám sát {port} do chương trình khác giữ", "Đổi health.port sang cổng còn trống.")
        return
    if not running:
        yield warning(
            f"Cổng giám sát {port} do một Zalo Governor khác giữ", "Mỗi tài khoản trên một máy cần health.port riêng."
        )
        return
    for reason in reasons:
        says, mend = _MEANING.get(reason, (reason, "Xem nhật ký."))
        yield error(f"Chương trình đang chạy nhưng {says}", mend)
    if not reasons:
        yield good(f"Đang nghe; {told.get('waiting')} tin chờ xét")
