"""The one family of errors that this program raises on purpose."""


class GovernorError(Exception):
    """Something that a person or the next layer can act on; its text is fit to be read."""

    @property
    def facts(self) -> dict[str, str | int]:
        """What of it the log may tell beside its class: codes and our own words, nothing that somebody else chose."""
        return {}


class ConfigError(GovernorError):
    """A configuration file is wrong; the text names the file, the line and the key, and what to do."""


class IllegalTransitionError(GovernorError):
    """A case was asked to move to a state that it cannot reach from where it is."""


class UnparsableElementError(GovernorError):
    """A wire element has a shape that no event is known for; kept as a dead letter. Carries no content of it."""


class StoreUnavailableError(GovernorError):
    """The database cannot take or give anything now (locked, disk full, server gone); nothing was half-written.

    `reason` is the driver's own code for why, such as SQLITE_FULL.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def facts(self) -> dict[str, str | int]:
        """See the base class."""
        return {"reason": self.reason}


class ProgramEndsError(GovernorError):
    """What was asked is not decided any more, as the program is told to stop; the next start does it."""


class PrintingError(GovernorError):
    """A report could not be made into a file; the text quotes nothing of it."""


class SendError(GovernorError):
    """A message could not be sent."""


class SendRefusedError(SendError):
    """Zalo answered and refused; sending the same again would be refused again.

    `code` is Zalo's inner or outer error code; `addressee_refuses` tells that it speaks of the addressee, who takes no
    messages from the account.
    """

    def __init__(self, code: int, message: str, *, addressee_refuses: bool = False) -> None:
        super().__init__(f"Zalo refused with code {code}: {message}")
        self.code = code
        self.addressee_refuses = addressee_refuses


class SendDeferredError(SendError):
    """Zalo certainly did not take the message (no connection, code 221); try again after `delay` seconds or more.

    `code` is Zalo's error code or the HTTP status, None where there was no answer; `known` tells whether anybody knows
    what that code means.
    """

    def __init__(self, message: str, delay: float, code: int | None = None, *, known: bool = True) -> None:
        super().__init__(message)
        self.delay = delay
        self.code = code
        self.known = known


class SendUncertainError(SendError):
    """The line broke between request and answer: the message may or may not have arrived.

    `code` is the HTTP status, None where there was none.
    """

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code
