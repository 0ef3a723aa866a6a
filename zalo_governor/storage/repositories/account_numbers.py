"""The bot accounts' numbers within inbox ids, and the locks under which the accounts' entries are stored."""

from sqlalchemy import Connection, func, insert, select

from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.errors import StoreError
from zalo_governor.storage.schema import NUMBER_BITS, accounts

ACCOUNT_LOCK = 7_400
"""First number of the PostgreSQL advisory locks, one per bot account, under which inbox ids are issued."""


def account_number(database: Database, connection: Connection, account: str) -> int:
    """Return the number, from 0, that marks the bot account in inbox ids; give it the next free one if it has none.

    Raises:
        StoreError: as many accounts as there are numbers are stored already.
    """
    number = connection.scalar(select(accounts.c.number).where(accounts.c.uid == account))
    if number is None:
        database.lock(connection, ACCOUNT_LOCK - 1)
        number = connection.scalar(select(func.count()).select_from(accounts)) or 0
        if number >> NUMBER_BITS:
            raise StoreError(
                f"một cơ sở dữ liệu dùng được cho nhiều nhất {1 << NUMBER_BITS} tài khoản; hãy đặt database_url "
                "khác cho tài khoản này"
            )
        connection.execute(insert(accounts), {"uid": account, "number": number})
    return number


def lock_admission(database: Database, connection: Connection) -> None:
    """Lock the inbox against new entries of all bot accounts until this transaction ends; waits for running writers.

    No effect on SQLite, which has one writer. Locks in the order of accounts in which `Inbox.admit` does, so that no
    deadlock arises.
    """
    for number in connection.scalars(select(accounts.c.number).order_by(accounts.c.uid)).all():
        database.lock(connection, ACCOUNT_LOCK + number)
