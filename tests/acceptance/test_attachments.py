"""The real bot: files and pictures are downloaded, read in the sandbox and told of; nothing of them stays anywhere."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from tests.rig import ADMIN, Rig, rig, somebody
from zalo_governor.simulator.samples import SAMPLES

SOON = 60.0
SCANS = "SELECT count(*) FROM file_scans"
NAME = "Phương án GIẢ ĐỊNH số 7.pdf"
CAPTION = "Gửi các đồng chí bản chụp tỉnh Mẫu"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.start_bot()
        made.say("Tin trước khi gửi tệp")
        yield made


def send(bot: Rig, sample: str, name: str, kind: str = "file", **more: Any) -> str:
    """A file or photo in the group; gives who sent it."""
    author = somebody()
    [put] = bot.control("put", files=[{"name": name, "sample": sample, "kind": kind, **more}])["files"]
    message = put["message"] | {"uidFrom": author}
    bot.control("push", frames=[{"data": {"groupMsgs": [{"_text": "", **message}]}}])
    return author


def alert(bot: Rig, author: str) -> str:
    bot.until(lambda: bool(bot.told(author)), "its sender is asked", timeout=SOON)
    return bot.told_of(bot.case_of(author), ADMIN)[0]


def until_scanned(bot: Rig, number: int) -> None:
    bot.until(lambda: bot.query(SCANS) == [(number,)], f"{number} files are scanned", timeout=SOON)


def test_a_photo_of_a_stamped_page_is_an_urgent_case_and_leaves_nothing(bot: Rig) -> None:
    author = send(bot, "stamped_photo", "anh.jpg", "photo", caption=CAPTION)
    told = alert(bot, author)
    assert "KHẨN" in told
    assert "Tệp, ảnh: có dấu độ mật" in told
    assert "thu hồi ngay" in bot.told(author)[0]
    assert CAPTION not in told
    [row] = bot.query(
        "SELECT i.body, i.seal_rule, e.sealed, e.length FROM inbox i JOIN events e USING (id) JOIN file_scans s "
        "ON s.event_id = i.id"
    )
    assert (row[0], row[1], bool(row[2]), row[3]) == (None, "4.1-noi-dung-mat", True, 0)
    assert bot.query("SELECT count(*) FROM jobs WHERE kind = 'scan_attachment' AND task IS NOT NULL") == [(0,)]


def test_a_scan_in_a_pdf_is_named_by_its_page(bot: Rig) -> None:
    told = alert(bot, send(bot, "stamped_scan", NAME))
    assert "trang 1" in told
    assert NAME not in told


def test_a_program_in_disguise_is_told_with_what_it_is(bot: Rig) -> None:
    told = alert(bot, send(bot, "program", "Giay moi.docx"))
    assert "tệp giả dạng loại tệp khác" in told or "tệp chương trình" in told
    assert "Xin không mở." in told


def test_what_innocent_files_may_have_too_is_told_to_the_admin_alone(bot: Rig) -> None:
    author = send(bot, "macro_document", "Bieu mau.docm")
    # The admin is told of it in the next digest, unless he asks before.
    shown = bot.answer(ADMIN, f"/xem {bot.case_of(author)}")[0]
    assert bot.told(author) == []
    assert "(macro)" in shown
    assert "Kết quả quét tệp" in shown
    assert "zalo-governor" in shown


def test_clean_files_are_counted_and_told_to_nobody(bot: Rig) -> None:
    before, told = bot.query(SCANS)[0][0], len(bot.sent())
    for sample, name, kind in (
        ("clean_pdf", "BC tuan.pdf", "file"),
        ("clean_document", "KH 12.3.docx", "file"),
        ("clean_picture", "anh.jpg", "photo"),
        ("encrypted_archive", "ho so.zip", "file"),
    ):
        send(bot, sample, name, kind)
    until_scanned(bot, before + 4)
    assert len(bot.sent()) == told
    scanned = bot.report()["attachments"]
    assert scanned["not_checked"]["encrypted"] == 1
    assert scanned["waiting"] == 0


def test_what_zalo_no_longer_has_is_said_to_be_so(bot: Rig) -> None:
    before = bot.query(SCANS)[0][0]
    send(bot, "clean_pdf", "cu.pdf", fault="gone")
    until_scanned(bot, before + 1)
    assert bot.report()["attachments"]["not_checked"]["gone"] == 1


def test_the_same_file_again_is_recognised(bot: Rig) -> None:
    before = bot.query(SCANS)[0][0]
    alert(bot, send(bot, "stamped_photo", "ten khac.jpg", "photo"))
    until_scanned(bot, before + 1)
    macs = bot.query("SELECT mac, count(*) FROM file_scans WHERE mac IS NOT NULL GROUP BY mac HAVING count(*) > 1")
    assert [count for _, count in macs] == [2]


def test_a_reply_that_quotes_the_photo_is_sealed_with_it(bot: Rig) -> None:
    author, key = somebody(), str(time.time_ns() // 1000)
    photo = {"name": "a.jpg", "sample": "stamped_photo", "kind": "photo"}
    [put] = bot.control("put", files=[photo])["files"]
    quote = {"ownerId": author, "globalMsgId": int(key), "cliMsgId": 1, "msg": "GIẢ ĐỊNH", "attach": "{}", "ts": 1}
    said = [
        {"_text": "", **put["message"], "uidFrom": author, "msgId": key},
        {"_text": "Đã nhận ảnh ạ", "quote": quote},
    ]
    _, reply = bot.control("push", frames=[{"data": {"groupMsgs": said}}])["msg_ids"]
    alert(bot, author)
    bot.until(lambda: bot.query("SELECT body FROM inbox WHERE key = ?", reply) == [(None,)], "the reply is sealed")


def test_nothing_of_the_files_lies_anywhere(bot: Rig) -> None:
    bot.stop_bot()
    needles = [
        CAPTION.encode(),
        NAME.encode(),
        *(SAMPLES[name]()[100:160] for name in ("stamped_photo", "stamped_scan")),
    ]
    needles += [base64.b64encode(needle) for needle in needles]
    read = 0
    for file in bot.folder.rglob("*"):
        if file.is_file() and file.name not in {"simulator.log"}:
            content = file.read_bytes()
            read += 1
            assert not [needle for needle in needles if needle in content], file
    assert read > 3
    since = time.time() - 600
    fresh = [file for file in Path(gettempdir()).glob("*") if file.is_file() and file.stat().st_mtime > since]
    assert not [file for file in fresh if any(needle in file.read_bytes() for needle in needles)]
    bot.start_bot()


def test_fresh_files_do_not_wait_for_twenty_that_hardly_come(bot: Rig) -> None:
    for number in range(20):
        send(bot, "stamped_scan", f"Tài liệu {number}.pdf", fault="slow")
    waited = []
    for _ in range(3):
        began = time.monotonic()
        told = alert(bot, send(bot, "stamped_photo", "anh.jpg", "photo"))
        waited.append(time.monotonic() - began)
        assert "Tệp, ảnh: có dấu độ mật" in told
    # About 10 s on a quiet machine; one after the other, the twenty would take minutes.
    assert max(waited) < 90, waited
