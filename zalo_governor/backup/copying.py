"""Copying a backup to all targets off this machine, and recording when that last succeeded."""

from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, TypeAdapter

from zalo_governor.backup.copy_targets import copy_target
from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.config.backup import BackupSettings
from zalo_governor.domain.clock import Clock
from zalo_governor.storage.repositories.secret_store import SecretStore

_KEY = "backup.copies"


class CopyRecord(BaseModel):
    """Record, in the secret store, of the copies of backups at one target (an entry of `backup.copy_to`)."""

    good_at: datetime | None = None
    """When a backup was last copied to the target and verified; None for never."""
    name: str = ""
    """File name of that copy."""
    failed: bool = False
    """Whether the newest try failed."""


_RECORDS = TypeAdapter(dict[str, CopyRecord])


class Copied(NamedTuple):
    """Result of copying one backup to one target."""

    target: str
    error: str | None
    """Vietnamese reason why copying, or deleting old copies, failed; None if all went well."""
    deleted: tuple[str, ...] = ()
    """Names of old backups that were deleted at the target."""


class CopyStatus(NamedTuple):
    """State of the copies off this machine, over all targets in the settings."""

    configured: bool
    """Whether the settings name a target."""
    good_at: datetime | None
    """When a backup was last copied to any of them and verified; None for never."""
    failing: tuple[str, ...]
    """The targets at which the newest try failed."""

    def is_missing(self, now: datetime, after: timedelta | None) -> bool:
        """Return whether to remind of the copies: the newest try failed, or the last good copy is older than `after`.

        No reminder if `after` is None, nor before the first try, as a missing backup has a reminder of its own.
        """
        return after is not None and bool(self.failing or (self.good_at and now - self.good_at > after))


class Copying:
    """Copies backups of an installation to the targets named in its settings; records the results in `vault`."""

    def __init__(self, settings: BackupSettings, data_dir: Path, vault: SecretStore, clock: Clock) -> None:
        self._settings = settings
        self._data_dir = data_dir
        self._vault = vault
        self._clock = clock

    def copy(self, path: Path, outdated: Container[str] = ()) -> Iterator[Copied]:
        """Copy the backup file `path` to each target, verify the copy, delete old copies; yield a result per target.

        Deleted are all but the newest `backup.copy_keep`, and those named in `outdated`, which hold content that was
        removed later as a possible state secret. A failure is a result as well; the other targets are still tried.
        """
        for target in self._settings.copy_targets:
            place = copy_target(target, self._settings, self._data_dir)
            try:
                place.put(path)
                place.verify(path)
            except BackupError as error:
                self._remember(target, None)
                yield Copied(target, str(error))
                continue
            self._remember(target, path.name)
            keep = self._settings.copy_keep
            try:
                # The new copy counts as the newest, even if a clock that was ahead gave older copies a later date.
                found = sorted(place.names(), key=lambda name: (name <= path.name, name), reverse=True)
                oldest = found[keep:] if keep else []
                oldest += [name for name in found if name in outdated and name not in oldest]
                place.delete(oldest)
            except BackupError as error:
                yield Copied(target, f"đã chép và đọc lại khớp, nhưng không xóa được bản cũ ở đó: {error}")
            else:
                yield Copied(target, None, tuple(oldest))

    def _remember(self, target: str, name: str | None) -> None:
        """Record the result of a try: the name of the copy, or None if the try failed."""
        known = _load(self._vault)
        before = known.get(target, CopyRecord())
        known[target] = (
            before.model_copy(update={"failed": True})
            if name is None
            else CopyRecord(good_at=self._clock(), name=name, failed=False)
        )
        kept = {target: known[target] for target in self._settings.copy_targets if target in known}
        self._vault.save(_KEY, _RECORDS.dump_json(kept))


def copy_status(vault: SecretStore, settings: BackupSettings) -> CopyStatus:
    """Return the state of the copies off this machine, as recorded in the secret store `vault`."""
    known = _load(vault)
    records = {target: known[target] for target in settings.copy_targets if target in known}
    good_at = max((record.good_at for record in records.values() if record.good_at), default=None)
    failing = tuple(target for target, record in records.items() if record.failed)
    return CopyStatus(bool(settings.copy_targets), good_at, failing)


def _load(vault: SecretStore) -> dict[str, CopyRecord]:
    kept = vault.load(_KEY)
    return {} if kept is None else _RECORDS.validate_json(kept)
