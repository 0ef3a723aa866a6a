"""The office's own copy of the configuration: rules, messages, lexicons and the regulation.

Beside the copy lies a list of what each file was when it was put there. A file that still is that is the program's to
bring up to date; one that is not was changed by the office, and is left.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from zalo_governor.config.yaml_file import load_yaml
from zalo_governor.domain.errors import ConfigError
from zalo_governor.setup.yaml_edit import RoundTrip, put
from zalo_governor.system import atomic_files

LIST = ".ban-goc.json"
"""{path: SHA-256 of the file as it was put there}."""
REGULATION = "quy-che.yaml"
_OWN_KEYS = ("number", "issued", "issuer")
"""Of the regulation: which one the office goes by; the clauses are the program's."""
_NOT_COPIED = ("demo", "governor.yaml", ".keep")
_MODE = 0o644


@dataclass(frozen=True)
class CopyReport:
    """Paths of what was done, relative to the copy."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    """No longer shipped, and never changed by the office."""
    left: list[str] = field(default_factory=list)
    """Changed by the office, or there before the list was, and other than what is shipped."""


class OfficeCopy:
    """The copy in a folder, of what is shipped in another."""

    def __init__(self, shipped: Path, folder: Path) -> None:
        self._shipped = shipped
        self._folder = folder

    def bring_up_to_date(self, regulation: Mapping[str, str]) -> CopyReport:
        """Copy what is new, update what the office has not changed, leave the rest; `regulation` has number, issued,
        issuer as far as they were decided. Whenever this ends early, calling it again goes on.

        Raises:
            ConfigError: the list or the office's regulation cannot be read.
            OSError: a file cannot be written; each one is whole, the old or the new.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        put_there, report = self._listed(), CopyReport()
        for name in sorted(self._shipped_names()):
            self._bring(name, put_there, regulation, report)
        for name in sorted(put_there.keys() - set(self._shipped_names())):
            target = self._folder / name
            if target.exists() and _digest(target.read_bytes()) == put_there[name]:
                target.unlink()
                report.removed.append(name)
            del put_there[name]
        content = orjson.dumps(put_there, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        atomic_files.replace_file(self._folder / LIST, content, mode=_MODE)
        return report

    def _bring(self, name: str, put_there: dict[str, str], regulation: Mapping[str, str], report: CopyReport) -> None:
        target, fresh = self._folder / name, (self._shipped / name).read_bytes()
        present = target.read_bytes() if target.exists() else None
        if name == REGULATION:
            decided = {**(self._own_words(target) if present is not None else {}), **regulation}
            fresh = self._with_words(fresh, decided)
        if present == fresh:
            put_there[name] = _digest(fresh)
        elif present is None:
            self._write(target, fresh)
            put_there[name] = _digest(fresh)
            report.added.append(name)
        elif _digest(present) == put_there.get(name):
            self._write(target, fresh)
            put_there[name] = _digest(fresh)
            report.updated.append(name)
        else:
            if name == REGULATION and (changed := self._with_words(present, regulation)) != present:
                self._write(target, changed)
            report.left.append(name)

    def _own_words(self, target: Path) -> dict[str, str]:
        data = load_yaml(target).data
        return {key: str(data[key]) for key in _OWN_KEYS if data.get(key)}

    def _with_words(self, content: bytes, words: Mapping[str, str]) -> bytes:
        if not words:
            return content
        file = RoundTrip(content.decode(), self._folder / REGULATION)
        for key, value in words.items():
            put(file.root, key, value)
        return file.text.encode()

    def _write(self, target: Path, content: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.replace_file(target, content, mode=_MODE)

    def _listed(self) -> dict[str, str]:
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


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
