"""The exception classes that the program raises for failures that it expects."""


class GovernorError(Exception):
    """Base class of all errors that a user or a caller can act on; the message may be shown to users."""

    @property
    def facts(self) -> dict[str, str | int]:
        """Return the values, by key, that may be logged with the error: codes and own words, no text by people."""
        return {}


class ConfigError(GovernorError):
    """A configuration file is wrong; the message names file, line and key, and says what to do."""


class IllegalTransitionError(GovernorError):
    """A case cannot move from its present state to the requested state."""


class GroupNotShownError(GovernorError):
    """Zalo answers, but does not show the group to the bot account, which is no longer a member, or never was."""


class UnparsableElementError(GovernorError):
    """An element (message, act or receipt) received from Zalo cannot be parsed; the error message does not quote it."""


class StoreUnavailableError(GovernorError):
    """The database is unavailable (locked, disk full, server gone); nothing was written partially.

    `reason` is the database driver's error code, such as SQLITE_FULL.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def facts(self) -> dict[str, str | int]:
        """Return the driver's error code for the log."""
        return {"reason": self.reason}


class ProgramEndsError(GovernorError):
    """An operation was given up because the program is shutting down; it will be done after the next start."""


class PrintingError(GovernorError):
    """A report could not be rendered into a file; the message quotes nothing of the report."""


class SendError(GovernorError):
    """Base class of the errors in sending a message to Zalo; the subclasses tell whether to send it again."""


class SendRefusedError(SendError):
    """Zalo refused a message for good; sending the same message again would be refused again.

    `code` is Zalo's error code; `addressee_refuses` is True where that code means that the addressee accepts no
    messages from the bot account.
    """

    def __init__(self, code: int, message: str, *, addressee_refuses: bool = False) -> None:
        super().__init__(f"Zalo refused with code {code}: {message}")
        self.code = code
        self.addressee_refuses = addressee_refuses


class SendTooLongError(SendRefusedError):
    """Zalo takes no message that long (codes 112, 118); a shorter one may be sent at once."""


class SendDeferredError(SendError):
    """Zalo certainly did not take the message (no connection, code 221: too many); retry after `delay` seconds or more.

    `code` is Zalo's error code or the HTTP status, None where there was no answer; `known` is False where the program
    does not know the meaning of that code. `paused`: all messages of that kind wait for `delay`, and this message no
    longer than that, whatever its own retry policy says.
    """

    def __init__(
        self, message: str, delay: float, code: int | None = None, *, known: bool = True, paused: bool = False
    ) -> None:
        super().__init__(message)
        self.paused = paused
        self.delay = delay
        self.code = code
        self.known = known


class SendWaitsError(SendDeferredError):
    """The message could not be tried: Zalo refuses the bot's session. It waits, which does not count as a try."""


class SendUncertainError(SendError):
    """The connection broke before Zalo's answer: the message may have been sent. `code`: the HTTP status, if any."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code
