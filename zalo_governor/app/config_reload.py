"""Watches the configuration files, and applies changes to the running bot."""

import hashlib
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from zalo_governor.app.config_hashes import configuration_files
from zalo_governor.app.configuration import Configuration, load_configuration
from zalo_governor.config.groups import GroupSettings
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.errors import ConfigError, StoreUnavailableError

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
"""Seconds between two checks of the files.

A change is applied once two checks in a row found the same content: before that, an editor may be writing the file.
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
        "directives",
        "attachments",
        "trial",
        "introduction",
        "backup",
        "heartbeat",
        "panel",
    }
)
"""Sections of the settings that apply without a restart."""
_KEYS_APPLIED_AT_ONCE = {"zalo": frozenset({"send"}), "alarm": frozenset({"smtp", "webhook"})}
"""Section -> the keys in it that apply without a restart; changes of its other keys need one."""


_PLACE = re.compile(r"(?:.*/)?(?P<file>[^/:\n]+(?::\d+)?): (?:(?P<key>[\w.]+): )?")
"""Matches the place of the fault in the text of a ConfigError: name of the file with the line, and the key."""


Versions = dict[Path, tuple[tuple[int, ...], bytes]]
"""File -> (its inode, size and times; hash of its content); for an unreadable file, (nothing; the error's number)."""


class ConfigurationWatch:
    """Watcher of the configuration files: checks them at intervals, and applies valid changes to the running bot.

    Args:
        file: the settings file.
        running: returns the configuration in force.
        apply: puts a new configuration in force, or raises and changes nothing.
        on_broken: called with the error text when a changed file is invalid, once per error.
        on_mended: called when the files are valid again.
        on_restart: called with the changed settings keys that take effect only after a restart.
        loaded: the files' versions when they were loaded, as `versions` returned them; None if that was just now.
        groups_at_once: whether a changed list of groups applies at once, too: for processes that only read stored data.
    """

    def __init__(
        self,
        file: Path,
        *,
        loaded: Versions | None = None,
        running: Callable[[], Configuration],
        apply: Callable[[Configuration], None],
        on_broken: Callable[[str], None],
        on_mended: Callable[[], None],
        on_restart: Callable[[Sequence[str]], None],
        groups_at_once: bool = False,
    ) -> None:
        self._file = file
        self._running = running
        self._apply = apply
        self._on_broken = on_broken
        self._on_mended = on_mended
        self._on_restart = on_restart
        self._groups_at_once = groups_at_once
        self._stopped = False
        self._changed = threading.Condition()
        self._known = loaded or versions(file, running().settings.rules_dir)
        """Versions of the files at the last check."""
        self._handled = _hash(self._known)
        """Hash of the files' content that was last applied or rejected."""
        self._last_seen = self._handled
        """Hash of the files' content at the last check."""
        self._fault: str | None = None
        """The error text that was reported last; None if the files are valid."""
        self._reported_keys: Sequence[str] = ()
        """The settings keys that were last reported as needing a restart."""

    def run(self) -> None:
        """Check the files every `LOOK_SECONDS` until stopped."""
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
        """Make `run` check the files now; callable from any thread."""
        with self._changed:
            self._changed.notify_all()

    def look(self) -> None:
        """Check the files once; apply a change when two checks in a row found the same content (editing has ended)."""
        try:
            self._look()
        except Exception as error:
            # The next check tries again: even a fault can be reported only once the database can be written.
            log.error("configuration_waits", error=error)

    def _look(self) -> None:
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
        except StoreUnavailableError:
            raise
        except Exception as error:
            # Whatever a file causes, the current configuration stays in force.
            log.error("configuration_failed", error=error)
            self._report_broken(f"{self._file}: {type(error).__name__}")
        self._handled = now

    def _load(self) -> tuple[Configuration, list[str]]:
        """Load the changed files; return the configuration to apply now, and the changed keys that need a restart."""
        running, wanted = self._running().settings, load_settings(self._file)
        if running.people and not wanted.people:
            # A full disk cuts a file off. Nobody would have a role any more, and so nobody would be told.
            raise ConfigError(
                f"{self._file}:1: people: không còn ai có vai trò, có thể vì tệp bị cắt khi ổ đĩa đầy; hãy ghi lại "
                "mục này, hoặc khởi động lại Hệ thống nếu đúng là bỏ hết"
            )
        settings, waiting = effective(running, wanted, groups_at_once=self._groups_at_once)
        return load_configuration(settings), waiting

    def _report_mended(self, waiting: Sequence[str]) -> None:
        """Call `on_mended` if the files were invalid before, and `on_restart` with `waiting` unless already reported.

        `waiting` are the changed settings keys that take effect only after a restart.
        """
        if self._fault is not None:
            self._on_mended()
            self._fault = None
        if waiting and waiting != self._reported_keys:
            log.warning("configuration_needs_restart", settings="+".join(waiting))
            self._on_restart(waiting)
        self._reported_keys = waiting

    def _report_broken(self, fault: str) -> None:
        """Report invalid files: call `on_broken` with the error text `fault`, unless it was the last one reported."""
        # Only the admins and `doctor` get the details: the log must not quote a file.
        place = _PLACE.match(fault)
        log.error("configuration_broken", file=place and place["file"], settings=place and place["key"])
        if fault != self._fault:
            self._on_broken(fault)
            self._fault = fault

    def _hash_files(self) -> bytes:
        self._known = versions(self._file, self._running().settings.rules_dir, self._known)
        return _hash(self._known)


def versions(file: Path, folder: Path, known: Versions | None = None) -> Versions:
    """Return the versions of the settings file `file` and of all configuration files in `folder`.

    The content of a file is read only if its inode, size and times are not those in `known`.
    """
    found: Versions = {}
    for path in (file, *configuration_files(folder)):
        try:
            stat = path.stat()
            version = (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
            before, content = (known or {}).get(path, (None, b""))
            found[path] = version, hashlib.blake2b(path.read_bytes()).digest() if before != version else content
        except OSError as error:
            found[path] = (), repr(error.errno).encode()
    return found


def _hash(files: Versions) -> bytes:
    digest = hashlib.blake2b()
    for path, (_, content) in files.items():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.digest()


def effective(running: Settings, wanted: Settings, *, groups_at_once: bool = False) -> tuple[Settings, list[str]]:
    """Return the settings to use after a change of the settings file, and the changed keys that need a restart.

    `running` are the settings in force, `wanted` those in the file. The returned ones are `running` with the values of
    `wanted` for the keys that can change without a restart, with `groups_at_once` also the list of groups.
    """
    update: dict[str, object] = {}
    waiting: list[str] = []
    for section in type(wanted).model_fields:
        old, new = getattr(running, section), getattr(wanted, section)
        if section in _APPLIED_AT_ONCE or (groups_at_once and section == "groups"):
            update[section] = new
        elif section in _KEYS_APPLIED_AT_ONCE:
            parts = type(new).model_fields.keys()
            at_once = _KEYS_APPLIED_AT_ONCE[section]
            update[section] = old.model_copy(update={part: getattr(new, part) for part in at_once})
            waiting += [f"{section}.{part}" for part in parts - at_once if getattr(old, part) != getattr(new, part)]
        elif section == "groups":
            update[section], others = _groups_at_once(running, wanted)
            waiting += [section] if others else []
        elif old != new:
            waiting.append(section)
    return running.model_copy(update=update), sorted(waiting)


def _groups_at_once(running: Settings, wanted: Settings) -> tuple[tuple[GroupSettings, ...], bool]:
    """Return the watched groups with the names and sections in `wanted`, and True if `wanted` lists other groups.

    A change of the list of groups takes effect only after a restart.
    """
    new = {group.id: group for group in wanted.groups}
    return tuple(new.get(group.id, group) for group in running.groups), list(new) != [one.id for one in running.groups]
