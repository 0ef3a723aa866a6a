"""The tables' history (alembic), run by the program itself at start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from zalo_governor.store.errors import NewerDatabaseError


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest form inside the connection's transaction.

    Raises:
        NewerDatabaseError: its form is not among those that this program knows.
    """
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
    if current != scripts.get_current_head():
        command.upgrade(config, "head")
