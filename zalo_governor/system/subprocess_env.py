"""Environment variables for child processes that handle untrusted content: none that hold secrets."""

import os

_PREFIX = "ZALO_GOVERNOR_"
"""Prefix of the program's settings variables, which may hold the encryption key, a recovery code or passwords."""
_FROM_SYSTEMD = frozenset({"CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET"})
"""Variables set by systemd that give access to credentials and the service's status (systemd.exec(5), sd_notify(3))."""


def environment() -> dict[str, str]:
    """Return the environment for a child process: this process's variables, except those that may give away secrets."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(_PREFIX) and name not in _FROM_SYSTEMD
    }
