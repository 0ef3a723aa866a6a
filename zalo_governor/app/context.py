"""Opens an installation's database, configuration and stored session, without connecting to Zalo."""

import os
import secrets
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

import orjson
import structlog
from pydantic import ValidationError

from zalo_governor.app.configuration import CurrentConfiguration, load_configuration
from zalo_governor.backup.create import backup_files
from zalo_governor.config.settings import Settings
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.rules.loader import Rulebook
from zalo_governor.storage.engine.database import Database, is_written
from zalo_governor.storage.errors import LostDatabaseError, OlderDatabaseError, WrongKeyError
from zalo_governor.storage.repositories.secret_store import SecretStore
from zalo_governor.storage.security.crypto import Keys, master_key
from zalo_governor.system import atomic_files
from zalo_governor.system.error_text import of_system, of_value
from zalo_governor.zalo.credentials import Credentials

log = structlog.get_logger(__name__)

_FINGERPRINTS = "config.fingerprints:"
"""Name prefix in the secret store of the configuration hashes; a hash of the session file follows (`_session_key`)."""
_CREDENTIALS = "zalo.credentials:"
"""Name prefix in the secret store of the Zalo sessions; a hash of the session file follows (`_session_key`)."""
_ACCOUNT = "zalo.account:"
"""Name prefix in the secret store of the bot accounts' uids; the hash follows, as accounts may share a database."""
_LOGIN_MARKER = "login"
"""JSON key by which a session file that is only the marker of `zalo-governor login` is recognised."""
_LOGIN_NOTE = (
    "Phiên do lệnh zalo-governor login tạo, được giữ mã hóa trong cơ sở dữ liệu. Tệp này chỉ đánh dấu phiên, không "
    "chứa bí mật nào. Đặt vào đây phiên lấy từ trình duyệt thì phiên đó được dùng thay."
)
"""Note for people in the marker file: the session is encrypted in the database; a session put here replaces it."""


class SessionOrigin(StrEnum):
    """Where the Zalo session (cookies of a login) came from: login command, session file, or only the database."""

    LOGIN = "login"
    """From `zalo-governor login`: the session is in the database, the session file is only a marker."""
    SESSION_FILE = "session_file"
    """From a session file that was exported from a browser."""
    KEPT = "kept"
    """From the database, which holds one session; the session file was removed."""


