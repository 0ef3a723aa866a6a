"""What each exit code means: the one list of them. docs/loi.md shows the same to operators, a test compares the two."""

from enum import IntEnum

from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.storage.engine.errors import NewerDatabaseError, WrongKeyError
from zalo_governor.zalo.errors import LoginRefusedError


class ExitCode(IntEnum):
    """How a command ended. `login` and `init` have codes of their own beside these: `signing_in.Ending`."""

    GOOD = 0
    FAILURE = 1
    """Something did not work out; the same command may succeed later."""
    WRONG_USE = 2
    """Configuration, key or command line are wrong: another start ends in the same way until somebody mends them."""
    FAULTS_FOUND = 3
    """The audit log does not hold."""
    LOGIN_REFUSED = 6
    """Zalo does not take the session; another start ends in the same way, and Zalo blocks who tries again and again."""
    INTERRUPTED = 130
    """Ctrl-C."""


def exit_code(error: GovernorError) -> ExitCode:
    """The code with which a command ends for that reason."""
    if isinstance(error, LoginRefusedError):
        return ExitCode.LOGIN_REFUSED
    lasting = isinstance(error, ConfigError | WrongKeyError | NewerDatabaseError)
    return ExitCode.WRONG_USE if lasting else ExitCode.FAILURE
