"""Converts rows of a table to the fields of a domain model and back, where both have the same names.

A time is a `datetime` in the field `due_at`, and milliseconds since 1970 in the column `due_ms`; `at` is `at_ms`.
"""

from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row, Table

from zalo_governor.domain.clock import from_ms_or_none, to_ms
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.schema.base import Ciphertext


def fields_of(row: Row[Any]) -> dict[str, Any]:
    """Return field -> value of a row, for `BaseModel.model_validate`, which ignores what is no field of the model."""
    fields = _fields(row._fields)
    return {
        name: from_ms_or_none(value) if is_time else value for (name, is_time), value in zip(fields, row, strict=True)
    }


def columns_of(table: Table, model: BaseModel) -> dict[str, Any]:
    """Return column -> value, for INSERT or UPDATE, of the table's columns that are fields of the model; no `id`.

    Columns of ciphertext are left out, whatever fields the model has: the repository encrypts what they hold.
    """
    return {column: _stored(getattr(model, field)) for column, field in _common(table, type(model))}


@cache
def _common(table: Table, model: type[BaseModel]) -> list[tuple[str, str]]:
    """Return (column, field) for each column that `columns_of` fills from a field of the model."""
    plain = [column.name for column in table.c if column.name != "id" and not isinstance(column.type, Ciphertext)]
    return [(name, _field(name)) for name in plain if _field(name) in model.model_fields]


@cache
def _fields(columns: tuple[str, ...]) -> list[tuple[str, bool]]:
    return [(_field(column), column.endswith("_ms")) for column in columns]


def _field(column: str) -> str:
    if column == "at_ms":
        return "at"
    return f"{column.removesuffix('_ms')}_at" if column.endswith("_ms") else column


def _stored(value: object) -> object:
    match value:
        case datetime():
            return to_ms(value)
        case Enum():
            return value.value
        case str():
            return storable(value)
    return value
