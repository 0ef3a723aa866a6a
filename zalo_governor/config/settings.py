"""The settings of an installation as one model, and loading them from governor.yaml and the environment."""

import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from zalo_governor.config.attachments import AttachmentSettings
from zalo_governor.config.backup import BackupSettings
from zalo_governor.config.directives import DirectiveSettings
from zalo_governor.config.groups import GroupSettings, PersonSettings
from zalo_governor.config.monitoring import HealthSettings, HeartbeatSettings
from zalo_governor.config.panel import PanelSettings
from zalo_governor.config.sections import (
    AlarmSettings,
    ApprovalSettings,
    EscalationSettings,
    IntroductionSettings,
    LogSettings,
    NameSettings,
    OfficeSettings,
    RetentionSettings,
    RosterSettings,
    ScheduleSettings,
    Section,
    TrialSettings,
    VigilSettings,
    ZaloSettings,
)
from zalo_governor.config.shipped import shipped_config
from zalo_governor.config.yaml_file import Document, KeyPath, complaint, load_yaml
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import EVERYWHERE, Role
from zalo_governor.system.log_file import LogFile

_PREFIX = "ZALO_GOVERNOR_"
_DELIMITER = "__"
KEY_CREDENTIAL = "governor.key"
"""Name of the systemd credential (a secret that systemd passes in a file) with the encryption key."""
SMTP_CREDENTIAL = "smtp-password"
"""Name of the systemd credential with the password of the mail server."""


def credential(name: str) -> str | None:
    """Return the content of the systemd credential `name` (systemd.exec(5), LoadCredential=); None where there is none.

    Raises:
        ConfigError: the credential cannot be read or is not UTF-8 text.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    path = Path(folder) / name
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: không đọc được tệp do dịch vụ giao ({type(error).__name__}); hãy xem tệp nêu ở LoadCredential"
        ) from None


class Settings(BaseSettings):
    """All settings of an installation, as read from governor.yaml and environment variables."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_nested_delimiter=_DELIMITER, frozen=True, extra="forbid")

    data_dir: Path = Path("data")
    """Folder of database, key file and logs; relative to the settings file."""
    config_dir: Path | None = None
    """Folder with an adapted copy of the rules and messages; null for the shipped ones."""
    database_url: str | None = None
    """SQLAlchemy URL of the database; null for an SQLite file in data_dir."""
    key_file: Path = Path("governor.key")
    """File of the encryption key: 32 random bytes in base64, created at first start with mode 0600; relative to
    data_dir. Overridden by the variable ZALO_GOVERNOR_KEY and by the systemd credential governor.key."""
    office: OfficeSettings = OfficeSettings()
    zalo: ZaloSettings = ZaloSettings()
    groups: tuple[GroupSettings, ...] = ()
    people: tuple[PersonSettings, ...] = ()
    escalation: EscalationSettings = EscalationSettings()
    approval: ApprovalSettings = ApprovalSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    vigil: VigilSettings = VigilSettings()
    alarm: AlarmSettings = AlarmSettings()
    retention: RetentionSettings = RetentionSettings()
    logs: LogSettings = LogSettings()
    health: HealthSettings = HealthSettings()
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    panel: PanelSettings = PanelSettings()
    backup: BackupSettings = BackupSettings()
    names: NameSettings = NameSettings()
    roster: RosterSettings = RosterSettings()
    directives: DirectiveSettings = DirectiveSettings()
    attachments: AttachmentSettings = AttachmentSettings()
    trial: TrialSettings = TrialSettings()
    introduction: IntroductionSettings = IntroductionSettings()

    @field_validator("groups")
    @classmethod
    def _check_groups_unique(cls, groups: tuple[GroupSettings, ...]) -> tuple[GroupSettings, ...]:
        if len({group.id for group in groups}) < len(groups):
            raise ValueError("một mã Nhóm ghi hai lần; hãy giữ lại một")
        return groups

    @field_validator("people")
    @classmethod
    def _check_people_unique(cls, people: tuple[PersonSettings, ...]) -> tuple[PersonSettings, ...]:
        for identity in ("uid", "global_id"):
            names: dict[str, str] = {}
            for person in people:
                value = getattr(person, identity)
                if value and names.setdefault(value, person.full_name) != person.full_name:
                    raise ValueError(f"hai người cùng một {identity}; hãy xem lại {identity} của từng người")
        return people

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where pydantic takes settings from: first environment variables, then the data read from the file."""
        return env_settings, init_settings

    def of_group(self, group: GroupSettings) -> "Settings":
        """Return the settings for one group: keys in its own sections override the settings for all groups."""
        return self.model_copy(
            update={name: _overridden(getattr(self, name), own) for name, own in group.own_sections.items()}
        )

    def grants_of(self, person: PersonSettings) -> dict[str, frozenset[Role]]:
        """Return which roles the person holds where: id of a group, or EVERYWHERE for all groups -> roles."""
        if person.groups in {None, "all"}:
            return {EVERYWHERE: frozenset(person.roles)}
        named = [group.id for group in self.groups if {group.id, group.name} & {*(person.groups or ())}]
        return {group_id: frozenset(person.roles) for group_id in named}

    @property
    def rules_dir(self) -> Path:
        """Return the folder that contains rules/, messages/ and quy-che.yaml (the regulation)."""
        return self.config_dir or shipped_config()

    @property
    def report_template(self) -> Path:
        """Return the path of the DOCX template of reports."""
        return self.rules_dir / "bao-cao.docx"

    @property
    def key_path(self) -> Path:
        """Return the path of the encryption key file."""
        return self.data_dir / self.key_file

    @property
    def given_key(self) -> str | None:
        """Return the base64 key from the environment or a systemd credential; None where the key is in the key file."""
        return os.environ.get("ZALO_GOVERNOR_KEY") or credential(KEY_CREDENTIAL)

    @property
    def log_file(self) -> LogFile | None:
        """Return the path and limits of the log file; None where the log goes to standard output only."""
        logs = self.logs
        if not logs.file:
            return None
        path = self.data_dir / "logs" / "governor.log"
        return LogFile(path, int(logs.most_mb * 1_000_000), logs.files, timedelta(days=logs.kept_days))

    @property
    def backup_folder(self) -> Path:
        """Return the folder into which backups are written unless another is named."""
        return self.data_dir / self.backup.folder

    @property
    def sqlalchemy_url(self) -> str:
        """Return the SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'governor.db'}"


