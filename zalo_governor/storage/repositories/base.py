"""What every repository stands on."""

from zalo_governor.storage.engine.transaction import Transaction


class Repository:
    """Reads and writes one aggregate within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
