"""Reading and writing a backup's lines: a manifest, the configuration files, every table's rows, and row counts."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection

from zalo_governor.backup.encrypted_file import BackupError, SealedWriter, read_lines
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.storage.maintenance.dump import Shape, rows, shapes

Progress = Callable[[int], None]
"""Callback that is given how many more rows were processed since its last call."""

_ROWS_PER_BATCH = 1000
_MAX_CONFIG_BYTES = 256 << 20
"""Limit in bytes of all configuration files in a backup together."""


class Manifest(BaseModel):
    """First line of a backup: which program and account made it, when, and the key that its rows are encrypted with."""

    model_config = ConfigDict(frozen=True)

    program: str
    made_at: str
    form: str
    """Migration revision of the database schema."""
    key: str
    """The installation's encryption key in base64; without it the rows cannot be decrypted."""
    account: str
    """uid of the bot account; "" before the first login."""


class End(BaseModel):
    """Last line of a backup: what a reader compares with the rows that were read."""

    model_config = ConfigDict(frozen=True)

    counts: dict[str, int]
    """Table name -> number of rows."""
    audit_head: str
    """Head of the audit log's hash chain, in the form that reports print; "" if the log was empty."""

    @property
    def rows(self) -> int:
        """Return the number of rows of all tables together."""
        return sum(self.counts.values())


class Survey(NamedTuple):
    """Contents, without the table rows, of a backup that was read completely and found undamaged."""

    manifest: Manifest
    files: dict[str, bytes]
    """Name -> content: `governor.yaml` is the settings file, `config/…` are the office's own configuration files."""
    end: End


def write_archive(
    writer: SealedWriter,
    connection: Connection,
    manifest: Manifest,
    files: Mapping[str, bytes],
    audit_head: str,
    progress: Progress,
) -> End:
    """Write the manifest, files, all tables and the end; `connection` must read one consistent snapshot."""
    writer.line(orjson.dumps({"manifest": manifest.model_dump()}))
    for name, content in files.items():
        writer.line(orjson.dumps({"file": name, "content": b64encode(content).decode()}))
    counts = {}
    for shape in shapes():
        writer.line(orjson.dumps({"table": shape.table, "columns": shape.columns, "binary": shape.binary}))
        found = rows(connection, shape)
        counts[shape.table] = 0
        while batch := list(islice(found, _ROWS_PER_BATCH)):
            for row in batch:
                writer.line(orjson.dumps(row))
            counts[shape.table] += len(batch)
            progress(len(batch))
    end = End(counts=counts, audit_head=audit_head)
    writer.line(orjson.dumps({"end": end.model_dump()}))
    writer.finish()
    return end


def survey(path: Path, code: RecoveryCode, progress: Progress) -> Survey:
    """Read a whole backup and check that it is complete and undamaged.

    Raises:
        BackupError: the recovery code does not open the file, or the backup is damaged or incomplete.
    """
    manifest: Manifest | None = None
    end: End | None = None
    files: dict[str, bytes] = {}
    counted: dict[str, int] = {}
    try:
        for table, batch in _read_parts(path, code):
            if isinstance(table, Shape):
                counted[table.table] = counted.get(table.table, 0) + len(batch)
                progress(len(batch))
            elif "manifest" in table:
                manifest = Manifest.model_validate(table["manifest"])
            elif "file" in table:
                files[table["file"]] = b64decode(table["content"])
                if sum(map(len, files.values())) > _MAX_CONFIG_BYTES:
                    raise not_whole(path)
            elif "end" in table:
                end = End.model_validate(table["end"])
    except (ValidationError, ValueError, KeyError, TypeError):
        raise not_whole(path) from None
    if manifest is None or end is None or counted != end.counts:
        raise not_whole(path)
    return Survey(manifest, files, end)


def batches(path: Path, code: RecoveryCode) -> Iterator[tuple[Shape, list[list[Any]]]]:
    """Yield the rows of each table in batches, in an order in which they can be inserted; raises BackupError."""
    for table, batch in _read_parts(path, code):
        if isinstance(table, Shape) and batch:
            yield table, batch


def _read_parts(path: Path, code: RecoveryCode) -> Iterator[tuple[Shape | dict[str, Any], list[list[Any]]]]:
    """Yield a table with a batch of its rows, or any other line (a dict) with an empty list."""
    shape: Shape | None = None
    batch: list[list[Any]] = []
    for line in read_lines(path, code):
        parsed = orjson.loads(line)
        if isinstance(parsed, list):
            if shape is None:
                raise not_whole(path)
            batch.append(parsed)
            if len(batch) == _ROWS_PER_BATCH:
                yield shape, batch
                batch = []
            continue
        if shape is not None:
            yield shape, batch  # Also for a table without rows, because `survey` compares the counts of all tables.
            batch, shape = [], None
        if "table" in parsed:
            shape = Shape(parsed["table"], tuple(parsed["columns"]), tuple(parsed["binary"]))
        else:
            yield parsed, []


def not_whole(path: Path) -> BackupError:
    """Return the error for a backup that is incomplete or has unexpected contents."""
    return BackupError(f"{path}: bản sao lưu không đầy đủ; chưa thay đổi gì. Đề nghị dùng bản sao lưu khác.")
