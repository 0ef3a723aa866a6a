"""One reader for the files of many offices, started anew only where they are judged by other rules."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from zalo_governor.app import scan_worker
from zalo_governor.app.scan_worker import _Reader
from zalo_governor.config.settings import load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.attachments import ScanResult


class Reader:
    """Remembers by whose rules each file was read."""

    read: list[tuple[int, str]] = []
    starts = 0

    def __init__(self, command: Sequence[str]) -> None:
        self.use_command(command)

    def use_command(self, command: Sequence[str]) -> None:
        Reader.starts += 1
        self._rules = Path(command[3]).parent.name

    def scan(self, _content: bytearray, _name: str) -> ScanResult:
        Reader.read.append((Reader.starts, self._rules))
        return ScanResult()


def office(folder: Path, file: str, old: str, new: str) -> Path:
    """An office whose copy of the rules differs in one place."""
    folder.mkdir()
    shutil.copytree(shipped_config(), folder / "config")
    (folder / "governor.yaml").write_text("config_dir: config\n")
    text = (folder / "config" / file).read_text(encoding="utf-8")
    assert old in text
    (folder / "config" / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder / "governor.yaml"


def test_offices_that_judge_alike_share_the_reader_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_worker, "AttachmentScanner", Reader)
    alike = [office(tmp_path / name, "quy-che.yaml", "number: ", f"number: {name}") for name in ("mot", "hai")]
    other = office(tmp_path / "ba", "rules/4.4-lien-ket.yaml", "id:", "# khác\nid:")
    shared = _Reader()
    for config in (*alike, other, alike[1]):
        shared.of(load_settings(config))(bytearray(b"x"), "x.txt")
    assert Reader.read == [(1, "mot"), (1, "mot"), (2, "ba"), (3, "hai")]
