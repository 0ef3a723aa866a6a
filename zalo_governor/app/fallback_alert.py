"""Alerts to people by e-mail and webhook, for when messages over Zalo do not work."""

import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http import HTTPStatus

import requests
import structlog

from zalo_governor.config.sections import AlarmSettings, SmtpSettings

log = structlog.get_logger(__name__)

_TIMEOUT_SECONDS = 20.0
"""Seconds to wait for an answer of the mail server or webhook."""


class FallbackAlert:
    """Sender of short alerts to people by e-mail and webhook, for when messages over Zalo do not work.

    Uses those of the two channels that are configured in the settings; failures are only logged.
    """

    def __init__(self, settings: AlarmSettings) -> None:
        self.ways: list[Mail | Webhook] = []
        """The channels that are configured in the settings."""
        if settings.smtp:
            self.ways.append(Mail(settings.smtp))
        if settings.webhook:
            self.ways.append(Webhook(settings.webhook))

    def send(self, subject: str, text: str) -> None:
        """Send an alert by every configured channel (e-mail, webhook), in the background; failures are only logged."""
        threading.Thread(target=self.deliver, args=(subject, text), name="alarm", daemon=True).start()

    def deliver(self, subject: str, text: str) -> bool:
        """Send an alert by every configured channel and wait; return whether one took it. Failures are only logged."""
        return None in list(self.try_each(subject, text))

    def try_each(self, subject: str, text: str) -> Iterator[Exception | None]:
        """Send an alert by every configured channel; yield for each the error if it failed (also logged), or None."""
        for way in self.ways:
            try:
                way.send(subject, text)
            except Exception as error:
                log.error("alarm_not_sent", error=type(error).__name__)
                yield error
            else:
                log.info("alarm_sent")
                yield None


class Mail:
    """Sender of alerts by e-mail; its methods raise the errors of smtplib and the network."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def reach(self) -> None:
        """Test the settings: connect and log in to the mail server without sending anything; raise if that fails."""
        with self._connected() as server:
            server.noop()

    def send(self, subject: str, text: str) -> None:
        """Send one e-mail to all recipients in the settings and wait until the mail server has taken it.

        Raises:
            smtplib.SMTPException, OSError: the server cannot be reached, or refuses every recipient.
        """
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
        """Connect and log in to the mail server for the duration of a `with` block."""
        settings = self._settings
        with smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS) as server:
            server.ehlo_or_helo_if_needed()
            if settings.starttls:
                server.starttls()
            if settings.user and settings.password:
                server.login(settings.user, settings.password.get_secret_value())
            yield server


class Webhook:
    """Sender of alerts to a URL by POST of {"subject", "text"} in JSON; its methods raise the errors of `requests`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def reach(self) -> None:
        """Test the URL with a HEAD request; raise if it fails. The answers 405 and 501 (HEAD unsupported) are fine."""
        answer = requests.head(self._url, timeout=_TIMEOUT_SECONDS)
        if answer.status_code not in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}:
            _require_success(answer)

    def send(self, subject: str, text: str) -> None:
        """Post an alert to the URL."""
        alert = {"subject": subject, "text": text}
        _require_success(requests.post(self._url, json=alert, timeout=_TIMEOUT_SECONDS, allow_redirects=False))


def _require_success(answer: requests.Response) -> None:
    answer.raise_for_status()
    if answer.is_redirect:
        # Followed, a POST would become a GET without the alert.
        raise requests.HTTPError(response=answer)
