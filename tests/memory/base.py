"""What every repository in memory stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.memory.store import MemoryStore
    from tests.memory.unit_of_work import MemoryUnitOfWork


class MemoryRepository:
    """Reads and writes lists."""

    def __init__(self, store: MemoryStore, uow: MemoryUnitOfWork) -> None:
        self._store = store
        self._uow = uow
