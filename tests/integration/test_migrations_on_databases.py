"""What a database of the base becomes by the revisions, and what a new one is from the start: the same."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Index, Integer, MetaData, String, Table, inspect, text

from tests import postgresql
from tests.frozen_base import freeze_base
from tests.later_revision import NEXT, NOW, with_a_later_revision
from tests.unit.storage.stored import MASTER, HandClock
from zalo_governor.storage import migrations
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import cases, metadata
from zalo_governor.storage.security.crypto import Keys

BASE = "1000"
STATEMENTS = {
    "sqlite": "SELECT name, sql AS made_by FROM sqlite_master WHERE type IN ('index', 'trigger')",
    "postgresql": """
SELECT indexname AS name, indexdef AS made_by FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
""",
}
LATER_TABLE = """
    op.create_table("later", sa.Column("id", sa.Integer(), nullable=False), sa.Column("word", sa.String()),
                    sa.PrimaryKeyConstraint("id", name="pk_later"))
"""
LATER_INDEX = '    op.create_index("ix_cases_later", "cases", ["severity", "id"])'


def schema_of(database: Database) -> dict[str, Any]:
    """Tables, whatever the order of their columns, with all that belongs to them."""
    with database.read() as connection:
        found = MetaData()
        found.reflect(connection)
        return {
            **{table.name: _described(connection, table) for table in found.sorted_tables},
            **{row.name: row.made_by for row in connection.execute(text(STATEMENTS[connection.dialect.name]))},
        }


def _described(connection: Connection, table: Table) -> Any:
    looked = inspect(connection)
    columns = {
        column["name"]: (str(column["type"]), column["nullable"], str(column["default"]))
        for column in looked.get_columns(table.name)
    }
    foreign = sorted(str(sorted(key.items(), key=str)) for key in looked.get_foreign_keys(table.name))
    numbered = connection.dialect.name == "sqlite" and connection.scalar(
        text("SELECT sql LIKE '%AUTOINCREMENT%' FROM sqlite_master WHERE name = :name"), {"name": table.name}
    )
    unique = looked.get_unique_constraints(table.name)
    return columns, looked.get_pk_constraint(table.name), foreign, sorted(map(str, unique)), numbered


def opened(url: str) -> closing[Database]:
    return closing(Database(url, Keys(MASTER), HandClock()))


@pytest.fixture
def second_url(empty_url: str, request: pytest.FixtureRequest) -> str:
    """One more database of the same kind without a table."""
    if empty_url.startswith("sqlite"):
        return empty_url.replace("governor.db", "second.db")
    return postgresql.new_database(request.getfixturevalue("postgresql_folder"))


def test_a_database_of_the_base_becomes_what_a_new_one_is(empty_url: str, second_url: str) -> None:
    with opened(empty_url) as old, opened(second_url) as new:
        old.make_tables(BASE)
        old.migrate()
        new.migrate()
        assert old.form() == new.form() == migrations.newest()
        assert schema_of(old) == schema_of(new)


@pytest.fixture
def later_schema() -> Iterator[None]:
    """The schema of a later version, which has one table and one index more."""
    table = Table("later", metadata, Column("id", Integer, primary_key=True), Column("word", String))
    index = Index("ix_cases_later", cases.c.severity, cases.c.id)
    yield
    metadata.remove(table)
    cases.indexes.discard(index)


@pytest.mark.parametrize(("body", "same"), [(LATER_TABLE + LATER_INDEX, True), (LATER_TABLE, False)])
def test_a_later_revision_has_to_say_all_that_the_schema_does(
    empty_url: str,
    second_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    *,
    body: str,
    same: bool,
) -> None:
    frozen = tmp_path / "frozen"
    shutil.copytree(migrations.VERSIONS, frozen)
    freeze_base(frozen)
    monkeypatch.setattr(migrations, "VERSIONS", frozen)
    with_a_later_revision(tmp_path, monkeypatch, body=body.strip())
    request.getfixturevalue("later_schema")
    with opened(empty_url) as old, opened(second_url) as new:
        old.make_tables(BASE)
        assert old.form() == NOW
        old.migrate()
        new.migrate()
        assert old.form() == new.form() == NEXT
        assert (schema_of(old) == schema_of(new)) is same
