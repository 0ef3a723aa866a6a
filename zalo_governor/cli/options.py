"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.domain.errors import ConfigError
from zalo_governor.office.policy import Group
from zalo_governor.settings import Settings

ConfigFile = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="ZALO_GOVERNOR_CONFIG", help="The settings file.", dir_okay=False),
]
DEFAULT_CONFIG = Path("governor.yaml")
GroupId = Annotated[str | None, typer.Option(help="Group id; the first one of the settings if left out.")]


def chosen_group(settings: Settings, wanted: str | None) -> Group:
    """The group of that id, or the first one.

    Raises:
        ConfigError: the settings name no such group.
    """
    for group in settings.groups:
        if wanted in {None, group.id}:
            return Group(group.id, group.name)
    raise ConfigError("groups: the settings name no such group")
