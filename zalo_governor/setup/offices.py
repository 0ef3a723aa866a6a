"""The settings files of several offices on one machine: /etc/zalo-governor/NAME/governor.yaml."""

import os
import secrets
import shutil
from contextlib import suppress
from itertools import count
from pathlib import Path

from sqlalchemy import URL, make_url

from zalo_governor.config.settings import load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.config.yaml_file import load_yaml
from zalo_governor.domain.errors import ConfigError
from zalo_governor.setup.systemd import NAME, Installation, ServiceError
from zalo_governor.setup.yaml_edit import RoundTrip, put
from zalo_governor.storage.maintenance.offices import role_of
from zalo_governor.system import atomic_files
from zalo_governor.system.error_text import of_system

_MODE = 0o640
_FIRST_PORT = 8401


def settings_files(etc: Path) -> list[Path]:
    """Return the settings files of all offices below the folder `etc`; raise ConfigError if there is none."""
    if not (found := sorted(etc.glob("*/governor.yaml"))):
        raise ConfigError(f"{etc}: chưa có cơ quan nào; hãy thêm: zalo-governor offices add TÊN")
    return found


def stated_address(config: Path, name: str) -> URL | None:
    """Return the `database_url` in the settings file `config` of the office `name`; None if file or key is missing.

    Raises:
        ConfigError: the file is wrong, or its URL does not log in as the office's own PostgreSQL role with a password.
    """
    url = load_settings(config).database_url if config.exists() else None
    address = make_url(url) if url else None
    if address and (address.username != role_of(name) or not address.password):
        raise load_yaml(config).error(
            ("database_url",), f"không phải địa chỉ của cơ quan này (người dùng {role_of(name)}, có mật khẩu); hãy sửa"
        )
    return address


def new_address(admin_url: str, name: str) -> URL:
    """Return a URL for the administrator's database with the PostgreSQL role of the office `name` and a new password.

    It connects over TCP, where PostgreSQL asks for the password: the local socket could not tell the offices apart, as
    the services of all run as one system user.
    """
    address = make_url(admin_url)
    host = address.host or (None if "host" in address.query else "localhost")
    password = secrets.token_urlsafe(24)
    return address.set(drivername="postgresql", username=role_of(name), password=password, host=host)


def write_office_settings(installation: Installation, url: URL, etc: Path) -> None:
    """Write the settings file of a new office: the shipped one with the database `url`, the office's paths and a port.

    The port is that of the health address; it differs from the ports in the shipped file and in all files below `etc`.

    Raises:
        ServiceError: the file cannot be written.
    """
    template = shipped_config() / "governor.yaml"
    file = RoundTrip(template.read_text(encoding="utf-8"), template)
    put(file.root, "database_url", url.render_as_string(hide_password=False))
    put(file.root, "data_dir", str(installation.data_dir))
    put(file.section("zalo"), "session_file", str(installation.session_file))
    stated = [load_yaml(path).data for path in (template, *etc.glob("*/governor.yaml"))]
    taken = {(data.get(section) or {}).get("port") for data in stated for section in ("health", "panel")}
    put(file.section("health"), "port", next(port for port in count(_FIRST_PORT) if port not in taken))
    path = installation.config
    try:
        for folder in (etc, path.parent):
            if not folder.exists():
                folder.mkdir(parents=True)
                folder.chmod(0o755)  # Whatever umask root has, the service must get in.
        atomic_files.replace_file(path, file.text.encode(), mode=_MODE)
        if os.geteuid() == 0:
            with suppress(LookupError):  # No service is installed on this machine.
                shutil.chown(path, group=NAME)
    except OSError as error:
        raise ServiceError(f"{path}: không ghi được ({of_system(error)}); chạy lại bằng sudo") from None
