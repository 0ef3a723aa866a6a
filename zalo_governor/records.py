"""One installation's records and rules, opened without Zalo: what every command but `check` begins with."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import ValidationError

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.office.catalogue import Catalogue
from zalo_governor.rulebook import Rulebook, load_rulebook
from zalo_governor.settings import Settings
from zalo_governor.store.crypto import Keys
from zalo_governor.store.database import Database
from zalo_governor.store.vault import Vault
from zalo_governor.zalo.session import Credentials

_CREDENTIALS = "zalo.credentials"
_ORIGIN = "zalo.credentials.origin"
_ACCOUNT = "zalo.account"


@dataclass(frozen=True)
class Records:
    """Open records; `close` them."""

    settings: Settings
    database: Database
    rulebook: Rulebook
    catalogue: Catalogue
    vault: Vault
    clock: Clock

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    @property
    def account(self) -> str:
        """uid of the bot account that logged in last, "" before the first login."""
        return (self.vault.load(_ACCOUNT) or b"").decode()

    def keep_account(self, uid: str) -> None:
        """Remember which account this installation is."""
        if uid != self.account:
            self.vault.save(_ACCOUNT, uid.encode())

    def credentials(self) -> Credentials:
        """The session: from the session file when it is new, else as Zalo last rotated it.

        Raises:
            ConfigError: there is none, or the file does not hold what a session needs.
        """
        path = self.settings.zalo.session_file
        with suppress(FileNotFoundError):
            content = path.read_bytes()
            origin = self.database.keys.mac(content)
            if origin != self.vault.load(_ORIGIN):
                credentials = _parsed(content, str(path))
                self.keep_credentials(credentials)
                self.vault.save(_ORIGIN, origin)
                return credentials
        kept = self.vault.load(_CREDENTIALS)
        if kept is None:
            raise ConfigError(
                f"{path}: no such file, and no session is kept: export imei, user_agent and cookies of a browser "
                "that is logged in to chat.zalo.me into it"
            )
        return _parsed(kept, "the kept session")

    def keep_credentials(self, credentials: Credentials) -> None:
        """Keep the session encrypted."""
        self.vault.save(_CREDENTIALS, orjson.dumps(credentials.model_dump(mode="json")))


def open_records(settings: Settings, clock: Clock) -> Records:
    """Read the rules and messages, open the database and bring its schema up to date.

    Raises:
        ConfigError: a configuration file is wrong.
        StoreError: the database cannot be used with this key or this version.
    """
    rulebook = load_rulebook(settings.rules_dir)
    catalogue = Catalogue.load(settings.rules_dir / "messages.vi.yaml")
    _private_folder(settings.data_dir)
    keys = Keys.load_or_make(settings.key_path, os.environ.get("ZALO_GOVERNOR_KEY"))
    database = Database(settings.sqlalchemy_url, keys, clock)
    database.migrate()
    return Records(settings, database, rulebook, catalogue, Vault(database), clock)


def _private_folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def _parsed(content: bytes, place: str) -> Credentials:
    try:
        return Credentials.model_validate_json(content)
    except ValidationError as error:
        rows = [
            f"{place}: {'.'.join(map(str, row['loc'])) or '(file)'}: {row['msg']}"
            for row in error.errors(include_input=False)
        ]
        raise ConfigError("\n".join(rows)) from None
