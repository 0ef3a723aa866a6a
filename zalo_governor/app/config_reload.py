"""Watches the configuration files and applies changes while the program runs."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from zalo_governor.app.config_hashes import configuration_files
from zalo_governor.app.configuration import Configuration, load_configuration
from zalo_governor.config import Settings, load_settings
from zalo_governor.domain.errors import ConfigError, StoreUnavailableError

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
"""Seconds between two checks of the files.

A change counts when two checks in a row find the same content: an editor may be in the middle of writing.
"""

_APPLIED_AT_ONCE = frozenset(
    {
        "office",
        "people",
        "escalation",
        "approval",
        "schedule",
        "retention",
        "names",
        "roster",
        "trial",
        "introduction",
        "backup",
    }
)
"""Sections of the settings that apply without a restart."""
_KEYS_APPLIED_AT_ONCE = {"zalo": frozenset({"send"}), "alarm": frozenset({"smtp", "webhook"})}
"""Sections of which only these keys apply without a restart."""


class ConfigurationWatch:
    """Checks the configuration files until stopped, and applies changes.

    Args:
        file: the settings file.
        running: returns the current configuration.
        apply: applies a new configuration, or raises and changes nothing.
        on_broken: called with a description of a fault in the files, once for each fault.
        on_mended: called when the fault is corrected.
        on_restart: called with the changed keys that take effect only after a restart.
    """

    def __init__(
        self,
        file: Path,
        *,
        running: Callable[[], Configuration],
        apply: Callable[[Configuration], None],
        on_broken: Callable[[str], None],
        on_mended: Callable[[], None],
        on_restart: Callable[[Sequence[str]], None],
    ) -> None:
        self._file = file
        self._running = running
        self._apply = apply
        self._on_broken = on_broken
        self._on_mended = on_mended
        self._on_restart = on_restart
        self._stopped = False
        self._changed = threading.Condition()
        self._handled = self._hash_files()
        """Hash of the content that was last applied or rejected."""
        self._last_seen = self._handled
        """Hash of the content at the last check."""
        self._fault: str | None = None
        """The fault that was reported last; None if the files are valid."""
        self._reported_keys: Sequence[str] = ()
        """The keys last reported as needing a restart."""

    def run(self) -> None:
        """Check the files until stopped."""
        while True:
            with self._changed:
                self._changed.wait(LOOK_SECONDS)
                if self._stopped:
                    return
            self.look()

    def stop(self) -> None:
        """Make `run` return."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def hurry(self) -> None:
        """Check the files now; callable from any thread."""
        with self._changed:
            self._changed.notify_all()

    def look(self) -> None:
        """Check the files once; apply content that is new and unchanged since the last check."""
        now = self._hash_files()
        steady, self._last_seen = now == self._last_seen, now
        if not steady or now == self._handled:
            return
        try:
            new, waiting = self._load()
            if self._hash_files() != now:
                return  # A file changed during loading: leave it to the next check.
            self._apply(new)
            log.info("configuration_changed")
            self._report_mended(waiting)
        except ConfigError as error:
            self._report_broken(str(error))
        except StoreUnavailableError as error:
            log.error("configuration_waits", error=error)
            return
        except Exception as error:
            # Whatever a file causes, the current configuration stays in force.
            log.error("configuration_failed", error=error)
            self._report_broken(f"{self._file}: {type(error).__name__}")
        self._handled = now

    def _load(self) -> tuple[Configuration, list[str]]:
        """Return the new configuration and the changed keys that need a restart."""
        running = self._running().settings
        settings, waiting = effective(running, load_settings(self._file))
        return load_configuration(settings), waiting

    def _report_mended(self, waiting: Sequence[str]) -> None:
        """Report that the fault is corrected, and which keys need a restart."""
        if self._fault is not None:
            self._on_mended()
            self._fault = None
        if waiting and waiting != self._reported_keys:
            log.warning("configuration_needs_restart", settings="+".join(waiting))
            self._on_restart(waiting)
        self._reported_keys = waiting

    def _report_broken(self, fault: str) -> None:
        # Only the admins get the details: the log must not quote a file.
        """Report a fault unless it was reported already."""
        log.error("configuration_broken")
        if fault != self._fault:
            self._on_broken(fault)
            self._fault = fault

    def _hash_files(self) -> bytes:
        """Return a hash over the names and bytes of all configuration files; an unreadable one counts by its error."""
        digest = hashlib.blake2b()
        for path in (self._file, *configuration_files(self._running().settings.rules_dir)):
            try:
                content = path.read_bytes()
            except OSError as error:
                content = repr(error.errno).encode()
            digest.update(f"{path}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.digest()


def effective(running: Settings, wanted: Settings) -> tuple[Settings, list[str]]:
    """Return the settings to use now and the changed keys that need a restart.

    The returned settings are the running ones with those wanted values that apply without a restart.
    """
    update: dict[str, object] = {}
    waiting: list[str] = []
    for section in type(wanted).model_fields:
        old, new = getattr(running, section), getattr(wanted, section)
        if section in _APPLIED_AT_ONCE:
            update[section] = new
        elif section in _KEYS_APPLIED_AT_ONCE:
            parts = type(new).model_fields.keys()
            at_once = _KEYS_APPLIED_AT_ONCE[section]
            update[section] = old.model_copy(update={part: getattr(new, part) for part in at_once})
            waiting += [f"{section}.{part}" for part in parts - at_once if getattr(old, part) != getattr(new, part)]
        elif section == "groups":
            update[section], others = _rename_groups(running, wanted)
            waiting += [section] if others else []
        elif old != new:
            waiting.append(section)
    return running.model_copy(update=update), sorted(waiting)


def _rename_groups(running: Settings, wanted: Settings) -> tuple[tuple[object, ...], bool]:
    """Return the running groups with their wanted names, and whether other groups are wanted than run."""
    names = {group.id: group.name for group in wanted.groups}
    groups = tuple(group.model_copy(update={"name": names.get(group.id, group.name)}) for group in running.groups)
    return groups, list(names) != [group.id for group in running.groups]
