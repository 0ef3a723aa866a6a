"""Exceptions of the communication with Zalo; their texts contain no chat message, no cookie and no URL query."""

from zalo_governor.domain.errors import GovernorError, GroupNotShownError


class ZaloError(GovernorError):
    """The communication with Zalo failed; base class of the errors in this module."""


class ForbiddenHostError(ZaloError):
    """A URL was refused, and nothing was sent, because its host is not one of Zalo's.

    If the setting `zalo.route_to` replaces Zalo by a server on this machine: because its host is not this machine.
    """


class LoginRefusedError(ZaloError):
    """Zalo refused the login, or its answer lacks what a session needs: a person must log in again.

    `code` is Zalo's error code, 0 if Zalo gave none.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(
            f"Zalo không nhận phiên đăng nhập (mã {code}: {message}); hãy đăng nhập lại: zalo-governor login. "
            "Tin đã nhận vẫn còn nguyên"
        )
        self.code = code
        self.message = message

    @property
    def facts(self) -> dict[str, str | int]:
        """Return what is logged with the error: Zalo's error code."""
        return {"code": self.code}


class SessionDeadError(LoginRefusedError):
    """The session is known to be dead, or was taken over by another client: Zalo was not asked for another login."""


class QrExpiredError(ZaloError):
    """Nobody scanned the QR code for logging in, or confirmed the login, while the code was valid."""


class QrDeclinedError(ZaloError):
    """The person who scanned the QR code declined the login on the telephone."""


class QrRefusedError(ZaloError):
    """Zalo refused a step of the login by QR code.

    `code` is Zalo's error code or the HTTP status, 0 if Zalo gave none; `step` names the step in Vietnamese.
    """

    def __init__(self, code: int, message: str, step: str) -> None:
        super().__init__(f"Zalo từ chối bước {step} (mã {code}): {message}")
        self.code = code
        self.message = message
        self.step = step

    @property
    def facts(self) -> dict[str, str | int]:
        """Return what is logged with the error: Zalo's error code."""
        return {"code": self.code}


class ZaloCallError(ZaloError):
    """Zalo answered an API call with an error; `code` is the error code in the answer, or the HTTP status (4xx)."""

    def __init__(self, code: int, message: str, path: str) -> None:
        super().__init__(f"{path}: Zalo answered code {code}: {message}")
        self.code = code
        self.message = message
        self.path = path

    @property
    def facts(self) -> dict[str, str | int]:
        """Return what is logged with the error: the error code, and the path of the URL that was called."""
        return {"code": self.code, "path": self.path}


class SessionExpiredError(ZaloCallError):
    """Zalo refuses the session (102, 600, 401, 403): the caller must `renew` the session, then repeat the call."""


class TooManyRequestsError(ZaloCallError):
    """Zalo has had too many calls of that kind (code 221, HTTP 429); the next one may be made after `seconds`.

    `asked` is False where this call was not even sent, because an earlier one was refused.
    """

    def __init__(self, code: int, path: str, seconds: float, *, asked: bool) -> None:
        super().__init__(code, f"paused for {seconds:.0f} s", path)
        self.seconds = seconds
        self.asked = asked


class NotInGroupError(ZaloError, GroupNotShownError):
    """The bot account is not a member of the group, or Zalo does not show the group to it."""


class ZaloUnavailableError(ZaloError):
    """Zalo gave no usable answer: no connection, a timeout, HTTP 5xx, or HTML in place of JSON.

    `sent` tells whether the request may have reached Zalo, so that Zalo may have acted on it; `status` is the HTTP
    status of an unusable answer, None if there was no answer.
    """

    def __init__(self, message: str, path: str, *, sent: bool, status: int | None = None) -> None:
        super().__init__(f"{path}: {message}")
        self.message = message
        self.path = path
        self.sent = sent
        self.status = status

    @property
    def facts(self) -> dict[str, str | int]:
        """Return what is logged with the error: the path of the URL, and whether the request may have reached Zalo."""
        return {"path": self.path, "sent": self.sent}


class EmptyAnswerError(ZaloUnavailableError):
    """Zalo's answer had neither an error code nor data, as when Zalo silently ignores a call."""

    def __init__(self, path: str) -> None:
        super().__init__("an answer without data", path, sent=True)


class UndecodableFrameError(ZaloError):
    """A frame from Zalo's socket cannot be decoded; its messages are lost and must be fetched from the history."""


class QueueEvictedError(ZaloError):
    """Zalo has dropped missed messages of a queue, as a frame reports: they must be fetched from the history."""
