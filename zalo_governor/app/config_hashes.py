"""Keyed hashes of the configuration files, by which the audit log records when rules or settings changed."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from zalo_governor.config.settings import Settings

_SETTINGS = "settings"
"""Name under which the hash of the settings in force is listed among those of the files."""
_SUFFIXES = (".yaml", ".txt", ".tsv", ".xlsx", ".yar")
"""Suffixes of configuration files."""
_SAMPLE_FOLDERS = frozenset({"benign", "content", "demo"})
"""Folders that contain only sample data, which have no influence on the rules."""
_DIGITS = 16
"""How many hex digits of each hash are kept."""


def fingerprints(settings: Settings, mac: Callable[[bytes], bytes]) -> dict[str, str]:
    """Return {file name: keyed hash} of all configuration files; `mac` computes the hashes.

    The entry "settings" is the hash of the settings in force, not of the settings file, which environment variables may
    override.

    Raises:
        OSError: a file cannot be read.
    """
    found = {_SETTINGS: mac(settings.model_dump_json().encode())}
    for path in configuration_files(settings.rules_dir):
        found[path.relative_to(settings.rules_dir).as_posix()] = mac(path.read_bytes())
    return {name: digest.hex()[:_DIGITS] for name, digest in sorted(found.items())}


def change(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the differences between two results of `fingerprints`, for the audit log; None if there are none.

    They are `changed` (file name -> new hash, of the changed and the new files) and `gone` (names of removed files).
    """
    changed = {name: digest for name, digest in now.items() if before.get(name) != digest}
    gone = sorted(before.keys() - now.keys())
    return {"changed": changed, "gone": gone} if changed or gone else None


def configuration_files(folder: Path) -> Iterator[Path]:
    """Yield the files in the configuration folder that influence the program (not sample data), sorted by name."""
    found = []
    for at, folders, names in os.walk(folder):
        if at == str(folder):
            folders[:] = set(folders) - _SAMPLE_FOLDERS
        found += [Path(at, name) for name in names if name.endswith(_SUFFIXES)]
    yield from filter(os.path.isfile, sorted(found))
