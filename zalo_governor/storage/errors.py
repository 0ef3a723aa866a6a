"""Exceptions that concern the database as a whole."""

from zalo_governor.domain.errors import ConfigError, GovernorError


class StoreError(GovernorError):
    """The database cannot be used in its present state; base class of the other errors."""


class NewerDatabaseError(StoreError):
    """The database was written by a newer version of the program."""


class OlderDatabaseError(StoreError):
    """The database has the tables of an older version, and the command must not upgrade them."""


class UpgradeFailedError(StoreError):
    """The tables could not be changed to this version's; the database is as before."""


class LostDatabaseError(StoreError):
    """There is no database, though other files show that there was one: it must be restored, not created anew."""


class DamagedDatabaseError(StoreError):
    """The database file is not an SQLite database, or the database's content is damaged."""


class WrongKeyError(StoreError):
    """Stored data cannot be decrypted: the key is another installation's, or the stored bytes were changed."""


class DamagedKeyError(ConfigError):
    """The encryption key in the key file, or in the environment variable, has not the form of a key."""
