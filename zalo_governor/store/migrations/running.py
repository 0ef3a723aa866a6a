"""Runs what alembic has to do; loaded where there is something to do."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from zalo_governor.store.errors import NewerDatabaseError


def run(connection: Connection) -> None:
    """See `upgrade`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise NewerDatabaseError(
            f"the database has form {current}, which this version of the program does not know: "
            "install the version that wrote it, or a newer one"
        )
    command.upgrade(config, "head")
