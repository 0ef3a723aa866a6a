"""The schema's revisions: an empty database gets all tables at once, an older one is migrated (alembic)."""

import re
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select

from zalo_governor.storage.errors import NewerDatabaseError, OlderDatabaseError
from zalo_governor.storage.schema import metadata

VERSIONS = Path(__file__).parent / "versions"
"""Folder of the schema revisions, one file each."""
_STAMP = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table with the database's revision."""
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
    if not has_table(connection, _STAMP.name):
        return None
    return connection.scalar(select(_STAMP.c.version_num))


def check_known(form: str) -> None:
    """Check that this program knows the schema revision `form`.

    Raises:
        NewerDatabaseError: a newer version of the program made it.
        OlderDatabaseError: it is older than the oldest from which this program can migrate.
    """
    known = _revisions()["revision"]
    if form < min(known):
        raise OlderDatabaseError(
            f"cấu trúc (schema) {form} là của một bản chương trình dựng thử, phiên bản này không nâng cấp, không khôi "
            "phục từ đó được; hãy cài lại bản đã tạo ra nó, hoặc chạy zalo-governor init với thư mục dữ liệu và cơ sở "
            "dữ liệu mới (data_dir, database_url). Dữ liệu giữ nguyên"
        )
    if form not in known:
        raise NewerDatabaseError(
            f"cơ sở dữ liệu do phiên bản mới hơn của chương trình tạo ra (schema {form}); hãy cài "
            "phiên bản ấy hoặc mới hơn. Cơ sở dữ liệu giữ nguyên"
        )


def upgrade(connection: Connection, form: str = "head") -> None:
    """Create or migrate the tables to the schema revision `form` ("head": the newest), in the connection's transaction.

    Raises:
        NewerDatabaseError: this program does not know the database's revision, or `form`.
        OlderDatabaseError: the database's revision, or `form`, is older than what this program can migrate from.
    """
    current = revision(connection)
    for stated in (current, form):
        if stated not in {None, "head"}:
            check_known(str(stated))
    if current is None and form in {"head", newest()}:
        metadata.create_all(connection, checkfirst=False)
        _STAMP.create(connection, checkfirst=False)
        connection.execute(insert(_STAMP).values(version_num=newest()))
    elif current != newest():
        # Imported only when needed: alembic would occupy 10 MB of memory for months.
        from zalo_governor.storage.migrations.running import run  # noqa: PLC0415

        run(connection, form, VERSIONS)


def _revisions() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in VERSIONS.glob("r*.py"):
        for name, stated in _NAMED.findall(path.read_text(encoding="utf-8")):
            found[name].add(stated)
    return found
