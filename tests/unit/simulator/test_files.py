"""The simulated file server, seen by the bot's own download."""

import base64
import hashlib
import json
from typing import Any

import pytest
import requests
from pydantic import ValidationError

from tests.unit.simulator.running import Running
from tests.unit.simulator.scenario.test_scenario import played, scenario
from tests.unit.simulator.wire_client import GROUP, WireClient
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.simulator.samples import SAMPLES
from zalo_governor.zalo.http.file_download import FetchError, FileDownload

CONTENT = bytes(range(256)) * 64


def put(sim: Running, **given: Any) -> dict[str, Any]:
    """The message with a file that the simulator serves from now on."""
    body = {"name": "báo cáo.pdf", "content": base64.b64encode(CONTENT).decode()} | given
    message: dict[str, Any] = sim.order("put", files=[body])["files"][0]["message"]
    return message


def fetched(sim: Running, message: dict[str, Any], most: int = 1 << 20) -> bytes:
    params = json.loads(message["content"]["params"])
    download = FileDownload(sim.url, most_bytes=most, seconds=1.5)
    size = int(params.get("fileSize") or params["hdSize"])
    return bytes(download.fetch(message["content"]["href"], size=size, checksum=params.get("checksum")))


def refusal(sim: Running, **given: Any) -> tuple[NotChecked, bool]:
    with pytest.raises(FetchError) as caught:
        fetched(sim, put(sim, **given))
    return caught.value.reason, caught.value.retry


def test_a_file_is_served_as_its_message_says(sim: Running) -> None:
    message = put(sim)
    content = message["content"]
    assert message["msgType"] == "share.file"
    assert content["title"] == "báo cáo.pdf"
    assert content["href"].startswith("https://f25-zfc.zdn.vn/")
    assert json.loads(content["params"]) == {
        "fileSize": "16384",
        "checksum": hashlib.md5(CONTENT, usedforsecurity=False).hexdigest(),
        "checksumSha": "",
        "fileExt": "pdf",
        "fdata": "{}",
        "fType": 1,
    }
    assert fetched(sim, message) == CONTENT
    call = sim.state()["calls"][-1]
    assert (call["host"], call["path"].partition("/b")[2]) == ("f25-zfc.zdn.vn", "áo cáo.pdf")


def test_a_photo_is_served_in_both_sizes(sim: Running) -> None:
    message = put(sim, kind="photo", name="anh.jpg", caption="Ảnh hội nghị", content=None, sample="clean_picture")
    assert (message["msgType"], message["content"]["title"]) == ("chat.photo", "Ảnh hội nghị")
    hd = json.loads(message["content"]["params"])["hd"]
    assert hd != message["content"]["href"]
    there = fetched(sim, message)
    assert there == SAMPLES["clean_picture"]()
    assert FileDownload(sim.url, most_bytes=1 << 20, seconds=5).fetch(hd) == there


def test_a_pushed_file_is_a_whole_message(sim: Running) -> None:
    client = WireClient(sim.url)
    ear = client.listen()
    sim.order("push", frames=[{"data": {"groupMsgs": [{"_text": "", **put(sim)}]}}])
    _, _, data = ear.next()
    ear.close()
    message = data["groupMsgs"][0]
    assert (message["msgType"], message["idTo"], message["content"]["title"]) == ("share.file", GROUP, "báo cáo.pdf")


@pytest.mark.parametrize(
    ("fault", "reason", "retry"),
    [
        ("gone", NotChecked.GONE, False),
        ("error", NotChecked.NOT_FETCHED, True),
        ("slow", NotChecked.NOT_FETCHED, True),
        ("truncated", NotChecked.NOT_FETCHED, True),
        ("endless", NotChecked.TOO_LARGE, False),
        ("checksum", NotChecked.CHECKSUM, False),
    ],
)
def test_each_fault_has_its_outcome(sim: Running, fault: str, reason: NotChecked, retry: bool) -> None:
    assert refusal(sim, fault=fault) == (reason, retry)


def test_redirects_lead_where_the_order_says(sim: Running) -> None:
    assert refusal(sim, fault="redirect", location=f"{sim.url}/avatars/a")[0] is NotChecked.FOREIGN_HOST
    there = put(sim)["content"]["href"]
    assert fetched(sim, put(sim, fault="redirect", location=there)) == CONTENT


def test_files_that_are_not_there_are_gone(sim: Running) -> None:
    message = put(sim)
    sim.order("reset")
    with pytest.raises(FetchError) as caught:
        fetched(sim, message)
    assert caught.value.reason is NotChecked.GONE


@pytest.mark.parametrize("given", [{"sample": "clean_pdf"}, {"content": None}, {"content": None, "sample": "x"}])
def test_a_file_has_one_content(sim: Running, given: dict[str, Any]) -> None:
    body = {"name": "a", "content": "YQ=="} | given
    assert requests.post(f"{sim.url}/__sim/put", json={"files": [body]}, timeout=60).status_code == 400


def test_scenarios_attach_samples() -> None:
    stage = played(
        scenario(
            {"at": "07:00", "by": "an", "file": {"name": "lich.pdf", "sample": "clean_pdf"}},
            {"at": "07:01", "by": "an", "photo": {"caption": "Ảnh", "sample": "stamped_photo"}},
            {"at": "07:02", "by": "an", "file": "cu.pdf"},
        )
    )
    history = list(stage.world.group(scenario().group.id).history.after(0))
    files = list(stage.world.served.values())
    assert [message["msgType"] for message in history] == ["share.file", "chat.photo", "share.file"]
    assert [(file.name, file.content) for file in files] == [
        ("lich.pdf", SAMPLES["clean_pdf"]()),
        ("anh.jpg", SAMPLES["stamped_photo"]()),
    ]
    assert json.loads(history[0]["content"]["params"])["fileSize"] == str(len(files[0].content))
    with pytest.raises(ValidationError, match="there are clean_pdf"):
        scenario({"at": "07:00", "by": "an", "file": {"name": "a", "sample": "khong_co"}})
