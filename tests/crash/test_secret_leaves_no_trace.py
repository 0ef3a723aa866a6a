"""A planted secret is on no page of any file of the bot, also after a kill between frame and commit."""

import base64
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.traces import traces
from tests.rig import ADMIN, BOT, GROUP, MEMBER, Rig, rig
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.messages import attachment, group_act, group_message, pin_act, quote_of
from zalo_governor.simulator.world import World

KILLS = 6
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


def secret(number: int) -> str:
    return f"Em gửi các đồng chí văn bản tuyệt mật số {number}/KH-GIẢ ĐỊNH về kho Hạt Mắc Khén"


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


def test_a_secret_leaves_no_trace_and_nothing_else_stands_in_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    with rig(tmp_path) as made:
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        monkeypatch.setenv("TMPDIR", str(temporary))
        made.start_bot()
        _say_what_is_ordinary(made)
        planted = _plant_everywhere(made)
        made.until(lambda: _sealed(made) >= planted, "every secret is sealed")
        made.until(lambda: len(made.told(MEMBER)) >= 2, "the member is told in private")
        _see_nothing(made)
        planted |= _kill_after_the_push(made, random.Random(seed))  # noqa: S311 - moments, not secrets
        made.until(lambda: _sealed(made) >= planted, "what was said at the kills is sealed")
        _see_nothing(made)
        assert made.query("SELECT count(*) FROM inbox WHERE seal_rule IS NOT NULL AND body IS NOT NULL") == [(0,)]
        assert {"message", "group_act", "name"} <= {kind for (kind,) in made.query(_SEALED_KINDS)}
        assert not [text for text in (message["text"] for message in made.sent()) if "Mắc Khén" in text]
        assert made.stop_bot() == 0
        _see_nothing(made)


_SEALED_KINDS = "SELECT DISTINCT kind FROM inbox WHERE seal_rule IS NOT NULL"


def _say_what_is_ordinary(made: Rig) -> None:
    made.control("config", rotate_cookie="phien-thu-hai-cua-bot")
    made.say("Đoàn công tác đã về đến Thung Lũng Hoa Ban", uid=NAMED, dName="Lường Thị Sương Mai - Chuyên viên")
    made.say("kinh gui cac dong chi doan cong tac da ve den thung lung hoa ban va se bao cao sau", uid=NAMED)
    made.until(lambda: any("VP1" in text for text in made.told(ADMIN)), "the admin is told")
    made.tell_bot("/xem VP1", ADMIN)
    made.until(lambda: any("thung lung" in text for text in made.told(ADMIN)), "the admin sees the excerpt")
    made.tell_bot("/baonham VP1 nhầm vì trích thơ cũ", ADMIN)
    made.until(lambda: any("báo nhầm" in text.splitlines()[0] for text in made.told(ADMIN)), "the case is closed")


def _plant_everywhere(made: Rig) -> set[str]:
    """Plants a secret in every place where people write; gives the msgIds."""
    numbers = iter(range(1, 100))
    planted = {made.say(**message) for message in _messages(numbers)}
    planted |= {made.say(f"/{word} {secret(next(numbers))}", uid=ADMIN) for word in ("xem", "baonham VP1")}
    planted |= {
        made.tell_bot(text, uid)
        for text, uid in (
            (secret(next(numbers)), MEMBER),
            (f"/baonham VP1 {secret(next(numbers))}", ADMIN),
            (f"/vipham {secret(next(numbers))}", MEMBER),
        )
    }
    world = World(system_clock)
    group = world.group(GROUP)
    pinned = group_message(world, {"_text": secret(next(numbers))})
    made.act(pin_act(world, group, MEMBER, pinned))
    made.act(group_act(world, group, "update", MEMBER, groupName=secret(next(numbers))))
    world.people[NAMED] = world.person(NAMED, f"{secret(next(numbers))} - Chuyên viên")
    made.act(group_act(world, group, "join", MEMBER, [NAMED]))
    # What the group and its members are called is looked up again after each start.
    made.control(
        "world",
        people=[{"uid": NAMED, "name": secret(next(numbers))}],
        groups=[{"id": GROUP, "name": secret(next(numbers)), "members": [BOT, MEMBER, NAMED]}],
    )
    return planted


def _messages(numbers: Iterator[int]) -> Iterator[dict[str, Any]]:
    def hidden() -> str:
        return secret(next(numbers))

    quoted = group_message(World(system_clock), {"_text": hidden()})
    link = {"title": "Cổng thông tin", "href": "https://mau.gov.vn", "action": "recommened.link"}
    poll = {"question": hidden(), "options": [{"content": hidden()}]}
    yield {"text": hidden()}
    yield {"text": "đồng ý", "dName": hidden()}
    yield {"text": "đã rõ", "quote": quote_of(quoted)}
    yield {"text": "", "msgType": "chat.photo", "content": attachment(hidden())}
    yield {"text": "", "msgType": "share.file", "content": attachment(f"{hidden()}.pdf")}
    yield {"text": "", "msgType": "share.file", "content": attachment("hat mac khen GIA DINH-TUYETMAT.docx")}
    yield {"text": "", "msgType": "chat.recommended", "content": attachment(**(link | {"title": hidden()}))}
    yield {"text": "", "msgType": "chat.recommended", "content": attachment(**link, description=hidden())}
    yield {"text": "", "msgType": "group.poll", "content": attachment(params=poll)}


def _kill_after_the_push(made: Rig, chance: random.Random) -> set[str]:
    planted = set()
    for number in range(KILLS):
        planted.add(made.say(secret(200 + number)))
        # From the frame to the commit it is a few milliseconds.
        time.sleep(chance.uniform(0.0, 0.015))
        made.kill_bot()
        _see_nothing(made)
        made.start_bot()
    return planted


def _sealed(made: Rig) -> set[str]:
    rows = made.query("SELECT key FROM inbox WHERE seal_rule = '4.1-noi-dung-mat' AND kind = 'message'")
    return {key for (key,) in rows}


def _see_nothing(made: Rig) -> None:
    """Database, write-ahead log, shared memory, logs and temporary files."""
    files = [*made.database.parent.rglob("*"), *(made.folder / "temporary").rglob("*"), *made.folder.glob("*.log")]
    assert made.database in files
    assert traces((*SECRET_WORDS, *ORDINARY_WORDS), files) == []
