"""Table of the scans of attachments (files and pictures in messages): what was found, never what was read."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from zalo_governor.storage.schema.base import ROW_ID, metadata, partial

file_scans = Table(
    "file_scans",
    metadata,
    Column("event_id", ROW_ID, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("group_id", String, nullable=False),
    Column("account", String, nullable=False),
    Column("message_key", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),  # when the message was sent
    Column("scanned_ms", BigInteger, nullable=False),
    Column("mac", LargeBinary),  # keyed hash of the content; NULL if the file could not be downloaded
    Column("size", Integer, nullable=False),
    Column("found", Integer, nullable=False),  # number of findings about which people are told
    Column("result", JSON, nullable=False),  # a ScanResult: labels, codes and page numbers, nothing of the content
    Index("ix_file_scans_group_at", "group_id", "at_ms"),
    Index("ix_file_scans_message", "group_id", "message_key"),
    partial("ix_file_scans_mac", "mac", "scanned_ms", where="mac IS NOT NULL"),
)
