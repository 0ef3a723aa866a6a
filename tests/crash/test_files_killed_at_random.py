"""The bot is killed at random moments while files are fetched, scanned and settled: each is scanned once, and nothing
of what was sealed lies anywhere; no process is left behind."""

import base64
import json
import random
import re
import secrets
import shutil
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import gettempdir

import pytest
import yaml

from tests.crash.opened import opened
from tests.crash.traces import traces
from tests.distinct_files import KINDS, marked
from tests.rig import Rig, rig
from zalo_governor.config.settings import load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.samples import SAMPLES
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.security.crypto import Keys, master_key

FILES = 10
KILLS = 5
SENDERS = [str(7_300_000_000_000_000_000 + number) for number in range(FILES)]
CLAUSES = {
    "stamped_photo": "4.1",
    "stamped_scan": "4.1",
    "macro_document": "4.4",
    "eicar_archive": "4.4",
    "program": "4.4",
}
"""Clause of the case that each sample is; no case for the others."""
SCANNED = re.compile(r'^\{.*"event": "attachment_scanned".*\}$', re.MULTILINE)
SHARED = (Path(gettempdir()), Path("/var/tmp"), Path("/dev/shm"))
"""Folders into which any program may write."""


@pytest.mark.timeout(300)
def test_killed_at_random_each_file_is_scanned_once_and_nothing_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    began = time.time()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    # They stand in captions, names and contents, and nowhere else in the world.
    sealed, ordinary = secrets.token_hex(10), secrets.token_hex(10)
    with rig(tmp_path) as made:
        _give_a_config_dir_of_its_own(made)
        made.start_bot()
        samples = _send(made, sealed, ordinary)
        _kill_at_random(made, random.Random(seed))  # noqa: S311 - moments, not secrets
        made.start_bot()
        made.until(lambda: _settled(made), "every file is scanned", timeout=120)
        _see_every_file_once(made)
        cases = {
            (case["uid"], case["clause"], case["count"]) for case in made.cases() if case["clause"] in ("4.1", "4.4")
        }
        assert cases == {(uid, CLAUSES[name], 1) for uid, name in samples.items() if name in CLAUSES}
        assert made.query("SELECT count(*) FROM jobs WHERE task IS NOT NULL AND kind = 'scan_attachment'") == [(0,)]
        _see_no_trace(made, [sealed, ordinary], began)
        assert made.stop_bot() == 0
        assert _sandboxes(tmp_path) == []
        _see_no_trace(made, [sealed, ordinary], began)
        _see_nothing_under_the_key(made, sealed, ordinary)


def _give_a_config_dir_of_its_own(made: Rig) -> None:
    """It stands in the command line of the bot's processes, by which they are told from those of other bots."""
    shutil.copytree(shipped_config(), made.folder / "config")
    settings = yaml.safe_load(made.config.read_text()) | {"config_dir": str(made.folder / "config")}
    made.config.write_text(yaml.safe_dump(settings, allow_unicode=True))


def _send(made: Rig, sealed: str, ordinary: str) -> dict[str, str]:
    """Files of all kinds, each by somebody else; gives the sample of each sender."""
    sent = {}
    for number, sender in enumerate(SENDERS):
        sample, name, kind = KINDS[number % len(KINDS)]
        token = sealed if CLAUSES.get(sample) == "4.1" else ordinary
        content = base64.b64encode(marked(SAMPLES[sample](), f"{token} {number}".encode())).decode()
        caption = f"Gửi các đồng chí bản chụp {token}" if kind == "photo" else ""
        order = {"name": f"{token} {name}", "content": content, "kind": kind, "caption": caption}
        [put] = made.control("put", files=[order])["files"]
        message = {"_text": "", **put["message"], "uidFrom": sender}
        made.control("push", frames=[{"data": {"groupMsgs": [message]}}])
        sent[sender] = sample
    return sent


def _kill_at_random(made: Rig, chance: random.Random) -> None:
    reading = 0
    for kill in range(KILLS):
        if kill % 2:
            _wait_for_a_reader(made.folder)
        time.sleep(chance.uniform(0.0, 0.3 if kill % 2 else 4.0))
        reading += len(_sandboxes(made.folder)) > 1
        made.kill_bot()
        made.until(lambda: _sandboxes(made.folder) == [], "the bot's processes have ended with it", timeout=3)
        made.launch_bot()
    made.kill_bot()
    print(f"{reading} of {KILLS} kills while a file was read")


def _wait_for_a_reader(folder: Path) -> None:
    """Wait until a file is being read; in vain where none is left."""
    deadline = time.monotonic() + 15
    while len(_sandboxes(folder)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)


def _sandboxes(folder: Path) -> list[int]:
    """The processes that read attachments for the bot of that folder, and their children."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if b"zalo_governor.sandbox.attachments" in command and str(folder).encode() in command:
            found.append(int(process.name))
    return found


def _settled(made: Rig) -> bool:
    [(scanned,)] = made.query("SELECT count(*) FROM file_scans")
    [(waiting,)] = made.query("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending', 'uncertain')")
    return (scanned, waiting) == (FILES, 0)


def _see_every_file_once(made: Rig) -> None:
    logs = "\n".join(log.read_text() for log in made.folder.glob("bot-*.log"))
    assert set(Counter(json.loads(line)["entry"] for line in SCANNED.findall(logs)).values()) == {1}
    [(messages,)] = made.query("SELECT count(DISTINCT s.event_id) FROM file_scans s JOIN events e ON e.id = s.event_id")
    assert messages == FILES


def _see_no_trace(made: Rig, tokens: list[str], began: float) -> None:
    """Database, write-ahead log, logs, temporary files, of this and all other folders."""
    ours = [file for file in made.folder.rglob("*") if file.name != "simulator.log"]
    assert sum(file.stat().st_size for file in ours if file.is_file()) > 100_000
    assert traces(tokens, ours) == []
    shared = [file for folder in SHARED for file in _fresh(folder, made.folder, began)]
    assert traces(tokens, shared) == []


def _fresh(folder: Path, apart_from: Path, began: float) -> list[Path]:
    found = []
    for parent, folders, names in folder.walk():
        folders[:] = [name for name in folders if parent / name != apart_from]
        for path in (parent / name for name in names):
            try:
                if path.is_file() and path.stat().st_mtime >= began and path.stat().st_size < 64 << 20:
                    path.open("rb").close()
                    found.append(path)
            except OSError:
                continue  # Others' files come and go.
    return found


def _see_nothing_under_the_key(made: Rig, sealed: str, ordinary: str) -> None:
    settings = load_settings(made.config)
    keys = Keys(master_key(settings.key_path, None))
    with closing(Database(settings.sqlalchemy_url, keys, system_clock)) as database:
        kept = list(opened(database))
    assert any(ordinary.encode() in content for _, content in kept)
    assert [where for where, content in kept if sealed.encode() in content] == []
