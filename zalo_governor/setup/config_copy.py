"""The office's editable copy of the shipped configuration folder: rules, message texts, word lists, regulation.

The JSON file `.ban-goc.json` in the folder keeps the hash of each file as the program wrote it. The program updates
files whose hash is still the same; files with another hash were edited by the office and are left alone.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from zalo_governor.config.shipped import shipped_config
from zalo_governor.config.yaml_file import load_yaml
from zalo_governor.domain.errors import ConfigError
from zalo_governor.setup.yaml_edit import RoundTrip, put
from zalo_governor.system import atomic_files

LIST = ".ban-goc.json"
"""Name of a JSON file in the office's folder, to recognise edited files: {path: SHA-256 as the program wrote it}."""
REGULATION = "quy-che.yaml"
_OWN_KEYS = ("number", "issued", "issuer")
"""Keys of the regulation file that the office decides; the clauses come from the program."""
_NOT_COPIED = ("demo", "governor.yaml", ".keep")
_MODE = 0o644


@dataclass(frozen=True)
class CopyReport:
    """Which files of the office's configuration folder an update added, updated, removed or left alone."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    """Files that the program no longer ships and the office had not edited."""
    left: list[str] = field(default_factory=list)
    """Files that differ from the shipped ones: edited by the office, or there before the program recorded hashes."""


class OfficeCopy:
    """The office's own copy, in `folder`, of the configuration files shipped with the program in the folder `shipped`.

    The office may edit its copy; edited files are recognised by their hash.
    """

    def __init__(self, shipped: Path, folder: Path) -> None:
        self._shipped = shipped
        self._folder = folder

    def bring_up_to_date(self, regulation: Mapping[str, str]) -> CopyReport:
        """Bring the office's copy to this version of the program: copy new files, replace unedited ones.

        Files that the office has edited are left alone, but the values in `regulation` (any of number, issued, issuer)
        are set even in an edited regulation file. An interrupted update continues when this is called again.

        Raises:
            ConfigError: the list of hashes or the office's regulation file cannot be read.
            OSError: a file cannot be written; every file is either the complete old or the complete new one.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        put_there, report = self._read_list(), CopyReport()
        for name in sorted(self._shipped_names()):
            self._update_file(name, put_there, regulation, report)
        for name in sorted(put_there.keys() - set(self._shipped_names())):
            target = self._folder / name
            if target.exists() and _digest(target.read_bytes()) == put_there[name]:
                target.unlink()
                report.removed.append(name)
            del put_there[name]
        content = orjson.dumps(put_there, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        atomic_files.replace_file(self._folder / LIST, content, mode=_MODE)
        return report

    def _update_file(
        self, name: str, put_there: dict[str, str], regulation: Mapping[str, str], report: CopyReport
    ) -> None:
        target, fresh = self._folder / name, (self._shipped / name).read_bytes()
        present = target.read_bytes() if target.exists() else None
        if name == REGULATION:
            decided = {**(office_values(target) if present is not None else {}), **regulation}
            fresh = self._set_values(fresh, decided)
        if present == fresh:
            put_there[name] = _digest(fresh)
        elif present is None or _digest(present) == put_there.get(name):
            self._write(target, fresh)
            put_there[name] = _digest(fresh)
            (report.added if present is None else report.updated).append(name)
        else:
            if name == REGULATION and (changed := self._set_values(present, regulation)) != present:
                self._write(target, changed)
            report.left.append(name)

    def _set_values(self, content: bytes, words: Mapping[str, str]) -> bytes:
        if not words:
            return content
        file = RoundTrip(content.decode(), self._folder / REGULATION)
        for key, value in words.items():
            put(file.root, key, value)
        return file.text.encode()

    def _write(self, target: Path, content: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.replace_file(target, content, mode=_MODE)

    def _read_list(self) -> dict[str, str]:
        path = self._folder / LIST
        try:
            listed = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise ConfigError(
                f"{path}: không phải JSON; hãy bỏ tệp này đi, khi ấy tệp nào khác bản kèm theo đều được giữ nguyên"
            ) from None
        return {str(name): str(digest) for name, digest in dict(listed).items()}

    def _shipped_names(self) -> Iterator[str]:
        for path in self._shipped.rglob("*"):
            name = path.relative_to(self._shipped)
            if path.is_file() and name.parts[0] not in _NOT_COPIED:
                yield str(name)


def office_values(path: Path) -> dict[str, str]:
    """Return the keys of the regulation file `path` that an office decides: number, issued, issuer, as far as set."""
    data = load_yaml(path).data
    return {key: str(data[key]) for key in _OWN_KEYS if data.get(key)}


def is_sample(regulation: Mapping[str, object]) -> bool:
    """Return whether a regulation has the number and date of the sample that ships with the program.

    These are another office's and must not be shown as the office's own. The number is compared without what follows
    its slash (`/QĐ-UBND`), which older samples did not have.
    """
    return all(
        str(regulation.get(key)).partition("/")[0] == _shipped_value(key).partition("/")[0]
        for key in ("number", "issued")
    )


def shipped_issuer() -> str:
    """Return the issuer of the sample regulation that ships with the program."""
    return _shipped_value("issuer")


def _shipped_value(key: str) -> str:
    return str(load_yaml(shipped_config() / REGULATION).data[key])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
