"""What a backup holds, line by line: a manifest, the configuration, every table, and an end that counts them."""

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
"""Told of so many more rows."""

_AT_ONCE = 1000
_MOST_OF_FILES = 256 << 20
"""Bytes of the configuration together."""


class Manifest(BaseModel):
    """What the whole is."""

    model_config = ConfigDict(frozen=True)

    program: str
    made_at: str
    form: str
    """Revision of the tables."""
    key: str
    """The installation's key, base64: without it nobody reads the rows."""
    account: str
    """uid of the bot account, "" before the first login."""


class End(BaseModel):
    """What was written, for whoever reads it back."""

    model_config = ConfigDict(frozen=True)

    counts: dict[str, int]
    """Rows of each table."""
    audit_head: str
    """As reports print it; "" where nothing was on record."""

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(self.counts.values())


class Survey(NamedTuple):
    """A backup that was read from its first byte to its last."""

    manifest: Manifest
    files: dict[str, bytes]
    """Path below the folder of the settings -> content; `governor.yaml` is the settings themselves."""
    end: End


def write_archive(
    writer: SealedWriter,
    connection: Connection,
    manifest: Manifest,
    files: Mapping[str, bytes],
    audit_head: str,
    progress: Progress,
) -> End:
    """Write everything; `connection` shows the database as it stands at one moment."""
    writer.line(orjson.dumps({"manifest": manifest.model_dump()}))
    for name, content in files.items():
        writer.line(orjson.dumps({"file": name, "content": b64encode(content).decode()}))
    counts = {}
    for shape in shapes():
        writer.line(orjson.dumps({"table": shape.table, "columns": shape.columns, "binary": shape.binary}))
        found = rows(connection, shape)
        counts[shape.table] = 0
        while batch := list(islice(found, _AT_ONCE)):
            for row in batch:
                writer.line(orjson.dumps(row))
            counts[shape.table] += len(batch)
            progress(len(batch))
    end = End(counts=counts, audit_head=audit_head)
    writer.line(orjson.dumps({"end": end.model_dump()}))
    writer.finish()
    return end


def survey(path: Path, code: RecoveryCode, progress: Progress) -> Survey:
    """Read a backup through and see that nothing is missing.

    Raises:
        BackupError: it does not open, or it is not whole.
    """
    manifest: Manifest | None = None
    end: End | None = None
    files: dict[str, bytes] = {}
    counted: dict[str, int] = {}
    try:
        for table, batch in _parts(path, code):
            if isinstance(table, Shape):
                counted[table.table] = counted.get(table.table, 0) + len(batch)
                progress(len(batch))
            elif "manifest" in table:
                manifest = Manifest.model_validate(table["manifest"])
            elif "file" in table:
                files[table["file"]] = b64decode(table["content"])
                if sum(map(len, files.values())) > _MOST_OF_FILES:
                    raise not_whole(path)
            elif "end" in table:
                end = End.model_validate(table["end"])
    except (ValidationError, ValueError, KeyError, TypeError):
        raise not_whole(path) from None
    if manifest is None or end is None or counted != end.counts:
        raise not_whole(path)
    return Survey(manifest, files, end)


def batches(path: Path, code: RecoveryCode) -> Iterator[tuple[Shape, list[list[Any]]]]:
    """The rows of each table, many at a time, in the order in which they may be put back; raises BackupError."""
    for table, batch in _parts(path, code):
        if isinstance(table, Shape) and batch:
            yield table, batch


def _parts(path: Path, code: RecoveryCode) -> Iterator[tuple[Shape | dict[str, Any], list[list[Any]]]]:
    shape: Shape | None = None
    batch: list[list[Any]] = []
    for line in read_lines(path, code):
        parsed = orjson.loads(line)
        if isinstance(parsed, list):
            if shape is None:
                raise not_whole(path)
            batch.append(parsed)
            if len(batch) == _AT_ONCE:
                yield shape, batch
                batch = []
            continue
        if shape is not None:
            yield shape, batch  # also where it has no rows: they are counted
            batch, shape = [], None
        if "table" in parsed:
            shape = Shape(parsed["table"], tuple(parsed["columns"]), tuple(parsed["binary"]))
        else:
            yield parsed, []


def not_whole(path: Path) -> BackupError:
    """What is to be said of a backup that holds something else than a backup holds."""
    return BackupError(f"{path}: bản sao lưu không đầy đủ; chưa thay đổi gì. Đề nghị dùng bản sao lưu khác.")