def load_settings(path: Path) -> Settings:
    """Load the settings file `path`, and resolve the relative paths in it against the file's folder.

    Raises:
        ConfigError: a setting is missing or wrong; one line for each, with file, line and key or environment variable.
    """
    try:
        missing = not path.exists()
    except PermissionError:
        missing = False  # Reading the file below raises an error with the reason.
    if missing:
        raise ConfigError(
            f"{path}: không có tệp cấu hình; hãy gõ lệnh ở thư mục có tệp ấy (thường là /srv/zalo-governor), hoặc nêu "
            "tệp bằng --config; chưa khai báo lần nào thì chạy zalo-governor init"
        )
    document = load_yaml(path)
    data = {str(key): value for key, value in document.data.items()}
    try:
        settings = Settings(**data)
    except ValidationError as error:
        raise complaint(Settings, document, error, elsewhere=lambda key: _find_variable(document, key)) from None
    except SettingsError:
        raise ConfigError("\n".join(_invalid_json_variables(Settings.model_fields))) from None
    _check_groups_named(settings, document)
    base = path.resolve().parent
    zalo = settings.zalo.model_copy(update={"session_file": base / settings.zalo.session_file})
    update: dict[str, Any] = {
        "data_dir": base / settings.data_dir,
        "zalo": zalo,
        "backup": settings.backup.with_paths_below(base),
        "panel": settings.panel.below(base),
    }
    if settings.config_dir:
        update["config_dir"] = base / settings.config_dir
    smtp, password = settings.alarm.smtp, credential(SMTP_CREDENTIAL)
    if smtp and password and not smtp.password:
        known = smtp.model_copy(update={"password": SecretStr(password)})
        update["alarm"] = settings.alarm.model_copy(update={"smtp": known})
    return settings.model_copy(update=update)


def _overridden(common: Section | None, own: Section) -> Section:
    """Return `common` with the keys that `own` states, also in the sections within it."""
    if common is None:
        return own
    stated = {key: getattr(own, key) for key in own.model_fields_set}
    inner = {key: _overridden(getattr(common, key), new) for key, new in stated.items() if isinstance(new, Section)}
    return common.model_copy(update=stated | inner)


def _check_groups_named(settings: Settings, document: Document) -> None:
    for place, person in enumerate(settings.people):
        for number, named in enumerate(person.groups or () if person.groups != "all" else ()):
            if len([group for group in settings.groups if named in {group.id, group.name}]) != 1:
                known = ", ".join(group.name or group.id for group in settings.groups)
                raise document.error(
                    ("people", place, "groups", number),
                    f"mục groups ở đầu tệp không có đúng một Nhóm mang tên hay mã {named}; các Nhóm hiện có: {known}",
                )


def _find_variable(document: Document, key: KeyPath) -> str | None:
    """Return "biến môi trường NAME" if the environment variable NAME set the setting `key`; None if the file did."""
    names = {name.upper(): name for name in os.environ}
    parts = [str(part).upper() for part in key]
    for length in range(len(parts), 0, -1):
        variable = names.get(_PREFIX + _DELIMITER.join(parts[:length]))
        # A variable that holds a whole section as JSON leaves the keys that it does not contain to the file.
        if variable and (length == len(parts) or key not in document.lines):
            return f"biến môi trường {variable}"
    return None


def _invalid_json_variables(fields: Iterable[str]) -> Iterator[str]:
    """Yield an error text for each environment variable that sets a whole section or list but is not valid JSON.

    `fields` are the names of the sections and lists.
    """
    wanted = {(_PREFIX + field).upper() for field in fields}
    for name, value in os.environ.items():
        if name.upper() in wanted and not _is_json(value):
            yield f'biến môi trường {name}: phải là JSON, ví dụ {{"look_minutes": 5}}; hãy sửa hoặc bỏ biến này'


def _is_json(value: str) -> bool:
    try:
        orjson.loads(value)
    except ValueError:
        return False
    return True
