"""What can go wrong between the program and Zalo. No text of these holds a message, a cookie or an address's query."""

from zalo_governor.domain.errors import GovernorError


class ZaloError(GovernorError):
    """Something went wrong between the program and Zalo."""


class ForbiddenHostError(ZaloError):
    """An address that is neither Zalo's own nor, with `zalo.route_to`, on this machine; nothing was sent to it."""


class LoginRefusedError(ZaloError):
    """Zalo refused the session, or gave less than a session needs; `code` is 0 where Zalo gave none.

    Somebody must log in anew.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(
            f"Zalo không nhận phiên đăng nhập (mã {code}: {message}); hãy đăng nhập lại: zalo-governor login. "
            "Tin đã nghe vẫn còn nguyên"
        )
        self.code = code
        self.message = message

    @property
    def facts(self) -> dict[str, str | int]:
        """See GovernorError."""
        return {"code": self.code}


class QrExpiredError(ZaloError):
    """Nobody scanned or confirmed the QR code while it counted."""

    def __init__(self) -> None:
        super().__init__("the QR code has expired")


class QrDeclinedError(ZaloError):
    """Who scanned the QR code said no on the telephone."""

    def __init__(self) -> None:
        super().__init__("the login was declined on the telephone")


class QrRefusedError(ZaloError):
    """Zalo gives no QR code, or takes the present one no longer; `code` is 0 where Zalo gave none."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"Zalo từ chối đăng nhập bằng mã QR (mã {code}): {message}")
        self.code = code
        self.message = message

    @property
    def facts(self) -> dict[str, str | int]:
        """See GovernorError."""
        return {"code": self.code}


class ZaloCallError(ZaloError):
    """Zalo answered a call with an error; `code` is the outer or inner error code, or the HTTP status (4xx)."""

    def __init__(self, code: int, message: str, path: str) -> None:
        super().__init__(f"{path}: Zalo answered code {code}: {message}")
        self.code = code
        self.message = message
        self.path = path

    @property
    def facts(self) -> dict[str, str | int]:
        """See GovernorError."""
        return {"code": self.code, "path": self.path}


class SessionExpiredError(ZaloCallError):
    """The session is dead (code 102, HTTP 401 or 403): log in again, then call again."""


class NotInGroupError(ZaloError):
    """The account is not in the group, or Zalo does not show it."""


class ZaloUnavailableError(ZaloError):
    """No usable answer: no connection, a timeout, HTTP 5xx, HTML in place of JSON.

    `sent` tells whether the request had left, so that Zalo may have acted on it; `status` is the HTTP status of an
    answer that was of no use, None where there was no answer.
    """

    def __init__(self, message: str, path: str, *, sent: bool, status: int | None = None) -> None:
        super().__init__(f"{path}: {message}")
        self.message = message
        self.path = path
        self.sent = sent
        self.status = status

    @property
    def facts(self) -> dict[str, str | int]:
        """See GovernorError."""
        return {"path": self.path, "sent": self.sent}


class EmptyAnswerError(ZaloUnavailableError):
    """Zalo answered without an error and without data, as it does when it silently drops a call."""

    def __init__(self, path: str) -> None:
        super().__init__("an answer without data", path, sent=True)


class UndecodableFrameError(ZaloError):
    """A frame of the socket cannot be read; what it carried is lost and must be fetched anew."""
