"""What a process inherits that handles what others sent: nothing that opens anything."""

import os

_PREFIX = "ZALO_GOVERNOR_"
"""Settings, and with them the key, a recovery code, passwords."""
_HANDED_OVER = frozenset({"CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET"})
"""By the service manager (systemd.exec(5), sd_notify(3))."""


def environment() -> dict[str, str]:
    """The environment of this process without what is this process's alone."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(_PREFIX) and name not in _HANDED_OVER
    }
