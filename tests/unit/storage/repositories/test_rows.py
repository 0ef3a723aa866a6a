"""What of a model goes into a row as it is."""

from typing import Any

import pytest
from pydantic import create_model
from sqlalchemy import Table

from tests.crash.opened import OPENED
from zalo_governor.storage.repositories.rows import _field, columns_of
from zalo_governor.storage.schema import metadata
from zalo_governor.storage.schema.base import Ciphertext


def test_what_is_encrypted_is_of_a_type_of_its_own() -> None:
    columns = [column for table in metadata.sorted_tables for column in table.c]
    assert {str(column) for column in columns if isinstance(column.type, Ciphertext)} == OPENED


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)
def test_no_field_that_is_named_like_an_encrypted_column_is_stored_in_clear(table: Table) -> None:
    fields: dict[str, Any] = {_field(column.name): (str | bytes, "secret") for column in table.c}
    row = columns_of(table, create_model("Model", **fields)())
    assert {column.name for column in table.c if isinstance(column.type, Ciphertext)}.isdisjoint(row)
    assert len(row) >= len(table.c) - len(OPENED)
