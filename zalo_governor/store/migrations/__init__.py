"""The tables' history (alembic), run by the program itself at start."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect

_VERSIONS = Path(__file__).parent / "versions"
_TABLE = "alembic_version"
_NAMED = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest form inside the connection's transaction.

    Raises:
        NewerDatabaseError: its form is not among those that this program knows.
    """
    if _form(connection) != newest_form():
        # At all other starts alembic would lie in memory for months without being used: 10 MB.
        from zalo_governor.store.migrations.running import run  # noqa: PLC0415

        run(connection)


def newest_form() -> str | None:
    """The revision that no other one follows, as alembic would find it; None where there is not exactly one."""
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in _VERSIONS.glob("r*.py"):
        for name, revision in _NAMED.findall(path.read_text(encoding="utf-8")):
            found[name].add(revision)
    newest = found["revision"] - found["down_revision"]
    return newest.pop() if len(newest) == 1 else None


def _form(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_TABLE):
        return None
    form: str | None = connection.exec_driver_sql(f"SELECT version_num FROM {_TABLE}").scalar()  # noqa: S608
    return form
