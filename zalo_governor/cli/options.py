"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="ZALO_GOVERNOR_CONFIG", help="The settings file.", dir_okay=False),
]
DEFAULT_CONFIG = Path("governor.yaml")