class Installation:
    """An installation in use, without its rules and texts: its settings, open database and stored secrets; must be
    closed.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self.database = database
        self.vault = SecretStore(database)
        self.clock = database.clock

    @property
    def settings(self) -> Settings:
        """Return the settings in force."""
        return self._settings

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    @property
    def account(self) -> str:
        """Return the uid of the bot account that the Zalo session belongs to; "" before the session's first login."""
        origin = self._session_key()
        return (self.vault.load(_ACCOUNT + origin) or b"").decode() if origin else ""

    def keep_account(self, uid: str) -> None:
        """Store `uid` as the bot account of the current Zalo session; delete older sessions of the same account."""
        if uid == self.account:
            return
        self.forget_account(uid)
        self.vault.save(_ACCOUNT + self._session_key(), uid.encode())

    def forget_account(self, uid: str) -> None:
        """Delete the stored Zalo session of the bot account `uid`, which is no longer used."""
        for name in self.vault.names(_ACCOUNT):
            if self.vault.load(name) == uid.encode():
                for prefix in (_ACCOUNT, _CREDENTIALS, _FINGERPRINTS):
                    self.vault.forget(prefix + name.removeprefix(_ACCOUNT))

    def credentials(self) -> Credentials:
        """Return the Zalo session (imei, user agent, cookies): from a new session file, else as last stored.

        The stored session is newer than a file that was read before, as Zalo changes cookies.

        Raises:
            ConfigError: there is no session, or the session file is incomplete or unreadable.
        """
        path = self.settings.zalo.session_file
        origin = self._session_key()
        if not origin:
            raise ConfigError(
                f"{path}: chưa có phiên đăng nhập: không có tệp này, và cơ sở dữ liệu không giữ phiên nào hoặc giữ "
                "của nhiều tài khoản; hãy chạy zalo-governor login, hoặc ghi imei, user_agent và cookies của trình "
                "duyệt đã đăng nhập chat.zalo.me vào tệp này"
            )
        kept = self.vault.load(_CREDENTIALS + origin)
        if kept is not None:
            return _parse_credentials(kept, "phiên đã lưu")
        if self.session_origin is SessionOrigin.LOGIN:
            raise ConfigError(
                f"{path}: chỉ tới một phiên đăng nhập mà cơ sở dữ liệu này không giữ; hãy chạy: zalo-governor login"
            )
        credentials = _parse_credentials(path.read_bytes(), str(path))
        self.keep_credentials(credentials)
        return credentials

    def keep_credentials(self, credentials: Credentials) -> None:
        """Store the Zalo session's credentials (cookies …) encrypted in the database, in place of their older state.

        Credentials without the session's key cookie never replace those that have it: they could not log in.
        """
        name = _CREDENTIALS + self._session_key()
        if not credentials.have_session_key:
            kept = self.vault.load(name)
            if kept is not None and _parse_credentials(kept, "phiên đã lưu").have_session_key:
                log.error("credentials_without_key_refused")
                return
        self.vault.save(name, orjson.dumps(credentials.model_dump(mode="json")))

    def keep_login(self, credentials: Credentials, uid: str) -> None:
        """Replace the installation's Zalo session by one that was just logged in to the account `uid`.

        The session file is replaced by a marker without secrets; if the process dies before that, the old session stays
        in use.
        """
        path = self.settings.zalo.session_file
        before = self._session_key() if path.exists() else ""
        hashes = self.fingerprints() if before else {}
        marked = {
            _LOGIN_MARKER: secrets.token_hex(16),
            "account": uid,
            "at": self.clock().isoformat(),
            "note": _LOGIN_NOTE,
        }
        slip = orjson.dumps(marked, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        origin = self.database.keys.mac(slip).hex()
        self.vault.save(_CREDENTIALS + origin, orjson.dumps(credentials.model_dump(mode="json")))
        self.vault.save(_FINGERPRINTS + origin, orjson.dumps(hashes))
        atomic_files.replace_file(path, slip, mode=0o600)
        self.keep_account(uid)
        if before:
            for prefix in (_CREDENTIALS, _ACCOUNT, _FINGERPRINTS):
                self.vault.forget(prefix + before)

    @property
    def session_origin(self) -> SessionOrigin:
        """Return where the session that `credentials` returns came from."""
        path = self.settings.zalo.session_file
        if not path.exists():
            return SessionOrigin.KEPT
        return SessionOrigin.LOGIN if _is_login_marker(path) else SessionOrigin.SESSION_FILE

    def fingerprints(self) -> dict[str, str]:
        """Return the last stored hashes of the configuration files, by file name; empty before the first start."""
        return dict(orjson.loads(self.vault.load(_FINGERPRINTS + self._session_key()) or b"{}"))

    def keep_fingerprints(self, hashes: Mapping[str, str]) -> None:
        """Store the hashes of the configuration files, replacing the last stored ones."""
        self.vault.save(_FINGERPRINTS + self._session_key(), orjson.dumps(hashes))

    def _session_key(self) -> str:
        """Return the name (no encryption key) under which the session is stored: the keyed hash of the session file.

        If the file was removed, return the name of the only stored session; "" if there is none or more than one.
        """
        path = self.settings.zalo.session_file
        try:
            return self.database.keys.mac(path.read_bytes()).hex()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise ConfigError(
                f"{path}: không đọc được tệp phiên: {of_system(error)}; hãy xem lại quyền đọc của người chạy "
                "chương trình"
            ) from None
        kept = self.vault.names(_CREDENTIALS)
        return kept[0].removeprefix(_CREDENTIALS) if len(kept) == 1 else ""


class AppContext(Installation):
    """An installation in use, with its current configuration: rules, texts, and settings that can change."""

    def __init__(self, configuration: CurrentConfiguration, database: Database) -> None:
        super().__init__(configuration.current.settings, database)
        self.configuration = configuration

    @property
    def settings(self) -> Settings:
        """Return the settings in force."""
        return self.configuration.current.settings

    @property
    def rulebook(self) -> Rulebook:
        """Return the rules in force, with the regulation."""
        return self.configuration.current.rulebook

    @property
    def catalogue(self) -> Catalogue:
        """Return the message texts in force."""
        return self.configuration.current.catalogue


def open_records(settings: Settings, clock: Clock) -> AppContext:
    """Open the database and the configuration of an installation: load rules and messages, migrate the database schema.

    Raises:
        ConfigError: a configuration file is wrong.
        StoreError: the database cannot be opened, for example as it was encrypted with another key, or is gone.
    """
    configuration = CurrentConfiguration(load_configuration(settings))
    return AppContext(configuration, open_installation(settings, clock).database)


def open_installation(settings: Settings, clock: Clock) -> Installation:
    """Open the database of an installation as `open_records` does, without its rules and texts, which may be wrong."""
    refuse_lost_database(settings)
    _make_private_folder(settings.data_dir)
    return Installation(settings, _opened(settings, clock, Database.migrate))


def read_records(settings: Settings, clock: Clock) -> AppContext:
    """Open an installation for a command that only reads it: nothing is created, and the schema is not migrated.

    Raises:
        ConfigError: a configuration file is wrong.
        OlderDatabaseError: the database is empty, or of an older version.
        StoreError: the database cannot be opened, or is gone.
    """
    configuration = CurrentConfiguration(load_configuration(settings))
    _refuse_unusable_folder(settings.data_dir)
    refuse_lost_database(settings)
    if not is_written(settings.sqlalchemy_url):
        raise OlderDatabaseError("chưa có cơ sở dữ liệu; hãy chạy zalo-governor init")
    return AppContext(configuration, _opened(settings, clock, Database.require_newest))


def _opened(settings: Settings, clock: Clock, make_ready: Callable[[Database], object]) -> Database:
    database = Database(settings.sqlalchemy_url, load_keys(settings), clock)
    try:
        make_ready(database)
    except BaseException:
        database.close()
        raise
    return database


def refuse_lost_database(settings: Settings) -> None:
    """Raise an error if the database is missing or empty though the installation was in use before.

    Backups, and the marker that `zalo-governor login` leaves, show that. A new database would hide the loss.

    Raises:
        LostDatabaseError: it is gone; the message names the newest backup and the command that restores it.
        StoreUnavailableError: the server does not answer now.
    """
    backups = backup_files(settings.backup_folder)
    session = settings.zalo.session_file
    if not (backups or _is_login_marker(session)) or is_written(settings.sqlalchemy_url):
        return
    remedy = (
        f"hãy khôi phục từ bản sao lưu mới nhất: zalo-governor restore {backups[0]}"
        if backups
        else "hãy tìm lại tệp ấy, hoặc khôi phục từ bản sao lưu ở nơi khác: zalo-governor restore"
    )
    place = "database_url" if settings.database_url else settings.data_dir / "governor.db"
    evidence = backups[0].parent if backups else session
    raise LostDatabaseError(
        f"{place}: không có cơ sở dữ liệu, hoặc cơ sở dữ liệu trống, mà {evidence} cho thấy Hệ thống "
        f"đã được dùng trước đây; {remedy}. Chương trình không tạo cơ sở dữ liệu mới"
    )


def _is_login_marker(path: Path) -> bool:
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and _LOGIN_MARKER in content


def load_keys(settings: Settings) -> Keys:
    """Load the encryption keys; for a new database, create them.

    Raises:
        WrongKeyError: the database contains data, but the key file is missing. (A new key could not decrypt the data,
            but would be taken for the right one.)
    """
    if not settings.given_key and not settings.key_path.exists() and is_written(settings.sqlalchemy_url):
        raise WrongKeyError(
            f"{settings.key_path}: không có tệp khóa, mà cơ sở dữ liệu đã có dữ liệu mã hóa bằng khóa ấy; hãy đặt "
            "lại tệp khóa từ bản sao lưu (hoặc ZALO_GOVERNOR_KEY). Chương trình không tạo khóa mới; cơ sở dữ liệu "
            "giữ nguyên"
        )
    return Keys(master_key(settings.key_path, settings.given_key))


def _make_private_folder(path: Path) -> None:
    """Create the data folder, accessible to this user only; raise ConfigError if the folder is unusable."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unusable(path, error) from None
    _refuse_unusable_folder(path)


def _refuse_unusable_folder(path: Path) -> None:
    """Raise ConfigError if the data folder cannot be read; that there is none is fine."""
    try:
        os.scandir(path).close()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _unusable(path, error) from None


def _unusable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"data_dir: không dùng được thư mục {path}: {of_system(error)}; hãy sửa data_dir hoặc quyền của thư mục"
    )


def _parse_credentials(content: bytes, place: str) -> Credentials:
    """Parse a stored session; if invalid, raise ConfigError with each wrong field and `place` (where it is stored)."""
    try:
        return Credentials.model_validate_json(content)
    except ValidationError as error:
        rows = [
            f"{place}: {'.'.join(map(str, row['loc'])) or '(cả tệp)'}: {of_value(row)}"
            for row in error.errors(include_url=False, include_input=False)
        ]
        raise ConfigError("\n".join(rows)) from None
