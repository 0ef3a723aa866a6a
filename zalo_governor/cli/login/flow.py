"""Logging in the bot account: show a QR code, wait until it is scanned and confirmed, store the session encrypted."""

import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import IntEnum
from pathlib import Path

import typer
from rich.console import Console

from zalo_governor.app.context import AppContext
from zalo_governor.app.sessions import log_in, open_session
from zalo_governor.cli.login import qr_terminal
from zalo_governor.cli.prompts import Asking
from zalo_governor.cli.wrapping import say
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.sandbox.images.qr import modules_of
from zalo_governor.storage.engine.instance_lock import InstanceLock, OtherInstanceError
from zalo_governor.system import atomic_files, logging
from zalo_governor.system.error_text import of_system
from zalo_governor.system.process import forbid_core_dumps
from zalo_governor.zalo.auth.browser import USER_AGENT, new_imei
from zalo_governor.zalo.auth.qr_login import QR_SECONDS, QrCode, QrLogin
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.errors import (
    LoginRefusedError,
    QrDeclinedError,
    QrExpiredError,
    QrRefusedError,
    ZaloCallError,
    ZaloError,
    ZaloUnavailableError,
)
from zalo_governor.zalo.http.error_codes import INVALID_LOGIN

QR_FILE = "ma-qr-dang-nhap.png"
_MAX_CODES = 5
"""Number of QR codes shown one after the other before the login gives up because nobody scans them."""
_WARNING = (
    "Trước khi đăng nhập, đề nghị lưu ý: sau lần đăng nhập mới, Hệ thống không lấy lại được tin đã gửi trước lúc đăng "
    "nhập. Trong thời gian Hệ thống dùng tài khoản này, không ai được mở Zalo Web hoặc Zalo máy tính bằng tài khoản "
    "này, vì khi đó Zalo thu hồi ngay phiên của Hệ thống; dùng Zalo trên điện thoại thì không sao."
)
_REMINDER = (
    "Nhắc lại: tin gửi trước lúc đăng nhập này không lấy lại được; không ai được mở Zalo Web hoặc Zalo máy tính bằng "
    "tài khoản này."
)
_THIRD_PARTY = (
    "Nếu điện thoại hiện cảnh báo về phần mềm của bên thứ ba: Hệ thống không phải phần mềm của Zalo, đề nghị người phụ "
    "trách đọc cảnh báo và quyết định có tiếp tục hay không."
)
_ADVICE = (
    "Đề nghị kiểm tra: điện thoại có mạng, đang mở Zalo; điện thoại và máy chủ dùng chung một mạng (khác mạng thì có "
    f"lần Zalo không nhận mã). {_THIRD_PARTY}"
)


class Ending(IntEnum):
    """Exit codes of the commands `login` and `init` if the login to Zalo failed; each stands for one cause."""

    NO_NETWORK = 3
    """Zalo did not answer."""
    DECLINED = 4
    """The person who scanned the QR code declined the login on the telephone, or the operator kept the old session."""
    NOBODY_SCANNED = 5
    """No QR code was scanned and confirmed in time."""
    REFUSED = 6
    """Zalo refused the login, or the account is in no group."""
    RUNNING = 7
    """The bot is running and uses the account."""
    OTHER_ACCOUNT = 8
    """Another account than before logged in, and the operator did not agree to use it."""


class SignInError(GovernorError):
    """The login to Zalo failed. `ending` is the exit code of the command.

    The session stored by an earlier login is kept.
    """

    def __init__(self, ending: Ending, message: str) -> None:
        super().__init__(message)
        self.ending = ending


