"""The tables' history (alembic), run by the program itself at start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from zalo_governor.store.errors import NewerDatabaseError


def newest() -> str:
    """The form that this program knows."""
    return str(_scripts()[1].get_current_head())


def revision(connection: Connection) -> str | None:
    """The form of the database; None where it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def check_known(form: str) -> None:
    """See that this program can work with what has that form.

    Raises:
        NewerDatabaseError: it is not among those that this program knows.
    """
    if form not in {script.revision for script in _scripts()[1].walk_revisions()}:
        raise NewerDatabaseError(
            f"the database has form {form}, which this version of the program does not know: "
            "install the version that wrote it, or a newer one"
        )


def upgrade(connection: Connection, form: str = "head") -> None:
    """Bring the database to the newest form, or to `form`, inside the connection's transaction.

    Raises:
        NewerDatabaseError: its form, or `form`, is not among those that this program knows.
    """
    config, scripts = _scripts()
    config.attributes["connection"] = connection
    current = revision(connection)
    for stated in (current, form):
        if stated not in {None, "head"}:
            check_known(str(stated))
    if current != scripts.get_current_head():
        command.upgrade(config, form)


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)
