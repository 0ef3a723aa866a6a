"""The second channel: e-mail or a webhook, for when Zalo itself is what has failed."""

import smtplib
import threading
from collections.abc import Callable
from email.message import EmailMessage

import requests
import structlog

from zalo_governor.settings import AlarmSettings, SmtpSettings

log = structlog.get_logger(__name__)

_TIMEOUT_SECONDS = 20.0


class SecondChannel:
    """Sends short notes to whoever the settings name, without holding anybody up. Trouble with it is only logged."""

    def __init__(self, settings: AlarmSettings) -> None:
        self._senders: list[Callable[[str, str], None]] = []
        if settings.smtp:
            self._senders.append(_Mail(settings.smtp).send)
        if settings.webhook:
            self._senders.append(_Webhook(settings.webhook).send)

    def send(self, subject: str, text: str) -> None:
        """Send on every channel, in a thread of its own."""
        threading.Thread(target=self._send, args=(subject, text), name="alarm", daemon=True).start()

    def _send(self, subject: str, text: str) -> None:
        for sender in self._senders:
            try:
                sender(subject, text)
            except Exception as error:
                log.error("alarm_not_sent", error=type(error).__name__)
            else:
                log.info("alarm_sent")


class _Mail:
    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def send(self, subject: str, text: str) -> None:
        settings = self._settings
        message = EmailMessage()
        message["Subject"] = subject
        message["From"] = settings.sender
        message["To"] = ", ".join(settings.recipients)
        message.set_content(text)
        with smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS) as server:
            if settings.starttls:
                server.starttls()
            if settings.user and settings.password:
                server.login(settings.user, settings.password.get_secret_value())
            server.send_message(message)


class _Webhook:
    """POST of {"subject", "text"} as JSON."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, subject: str, text: str) -> None:
        answer = requests.post(self._url, json={"subject": subject, "text": text}, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
