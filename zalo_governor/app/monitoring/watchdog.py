"""Tells the service manager that the bot is ready, how it stands, and that it still works (sd_notify(3))."""

import os
import socket
import threading
from collections.abc import Callable, Mapping

import structlog

log = structlog.get_logger(__name__)

_WITHOUT_WATCHDOG_SECONDS = 30.0


class Watchdog:
    """Fits governor.Part. Where no service manager listens, it only waits for its end.

    Args:
        environment: NOTIFY_SOCKET says where to tell it, WATCHDOG_USEC how often it must be told.
        works: whether the bot still works. While it does not, the watchdog goes hungry, and the service manager
            starts the bot anew.
        status: one line for `systemctl status`.
    """

    def __init__(self, environment: Mapping[str, str], *, works: Callable[[], bool], status: Callable[[], str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        usec = environment.get("WATCHDOG_USEC", "")
        self._feeds = mine and usec.isdecimal() and int(usec) > 0
        # Half of the time, as sd_watchdog_enabled(3) recommends.
        self._every = int(usec) / 2_000_000 if self._feeds else _WITHOUT_WATCHDOG_SECONDS
        self._works = works
        self._status = status
        self._stopping = threading.Event()

    def run(self) -> None:
        """Tell it until stopped."""
        if not self._address:
            self._stopping.wait()
            return
        self._tell("READY=1")
        hungry = False
        while True:
            works = self._works()
            if works and self._feeds:
                self._tell("WATCHDOG=1")
            elif not works and not hungry:
                log.critical("watchdog_hungry")
            hungry = not works
            self._tell(f"STATUS={self._status()}")
            if self._stopping.wait(self._every):
                break
        self._tell("STOPPING=1")

    def stop(self) -> None:
        """Tell it that the bot ends, and let `run` return."""
        self._stopping.set()

    def _tell(self, message: str) -> None:
        # A leading @ stands for a name in Linux' abstract space.
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
                notify.connect(address)
                notify.sendall(message.encode())
        except OSError as error:
            log.warning("service_manager_not_told", error=error)
