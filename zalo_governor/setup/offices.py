"""The settings files of several offices on one machine: /etc/zalo-governor/NAME/governor.yaml."""

import os
import secrets
import shutil
from contextlib import suppress
from itertools import count
from pathlib import Path

from sqlalchemy import URL, make_url

from zalo_governor.config import load_settings, shipped_config
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
    """Return the settings files of all offices below the folder `etc`, by name of the office (the file's folder)."""
    return sorted(etc.glob("*/governor.yaml"))


def require_offices(etc: Path) -> list[Path]:
    """Return what `settings_files` does; raise ConfigError if there is none."""
    if not (found := settings_files(etc)):
        raise ConfigError(f"{etc}: chưa có cơ quan nào; hãy thêm: zalo-governor offices add TÊN")
    return found


def stated_address(config: Path, name: str) -> URL | None:
    """Return the database address in the office's settings file; None if there is no file, or none in it.

    Raises:
        ConfigError: the file is wrong, or its address is not that of the office's own role.
    """
    url = load_settings(config).database_url if config.exists() else None
    if url is None:
        return None
    address = make_url(url)
    if address.username != role_of(name) or not address.password:
        raise load_yaml(config).error(
            ("database_url",), f"không phải địa chỉ của cơ quan này (người dùng {role_of(name)}, có mật khẩu); hãy sửa"
        )
    return address


def new_address(admin_url: str, name: str) -> URL:
    """Return the address at which the office reaches the administrator's database, with a new random password.

    PostgreSQL lets the services of all offices, which have one user of the machine, in by password only, and asks for
    one where they come over TCP.
    """
    address = make_url(admin_url)
    host = address.host or (None if "host" in address.query else "localhost")
    return address.set(drivername="postgresql", username=role_of(name), password=secrets.token_urlsafe(24), host=host)


def write_office_settings(installation: Installation, url: URL, etc: Path) -> None:
    """Write the office's settings file, from the shipped one, with the address of its database.

    Raises:
        ServiceError: it cannot be written.
    """
    template = shipped_config() / "governor.yaml"
    file = RoundTrip(template.read_text(encoding="utf-8"), template)
    put(file.root, "database_url", url.render_as_string(hide_password=False))
    put(file.root, "data_dir", str(installation.data_dir))
    put(file.section("zalo"), "session_file", str(installation.session_file))
    taken = {load_yaml(path).data.get("health", {}).get("port") for path in settings_files(etc)}
    put(file.section("health"), "port", next(port for port in count(_FIRST_PORT) if port not in taken))
    path = installation.config
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.replace_file(path, file.text.encode(), mode=_MODE)
        if os.geteuid() == 0:
            with suppress(LookupError):  # No service is installed on this machine.
                shutil.chown(path, group=NAME)
    except OSError as error:
        raise ServiceError(f"{path}: không ghi được ({of_system(error)}); chạy lại bằng sudo") from None
