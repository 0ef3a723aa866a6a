"""Dumps all tables to plain rows and restores them, alike for SQLite and PostgreSQL; ciphertext stays encrypted."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Select,
    Table,
    false,
    func,
    insert,
    select,
    text,
)

from zalo_governor.storage.schema import inbox, metadata, panel_keys, waiting

_BATCH_SIZE = 1000


class Shape(NamedTuple):
    """Name and columns of one table in a dump."""

    table: str
    columns: tuple[str, ...]
    binary: tuple[str, ...]
    """Names of the binary columns, whose values are base64 strings in the dump's rows."""


def shapes() -> list[Shape]:
    """Return name and columns of all tables in the order of restoring: first those to which others refer."""
    return [
        Shape(
            table.name,
            tuple(column.name for column in table.columns),
            tuple(column.name for column in table.columns if isinstance(column.type, LargeBinary)),
        )
        for table in metadata.sorted_tables
    ]


def rows(connection: Connection, shape: Shape) -> Iterator[list[Any]]:
    """Yield the rows of one table as lists that can be written as JSON.

    Inbox entries that the rules have not judged yet are left out, since a rule may still seal them (find a state
    secret); after a restore they are fetched again from Zalo's history.
    """
    places = [shape.columns.index(name) for name in shape.binary]
    wanted = _rows_of(metadata.tables[shape.table]).execution_options(yield_per=_BATCH_SIZE)
    for row in connection.execute(wanted):
        values = list(row)
        for place in places:
            if values[place] is not None:
                values[place] = b64encode(values[place]).decode()
        yield values


def count_rows(connection: Connection) -> int:
    """Return the number of rows in all tables together."""
    return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.sorted_tables)


def put_back(connection: Connection, shape: Shape, given: Sequence[Sequence[Any]]) -> None:
    """Insert dumped rows, as `rows` yielded them, into their table; the database must have the dump's schema revision.

    Raises:
        ValueError: the value of a binary column is not base64.
    """
    table = Table(shape.table, MetaData(), *(_column(shape, name) for name in shape.columns))
    connection.execute(insert(table), [_values(shape, row) for row in given])


def go_on_counting(connection: Connection) -> None:
    """Set PostgreSQL's id sequences so that new ids follow the restored ones; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        for column in table.primary_key.columns:
            named = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if named:
                highest = connection.scalar(select(func.max(column))) or 0
                connection.execute(select(func.setval(named, highest + 1, False)))


def leave_numbers_out(connection: Connection, table: Table, count: int) -> None:
    """Skip ids of the table: make its next automatic id at least `count` higher than its highest id."""
    [column] = table.primary_key.columns
    number = (connection.scalar(select(func.max(column))) or 0) + count
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, column.name), number, True)))
        return
    this = {"name": table.name, "number": number}
    if not connection.execute(text("UPDATE sqlite_sequence SET seq = :number WHERE name = :name"), this).rowcount:
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"), this)


def _rows_of(table: Table) -> Select[Any]:
    wanted = select(table)
    if table is inbox:
        wanted = wanted.where(inbox.c.id.not_in(select(waiting.c.id)))
    elif table in {waiting, panel_keys}:  # A restore must not bring back a session that has ended since.
        wanted = wanted.where(false())
    # Rows that refer to others of the same table come after those.
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    return wanted.order_by(*(column.is_not(None) for column in own), *table.primary_key.columns)


def _column(shape: Shape, name: str) -> Column[Any]:
    if name in shape.binary:
        return Column(name, LargeBinary)
    known = metadata.tables.get(shape.table)
    column = None if known is None else known.columns.get(name)
    # A list or dict needs the JSON type to be written; columns that this version does not know hold none.
    holds_json = column is not None and isinstance(column.type, JSON)
    return Column(name, JSON(none_as_null=True)) if holds_json else Column(name)


def _values(shape: Shape, row: Sequence[Any]) -> dict[str, Any]:
    values = dict(zip(shape.columns, row, strict=True))
    for name in shape.binary:
        if values[name] is not None:
            values[name] = b64decode(values[name], validate=True)
    return values
