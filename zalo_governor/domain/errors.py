"""The exception classes that the program raises on purpose."""


class GovernorError(Exception):
    """Base class of all errors that a user or a caller can act on; the message may be shown to users."""

    @property
    def facts(self) -> dict[str, str | int]:
        """Return values that may be logged beside the class name: codes and own words, no text from outside."""
        return {}


class ConfigError(GovernorError):
    """A configuration file is wrong; the message names file, line and key, and says what to do."""


class IllegalTransitionError(GovernorError):
    """A case cannot move from its present state to the requested state."""


class UnparsableElementError(GovernorError):
    """An element received from Zalo matches no known event, and becomes a dead letter; not quoted in the message."""


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
    """The requested work is skipped as the program is shutting down; it will be done after the next start."""


class PrintingError(GovernorError):
    """A report could not be rendered into a file; the message quotes nothing of the report."""


class SendError(GovernorError):
    """A message could not be sent."""


class SendRefusedError(SendError):
    """Zalo refused a message for good; sending the same message again would be refused again.

    `code` is Zalo's inner or outer error code; `addressee_refuses` is True where the code means that the addressee
    accepts no messages from the bot account.
    """

    def __init__(self, code: int, message: str, *, addressee_refuses: bool = False) -> None:
        super().__init__(f"Zalo refused with code {code}: {message}")
        self.code = code
        self.addressee_refuses = addressee_refuses


class SendDeferredError(SendError):
    """Zalo certainly did not accept the message (no connection, code 221); retry after at least `delay` seconds.

    `code` is Zalo's error code or the HTTP status, None where there was no answer; `known` is False where the program
    does not know the meaning of that code.
    """

    def __init__(self, message: str, delay: float, code: int | None = None, *, known: bool = True) -> None:
        super().__init__(message)
        self.delay = delay
        self.code = code
        self.known = known


class SendUncertainError(SendError):
    """The connection broke between request and answer: the message may or may not have been sent.

    `code` is the HTTP status, None where there was none.
    """

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code
