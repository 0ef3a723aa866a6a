"""Who was seen."""

from tests.unit.storage.stored import BOT, MEMBER
from zalo_governor.storage.unit_of_work import SqlUnitOfWork


def person(uow: SqlUnitOfWork, uid: str = MEMBER) -> int:
    """Number of the person behind a uid of the bot's account."""
    found = uow.people.find_or_create(BOT, uid)
    assert found is not None
    return found.id
