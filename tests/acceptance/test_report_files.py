"""The leader's report as a file: from the command to the file in the leader's hands, also through kills."""

import base64
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.rig import LEADER, Rig, rig

UPLOAD, SEND = "/api/message/asyncfile/upload", "/api/message/asyncfile/msg"


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, timeout_seconds=8.0) as made:
        made.start_bot()
        made.say("Kính gửi các đồng chí, chiều nay họp tại phòng khánh tiết.")
        yield made


def files(made: Rig) -> list[dict[str, Any]]:
    return [message for message in made.sent() if message["thread"] == LEADER and message["file_id"]]


def content(made: Rig, message: dict[str, Any]) -> bytes:
    return base64.b64decode(made.control("file", id=message["file_id"])["content"])


def uploads(made: Rig) -> int:
    return sum(call["path"] == UPLOAD for call in made.state("calls"))


def test_the_leader_gets_the_paper_and_the_picture(bot: Rig) -> None:
    assert "đang lập báo cáo" in bot.answer(LEADER, "/baocao hôm nay docx")[0]
    bot.until(lambda: len(files(bot)) == 1, "the paper is sent")
    bot.tell_bot("/baocao hôm nay ảnh", LEADER)
    bot.until(lambda: len(files(bot)) == 2, "the picture is sent")
    paper, picture = files(bot)
    assert paper["text"].endswith(".docx")
    text = "\n".join(part.text for part in docx.Document(BytesIO(content(bot, paper))).paragraphs)
    assert "Nhóm có 1 tin nhắn" in text
    assert "khánh tiết" not in text
    assert picture["msg_type"] == "chat.photo"
    assert picture["text"].startswith("Báo cáo hoạt động của")
    assert content(bot, picture).startswith(b"\x89PNG")
    assert bot.query("SELECT count(*) FROM inbox WHERE state = 'dead'") == [(0,)]


def test_a_kill_while_the_file_goes_up_loses_none(bot: Rig) -> None:
    bot.control("config", hang={UPLOAD: 4.0})
    bot.tell_bot("/baocao hôm nay docx", LEADER)
    bot.until(lambda: bot.query("SELECT state FROM outbox WHERE file IS NOT NULL") == [("sending",)], "it is sent")
    bot.kill_bot()
    assert files(bot) == []
    bot.control("config", hang={})
    bot.start_bot()
    bot.until(lambda: len(files(bot)) == 1, "the file is sent after all")
    [file] = files(bot)
    assert file["text"].startswith("(gửi lại) bao-cao-"), "nobody could know whether it had arrived"
    bot.until(lambda: bot.query("SELECT state FROM outbox WHERE file IS NOT NULL") == [("sent",)], "it is settled")


def test_an_answer_that_is_lost_repeats_nothing_where_the_echo_comes(bot: Rig) -> None:
    bot.control("config", lose_answer=[SEND])
    bot.tell_bot("/baocao hôm nay docx", LEADER)
    bot.until(lambda: bot.query("SELECT state FROM outbox WHERE file IS NOT NULL") == [("sent",)], "the echo tells")
    assert len(files(bot)) == 1
    assert uploads(bot) == 1
