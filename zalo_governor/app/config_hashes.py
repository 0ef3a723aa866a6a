"""What the program goes by, as keyed hashes: so that the audit log says when a rule or a setting changed."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from zalo_governor.config import Settings

_SETTINGS = "settings"
_GO_BY = (".yaml", ".txt", ".tsv")
_NOT_GONE_BY = frozenset({"benign", "content", "demo"})
"""Folders whose files are samples: they change nothing that is judged."""
_DIGITS = 16


class Change(NamedTuple):
    """Which files are other ones than at the last look."""

    changed: dict[str, str]
    """Name -> hash, for those that are new as well."""
    gone: list[str]

    @property
    def detail(self) -> dict[str, Any]:
        """For the audit log."""
        return {"changed": self.changed, "gone": self.gone}


def fingerprints(settings: Settings, mac: Callable[[bytes], bytes]) -> dict[str, str]:
    """Name of each file of the configuration -> its keyed hash; the settings as they count, the environment in them.

    Raises:
        OSError: a file cannot be read.
    """
    found = {_SETTINGS: mac(settings.model_dump_json().encode())}
    for path in configuration_files(settings.rules_dir):
        found[path.relative_to(settings.rules_dir).as_posix()] = mac(path.read_bytes())
    return {name: digest.hex()[:_DIGITS] for name, digest in sorted(found.items())}


def change(before: Mapping[str, str], now: Mapping[str, str]) -> Change | None:
    """What is another one now; None where everything is as it was."""
    changed = {name: digest for name, digest in now.items() if before.get(name) != digest}
    gone = sorted(before.keys() - now.keys())
    return Change(changed, gone) if changed or gone else None


def configuration_files(folder: Path) -> Iterator[Path]:
    """The files in a folder of rules and words by which the program goes, in the order of their names."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and path.suffix in _GO_BY and inside.parts[0] not in _NOT_GONE_BY:
            yield path
