"""The content of a backup as JSON lines: a manifest, the configuration files, the rows of all tables, row counts."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection

from zalo_governor.backup.encrypted_file import BackupError, SealedWriter, read_lines
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.domain.models import FrozenModel
from zalo_governor.storage.maintenance.dump import Shape, rows, shapes

Progress = Callable[[int], None]
"""Callback for progress displays; called with the number of rows processed since its previous call."""

_ROWS_PER_BATCH = 1000
_MAX_CONFIG_BYTES = 256 << 20
"""Limit in bytes of all configuration files in a backup together."""


class Manifest(FrozenModel):
    """First line of a backup: which program made it, when, and with which encryption key of the installation."""

    program: str
    """Version of the program that made the backup."""
    made_at: str
    """Time of the backup in UTC, ISO 8601."""
    form: str
    """Migration revision of the database schema; the program that restores the backup must know this revision."""
    key: str
    """The installation's encryption key in base64; the encrypted columns of the rows need it."""
    account: str
    """uid of the bot account; "" before the first login."""


class End(FrozenModel):
    """Last line of a backup: row counts and the audit log's last hash, to check that nothing is missing."""

    counts: dict[str, int]
    """Table name -> number of rows."""
    audit_head: str
    """Row count and last hash of the audit log (`1234-0f3c9a5be1d27764`); "" if the log is empty."""

    @property
    def rows(self) -> int:
        """Return the number of rows in the backup, all tables together."""
        return sum(self.counts.values())


class Survey(NamedTuple):
    """Content of a complete and undamaged backup without the table rows: first line, configuration files, last line."""

    manifest: Manifest
    files: dict[str, bytes]
    """File name -> content: `governor.yaml` is the settings file, `config/…` the office's configuration folder."""
    end: End


def write_archive(
    writer: SealedWriter,
    connection: Connection,
    manifest: Manifest,
    files: Mapping[str, bytes],
    audit_head: str,
    progress: Progress,
) -> End:
    """Write the whole content of a backup and return its last line.

    `connection` must show all tables at the same moment (a snapshot); `files` are the configuration files, name ->
    content; `audit_head` is as in `End`; `progress` is called with the number of rows written since its previous call.
    """
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
    """Read a backup to its end, check that it is complete and undamaged, and return its content without the table rows.

    `progress` is called with the number of table rows read since its previous call.

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
    """Yield the table rows of a backup as pairs (table, up to 1000 of its rows).

    Tables come in an order in which their rows can be inserted: after the tables that their foreign keys refer to.

    Raises:
        BackupError: the recovery code does not open the file, or the backup is damaged or incomplete.
    """
    for table, batch in _read_parts(path, code):
        if isinstance(table, Shape) and batch:
            yield table, batch


def _read_parts(path: Path, code: RecoveryCode) -> Iterator[tuple[Shape | dict[str, Any], list[list[Any]]]]:
    """Parse all lines of a backup in order; yield table rows in batches, as pairs (table, up to 1000 of its rows).

    A line that is no table row (manifest, configuration file, end) is yielded as (the parsed line, []).
    """
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
    """Make the error to raise for the backup file `path` if it is incomplete or has unexpected content."""
    return BackupError(f"{path}: bản sao lưu không đầy đủ; chưa thay đổi gì. Đề nghị dùng bản sao lưu khác.")
