"""Exceptions of the Zalo simulator."""

from zalo_governor.domain.errors import GovernorError


class SimulatorError(GovernorError):
    """An order to the simulator cannot be carried out; the text gives the reason and can be shown to the user."""


class EnvelopeError(SimulatorError):
    """The `params` of a request could not be decrypted or parsed."""


class AnswerError(SimulatorError):
    """A simulated API call fails with one of Zalo's inner error codes."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
