"""Base class of the repositories."""

from zalo_governor.storage.engine.transaction import Transaction


class Repository:
    """Base of classes that read and write one aggregate (cases, people, jobs …) within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
