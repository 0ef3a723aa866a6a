"""Tells systemd that the bot is ready, what its status is, and that it still works (sd_notify(3))."""

import os
import socket
import threading
from collections.abc import Callable, Mapping

import structlog

log = structlog.get_logger(__name__)

_WITHOUT_WATCHDOG_SECONDS = 30.0
"""Seconds between two status messages if systemd's watchdog is off for the service."""


class Watchdog:
    """Sender of status and watchdog messages to systemd; if systemd did not start the bot, sends nothing.

    Args:
        environment: environment variables: NOTIFY_SOCKET is systemd's address, WATCHDOG_USEC its watchdog interval.
        works: returns whether the bot still works. If not, no watchdog message is sent, so that systemd restarts the
            bot.
        status: returns the status as one line of text, shown by `systemctl status`.
    """

    def __init__(self, environment: Mapping[str, str], *, works: Callable[[], bool], status: Callable[[], str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        usec = environment.get("WATCHDOG_USEC", "")
        self._has_watchdog = mine and usec.isdecimal() and int(usec) > 0
        # Half of the interval, as sd_watchdog_enabled(3) recommends.
        self._every = int(usec) / 2_000_000 if self._has_watchdog else _WITHOUT_WATCHDOG_SECONDS
        self._works = works
        self._status = status
        self._stopping = threading.Event()

    def run(self) -> None:
        """Send messages at intervals until stopped; only wait if systemd did not start the bot."""
        if not self._address:
            self._stopping.wait()
            return
        self._notify("READY=1")
        hungry, telling = False, threading.Thread()
        while True:
            works = self._works()
            if works and self._has_watchdog:
                self._notify("WATCHDOG=1")
            elif not works and not hungry:
                log.critical("watchdog_hungry")
            hungry = not works
            if not telling.is_alive():
                # Reading the status may take as long as a silent database, which must not delay the next message.
                telling = threading.Thread(target=self._tell_status, name="status", daemon=True)
                telling.start()
            if self._stopping.wait(self._every):
                break
        self._notify("STOPPING=1")

    def stop(self) -> None:
        """Make `run` tell systemd that the bot is stopping, and return."""
        self._stopping.set()

    def _tell_status(self) -> None:
        self._notify(f"STATUS={self._status()}")

    def _notify(self, message: str) -> None:
        """Send one message to systemd; a failure is only logged."""
        # A leading @ stands for a name in Linux' abstract socket namespace.
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
                notify.connect(address)
                notify.sendall(message.encode())
        except OSError as error:
            log.warning("service_manager_not_told", error=error)
