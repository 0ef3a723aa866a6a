"""The settings of an installation: the file governor.yaml, overridden by environment variables ZALO_GOVERNOR_*."""

from zalo_governor.config.groups import GroupSettings, PersonSettings
from zalo_governor.config.sections import (
    AlarmSettings,
    OfficeSettings,
    SmtpSettings,
    ZaloSettings,
)
from zalo_governor.config.settings import KEY_CREDENTIAL, SMTP_CREDENTIAL, Settings, load_settings, shipped_config

__all__ = [
    "KEY_CREDENTIAL",
    "SMTP_CREDENTIAL",
    "AlarmSettings",
    "GroupSettings",
    "OfficeSettings",
    "PersonSettings",
    "Settings",
    "SmtpSettings",
    "ZaloSettings",
    "load_settings",
    "shipped_config",
]
