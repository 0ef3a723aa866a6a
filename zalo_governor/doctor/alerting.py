"""Check of the fallback alarm (mail or webhook), which alerts people when the bot cannot reach Zalo."""

import smtplib
import ssl
from collections.abc import Iterator

import requests

from zalo_governor.app.fallback_alert import FallbackAlert, Mail
from zalo_governor.doctor.check import Result, error, good, note, warning
from zalo_governor.doctor.context import DoctorContext

_SUBJECT = "Zalo Governor: thư thử"
_TEXT = "Đây là thư thử của lệnh zalo-governor doctor --send-test. Kênh cảnh báo dự phòng hoạt động tốt."


def reachable(context: DoctorContext) -> Iterator[Result]:
    """Check each configured way of alerting people outside Zalo (mail, webhook) by connecting to its server.

    Nothing is sent, unless the operator gave --send-test: then one test message is sent each way. If no way is
    configured, this is a warning.
    """
    ways = FallbackAlert(context.settings.alarm).ways
    if not ways:
        yield warning(
            "Chưa đặt kênh cảnh báo dự phòng: khi Hệ thống mất kết nối với Zalo sẽ không ai được báo",
            "Khai mục alarm.smtp hoặc alarm.webhook trong governor.yaml, hoặc chạy lại zalo-governor init; cơ "
            "quan đã chọn không báo thì bỏ qua dòng này.",
        )
    smtp = context.settings.alarm.smtp
    if smtp and smtp.user and not smtp.password:
        yield note(
            f"Thư điện tử: lệnh này không có mật khẩu của {smtp.user}, nên chưa thử đăng nhập",
            "Mật khẩu đặt riêng cho dịch vụ thì lệnh gõ tay không thấy; cách thử: docs/van-hanh.md.",
        )
    for way in ways:
        name = "Thư điện tử" if isinstance(way, Mail) else "Webhook"
        try:
            if context.send_test:
                way.send(_SUBJECT, _TEXT)
            else:
                way.reach()
        except smtplib.SMTPAuthenticationError as failed:
            yield error(
                f"{name}: máy chủ không nhận mật khẩu (mã {failed.smtp_code})",
                "Sửa alarm.smtp.user, mật khẩu.",
            )
        except smtplib.SMTPNotSupportedError:
            yield error(f"{name}: máy chủ không có STARTTLS hoặc không cho đăng nhập", "Sửa alarm.smtp.port, starttls.")
        except ssl.SSLError:
            yield error(f"{name}: chứng thư của máy chủ không hợp lệ", "Kiểm tra tên máy và cổng.")
        except requests.HTTPError as failed:
            yield error(f"{name}: trả lời HTTP {failed.response.status_code}", "Kiểm tra địa chỉ alarm.webhook.")
        except (OSError, smtplib.SMTPException) as failed:
            yield error(f"{name}: không nối được ({type(failed).__name__})", "Kiểm tra tên máy, cổng và tường lửa.")
        else:
            done = "đã gửi một tin thử" if context.send_test else "nối được; chưa gửi gì (gửi thử bằng --send-test)"
            yield good(f"{name}: {done}")