class SignIn:
    """One login of the bot account with a QR code; the resulting session is stored in the database.

    `qr_file` is where the image of the QR code is kept while the code is valid, None for the data folder;
    `other_account` says whether another account than before is accepted without asking.
    """

    def __init__(self, records: AppContext, console: Console, *, qr_file: Path | None, other_account: bool) -> None:
        self._records = records
        self._console = console
        self._qr_file = qr_file or records.settings.data_dir / QR_FILE
        self._other_account = other_account
        self._asking = Asking(console)

    def run(self) -> None:
        """Show QR codes until one is scanned and confirmed, store the new session, and print which account logged in.

        Raises:
            SignInError: the login failed.
        """
        known = self._records.account if self._records.settings.zalo.session_file.exists() else ""
        with standing_still(self._records, known):
            self._asking.say(_WARNING)
            if known:
                self._require_wish()
            try:
                session, name = self._new_session()
            except ZaloError as error:
                raise told(error) from error
            uid, credentials = session
            if known and uid != known:
                self._require_consent(known, uid, name)
            with standing_still(self._records, uid if uid != known else ""):
                self._records.keep_login(credentials, uid)
        self._asking.say(f"Đã đăng nhập tài khoản {_quoted(name)}, uid {uid}. Phiên đăng nhập được lưu, đã mã hóa.")
        if versions := ", ".join(map(str, credentials.refused_versions)):
            self._asking.say(
                f"Zalo không nhận phiên bản Zalo Web {versions}; Hệ thống khai phiên bản khác mà Zalo nhận."
            )
        self._asking.say(_REMINDER)

    def _new_session(self) -> tuple[tuple[str, Credentials], str]:
        zalo = self._records.settings.zalo
        imei, user_agent = self._browser_identity()
        with QrLogin(user_agent=user_agent, route_to=zalo.route_to, timeout=zalo.timeout_seconds) as login:
            self._asking.say("Đang lấy mã đăng nhập của Zalo.")
            self._wait_until_confirmed(login)
            name = login.enter()
            given = Credentials(imei=imei, user_agent=user_agent, cookies=login.cookies)
        kept = [given]
        with closing(open_session(self._records, credentials=given, on_credentials=kept.append)) as session:
            session.login()
            return (session.uid, kept[-1]), name

    def _require_wish(self) -> None:
        """Ask whether to replace a session that Zalo still accepts; without a terminal, scanning the code is consent.

        Raises:
            SignInError: the operator keeps the session.
        """
        try:
            log_in(self._records).close()
        except GovernorError:
            return
        self._asking.say("Phiên đăng nhập đang lưu vẫn được Zalo nhận, chưa cần đăng nhập mới.")
        if sys.stdin.isatty() and not self._asking.yes("Vẫn đăng nhập mới?", default=False):
            raise SignInError(Ending.DECLINED, "Giữ phiên đăng nhập đang lưu, chưa thay đổi gì.")

    def _browser_identity(self) -> tuple[str, str]:
        """Return the browser id (imei) and user agent that the program presents to Zalo, as if it were a web browser.

        Those of the stored session are used again, so that Zalo sees the same browser; without one, new ones are made.
        """
        try:
            before = self._records.credentials()
        except ConfigError:
            return new_imei(USER_AGENT), USER_AGENT
        return before.imei, before.user_agent

    def _wait_until_confirmed(self, login: QrLogin) -> None:
        for number in range(1, _MAX_CODES + 1):
            code = login.code()
            for refused in login.unheeded:
                self._asking.say(f"{_refusal(refused)} Mã QR có thể không dùng được.")
            login.unheeded.clear()
            try:
                with self._show_code(code):
                    name = login.wait_for_scan(code)
                self._asking.say(f"Tài khoản {_quoted(name)} đã quét mã. Đề nghị bấm Đăng nhập trên điện thoại.")
                login.wait_for_confirmation(code)
            except QrExpiredError:
                self._asking.say("Mã đã hết hạn, chưa được quét hoặc chưa được xác nhận.")
            except QrRefusedError as error:
                if error.code == INVALID_LOGIN:
                    raise
                self._asking.say(f"Mã không còn hiệu lực. {_refusal(error)}")
            else:
                return
            if number < _MAX_CODES and sys.stdin.isatty() and not self._asking.yes("Tạo mã mới?", default=True):
                break
        raise SignInError(
            Ending.NOBODY_SCANNED,
            "Chưa đăng nhập được: mã QR đã hết hạn, chưa có ai quét và xác nhận. Khi có sẵn điện thoại của tài khoản "
            f"dùng cho Hệ thống, chạy lại lệnh vừa gõ. {_ADVICE}",
        )

    @contextmanager
    def _show_code(self, code: QrCode) -> Iterator[None]:
        atomic_files.replace_file(self._qr_file, code.image, mode=0o600)
        try:
            modules = modules_of(code.image) if self._console.is_terminal else None
            drawn = modules is not None and qr_terminal.show(self._console, modules)
            where = "quét mã trên màn hình" if drawn else f"mở tệp ảnh {self._qr_file} rồi quét mã"
            self._asking.say(
                f"Trên điện thoại của tài khoản dùng cho Hệ thống, mở Zalo, chọn quét mã QR và {where}. "
                f"Mã có hiệu lực {QR_SECONDS:.0f} giây."
            )
            if drawn:
                self._asking.say(f"Nếu không quét được trên màn hình, mở tệp ảnh {self._qr_file}.")
            yield
        finally:
            self._qr_file.unlink(missing_ok=True)

    def _require_consent(self, known: str, uid: str, name: str) -> None:
        self._asking.say(
            f"Tài khoản vừa đăng nhập ({_quoted(name)}, uid {uid}) khác tài khoản trước đây của Hệ thống "
            f"(uid {known}). Với tài khoản khác, uid của mọi người cũng khác: sau khi đăng nhập, đề nghị "
            "chạy zalo-governor account replace để nhận diện lại mọi người, rồi mới khởi động."
        )
        if self._other_account or (sys.stdin.isatty() and self._asking.yes("Dùng tài khoản mới này?", default=False)):
            return
        raise SignInError(
            Ending.OTHER_ACCOUNT,
            "Chưa thay đổi gì, vì đây là tài khoản khác. Nếu đúng là đổi tài khoản, chạy lại với --other-account",
        )


