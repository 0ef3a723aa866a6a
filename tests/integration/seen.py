"""Who was seen."""

from tests.unit.storage.stored import BOT, MEMBER
from zalo_governor.domain.people import Person, Role
from zalo_governor.storage.unit_of_work import UnitOfWork


def person(uow: UnitOfWork, uid: str = MEMBER) -> int:
    """Number of the person behind a uid of the bot's account."""
    found = uow.people.find_or_create(BOT, uid)
    assert found is not None
    return found.id


def holding(uow: UnitOfWork, account: str, *roles: Role) -> list[Person]:
    """Return the people who hold any of the roles in any group."""
    return [person for person in uow.people.holders(account) if person.holds("", *roles)]
