"""A planted secret is on no page of any file of the bot or its database, whatever door it came by, also after kills."""

import base64
import json
import os
import random
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from tests.crash.opened import opened
from tests.crash.traces import traces
from tests.planting import fields_of, planted
from tests.postgresql import new_database, server
from tests.rig import ADMIN, BOT, GROUP, MEMBER, Rig, rig
from zalo_governor.backup.encrypted_file import read_lines
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.cli.demo.processes import ask
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.inbound import ElementKind, RawDict
from zalo_governor.features.registry import COMMANDS
from zalo_governor.simulator.messages import attachment
from zalo_governor.simulator.world import World
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.queries.export import Extract
from zalo_governor.storage.security.crypto import Keys, master_key
from zalo_governor.zalo.events.text_fields import FIELDS

NAMED = "7300000000000000001"
SECRET_WORDS = ("Hạt Mắc Khén", "GIẢ ĐỊNH", "tuyệt mật", "Hat Mac Khen", "GIA DINH", "hat mac khen", "gia dinh")
ORDINARY_WORDS = (
    "Thung Lũng Hoa Ban",
    "thung lung hoa ban",
    "Lường Thị Sương Mai",
    "Hệ thống hỗ trợ quản lý Nhóm",
    "chưa phải kết luận",
    "nhầm vì trích thơ cũ",
    "phien-thu-hai-cua-bot",
)
MADE_BY_ZALO = frozenset({"msgId", "cliMsgId", "actionId", "realMsgId", "ts", "idTo", "cmd"})
DOORS = ("group", "private", "another command", "old messages", "revised", "missed")
"""The ways by which a message comes in."""
COMMAND_WORDS = (*(kind.word for kind in COMMANDS), "trogiup", "khong co lenh nay")
_numbers = iter(range(1, 100_000))


def secret() -> str:
    return f"Em gửi các đồng chí văn bản tuyệt mật số {next(_numbers)}/KH-GIẢ ĐỊNH về kho Hạt Mắc Khén"


