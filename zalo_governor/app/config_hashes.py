"""Keyed hashes of the configuration files, so that the audit log shows when a rule or a setting changed."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from zalo_governor.config import Settings

_SETTINGS = "settings"
"""Name under which the hash of the effective settings is listed."""
_SUFFIXES = (".yaml", ".txt", ".tsv")
"""Suffixes of configuration files."""
_SAMPLE_FOLDERS = frozenset({"benign", "content", "demo"})
"""Folders that hold samples only, which do not affect judging."""
_DIGITS = 16
"""Hex digits kept of each hash."""


class Change(NamedTuple):
    """The differences between two sets of configuration hashes."""

    changed: dict[str, str]
    """File name -> hash of changed and new files."""
    gone: list[str]
    """Names of removed files."""

    @property
    def detail(self) -> dict[str, Any]:
        """Return the differences as a dict for the audit log."""
        return {"changed": self.changed, "gone": self.gone}


def fingerprints(settings: Settings, mac: Callable[[bytes], bytes]) -> dict[str, str]:
    """Return configuration file name -> keyed hash; settings are hashed with environment variables applied.

    Raises:
        OSError: a file cannot be read.
    """
    found = {_SETTINGS: mac(settings.model_dump_json().encode())}
    for path in configuration_files(settings.rules_dir):
        found[path.relative_to(settings.rules_dir).as_posix()] = mac(path.read_bytes())
    return {name: digest.hex()[:_DIGITS] for name, digest in sorted(found.items())}


def change(before: Mapping[str, str], now: Mapping[str, str]) -> Change | None:
    """Return the differences between two results of `fingerprints`, or None if there are none."""
    changed = {name: digest for name, digest in now.items() if before.get(name) != digest}
    gone = sorted(before.keys() - now.keys())
    return Change(changed, gone) if changed or gone else None


def configuration_files(folder: Path) -> Iterator[Path]:
    """Yield the rule and text files in a folder that affect the program, sorted by name."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and path.suffix in _SUFFIXES and inside.parts[0] not in _SAMPLE_FOLDERS:
            yield path
