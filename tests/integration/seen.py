"""Who was seen."""

from tests.unit.storage.stored import BOT, MEMBER
from zalo_governor.storage.engine.unit_of_work import SqlUnit


def person(unit: SqlUnit, uid: str = MEMBER) -> int:
    """Number of the person behind a uid of the bot's account."""
    found = unit.sender(BOT, uid)
    assert found is not None
    return found.id
