"""docs/loi.md against the commands: message, exit code, and that nothing is lost or half-written."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.acceptance import mishaps_of_care
from tests.acceptance.mishaps import LIVE, MISHAPS, Ended, Office
from tests.rig import Rig, rig
from tests.unit.cli.test_members_command import office as made_office
from zalo_governor.cli import COMMANDS
from zalo_governor.cli.exit_codes import ExitCode

__all__ = ["mishaps_of_care"]

PAGE = Path(__file__).parents[2] / "docs" / "loi.md"
_ROW = re.compile(r"^\| ([A-Z]\d\d) \| (.+?) \| `(.+?)` \| (\d+|–) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_ENGLISH = re.compile(r"Usage:|Error|Options|Commands|Traceback|No such|Missing|Invalid|Show this message")
_ENGLISH_WORDS = re.compile(r"\b(the|what|where|and|only|by)\b")
_OF_DEVELOPERS = "bench"
_WITHIN = ("account replace", "rules replay", "rules test", "roster import", "roster export", "audit list")


class Row(NamedTuple):
    """One row of the table."""

    number: str
    happened: str
    message: str
    """What is shown; `…` stands for anything."""
    code: str
    do: str
    kept: str


ROWS = {row.number: row for row in map(Row._make, _ROW.findall(PAGE.read_text(encoding="utf-8")))}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office that was used."""
    folder = tmp_path_factory.mktemp("office")
    made_office(folder)
    return folder


@pytest.fixture
def office(ready: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    # Not in pytest's own folder, which other users of the machine may not enter.
    with tempfile.TemporaryDirectory(prefix="co-quan-") as name:
        folder = Path(name)
        shutil.copytree(ready, folder, dirs_exist_ok=True)
        folder.chmod(0o755)
        (folder / "governor.yaml").chmod(0o644)
        monkeypatch.delenv("ZALO_GOVERNOR_KEY", raising=False)
        yield Office(folder, monkeypatch)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.start_bot()
        assert made.stop_bot() == 0
        yield made


def test_the_page_and_the_provocations_name_the_same_mishaps() -> None:
    assert set(ROWS) == set(MISHAPS) | set(LIVE)
    assert len(ROWS) >= 40
    assert all(row.kept for row in ROWS.values())


def test_the_page_names_every_exit_code() -> None:
    named = re.findall(r"^\| (\d+) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert named == [str(code.value) for code in ExitCode]


@pytest.mark.parametrize("number", MISHAPS)
def test_it_is_said_and_nothing_is_lost(number: str, office: Office) -> None:
    row, provoke = ROWS[number], MISHAPS[number]
    ended = provoke(office)
    _is_as_written(row, ended)
    assert office.files() == office.files_before
    after = office.rows()
    assert after.keys() == office.rows_before.keys()
    assert all(after[table] >= before for table, before in office.rows_before.items())


@pytest.mark.parametrize("number", LIVE)
def test_a_bot_says_it_and_loses_nothing(number: str, running: Rig) -> None:
    _is_as_written(ROWS[number], LIVE[number](running))
    assert running.query("PRAGMA quick_check") == [("ok",)]


@pytest.mark.parametrize("name", [*COMMANDS, *_WITHIN, "version"])
def test_help_is_vietnamese(name: str, office: Office) -> None:
    shown = office.command(*name.split(), "--help", here=False)
    assert shown.code == 0
    assert "Cách dùng: " in shown.said
    assert not _ENGLISH.search(shown.said)
    assert name == _OF_DEVELOPERS or not _ENGLISH_WORDS.search(shown.said)


def _is_as_written(row: Row, ended: Ended) -> None:
    said = " ".join(ended.said.split())
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in row.message.split("…"))
    assert re.search(pattern, said), (row.message, ended.said[-3000:])
    assert ("–" if ended.code is None else str(ended.code)) == row.code
    assert "Traceback" not in ended.said
