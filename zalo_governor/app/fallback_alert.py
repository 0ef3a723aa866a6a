"""The second channel: e-mail or a webhook, for when Zalo itself is what has failed."""

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


class FallbackAlert:
    """Sends short notes to whoever the settings name, without holding anybody up. Trouble with it is only logged."""

    def __init__(self, settings: AlarmSettings) -> None:
        self.ways: list[Mail | Webhook] = []
        """Every way that the settings name."""
        if settings.smtp:
            self.ways.append(Mail(settings.smtp))
        if settings.webhook:
            self.ways.append(Webhook(settings.webhook))

    def send(self, subject: str, text: str) -> None:
        """Send on every channel, in a thread of its own."""
        threading.Thread(target=self.deliver, args=(subject, text), name="alarm", daemon=True).start()

    def deliver(self, subject: str, text: str) -> None:
        """Send on every channel, and wait for it."""
        for way in self.ways:
            try:
                way.send(subject, text)
            except Exception as error:
                log.error("alarm_not_sent", error=type(error).__name__)
            else:
                log.info("alarm_sent")


class Mail:
    """By e-mail. Each call raises what smtplib and the network raise."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def reach(self) -> None:
        """Greet the server and log in, and send nothing."""
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
        settings = self._settings
        with smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS) as server:
            server.ehlo_or_helo_if_needed()
            if settings.starttls:
                server.starttls()
            if settings.user and settings.password:
                server.login(settings.user, settings.password.get_secret_value())
            yield server


class Webhook:
    """By a POST of {"subject", "text"} as JSON. Each call raises what requests raises."""

    def __init__(self, url: str) -> None:
        self._url = url

    def reach(self) -> None:
        """Ask for the address without posting anything; that it takes no such question is answer enough."""
        answer = requests.head(self._url, timeout=_TIMEOUT_SECONDS)
        if answer.status_code not in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}:
            answer.raise_for_status()

    def send(self, subject: str, text: str) -> None:
        """Post it."""
        answer = requests.post(self._url, json={"subject": subject, "text": text}, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
