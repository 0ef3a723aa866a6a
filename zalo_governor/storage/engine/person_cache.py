"""Cache of persons and of their directory for all transactions, so that judging does not read them per message."""

from threading import Lock

from zalo_governor.domain.directory import Directory
from zalo_governor.domain.people import Person, Reach


class PersonCache:
    """Cache of persons as last committed, by (account, uid), shared by all threads; cleared when any person changes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._persons: dict[tuple[str, str], Person] = {}
        self._holders: dict[str, tuple[Person, ...]] = {}
        self._directories: dict[str, tuple[int, Directory]] = {}
        self.generation = 0
        """Number of times the cache was cleared; persons read before a clearing must not be added afterwards."""

    def person(self, account: str, uid: str) -> Person | None:
        """Return the cached person whom the account sees as `uid`; None if not cached."""
        return self._persons.get((account, uid))

    def holders(self, account: str) -> tuple[Person, ...] | None:
        """Return all persons who hold a role and have a uid for the bot account; None if they are not cached."""
        return self._holders.get(account)

    def directory(self, account: str, revision: int) -> Directory | None:
        """Return the account's directory (index of known people), if cached for that roster revision; else None."""
        known = self._directories.get(account)
        return known[1] if known and known[0] == revision else None

    def keep_directory(self, generation: int, account: str, revision: int, directory: Directory) -> None:
        """Cache the directory, unless the cache was cleared since `self.generation` had the value `generation`."""
        with self._lock:
            if generation == self.generation:
                self._directories[account] = (revision, directory)

    def learn(
        self, generation: int, persons: dict[tuple[str, str], Person], holders: dict[str, tuple[Person, ...]]
    ) -> None:
        """Add the persons that a transaction read, unless the cache was cleared since.

        `generation` is the value of `self.generation` when the transaction began; `holders` is account -> persons with
        a role.
        """
        with self._lock:
            if generation == self.generation:
                self._persons.update(persons)
                self._holders.update(holders)

    def note_reach(self, person_id: int, reach: Reach) -> None:
        """Change `Person.reach` in the cached person. The cache is not cleared for it, as `reach` changes often."""

        def changed(person: Person) -> Person:
            return person.model_copy(update={"reach": reach}) if person.id == person_id else person

        with self._lock:
            self.generation += 1
            self._persons = {key: changed(person) for key, person in self._persons.items()}
            self._holders = {account: tuple(map(changed, held)) for account, held in self._holders.items()}

    def forget(self) -> None:
        """Clear the cache, since a person has changed."""
        with self._lock:
            self.generation += 1
            self._persons.clear()
            self._holders.clear()
            self._directories.clear()
