"""Models of the sections `health` and `heartbeat` of the settings file: how the bot is watched from outside."""

import ipaddress
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from zalo_governor.config.sections import Duration, Section
from zalo_governor.config.web_addresses import split_web_address
from zalo_governor.system.this_machine import is_this_machine

LOOPBACK = "127.0.0.1"


def is_plain_http(url: str) -> bool:
    """Return whether a request to `url` goes over the network unencrypted: http to another machine than this one."""
    parts = urlsplit(url)
    return parts.scheme != "https" and not is_this_machine(parts.hostname or "")


class HealthSettings(Section):
    """The HTTP endpoints /healthz and /metrics for monitoring tools."""

    port: int | None = Field(default=8377, ge=1, le=65535)
    """Port of the endpoints; null switches them off."""
    listen: str = LOOPBACK
    """IP address of this machine on which the port is opened: 127.0.0.1 for programs on this machine only; the
    machine's own address or 0.0.0.0 opens it to the network."""

    @field_validator("listen")
    @classmethod
    def _check_address(cls, listen: str) -> str:
        try:
            return str(ipaddress.ip_address(listen))
        except ValueError:
            raise ValueError(
                "phải là địa chỉ IP của máy này, ví dụ 127.0.0.1 (chỉ máy này), 0.0.0.0 (mọi mạng của máy)"
            ) from None

    @property
    def on_this_machine_only(self) -> bool:
        """Return whether only programs on this machine reach the endpoints."""
        return is_this_machine(self.listen)

    @property
    def url(self) -> str | None:
        """Return the base URL at which this machine itself reaches the endpoints; None if they are switched off."""
        if self.port is None:
            return None
        address = ipaddress.ip_address(self.listen)
        if address.is_unspecified:
            address = ipaddress.ip_address(LOOPBACK if address.version == 4 else "::1")
        host = f"[{address}]" if address.version == 6 else str(address)
        return f"http://{host}:{self.port}"


class HeartbeatSettings(Section):
    """The dead-man signal: a URL called at intervals while all is well, by which another machine notices silence."""

    url: SecretStr | None = None
    """URL of a check as healthchecks.io defines it, of `zalo-governor watch --listen`, or of a compatible service; null
    for none. Secret, since whoever knows it can give the signal."""
    every_minutes: float = Field(default=5.0, gt=0, le=1440)
    """Minutes between two signals."""
    every: ClassVar[Duration] = Duration("every_minutes")
    fail_after_minutes: float = Field(default=2.0, ge=0, le=1440)
    """How long a problem must last until it is signalled; a short loss of the connection to Zalo is none."""
    fail_after: ClassVar[Duration] = Duration("fail_after_minutes")

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None:
            return None
        parts = split_web_address(url.get_secret_value())
        if not parts or parts.query or parts.fragment:
            raise ValueError(
                "phải là địa chỉ đầy đủ, bắt đầu bằng https:// (hoặc http:// trong mạng nội bộ), không có phần sau dấu "
                "? hoặc #"
            )
        return url
