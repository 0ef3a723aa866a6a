"""Settings of `zalo-governor watch`, which runs on another machine than the bot and has a small file of its own."""

import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from zalo_governor.config.sections import AlarmSettings, Section
from zalo_governor.config.settings import SMTP_CREDENTIAL, credential
from zalo_governor.config.web_addresses import split_web_address
from zalo_governor.config.yaml_file import Document, KeyPath, complaint, load_yaml

_PASSWORD_VARIABLE = "ZALO_GOVERNOR_ALARM__SMTP__PASSWORD"  # noqa: S105  the name of a variable, as for the bot
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smh])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_COMMAND_LINE = Path("dòng lệnh")
_OPTIONS = {"url": "ĐỊA_CHỈ", "listen": "--listen", "every": "--every", "after": "--after", "webhook": "--webhook"}
"""Setting -> its name on the command line."""


class Listening(NamedTuple):
    """Where the watcher receives the bot's signals: IP address or name, port, and the secret part of the URL."""

    host: str
    port: int
    token: str


class WatchSettings(Section):
    """Settings of `watch`, which tells people when a bot on another machine has been silent for too long."""

    name: str = Field(default="", max_length=100)
    """Name of the installation in the alarms, for people who watch several."""
    url: str | None = None
    """URL of the bot's health page, which is asked at intervals; null to ask none."""
    listen: SecretStr | None = None
    """URL at which the bot's signals are received, `http://0.0.0.0:8390/<secret>`; null to receive none."""
    every: timedelta = timedelta(seconds=60)
    """Time between two requests for the health page, and between two checks of the signals received."""
    after: timedelta = timedelta(minutes=15)
    """How long the silence must last until people are told."""
    alarm: AlarmSettings = AlarmSettings()
    """Mail server and webhook, as in governor.yaml; `after_minutes` is not used."""

    @field_validator("every", "after", mode="before")
    @classmethod
    def _parse_duration(cls, stated: object) -> object:
        if isinstance(stated, timedelta):
            return stated
        found = _DURATION.fullmatch(str(stated).strip())
        if not found or float(found[1]) <= 0 or float(found[1]) > 10_000:
            raise ValueError("phải là số kèm đơn vị: 30s (giây), 15m (phút), 2h (giờ)")
        return timedelta(**{_UNITS[found[2]]: float(found[1])})

    @field_validator("url")
    @classmethod
    def _complete_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = split_web_address(url)
        if parts is None or parts.query or parts.fragment:
            raise ValueError("phải là địa chỉ trang tình trạng của Hệ thống, ví dụ http://10.0.0.5:8377/healthz")
        return url if parts.path.strip("/") else url.rstrip("/") + "/healthz"

    @field_validator("listen")
    @classmethod
    def _check_listen(cls, listen: SecretStr | None) -> SecretStr | None:
        if listen is None:
            return None
        parts = split_web_address(listen.get_secret_value())
        if not parts or parts.scheme != "http" or not parts.port or not _TOKEN.fullmatch(parts.path.strip("/")):
            raise ValueError(
                "phải là http://, địa chỉ IP của máy này, cổng, và một phần bí mật từ 16 chữ cái, chữ số trở lên; ví "
                f"dụ http://0.0.0.0:8390/{secrets.token_urlsafe(18)}"
            )
        return listen

    @model_validator(mode="after")
    def _check_together(self) -> "WatchSettings":
        if not self.url and not self.listen:
            raise ValueError(
                "phải có địa chỉ để hỏi (ví dụ http://10.0.0.5:8377/healthz) hoặc địa chỉ để nhận tín hiệu (--listen)"
            )
        if self.after < 2 * self.every:
            raise ValueError("after phải dài ít nhất gấp đôi every, để một lần hỏi bị lỡ không thành cảnh báo nhầm")
        return self

    @property
    def listening(self) -> Listening | None:
        """Return where signals are received; None if none are."""
        parts = split_web_address(self.listen.get_secret_value()) if self.listen else None
        return Listening(parts.hostname or "", parts.port or 0, parts.path.strip("/")) if parts else None


def load_watch_settings(path: Path | None, stated: Mapping[str, object]) -> WatchSettings:
    """Load the settings of `watch` from the file `path`, if there is one, and from what the command line states.

    `stated` overrides the file; its keys are those of `WatchSettings`, and `webhook` for `alarm.webhook`; a value None
    is ignored. The mail server's password may come from the environment or from a systemd credential.

    Raises:
        ConfigError: a setting is missing or wrong; one line for each, with file, line and key.
    """
    document = load_yaml(path) if path else Document(_COMMAND_LINE, {}, {})
    given = {key: value for key, value in stated.items() if value is not None}
    data: dict[str, Any] = {**document.data, **{key: given[key] for key in given if key != "webhook"}}
    if "webhook" in given:
        before = data.get("alarm")
        data["alarm"] = {**(before if isinstance(before, dict) else {}), "webhook": given["webhook"]}

    def place(key: KeyPath) -> str | None:
        name = "webhook" if key[:2] == ("alarm", "webhook") else str(key[0]) if key else ""
        return _OPTIONS[name] if name in given else None if path else str(_COMMAND_LINE)

    try:
        settings = WatchSettings.model_validate(data)
    except ValidationError as error:
        raise complaint(WatchSettings, document, error, elsewhere=place) from None
    smtp = settings.alarm.smtp
    password = os.environ.get(_PASSWORD_VARIABLE) or credential(SMTP_CREDENTIAL)
    if smtp and password and not smtp.password:
        known = smtp.model_copy(update={"password": SecretStr(password)})
        settings = settings.model_copy(update={"alarm": settings.alarm.model_copy(update={"smtp": known})})
    return settings
