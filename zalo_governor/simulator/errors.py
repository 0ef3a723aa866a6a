"""What can go wrong inside the simulated Zalo."""

from zalo_governor.domain.errors import GovernorError


class SimulatorError(GovernorError):
    """The simulator was asked for something that it cannot do; the text says what and is fit to be read."""


class EnvelopeError(SimulatorError):
    """A request's `params` could not be decrypted or read."""


class AnswerError(SimulatorError):
    """The simulated Zalo refuses a call, with Zalo's own inner error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
