"""Notices that a file of the configuration is another one, and has the program go by it while it runs."""

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
"""A file counts when two looks in a row have found it the same: an editor may be in the middle of writing it."""

_AT_ONCE = frozenset(
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
_PARTS_AT_ONCE = {"zalo": frozenset({"send"}), "alarm": frozenset({"smtp", "webhook"})}
"""Of these sections, the keys that count at once."""


class ConfigurationWatch:
    """Looks at the files until stopped.

    Args:
        file: the settings file.
        running: by what the program goes.
        apply: has the program go by a new one, or raises and leaves all as it was.
        on_broken: called with what is wrong, once for each fault.
        on_mended: called when what was wrong is right again.
        on_restart: called with the keys that were changed and count after the next start only.
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
        self._dealt_with = self._contents()
        self._seen = self._dealt_with
        self._fault: str | None = None
        self._waiting: Sequence[str] = ()

    def run(self) -> None:
        """Look until stopped."""
        while True:
            with self._changed:
                self._changed.wait(LOOK_SECONDS)
                if self._stopped:
                    return
            self.look()

    def stop(self) -> None:
        """Let `run` end."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def hurry(self) -> None:
        """Look now; from any thread."""
        with self._changed:
            self._changed.notify_all()

    def look(self) -> None:
        """Look once; go by what has stayed the same since the last look and is other than before."""
        now = self._contents()
        steady, self._seen = now == self._seen, now
        if not steady or now == self._dealt_with:
            return
        try:
            new, waiting = self._load()
            if self._contents() != now:
                return  # It was written on meanwhile: the next looks will tell.
            self._apply(new)
            log.info("configuration_changed")
            self._tell_mended(waiting)
        except ConfigError as error:
            self._tell_broken(str(error))
        except StoreUnavailableError as error:
            log.error("configuration_waits", error=error)
            return
        except Exception as error:
            # Whatever a file can do to its reader, what was there before goes on counting.
            log.error("configuration_failed", error=error)
            self._tell_broken(f"{self._file}: {type(error).__name__}")
        self._dealt_with = now

    def _load(self) -> tuple[Configuration, list[str]]:
        running = self._running().settings
        settings, waiting = effective(running, load_settings(self._file))
        return load_configuration(settings), waiting

    def _tell_mended(self, waiting: Sequence[str]) -> None:
        if self._fault is not None:
            self._on_mended()
            self._fault = None
        if waiting and waiting != self._waiting:
            log.warning("configuration_needs_restart", settings="+".join(waiting))
            self._on_restart(waiting)
        self._waiting = waiting

    def _tell_broken(self, fault: str) -> None:
        # What is wrong is told to the admin; a log line may not quote a file.
        log.error("configuration_broken")
        if fault != self._fault:
            self._on_broken(fault)
            self._fault = fault

    def _contents(self) -> bytes:
        """A hash over the names and bytes of all files that matter; one that is not there counts as such."""
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
    """What counts at once of the wanted settings, the rest as it runs; and the keys of that rest which were changed."""
    update: dict[str, object] = {}
    waiting: list[str] = []
    for section in type(wanted).model_fields:
        old, new = getattr(running, section), getattr(wanted, section)
        if section in _AT_ONCE:
            update[section] = new
        elif section in _PARTS_AT_ONCE:
            parts = type(new).model_fields.keys()
            at_once = _PARTS_AT_ONCE[section]
            update[section] = old.model_copy(update={part: getattr(new, part) for part in at_once})
            waiting += [f"{section}.{part}" for part in parts - at_once if getattr(old, part) != getattr(new, part)]
        elif section == "groups":
            update[section], others = _renamed(running, wanted)
            waiting += [section] if others else []
        elif old != new:
            waiting.append(section)
    return running.model_copy(update=update), sorted(waiting)


def _renamed(running: Settings, wanted: Settings) -> tuple[tuple[object, ...], bool]:
    """The running groups under their new names; and whether there are other groups now."""
    names = {group.id: group.name for group in wanted.groups}
    groups = tuple(group.model_copy(update={"name": names.get(group.id, group.name)}) for group in running.groups)
    return groups, list(names) != [group.id for group in running.groups]
