"""The fallback alert channels, e-mail and webhook, for when Zalo itself has failed."""

import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http import HTTPStatus

import requests
import structlog

from zalo_governor.config import AlarmSettings, SmtpSettings

log = structlog.get_logger(__name__)

_TIMEOUT_SECONDS = 20.0
"""Timeout of each network operation."""


class FallbackAlert:
    """Sends short alerts to the recipients in the settings without blocking; failures are only logged."""

    def __init__(self, settings: AlarmSettings) -> None:
        self.ways: list[Mail | Webhook] = []
        """The channels that the settings configure."""
        if settings.smtp:
            self.ways.append(Mail(settings.smtp))
        if settings.webhook:
            self.ways.append(Webhook(settings.webhook))

    def send(self, subject: str, text: str) -> None:
        """Send on every channel, in a thread of its own."""
        threading.Thread(target=self.deliver, args=(subject, text), name="alarm", daemon=True).start()

    def deliver(self, subject: str, text: str) -> None:
        """Send on every channel and wait until all are done."""
        for way in self.ways:
            try:
                way.send(subject, text)
            except Exception as error:
                log.error("alarm_not_sent", error=type(error).__name__)
            else:
                log.info("alarm_sent")


class Mail:
    """Sends alerts by e-mail; methods raise the errors of smtplib and the network."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def reach(self) -> None:
        """Connect and log in to the server without sending anything."""
        with self._connected() as server:
            server.noop()

    def send(self, subject: str, text: str) -> None:
        """Send to every recipient."""
        settings = self._settings
        message = EmailMessage()
        message["Subject"] = subject
        message["From"] = settings.sender
        message["To"] = ", ".join(settings.recipients)
        message.set_content(text)
        with self._connected() as server:
            server.send_message(message)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Open a connection to the mail server, logged in as the settings say."""
        settings = self._settings
        with smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS) as server:
            server.ehlo_or_helo_if_needed()
            if settings.starttls:
                server.starttls()
            if settings.user and settings.password:
                server.login(settings.user, settings.password.get_secret_value())
            yield server


class Webhook:
    """Sends alerts as a POST of {"subject", "text"} in JSON; methods raise the errors of requests."""

    def __init__(self, url: str) -> None:
        self._url = url

    def reach(self) -> None:
        """Send a HEAD request to check the address; a refusal of the method HEAD counts as reached."""
        answer = requests.head(self._url, timeout=_TIMEOUT_SECONDS)
        if answer.status_code not in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}:
            answer.raise_for_status()

    def send(self, subject: str, text: str) -> None:
        """Post the alert."""
        answer = requests.post(self._url, json={"subject": subject, "text": text}, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
