"""Persons already looked up, so that the judge asks the database once per member and not once per message."""

from threading import Lock

from zalo_governor.domain.people import Person


class PersonCache:
    """(account, uid) -> Person as committed. Emptied whenever a person changes; shared by all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._persons: dict[tuple[str, str], Person] = {}
        self._holders: dict[str, tuple[Person, ...]] = {}
        self.generation = 0
        """How often it was emptied: what was read before must not come in after."""

    def person(self, account: str, uid: str) -> Person | None:
        """The person, if known here."""
        return self._persons.get((account, uid))

    def holders(self, account: str) -> tuple[Person, ...] | None:
        """Everybody with a role and a uid for the account, if known here."""
        return self._holders.get(account)

    def learn(
        self, generation: int, persons: dict[tuple[str, str], Person], holders: dict[str, tuple[Person, ...]]
    ) -> None:
        """Take in what a transaction read, unless something changed since it began."""
        with self._lock:
            if generation == self.generation:
                self._persons.update(persons)
                self._holders.update(holders)

    def forget(self) -> None:
        """Somebody changed."""
        with self._lock:
            self.generation += 1
            self._persons.clear()
            self._holders.clear()
