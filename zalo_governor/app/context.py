"""One installation's records and rules, opened without Zalo: what every command but `check` begins with."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import orjson
from pydantic import ValidationError

from zalo_governor.app.configuration import CurrentConfiguration, load_configuration
from zalo_governor.config import Settings
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.rules.loader import Rulebook
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.storage.engine.database import Database, is_written
from zalo_governor.storage.engine.errors import WrongKeyError
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.security.secret_store import SecretStore
from zalo_governor.system import atomic_files
from zalo_governor.system.error_text import of_system, of_value
from zalo_governor.zalo.credentials import Credentials

_FINGERPRINTS = "config.fingerprints:"
_CREDENTIALS = "zalo.credentials:"
_ACCOUNT = "zalo.account:"
"""Each followed by the mark of the session file that it came from: bot accounts may share one database."""
_SLIP = "login"
_SLIP_SAYS = (
    "Phiên do lệnh zalo-governor login tạo, được giữ mã hóa trong cơ sở dữ liệu. Tệp này chỉ đánh dấu phiên, không "
    "chứa bí mật nào. Đặt vào đây phiên lấy từ trình duyệt thì phiên đó được dùng thay."
)


class SessionOrigin(StrEnum):
    """Where the session that an installation goes on with came from."""

    LOGIN = "login"
    """`zalo-governor login`; the session file is a slip that marks it."""
    SESSION_FILE = "session_file"
    """Exported from a browser."""
    KEPT = "kept"
    """The session file was taken away; the one session that the database holds."""


@dataclass(frozen=True)
class AppContext:
    """Open records; `close` them."""

    configuration: CurrentConfiguration
    database: Database
    vault: SecretStore
    clock: Clock

    @property
    def settings(self) -> Settings:
        """As they count now."""
        return self.configuration.current.settings

    @property
    def rulebook(self) -> Rulebook:
        """As it counts now."""
        return self.configuration.current.rulebook

    @property
    def catalogue(self) -> Catalogue:
        """As it counts now."""
        return self.configuration.current.catalogue

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    @property
    def account(self) -> str:
        """uid of the bot account that this session logged in to last, "" before the first login."""
        origin = self._origin()
        return (self.vault.load(_ACCOUNT + origin) or b"").decode() if origin else ""

    def keep_account(self, uid: str) -> None:
        """Remember which account this installation is; an older session of the same account is kept no longer."""
        if uid == self.account:
            return
        origin = self._origin()
        for name in self.vault.names(_ACCOUNT):
            if self.vault.load(name) == uid.encode():
                self.vault.forget(name)
                self.vault.forget(_CREDENTIALS + name.removeprefix(_ACCOUNT))
        self.vault.save(_ACCOUNT + origin, uid.encode())

    def forget_account(self, uid: str) -> None:
        """Keep the session of an account that was replaced no longer."""
        for name in self.vault.names(_ACCOUNT):
            if self.vault.load(name) == uid.encode():
                for prefix in (_ACCOUNT, _CREDENTIALS, _FINGERPRINTS):
                    self.vault.forget(prefix + name.removeprefix(_ACCOUNT))

    def credentials(self) -> Credentials:
        """The session: from the session file when it is new, else as Zalo last rotated it.

        Raises:
            ConfigError: there is none, or the file does not hold what a session needs.
        """
        path = self.settings.zalo.session_file
        origin = self._origin()
        if not origin:
            raise ConfigError(
                f"{path}: chưa có phiên đăng nhập: không có tệp này, và cơ sở dữ liệu không giữ phiên nào hoặc giữ "
                "của nhiều tài khoản; hãy chạy zalo-governor login, hoặc ghi imei, user_agent và cookies của trình "
                "duyệt đã đăng nhập chat.zalo.me vào tệp này"
            )
        kept = self.vault.load(_CREDENTIALS + origin)
        if kept is not None:
            return _parsed(kept, "phiên đã lưu")
        if self.session_origin is SessionOrigin.LOGIN:
            raise ConfigError(
                f"{path}: chỉ tới một phiên đăng nhập mà cơ sở dữ liệu này không giữ; hãy chạy: zalo-governor login"
            )
        credentials = _parsed(path.read_bytes(), str(path))
        self.keep_credentials(credentials)
        return credentials

    def keep_credentials(self, credentials: Credentials) -> None:
        """Keep the session encrypted."""
        self.vault.save(_CREDENTIALS + self._origin(), orjson.dumps(credentials.model_dump(mode="json")))

    def keep_login(self, credentials: Credentials, uid: str) -> None:
        """Make a session that was just opened the one of this installation, in place of the one before.

        The session file becomes a slip without any secret; if the process dies before that, the old session counts.
        """
        path = self.settings.zalo.session_file
        before = self._origin() if path.exists() else ""
        hashes = self.fingerprints() if before else {}
        marked = {_SLIP: secrets.token_hex(16), "account": uid, "at": self.clock().isoformat(), "note": _SLIP_SAYS}
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
        """Which session `credentials` gives."""
        try:
            content = orjson.loads(self.settings.zalo.session_file.read_bytes())
        except FileNotFoundError:
            return SessionOrigin.KEPT
        except ValueError:
            return SessionOrigin.SESSION_FILE
        return SessionOrigin.LOGIN if isinstance(content, dict) and _SLIP in content else SessionOrigin.SESSION_FILE

    def fingerprints(self) -> dict[str, str]:
        """The hashes of the configuration as they were kept last; none before the first start."""
        return dict(orjson.loads(self.vault.load(_FINGERPRINTS + self._origin()) or b"{}"))

    def keep_fingerprints(self, hashes: Mapping[str, str]) -> None:
        """Keep them in place of the ones before."""
        self.vault.save(_FINGERPRINTS + self._origin(), orjson.dumps(hashes))

    def _origin(self) -> str:
        """The mark of the session file; where it was taken away, of the one session kept; "" where that is not one."""
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


def open_records(settings: Settings, clock: Clock) -> AppContext:
    """Read the rules and messages, open the database and bring its schema up to date.

    Raises:
        ConfigError: a configuration file is wrong.
        StoreError: the database cannot be used with this key or this version.
    """
    configuration = CurrentConfiguration(load_configuration(settings))
    _private_folder(settings.data_dir)
    keys = _keys(settings)
    database = Database(settings.sqlalchemy_url, keys, clock)
    try:
        database.migrate()
    except BaseException:
        database.close()
        raise
    return AppContext(configuration, database, SecretStore(database), clock)


def _keys(settings: Settings) -> Keys:
    """A new key is made for a new database alone: beside another it would open nothing, and look like the right one."""
    if not settings.given_key and not settings.key_path.exists() and is_written(settings.sqlalchemy_url):
        raise WrongKeyError(
            f"{settings.key_path}: không có tệp khóa, mà cơ sở dữ liệu đã có dữ liệu mã hóa bằng khóa ấy; hãy đặt "
            "lại tệp khóa từ bản sao lưu (hoặc ZALO_GOVERNOR_KEY). Chương trình không tạo khóa mới; cơ sở dữ liệu "
            "giữ nguyên"
        )
    return Keys.load_or_make(settings.key_path, settings.given_key)


def _private_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.scandir(path).close()
    except OSError as error:
        raise ConfigError(
            f"data_dir: không dùng được thư mục {path}: {of_system(error)}; hãy sửa data_dir hoặc quyền của thư mục"
        ) from None


def _parsed(content: bytes, place: str) -> Credentials:
    try:
        return Credentials.model_validate_json(content)
    except ValidationError as error:
        rows = [
            f"{place}: {'.'.join(map(str, row['loc'])) or '(cả tệp)'}: {of_value(row)}"
            for row in error.errors(include_url=False, include_input=False)
        ]
        raise ConfigError("\n".join(rows)) from None
