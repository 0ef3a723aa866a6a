"""Schema migrations (alembic), run by the program itself at start."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect

from zalo_governor.storage.errors import NewerDatabaseError

VERSIONS = Path(__file__).parent / "versions"
"""Folder of the schema revisions, one file each."""
_TABLE = "alembic_version"
_NAMED = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)


def newest() -> str:
    """Return the id of the newest schema revision that this program knows."""
    found = _revisions()
    [head] = found["revision"] - found["down_revision"]
    return head


def has_table(connection: Connection, name: str) -> bool:
    """Return whether the connection's own schema has the table, whatever else its search path shows."""
    inspector = inspect(connection)
    return inspector.has_table(name, inspector.default_schema_name)


def revision(connection: Connection) -> str | None:
    """Return the id of the database's schema revision; None if the database has no tables."""
    if not has_table(connection, _TABLE):
        return None
    form: str | None = connection.exec_driver_sql(f"SELECT version_num FROM {_TABLE}").scalar()  # noqa: S608
    return form


def check_known(form: str) -> None:
    """Raise NewerDatabaseError if this program does not know the schema revision `form`, as a newer one made it."""
    if form not in _revisions()["revision"]:
        raise NewerDatabaseError(
            f"cơ sở dữ liệu do phiên bản mới hơn của chương trình tạo ra (schema {form}); hãy cài "
            "phiên bản ấy hoặc mới hơn. Cơ sở dữ liệu giữ nguyên"
        )


def upgrade(connection: Connection, form: str = "head") -> None:
    """Migrate the tables to the schema revision `form` ("head": the newest), in the connection's transaction.

    Raises:
        NewerDatabaseError: this program does not know the database's revision, or `form`.
    """
    current = revision(connection)
    for stated in (current, form):
        if stated not in {None, "head"}:
            check_known(str(stated))
    if current != newest():
        # Imported only when needed: alembic would occupy 10 MB of memory for months.
        from zalo_governor.storage.migrations.running import run  # noqa: PLC0415

        run(connection, form, VERSIONS)


def _revisions() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in VERSIONS.glob("r*.py"):
        for name, stated in _NAMED.findall(path.read_text(encoding="utf-8")):
            found[name].add(stated)
    return found
