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
            f"cơ sở dữ liệu do bản mới hơn của chương trình ghi (dạng {current}, bản này không biết); hãy cài lại "
            "đúng bản ấy hoặc bản mới hơn. Cơ sở dữ liệu giữ nguyên"
        )
    if current != scripts.get_current_head():
        command.upgrade(config, "head")
