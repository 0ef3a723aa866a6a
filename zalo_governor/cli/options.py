"""Command line options used by several commands."""

from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.config.groups import GroupSettings
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError

RulesFolder = Annotated[
    Path | None,
    typer.Option(help="Thư mục có rules/, quy-che.yaml và benign/; bỏ trống là thư mục mà Hệ thống đang dùng."),
]
ConfigFile = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="ZALO_GOVERNOR_CONFIG", help="Tệp cấu hình.", readable=False),
]
OfficesFolder = Annotated[Path, typer.Option("--offices-dir", help="Thư mục có thư mục của từng cơ quan.")]
DEFAULT_CONFIG = Path("governor.yaml")
GroupId = Annotated[str | None, typer.Option(help="Mã Nhóm; bỏ trống là Nhóm đầu tiên trong tệp cấu hình.")]


def chosen_rules(config_dir: Path | None, config: Path) -> Path:
    """Return the folder of rules for a command: `config_dir`, if the operator gave one, else that of the settings file.

    If there is no settings file, it is the folder that ships with the program.

    Raises:
        ConfigError: the settings file is wrong.
    """
    return config_dir or (load_settings(config).rules_dir if config.exists() else shipped_config())


def chosen_group(settings: Settings, wanted: str | None) -> GroupSettings:
    """Return the watched group whose id the operator gave as `wanted`; if it is None, the first group of the settings.

    Raises:
        ConfigError: the settings have no such group.
    """
    for group in settings.groups:
        if wanted in {None, group.id}:
            return group
    if wanted is None:
        raise ConfigError("groups: tệp cấu hình chưa có Nhóm nào; hãy thêm mã Nhóm vào mục groups")
    known = ", ".join(group.id for group in settings.groups)
    raise ConfigError(f"--group: tệp cấu hình không có Nhóm này; các Nhóm đang theo dõi: {known or 'chưa có'}")