@pytest.mark.parametrize(
    "content",
    [
        "… Hạt Mắc Khén …".encode(),
        "Hạt Mắc Khén".encode("utf-16-le"),
        json.dumps({"text": "… Hạt Mắc Khén …"}).encode(),
        *(base64.b64encode(b"." * before + "Hạt Mắc Khén.".encode()) for before in range(3)),
        base64.b64encode(json.dumps("Hạt Mắc Khén").encode()),
    ],
    ids=["UTF-8", "UTF-16", "JSON", "base64", "base64 + 1", "base64 + 2", "JSON in base64"],
)
def test_a_trace_would_be_found_in_every_form(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\x00\xff" + content + b"\xff")
    assert traces(["Hạt Mắc Khén"], [file])


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_secret_by_any_door_leaves_no_trace_and_nothing_else_stands_in_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    # A crash would leave a picture of the memory, if the program let it.
    with _core_files_allowed(), _place(kind) as (url, database_files), rig(tmp_path, url) as made:
        scene = _Scene(made, chance, database_files)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        made.configure("health", port=port)
        made.start_bot()
        _say_what_is_ordinary(made)
        for door in DOORS:
            scene.every_field_by(door)
        scene.every_act()
        scene.every_command()
        scene.everything_sealed()
        scene.nothing_on_the_disk()
        scene.kill_while_it_comes_in()
        scene.look_at_names()
        scene.crash()
        scene.everything_sealed()
        scene.nothing_is_answered()
        scene.nothing_is_shown_to_who_watches(port)
        scene.nothing_is_taken_out()
        assert made.stop_bot() == 0
        scene.nothing_on_the_disk()
        scene.nothing_under_the_key()


class _Scene:
    """Plants secrets, and searches for them."""

    def __init__(self, made: Rig, chance: random.Random, database_files: Callable[[], Sequence[Path]]) -> None:
        self._made = made
        self._chance = chance
        self._database_files = database_files
        self._world = World(system_clock)
        self._planted: set[str] = set()
        """msgIds of what must be sealed."""
        self._acts = 0

    def every_field_by(self, door: str) -> None:
        """A message for each field of the parser's table, with the secret in that field."""
        messages = [self._message(field) for field in fields_of(ElementKind.MESSAGE)]
        # What the table does not know: a file name without a word in clear, ids that the sender's client makes.
        messages.append(_said(msgType="share.file", content=attachment("hat mac khen GIA DINH-TUYETMAT.docx")))
        messages.append(_said("đồng ý", cliMsgId=secret()))
        messages.append(_said("đồng ý", **{secret(): 1}))
        if door == "missed":
            # What came before is not to be mixed up with it: Zalo's history gives back neither private messages
            # nor an earlier form.
            self.everything_sealed()
            self._made.kill_bot()
            self._planted |= set(self._made.control("hist", messages=messages)["msg_ids"])
            self._made.start_bot()
            return
        if door == "revised":
            keys = self._made.push(*["Kính gửi các đồng chí"] * len(messages))
            messages = [message | {"msgId": key} for message, key in zip(messages, keys, strict=True)]
        cmd, array = _FRAMES.get(door, (521, "groupMsgs"))
        frames = [
            {"cmd": cmd, "encrypt": number % 4, "data": {array: [message]}} for number, message in enumerate(messages)
        ]
        self._planted |= set(self._made.control("push", frames=frames)["msg_ids"])

    def every_act(self) -> None:
        """A control for each field of the parser's table that stands in one."""
        for kind in (ElementKind.GROUP_ACT, ElementKind.FRIEND_ACT):
            for field in fields_of(kind):
                self._made.act(planted(self._world, field, secret()))
                self._acts += 1

    def every_command(self) -> None:
        """Each command with a secret behind it, in private and in the group, by who may use it and who may not."""
        for word in COMMAND_WORDS:
            for uid in (ADMIN, MEMBER):
                for text in (f"/{word} VP1 {secret()}", f"/{word} {secret()}"):
                    self._planted.add(self._made.tell_bot(text, uid))
                    self._planted.add(self._made.say(text, uid))

    def kill_while_it_comes_in(self) -> None:
        """From the frame to the commit it is a few milliseconds; what is lost then comes back from the history."""
        fields = fields_of(ElementKind.MESSAGE)
        for _ in range(4):
            frames = [{"data": {"groupMsgs": [self._message(field)]}} for field in fields]
            self._planted |= set(self._made.control("push", frames=frames)["msg_ids"])
            time.sleep(self._chance.uniform(0.0, 0.06))
            self._made.kill_bot()
            self._made.start_bot()

    def look_at_names(self) -> None:
        """What the group and its members are called, and what it says of itself, is looked up after each start."""
        observed = {field for field, place in FIELDS.items() if place.kind in _LOOKED_UP}
        assert observed == {"observed_name", "observed_group_name", "observed_group_description"}
        self._made.control("world", people=[{"uid": NAMED, "name": secret()}])
        members = [BOT, MEMBER, NAMED]
        for words in ("name", "description"):
            before = self._count("kind = 'group_state'")
            self._made.control("world", groups=[{"id": GROUP, "members": members, words: secret()}])
            self._made.kill_bot()
            self._made.start_bot()
            self._made.until(lambda: self._count("kind = 'group_state'") > before, f"the {words} is sealed")  # noqa: B023
        self._made.until(lambda: self._count("kind = 'name'") > 0, "the member's name is sealed")

    def crash(self) -> None:
        """It dies as by a fault of its own, with secrets in its memory; no core file is left."""
        bot = self._made.bot
        assert bot
        limits = Path(f"/proc/{bot.pid}/limits").read_text().splitlines()
        assert [line.split()[4:6] for line in limits if line.startswith("Max core file size")] == [["0", "0"]]
        self._planted |= set(self._made.push(*[secret() for _ in range(20)]))
        os.kill(bot.pid, signal.SIGSEGV)
        self._made.until(lambda: not bot.running, "it has died")
        assert not [*Path.cwd().glob("core*"), *self._made.folder.rglob("core*")]
        self._made.start_bot()

    def everything_sealed(self) -> None:
        """Every planted message is in the inbox, and as a seal alone."""
        self._made.until(lambda: self._sealed_messages() >= self._planted, "every secret is sealed", timeout=60)
        self._made.until(lambda: self._count("kind IN ('group_act', 'friend_act')") >= self._acts, "the acts too")
        assert self._made.query("SELECT count(*) FROM inbox WHERE seal_rule IS NOT NULL AND body IS NOT NULL") == [(0,)]
        assert self._made.query("SELECT count(*) FROM findings WHERE sealed AND spans IS NOT NULL") == [(0,)]

    def nothing_is_answered(self) -> None:
        """Neither what the bot sent nor what it exports holds a word of it."""
        config = ["--config", str(self._made.config)]
        exports = [
            ask([*command, *config])
            for command in (["cases", "--json"], ["cases"], ["report", "--format", "json"], ["report"], ["members"])
        ]
        assert "VP1" in exports[0]
        said = [message["text"] for message in self._made.sent()]
        assert not [text for text in (*exports, *said) if any(word in text for word in SECRET_WORDS)]

    def nothing_is_shown_to_who_watches(self, port: int) -> None:
        """Health and metrics hold neither a secret nor anything else that was said."""
        told = "".join(
            requests.get(f"http://127.0.0.1:{port}/{page}", timeout=30).text for page in ("healthz", "metrics")
        )
        assert "zalo_governor_sealed_total" in told
        assert not [word for word in (*SECRET_WORDS, *ORDINARY_WORDS) if word in told]

    def nothing_is_taken_out(self) -> None:
        """An opened backup, exports with all that was said, a rule tried again and the page of the trial."""
        config, folder = ["--config", str(self._made.config)], self._made.folder / "taken-out"
        folder.mkdir()
        said = ask(["backup", str(folder), "--new-code", *config])
        [printed] = [line for line in said.splitlines() if line.count("-") == 5]
        [backup] = folder.glob("*.zgbackup")
        (folder / "backup.jsonl").write_bytes(b"\n".join(read_lines(backup, RecoveryCode.read(printed))))
        for what in Extract:
            ask(["export", what.value, str(folder / f"{what.value}.jsonl"), "--with-text", *config])
        played = ["rules", "replay", "3.1-tieng-viet-co-dau", "--with-text", "--samples", "1000", "--json", *config]
        (folder / "played").write_text(ask(played))
        (folder / "trial").write_text(ask(["trial", "--json", *config]))
        assert traces(["Thung Lũng Hoa Ban"], folder.iterdir())
        assert traces(SECRET_WORDS, folder.iterdir()) == []

    def nothing_on_the_disk(self) -> None:
        """Database, write-ahead log, shared memory, logs, temporary files: no secret, and nothing else in clear."""
        folder = self._made.folder
        files = [*self._database_files(), *(folder / "data").rglob("*"), *(folder / "temporary").rglob("*")]
        files += folder.glob("*.log")
        assert sum(path.stat().st_size for path in files if path.is_file()) > 1_000_000
        assert traces((*SECRET_WORDS, *ORDINARY_WORDS), files) == []

    def nothing_under_the_key(self) -> None:
        """Not even encrypted: everything that the key opens is read."""
        settings = load_settings(self._made.config)
        keys = Keys(master_key(settings.key_path, None))
        with closing(Database(settings.sqlalchemy_url, keys, system_clock)) as database:
            kept = list(opened(database))
        assert {"inbox.body", "outbox.body", "findings.excerpt", "persons.display_name"} <= {where for where, _ in kept}
        assert any(b"thung lung hoa ban" in content for _, content in kept)
        wanted = [word.encode() for word in SECRET_WORDS] + [json.dumps(word)[1:-1].encode() for word in SECRET_WORDS]
        assert [where for where, content in kept if any(word in content for word in wanted)] == []

    def _message(self, field: str) -> RawDict:
        raw = planted(self._world, field, secret())
        return _said(**{name: value for name, value in raw.items() if name not in MADE_BY_ZALO})

    def _sealed_messages(self) -> set[str]:
        rows = self._made.query("SELECT key FROM inbox WHERE seal_rule = '4.1-noi-dung-mat' AND kind = 'message'")
        return {key for (key,) in rows}

    def _count(self, condition: str) -> int:
        [(count,)] = self._made.query(f"SELECT count(*) FROM inbox WHERE seal_rule IS NOT NULL AND {condition}")  # noqa: S608
        return int(count)


_FRAMES = {"private": (501, "msgs"), "another command": (4242, "groupMsgs"), "old messages": (511, "groupMsgs")}
_LOOKED_UP = (ElementKind.NAME, ElementKind.GROUP_STATE)


def _said(text: str = "", **fields: Any) -> RawDict:
    """A message that the simulator completes."""
    return {"_text": text, "uidFrom": MEMBER, **fields}


def _say_what_is_ordinary(made: Rig) -> None:
    made.control("config", rotate_cookie="phien-thu-hai-cua-bot")
    made.say("Đoàn công tác đã về đến Thung Lũng Hoa Ban", uid=NAMED, dName="Lường Thị Sương Mai - Chuyên viên")
    made.say("kinh gui cac dong chi doan cong tac da ve den thung lung hoa ban va se bao cao sau", uid=NAMED)
    made.until(lambda: any("VP1" in text for text in made.told(ADMIN)), "the admin is told")
    made.tell_bot("/xem VP1", ADMIN)
    made.until(lambda: any("thung lung" in text for text in made.told(ADMIN)), "the admin sees the excerpt")
    made.tell_bot("/baonham VP1 nhầm vì trích thơ cũ", ADMIN)
    made.until(lambda: any("báo nhầm" in text.splitlines()[0] for text in made.told(ADMIN)), "the case is closed")


@contextmanager
def _place(kind: str) -> Iterator[tuple[str | None, Callable[[], Sequence[Path]]]]:
    """A database's URL, and all the files of its server beside those in the bot's own folder."""
    if kind == "sqlite":
        yield None, list
        return
    # Whatever reached the server in clear would stand in its log.
    with server("log_min_duration_statement=0") as folder:

        def files() -> list[Path]:
            with psycopg.connect(f"host={folder} user=governor dbname=postgres", autocommit=True) as connection:
                connection.execute("CHECKPOINT")
            return list(folder.rglob("*"))

        yield new_database(folder), files


@contextmanager
def _core_files_allowed() -> Iterator[None]:
    """As generous as this machine lets a process be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
