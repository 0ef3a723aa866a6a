"""Reads the state of outgoing messages, backups and scans from the database."""

from zalo_governor.app.attachments import scan_status
from zalo_governor.app.context import AppContext
from zalo_governor.backup.copying import copy_status
from zalo_governor.backup.create import is_overdue, last_backup
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.storage.queries.queue_counts import QueueCounts
from zalo_governor.storage.repositories.outbox import Outbox


def with_stored(line: LineStatus, records: AppContext, account: str) -> LineStatus:
    """Return `line` with the state of outbox, backups and scans added from the database, for the command /trangthai."""
    last, settings = last_backup(records.vault), records.settings.backup
    copies = copy_status(records.vault, settings)
    return line._replace(
        outgoing=Outbox(records.database, account).counts(records.clock()),
        backed_up_at=last.at if last else None,
        audit_faults=last.audit_faults if last else 0,
        backup_overdue=is_overdue(records.vault, records.clock(), settings.remind_after),
        copied_at=copies.good_at,
        copy_missing=copies.is_missing(records.clock(), settings.remind_after),
        scans=scan_status(QueueCounts(records.database, account), records.settings.attachments),
    )
