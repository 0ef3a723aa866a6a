"""Converts errors of the database drivers to StoreUnavailableError with advice for the operator (Vietnamese)."""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import SQLITE_CORRUPT, SQLITE_NOTADB
from sqlite3 import DatabaseError as SqliteDatabaseError
from sqlite3 import OperationalError as SqliteOperationalError

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.storage.errors import DamagedDatabaseError

_REASONS = (
    ("locked", "chương trình khác đang giữ cơ sở dữ liệu, hãy đóng chương trình ấy rồi chạy lại"),
    ("disk is full", "ổ đĩa đã đầy, hãy dọn bớt rồi chạy lại"),
    ("readonly database", "không ghi được vào tệp, hãy xem lại quyền của tệp, của thư mục và ổ đĩa"),
    ("unable to open database file", "không mở được tệp, hãy xem lại quyền của tệp, của thư mục và ổ đĩa"),
    ("disk I/O error", "ổ đĩa gặp lỗi khi đọc hoặc ghi, hãy kiểm tra ổ đĩa và chỗ trống"),
    ("password authentication failed", "sai tên hoặc mật khẩu, hãy sửa trong database_url"),
    ("no password supplied", "thiếu mật khẩu, hãy sửa trong database_url"),
    (
        "does not exist",
        "chưa có cơ sở dữ liệu hoặc người dùng ấy, hãy tạo trên máy chủ PostgreSQL hoặc sửa database_url",
    ),
    ("onnection refused", "máy chủ PostgreSQL không chạy hoặc sai cổng, hãy kiểm tra máy chủ và database_url"),
    ("resolve", "không tìm thấy máy chủ PostgreSQL, hãy kiểm tra tên máy trong database_url và mạng"),
    ("timeout", "máy chủ PostgreSQL không trả lời, hãy kiểm tra máy chủ và mạng"),
)
"""(Part of the driver's error text, advice for the operator); the first match is used."""


@contextmanager
def availability() -> Iterator[None]:
    """Convert database driver errors raised in the `with` block to StoreUnavailableError or DamagedDatabaseError.

    Errors that neither the operator nor a retry can fix, such as a wrong SQL statement, pass unchanged.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError, SqliteOperationalError) as error:
        raise _unavailable_error(error.orig if isinstance(error, DBAPIError) else error) from None
    except (DatabaseError, SqliteDatabaseError) as error:
        if _is_damage(error.orig if isinstance(error, DatabaseError) else error):
            raise DamagedDatabaseError(
                f"cơ sở dữ liệu bị hỏng ({_first_line(error)}); hãy dừng chương trình, giữ lại tệp hỏng và khôi phục "
                "từ bản sao lưu gần nhất"
            ) from None
        raise


def unavailable(context: ExceptionContext) -> BaseException | None:
    """Return the StoreUnavailableError that replaces a connection error; None to leave the error as it is.

    SQLAlchemy calls this for its event `handle_error`, so that code inside a transaction gets a StoreUnavailableError
    and not the driver's error.
    """
    if isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError):
        return _unavailable_error(context.original_exception)
    return None


def _is_damage(cause: BaseException | None) -> bool:
    # The lowest byte is the primary code, https://sqlite.org/rescode.html
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in {SQLITE_CORRUPT, SQLITE_NOTADB}


def _first_line(cause: BaseException | None) -> str:
    return str(getattr(cause, "orig", None) or cause).partition("\n")[0]


def _reason(cause: BaseException | None) -> str:
    """Return the first line of the driver's error text, followed by advice for the operator (Vietnamese)."""
    said = _first_line(cause)
    known = next(
        (words for sign, words in _REASONS if sign in said), "hãy xem lại database_url và máy chủ cơ sở dữ liệu"
    )
    return f"{said}; {known}"


def _unavailable_error(cause: BaseException | None) -> StoreUnavailableError:
    # Only the short code goes to the log, which must not quote content.
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or type(cause).__name__
    return StoreUnavailableError(f"cơ sở dữ liệu đang không dùng được: {_reason(cause)}", code)