def _refusal(error: QrRefusedError) -> str:
    said = f": {error.message}" if error.message else ""
    return f"Zalo từ chối bước {error.step} (mã {error.code}{said})."


def _quoted(name: str) -> str:
    return f'"{name}"' if name else "(không tên)"


@contextmanager
def signing_in() -> Iterator[None]:
    """Context manager for the body of a command that logs in: no core dumps, no log, and clean ends.

    SIGTERM ends the process like Ctrl-C, so that the QR code image is deleted and locks are released.

    Raises:
        typer.Exit: the login failed; the reason was printed.
        GovernorError: a file could not be written, for example because the disk is full.
    """
    forbid_core_dumps()
    logging.silence()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        yield
    except SignInError as error:
        say(str(error), err=True)
        raise typer.Exit(error.ending) from None
    except OSError as error:
        raise GovernorError(
            f"Không ghi được {error.filename or 'tệp'}: {of_system(error)}. Những tệp đã có vẫn nguyên như cũ. Kiểm "
            "tra chỗ trống của đĩa (df -h) và quyền của thư mục, rồi chạy lại lệnh này."
        ) from None


@contextmanager
def standing_still(records: AppContext, uid: str) -> Iterator[None]:
    """Context manager that makes sure that the bot does not run during the block: holds the lock of the account `uid`.

    If `uid` is "" (no account is known yet), nothing is locked.

    Raises:
        SignInError: the bot is running.
    """
    lock = InstanceLock(records.database, uid)
    try:
        if uid:
            lock.take()
    except OtherInstanceError:
        raise SignInError(
            Ending.RUNNING,
            f"Hệ thống đang chạy với tài khoản {uid}. Đề nghị dừng Hệ thống (Ctrl-C, hoặc systemctl stop "
            "zalo-governor; nhiều cơ quan trên một máy: zalo-governor@TÊN) rồi chạy lại lệnh này.",
        ) from None
    try:
        yield
    finally:
        lock.release()


def told(error: ZaloError) -> SignInError:
    """Convert an error from Zalo into a SignInError, which has an exit code and tells the operator what to do."""
    match error:
        case QrDeclinedError():
            return SignInError(
                Ending.DECLINED,
                "Chưa đăng nhập được: người quét mã đã từ chối trên điện thoại. Nếu là nhầm, chạy lại lệnh vừa gõ. "
                f"{_THIRD_PARTY}",
            )
        case ZaloUnavailableError():
            return SignInError(
                Ending.NO_NETWORK,
                f"Chưa đăng nhập được: không nhận được trả lời của Zalo ({error}). Kiểm tra mạng của máy chủ, tường "
                "lửa (cần ra được cổng 443 của các tên miền zalo.me, zadn.vn, zdn.vn; làm thử với Zalo mô phỏng thì "
                "lệnh simulate phải đang chạy ở đúng cổng), rồi chạy lại lệnh vừa gõ.",
            )
        case QrRefusedError() | LoginRefusedError() | ZaloCallError():
            step = f" bước {error.step}" if isinstance(error, QrRefusedError) else ""
            return SignInError(
                Ending.REFUSED,
                f"Chưa đăng nhập được: Zalo từ chối{step}, mã {error.code}: {error.message}. {_ADVICE} Chờ ít phút "
                "rồi chạy lại; nếu vẫn vậy, có thể Zalo đã đổi cách đăng nhập: lấy phiên từ trình duyệt, xem "
                "docs/cai-dat.md",
            )
        case _:
            return SignInError(Ending.REFUSED, f"Chưa đăng nhập được: {error}")
