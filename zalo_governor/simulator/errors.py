"""Exceptions of the Zalo simulator."""

from zalo_governor.domain.errors import GovernorError


class SimulatorError(GovernorError):
    """The simulator cannot do what a control API request, a scenario file or a command line option asks for.

    The text of the exception gives the reason and can be shown to the user.
    """


class EnvelopeError(SimulatorError):
    """The encrypted parameter `params` of an API call cannot be decrypted or does not contain a JSON object."""


class AnswerError(SimulatorError):
    """Raised by an endpoint function to let the API call fail with one of Zalo's error codes.

    Code and message are put inside the encrypted answer, where Zalo reports most errors.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
