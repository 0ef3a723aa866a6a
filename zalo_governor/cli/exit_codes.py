"""The exit codes of all commands. docs/loi.md lists them for operators; a test compares both lists."""

from enum import IntEnum

from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.storage.errors import (
    LostDatabaseError,
    NewerDatabaseError,
    OlderDatabaseError,
    UpgradeFailedError,
    WrongKeyError,
)
from zalo_governor.zalo.errors import LoginRefusedError


class ExitCode(IntEnum):
    """Exit codes of the `zalo-governor` commands. `login` and `init` use 3 to 8 for the causes of a failed login."""

    GOOD = 0
    FAILURE = 1
    """The command failed; the same command may succeed later."""
    WRONG_USE = 2
    """Configuration, key or command line is wrong; the command will fail again until somebody corrects it."""
    FAULTS_FOUND = 3
    """`audit verify` found that somebody changed the audit log."""
    LOGIN_REFUSED = 6
    """Zalo rejects the bot's session; retrying fails again, and Zalo blocks accounts that retry often."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C."""


def exit_code(error: GovernorError) -> ExitCode:
    """Return the exit code of a command that failed with `error`."""
    if isinstance(error, LoginRefusedError):
        return ExitCode.LOGIN_REFUSED
    lasting = isinstance(
        error,
        ConfigError | WrongKeyError | NewerDatabaseError | LostDatabaseError | OlderDatabaseError | UpgradeFailedError,
    )
    return ExitCode.WRONG_USE if lasting else ExitCode.FAILURE
