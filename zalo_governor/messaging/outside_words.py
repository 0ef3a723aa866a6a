"""Texts on failures of what leaves the machine: copies of backups, and the dead-man signal."""

from collections.abc import Iterator

from zalo_governor.messaging.formatter import MessageFormatter, moment
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.messaging.templates import TextId


def copy_notice(status: LineStatus, voice: MessageFormatter) -> str:
    """Return the notice that copying backups to another machine fails, with the time of the last copy that worked."""
    return voice.render(TextId("copy_notice"), last=_last_copy(status, voice))


def outside_rows(status: LineStatus, voice: MessageFormatter) -> Iterator[str]:
    """Yield lines for `/trangthai` (status) on failing copies of backups and a failing dead-man signal.

    While the backup itself is overdue, its copy is left out.
    """
    if status.copy_missing and not status.backup_overdue:
        yield voice.render(TextId("status_no_copy"), last=_last_copy(status, voice))
    if status.signal_failing_since:
        yield voice.render(TextId("status_no_signal"), since=moment(status.signal_failing_since))


def _last_copy(status: LineStatus, voice: MessageFormatter) -> str:
    return moment(status.copied_at) if status.copied_at else voice.render(TextId("never"))
