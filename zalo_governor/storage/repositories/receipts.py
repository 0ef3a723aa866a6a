"""Which of Zalo's receipts (who received or saw a message) may be stored: they track behaviour, so only a few are."""

from sqlalchemy import Connection, bindparam, select

from zalo_governor.storage.schema import case_events, directives

_KNOWN = tuple(
    select(number)
    .where(number.table.c.group_id == bindparam("group_id"), number.table.c.message_key == bindparam("message_key"))
    .limit(1)
    for number in (case_events.c.case_id, directives.c.id)
)


def is_watched(connection: Connection, group_id: str, message_key: str) -> bool:
    """Return whether the message with that msgId belongs to a case or is a directive; only then are receipts stored."""
    message = {"group_id": group_id, "message_key": message_key}
    return any(connection.execute(known, message).first() is not None for known in _KNOWN)
