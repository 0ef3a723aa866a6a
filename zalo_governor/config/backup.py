"""Models of the section `backup` of the settings file: where backups are written, and where copies of them go."""

import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator

from zalo_governor.config.sections import Duration, Section

_RCLONE = re.compile(r"rclone:[A-Za-z0-9_][A-Za-z0-9_.+@ -]*:[^\x00-\x1f]*")
"""A remote of rclone's own configuration, and a path there."""
_RSYNC = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*@(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\]):/[A-Za-z0-9_./+-]*")
"""user@host:/path. The remote side may pass the path to a shell, so it has harmless characters only."""


class CopyKind(StrEnum):
    """How a backup is copied to another machine; found out from the way in which the target is written."""

    FOLDER = "folder"
    """`/mnt/nas/zalo`: a folder, normally one that is mounted from another machine."""
    RCLONE = "rclone"
    """`rclone:remote:path`: by the program rclone to any storage that it knows (SFTP, WebDAV, SMB, S3)."""
    RSYNC = "rsync"
    """`user@host:/path`: by the program rsync over ssh."""


def copy_kind(target: str) -> CopyKind:
    """Return how backups are copied to `target`, as written in the settings.

    Raises:
        ValueError: the target is written in none of the three ways; the message says in Vietnamese what they are.
    """
    if target.startswith("/") and target.isprintable():
        return CopyKind.FOLDER
    if _RCLONE.fullmatch(target):
        return CopyKind.RCLONE
    if _RSYNC.fullmatch(target):
        return CopyKind.RSYNC
    raise ValueError(
        "mỗi nơi chép đến phải viết theo một trong ba cách: /mnt/nas/zalo (thư mục đã gắn vào máy này), "
        "rclone:ten-kho:thu-muc, nguoi_dung@may_chu:/thu-muc (rsync qua ssh; đường dẫn chỉ gồm chữ không dấu, số và "
        "các dấu . _ - + /)"
    )


class SshSettings(Section):
    """How rsync logs in to the other machine by ssh; by default with the files in the user's own folder ~/.ssh."""

    key: Path | None = None
    """Private key without passphrase, relative to the settings file."""
    known_hosts: Path | None = None
    """File with the public keys of the other machine, relative to the settings file."""
    port: int = Field(default=22, ge=1, le=65535)

    @field_validator("key", "known_hosts")
    @classmethod
    def _check_one_word(cls, path: Path | None) -> Path | None:
        # rsync splits the command line of ssh at blanks.
        if path and re.search(r"[\s'\"]", str(path)):
            raise ValueError("đường dẫn không được có dấu cách, dấu nháy; hãy đổi tên tệp hoặc thư mục")
        return path


class BackupSettings(Section):
    """Where backups are written and copied to, how many are kept, and when the admins are told that one is missing."""

    folder: Path = Path("sao-luu")
    """Default folder of backups, relative to data_dir."""
    keep: int = Field(default=14, ge=1)
    """How many backups, the newest ones, are kept in the folder."""
    remind_days: float | None = Field(default=2.0, gt=0)
    """Days without a backup after which the admins are notified; `null` for never."""
    copy_to: str | tuple[str, ...] = ()
    """Where each backup is copied, off this machine: `/mnt/nas/zalo`, `rclone:remote:path` or `user@host:/path`."""
    copy_keep: int | None = Field(default=30, ge=1)
    """How many backups, the newest ones, are kept at each target; null for storage where nothing may be deleted."""
    copy_minutes: float = Field(default=60.0, gt=0)
    """How long one call of rclone or rsync may take."""
    copy_within: ClassVar[Duration] = Duration("copy_minutes")
    rclone_config: Path | None = None
    """rclone's configuration file, relative to the settings file; null for the one that rclone uses by default."""
    ssh: SshSettings = SshSettings()

    @field_validator("copy_to", mode="before")
    @classmethod
    def _check_targets(cls, stated: object) -> object:
        targets = [stated] if isinstance(stated, str) else stated
        if targets is None:
            return ()
        if not isinstance(targets, list | tuple) or not all(isinstance(target, str) for target in targets):
            raise ValueError("phải là một nơi chép đến hoặc danh sách các nơi; ví dụ: copy_to: /mnt/nas/zalo")
        for target in targets:
            copy_kind(target)
        if len(set(targets)) < len(targets):
            raise ValueError("một nơi chép đến ghi hai lần; hãy giữ lại một")
        return stated

    @property
    def copy_targets(self) -> tuple[str, ...]:
        """Return all targets off this machine to which backups are copied, as a tuple even if there is only one."""
        return (self.copy_to,) if isinstance(self.copy_to, str) else self.copy_to

    @property
    def remind_after(self) -> timedelta | None:
        """Return the time without a backup after which the admins are notified; None for never."""
        return None if self.remind_days is None else timedelta(days=self.remind_days)

    def with_paths_below(self, base: Path) -> "BackupSettings":
        """Return these settings with the files that rclone and ssh need resolved against the folder `base`."""
        ssh = {name: base / path for name in ("key", "known_hosts") if (path := getattr(self.ssh, name))}
        update: dict[str, object] = {"ssh": self.ssh.model_copy(update=ssh)}
        if self.rclone_config:
            update["rclone_config"] = base / self.rclone_config
        return self.model_copy(update=update)
