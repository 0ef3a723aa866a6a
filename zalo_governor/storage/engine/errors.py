"""What can go wrong with the store as a whole."""

from zalo_governor.domain.errors import GovernorError


class StoreError(GovernorError):
    """The database cannot be used as it is."""


class NewerDatabaseError(StoreError):
    """A newer version of the program has written this database."""


class DamagedDatabaseError(StoreError):
    """The file is no database, or its content is damaged."""


class WrongKeyError(StoreError):
    """The key does not open what is stored: it is another installation's key, or the stored bytes were changed."""
