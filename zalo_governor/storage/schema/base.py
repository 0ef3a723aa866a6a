"""SQLAlchemy metadata, a column type, and helpers for indexes and counts, shared by all tables."""

from sqlalchemy import BigInteger, ColumnElement, Index, Integer, LargeBinary, MetaData, case, func, text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite numbers rows by itself only where the type is exactly INTEGER.
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")


class Ciphertext(LargeBinary):
    """Type of the columns with AES-GCM ciphertext, which a repository has to make: see `rows.columns_of`."""


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return a partial index: an index over only those rows for which the SQL condition `where` holds."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Return the SQL expression that counts the rows for which the condition holds."""
    return func.count(case((condition, 1)))
