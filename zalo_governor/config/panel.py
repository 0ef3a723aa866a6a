"""Model of the section `panel` of the settings file: web pages for people with a role."""

import ipaddress
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from zalo_governor.config.monitoring import LOOPBACK
from zalo_governor.config.sections import Section
from zalo_governor.config.web_addresses import split_web_address
from zalo_governor.system.this_machine import is_this_machine


class PanelSettings(Section):
    """The panel (web pages for people with a role): whether it is on, its port, and the URL by which people open it."""

    enabled: bool = False
    listen: str = LOOPBACK
    """IP address of this machine on which the panel listens."""
    port: int = Field(default=8460, ge=1, le=65535)
    address: str | None = None
    """What people type into the browser, such as `https://bang.mau.gov.vn`; null for this machine's own browser."""
    certificate: Path | None = None
    """File with the certificate (PEM, with the chain), relative to the settings file."""
    key: Path | None = None
    """File with the certificate's private key, relative to the settings file."""
    behind_proxy: bool = False
    """Whether a web server of the office passes requests on to the panel, encrypts them, and sets X-Forwarded-For."""

    @field_validator("listen")
    @classmethod
    def _check_listen(cls, listen: str) -> str:
        try:
            return str(ipaddress.ip_address(listen))
        except ValueError:
            raise ValueError("phải là địa chỉ IP của máy này, ví dụ 127.0.0.1 (chỉ máy này) hoặc 10.1.2.3") from None

    @field_validator("address")
    @classmethod
    def _check_address(cls, address: str | None) -> str | None:
        if address is None:
            return None
        parts = split_web_address(address)
        if not parts or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            raise ValueError("phải là địa chỉ như https://bang.mau.gov.vn, không có gì sau tên máy và số cổng")
        if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
            raise ValueError("phải bắt đầu bằng https://; http:// chỉ dùng được trên chính máy này (127.0.0.1)")
        # As browsers write it in Host and Origin.
        usual = {"http": ":80", "https": ":443"}[parts.scheme]
        return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"

    @model_validator(mode="after")
    def _check_encrypted(self) -> "PanelSettings":
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate và key phải có cả hai, hoặc để trống cả hai")
        if self.enabled and not self.certificate and not self.behind_proxy and not is_this_machine(self.listen):
            raise ValueError(
                "listen: ngoài 127.0.0.1 thì phải có certificate và key, hoặc behind_proxy: true khi máy chủ web của "
                "cơ quan đứng trước và lo mã hóa"
            )
        if self.enabled and not self.address and self.listen in {"0.0.0.0", "::"}:  # noqa: S104 - refused here
            raise ValueError(
                f"listen: {self.listen} là mọi địa chỉ của máy, nên phải ghi thêm address: địa chỉ mà mọi người mở, "
                "ví dụ https://bang.mau.gov.vn"
            )
        return self

    @property
    def base(self) -> str:
        """Return the URL of the panel without a final slash: `address`, else one made from `listen` and `port`."""
        if self.address:
            return self.address
        host = f"[{self.listen}]" if ":" in self.listen else self.listen
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

    def below(self, base: Path) -> "PanelSettings":
        """Return a copy whose relative paths are resolved against `base`."""
        files = {"certificate": self.certificate, "key": self.key}
        return self.model_copy(update={name: base / path for name, path in files.items() if path})
