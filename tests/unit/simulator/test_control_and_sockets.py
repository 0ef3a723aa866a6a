"""What the control API does, and what a listening client gets."""

import json
import time
from typing import Any

import pytest
import requests
from cryptography.exceptions import InvalidTag
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.unit.simulator.running import Running
from tests.unit.simulator.wire_client import BOT, GROUP, MEMBER, Ear, WireClient

FIELDS_OF_A_MESSAGE = {
    "actionId",
    "msgId",
    "cliMsgId",
    "msgType",
    "uidFrom",
    "idTo",
    "dName",
    "ts",
    "status",
    "content",
    "notify",
    "ttl",
    "userId",
    "uin",
    "topOut",
    "topOutTimeOut",
    "topOutImprTimeOut",
    "propertyExt",
    "paramsExt",
    "cmd",
    "st",
    "at",
    "realMsgId",
}


def push(sim: Running, *frames: dict[str, Any]) -> dict[str, Any]:
    return sim.order("push", frames=list(frames))


def test_a_message_given_by_its_text_alone_arrives_with_every_field(sim: Running, ear: Ear) -> None:
    answer = push(sim, {"data": {"groupMsgs": [{"_text": "chào các đồng chí", "dName": "Bà Mẫu"}]}})
    assert answer["sockets"] == 1
    cmd, sub, data = ear.next()
    message = data["groupMsgs"][0]
    assert (cmd, sub) == (521, 0)
    assert message.keys() >= FIELDS_OF_A_MESSAGE
    assert "_text" not in message
    assert (message["content"], message["uidFrom"], message["idTo"]) == ("chào các đồng chí", MEMBER, GROUP)
    assert (message["dName"], message["msgType"]) == ("Bà Mẫu", "webchat")
    assert abs(int(message["ts"]) / 1000 - time.time()) < 5


def test_what_is_not_given_by_text_arrives_untouched(sim: Running, ear: Ear) -> None:
    elements = [None, 7, {"msgId": "12", "content": None}, {"uidFrom": "abc"}]
    push(sim, {"cmd": 504, "data": {"groupMsgs": elements, "more": 1}})
    assert ear.next() == (504, 0, {"groupMsgs": elements, "more": 1})


def test_a_private_message_comes_from_the_member_to_this_account(sim: Running, ear: Ear) -> None:
    push(sim, {"cmd": 501, "data": {"msgs": [{"_text": "/trogiup"}]}})
    message = ear.next()[2]["msgs"][0]
    assert (message["uidFrom"], message["idTo"], message["content"]) == (MEMBER, "0", "/trogiup")


@pytest.mark.parametrize("encrypt", [0, 1, 2, 3])
@pytest.mark.parametrize("comp", ["gzip", "zlib", "none"])
def test_every_encoding_can_be_read(sim: Running, ear: Ear, encrypt: int, comp: str) -> None:
    push(sim, {"encrypt": encrypt, "comp": comp, "data": {"groupMsgs": [{"_text": "ổn"}]}})
    assert ear.next()[2]["groupMsgs"][0]["content"] == "ổn"


def test_a_bad_tag_does_not_verify(sim: Running, ear: Ear) -> None:
    push(sim, {"bad_tag": True, "data": {"groupMsgs": [{"_text": "giả"}]}})
    body = ear.raw()[2]
    with pytest.raises(InvalidTag):
        ear.decoded(body)


def test_pushed_messages_enter_the_history_also_while_nobody_listens(sim: Running) -> None:
    answer = push(sim, {"data": {"groupMsgs": [{"_text": "một"}, {"_text": "hai"}]}})
    assert answer["sockets"] == 0
    inner = WireClient(sim.url).call("GET", "/api/cm/getrecentv2", groupId=GROUP, globalMsgId=10**16)
    assert [message["content"] for message in json.loads(inner["data"])["groupMsgs"]] == ["hai", "một"]


def test_a_sent_message_is_echoed_as_ones_own_with_its_client_id(sim: Running, ear: Ear) -> None:
    client = WireClient(sim.url)
    sent = client.call("POST", "/api/group/sendmsg", message="chào", clientId=1234, grid=GROUP)["data"]
    cmd, _, data = ear.next()
    message = data["groupMsgs"][0]
    assert (cmd, message["uidFrom"], message["cliMsgId"], message["msgId"]) == (521, "0", "1234", sent["msgId"])
    client.call("POST", "/api/message/sms", message="riêng", clientId=1235, toid=MEMBER)
    cmd, _, data = ear.next()
    assert (cmd, data["msgs"][0]["uidFrom"], data["msgs"][0]["idTo"]) == (501, "0", MEMBER)


def test_undo_takes_the_own_message_out_of_the_history_and_tells(sim: Running, ear: Ear) -> None:
    client = WireClient(sim.url)
    sent = client.call("POST", "/api/group/sendmsg", message="nhầm", clientId=9, grid=GROUP)["data"]
    ear.next()
    client.call("POST", "/api/group/undomsg", msgId=sent["msgId"], cliMsgIdUndo="9", clientId=10, grid=GROUP)
    undo = ear.next()[2]["groupMsgs"][0]
    assert undo["msgType"] == "chat.undo"
    assert str(undo["content"]["globalMsgId"]) == sent["msgId"]
    refused = client.call("POST", "/api/group/undomsg", msgId="1", cliMsgIdUndo="9", clientId=11, grid=GROUP)
    assert refused["error_code"] == 114


def test_a_reaction_comes_with_both_arrays_and_its_content_as_a_string(sim: Running, ear: Ear) -> None:
    message = json.dumps({"rMsg": [{"gMsgID": 5, "cMsgID": 6, "msgType": 1}], "rIcon": "/-heart", "rType": 5})
    item = {"message": message, "clientId": 1}
    WireClient(sim.url).call("POST", "/api/group/reaction", react_list=[item], grid=GROUP)
    cmd, _, data = ear.next()
    assert (cmd, data["reacts"]) == (612, [])
    assert json.loads(data["reactGroups"][0]["content"])["rIcon"] == "/-heart"


def test_an_uploaded_file_is_announced_after_the_answer(sim: Running, ear: Ear) -> None:
    client = WireClient(sim.url)
    params = {"chunkId": 1, "totalChunk": 1, "clientId": 7, "fileName": "a.pdf", "grid": GROUP}
    uploaded = client.call("POST", "/api/group/asyncfile/upload", **params)["data"]
    cmd, _, data = ear.next()
    control = data["controls"][0]["content"]
    assert (cmd, control["act_type"], control["fileId"]) == (601, "file_done", uploaded["fileId"])
    assert control["data"]["url"].startswith("https://")


def test_the_chunks_of_a_file_may_come_in_any_order(sim: Running, ear: Ear) -> None:
    client = WireClient(sim.url)
    answers = [
        client.call(
            "POST",
            "/api/group/asyncfile/upload",
            chunkId=number,
            totalChunk=3,
            clientId=7,
            fileName="a.pdf",
            grid=GROUP,
        )["data"]
        for number in (3, 1, 2)
    ]
    assert [answer["finished"] for answer in answers] == [0, 0, 1]
    assert [answer["fileId"] for answer in answers[:2]] == ["-1", "-1"]
    assert ear.next()[2]["controls"][0]["content"]["fileId"] == answers[2]["fileId"]


def test_a_pin_is_told_listed_and_taken_away(sim: Running, ear: Ear) -> None:
    message_id = push(sim, {"data": {"groupMsgs": [{"_text": "cần ghim"}]}})["msg_ids"][0]
    ear.next()
    client = WireClient(sim.url)
    client.call("POST", "/api/board/topic/createv2", grid=GROUP, params=json.dumps({"global_msg_id": message_id}))
    topic = json.loads(ear.next()[2]["controls"][0]["content"]["data"])["topic"]
    assert json.loads(topic["params"])["title"] == "cần ghim"
    listed = client.call("GET", "/api/board/list", group_id=GROUP, board_type=2)["data"]["items"]
    assert [item["data"]["id"] for item in listed] == [topic["id"]]
    client.call("GET", "/api/board/unpinv2", grid=GROUP, topic={"topicId": topic["id"], "topicType": 2})
    line = ear.next()[2]["groupMsgs"][0]["content"]
    assert (line["action"], line["title"].endswith("đã ghim một tin nhắn")) == ("msginfo.actionlist", True)
    assert ear.next()[2]["controls"][0]["content"]["act"] == "unpin_topic"
    assert client.call("GET", "/api/board/list", group_id=GROUP, board_type=2)["data"]["count"] == 0


def test_an_administrator_deletes_and_kicks(sim: Running, ear: Ear) -> None:
    message_id = push(sim, {"data": {"groupMsgs": [{"_text": "xấu"}]}})["msg_ids"][0]
    ear.next()
    client = WireClient(sim.url)
    item = {"cliMsgId": "1", "globalMsgId": message_id, "ownerId": MEMBER, "destId": GROUP}
    client.call("POST", "/api/group/deletemsg", grid=GROUP, cliMsgId=1, msgs=[item], onlyMe=0)
    deletion = ear.next()[2]["groupMsgs"][0]
    assert (deletion["msgType"], deletion["content"][0]["globalDelMsgId"]) == ("chat.delete", int(message_id))
    sim.order("world", groups=[{"id": GROUP, "members": [BOT, MEMBER, "7000000000000000009"]}])
    client.call("POST", "/api/group/kickout", grid=GROUP, members=["7000000000000000009"])
    control = ear.next()[2]["controls"][0]["content"]
    assert (control["act"], json.loads(control["data"])["updateMembers"][0]["id"]) == (
        "remove_member",
        "7000000000000000009",
    )


def test_a_mute_socket_stays_open_and_says_nothing(sim: Running, ear: Ear) -> None:
    assert sim.order("mute")["sockets"] == 1
    ear.socket.send(b"\x01\x02\x00\x01" + b'{"eventId": 42}')
    assert push(sim, {"data": {"groupMsgs": [{"_text": "không ai nghe"}]}})["sockets"] == 0
    with pytest.raises(TimeoutError):
        ear.socket.recv(timeout=0.2)


def test_a_history_may_end_sooner_than_it_did(sim: Running) -> None:
    kept = sim.order("hist", texts=["một", "hai", "ba"])["msg_ids"][1:]
    assert sim.order("shorten", keep=2)["gone"] == 1
    answer = WireClient(sim.url).call(
        "GET", "/api/cm/getrecentv2", groupId=GROUP, globalMsgId=10**16, count=50, msgIds=[], src=1
    )
    page = json.loads(answer["data"])
    assert [message["msgId"] for message in page["groupMsgs"]] == kept[::-1]


@pytest.mark.parametrize("header", [b"\x01\x02\x00\x01", b"\x01\x02\x00\x00\x00\x01"], ids=["4 bytes", "zlapi's 6"])
def test_a_ping_is_answered(ear: Ear, sim: Running, header: bytes) -> None:
    ear.socket.send(header + b'{"eventId": 42}')
    assert ear.raw() == (2, 0, {"eventId": 42})
    assert sim.state()["frames"][-1]["data"] == {"eventId": 42}


def ask(ear: Ear, cmd: int, last_id: str | None = None, **more: object) -> dict[str, Any]:
    """The data of the answer to a request for a page of a queue."""
    ear.say(cmd, 1, json.dumps({"first": True, "lastId": last_id, "preIds": [], **more}).encode())
    answered, sub, data = ear.next()
    assert (answered, sub) == (cmd, 1)
    page: dict[str, Any] = data
    return page


def test_the_key_frame_names_the_queues(ear: Ear) -> None:
    assert [queue["queueName"] for queue in ear.key_frame["qCmds"]] == ["510_1", "511_1", "515_0"]


def test_queues_are_read_by_pages_of_50_and_28_from_a_cursor(sim: Running, ear: Ear) -> None:
    keys = sim.order("hist", texts=[f"tin {number}" for number in range(120)])["msg_ids"]
    read: list[str] = []
    pages: list[tuple[int, int]] = []
    last = "1"
    while not pages or pages[-1][1]:
        data = ask(ear, 511, last, reqId="req_7")
        read += [message["msgId"] for message in data["groupMsgs"]]
        last = data["lastActionId"]
        pages.append((len(data["groupMsgs"]), data["more"]))
        assert (data["reqId"], data["queueStatus"]["511_1"]["evict"]) == ("req_7", 0)
    assert (read, pages) == (keys, [(50, 1), (50, 1), (20, 0)])
    assert ask(ear, 511, last)["groupMsgs"] == []
    push(sim, *({"cmd": 501, "data": {"msgs": [{"_text": "riêng"}]}} for _ in range(29)))
    for _ in range(29):
        ear.next()
    assert (len(ask(ear, 510)["msgs"]), ask(ear, 510, req_id="req_8")["reqId"]) == (28, "req_8")


def test_queues_may_have_dropped_messages_void_cursors_or_lead_no_further(sim: Running, ear: Ear) -> None:
    keys = sim.order("hist", texts=["một", "hai", "ba"])["msg_ids"]
    sim.order("config", evict={"511_1": 1}, reset=["510_1"], stall=["611_1"])
    dropped = ask(ear, 511)
    assert [message["msgId"] for message in dropped["groupMsgs"]] == keys[1:]
    assert dropped["queueStatus"]["511_1"]["evict"] == 1
    assert (ask(ear, 510, "7")["resetLastActionId"], "resetLastActionId" in ask(ear, 510)) == (1, False)
    stalled = ask(ear, 611, "7")
    assert (stalled["more"], stalled["lastActionId"]) == (1, "7")
    sim.order("config", evict={})
    sim.order("shorten", keep=1)
    assert ask(ear, 511)["queueStatus"]["511_1"]["evict"] == 1
    assert ask(ear, 511, keys[1])["queueStatus"]["511_1"]["evict"] == 0


def test_live_frames_say_how_far_their_queue_is(sim: Running, ear: Ear) -> None:
    [key] = push(sim, {"data": {"groupMsgs": [{"_text": "một"}]}})["msg_ids"]
    assert ear.next()[2]["queueStatus"] == {"511_1": {"ids": [key], "lastId": key, "evict": 0}}


def test_histories_show_nothing_before_the_login_or_refer_to_getoldv2_or_break(sim: Running) -> None:
    keys = sim.order("hist", messages=[{"_text": "", "ts": str(1_700_000_000_000 + n)} for n in range(3)])["msg_ids"]
    client = WireClient(sim.url)

    def page(cursor: str, path: str = "/api/cm/getrecentv2") -> dict[str, Any]:
        answer = client.call("GET", path, groupId=GROUP, globalMsgId=cursor, count=50, msgIds=[], src=3)
        found: dict[str, Any] = json.loads(answer["data"])
        return found | {"groupMsgs": [message["msgId"] for message in found["groupMsgs"]]}

    beyond = page(keys[0])
    assert [beyond[name] for name in ("groupMsgs", "isFiltered", "hasMore")] == [[], 1, 1]
    sim.order("config", login_ms=1_700_000_000_001)
    assert (page("9223372036854775808")["groupMsgs"], page(keys[1])["isFiltered"]) == (keys[:0:-1], 1)
    sim.order("config", login_ms=0, old_below=int(keys[1]))
    newest = page("9223372036854775808")
    assert (newest["groupMsgs"], newest["isOld"]) == (keys[:0:-1], 1)
    assert page(keys[1], "/api/cm/getoldv2")["groupMsgs"] == keys[:1]
    sim.order("config", broken_below=int(keys[2]) + 1)
    assert (page(keys[2])["error"], page("9223372036854775808")["error"]) == (500, 0)


def test_old_reactions_are_answered_on_611_and_610(sim: Running, ear: Ear) -> None:
    [key] = sim.order("hist", texts=["cũ"])["msg_ids"]
    sim.order("act", act={"by": MEMBER, "react": {"to": key, "icon": "/-heart"}}, aloud=False)
    sim.order("act", act={"by": MEMBER, "react": key})
    cmd, _, live = ear.next()
    ear.say(611, 1, b'{"first":true,"lastId":null,"preIds":[],"req_id":"req_0"}')
    old_cmd, sub, data = ear.next()
    assert (cmd, old_cmd, sub) == (612, 611, 1)
    assert [json.loads(old["content"])["rIcon"] for old in data["reactGroups"]] == ["/-heart", "/-strong"]
    assert data["reactGroups"][1] == live["reactGroups"][0]
    ear.say(610, 1, b'{"first":true,"lastId":null}')
    assert ear.next()[2]["reacts"] == []


def test_a_second_socket_of_the_session_ends_the_first_with_3000(sim: Running, ear: Ear) -> None:
    second = WireClient(sim.url).listen()
    assert ear.next()[0] == 3000
    with pytest.raises(ConnectionClosed) as closed:
        ear.socket.recv(timeout=60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 3000
    _sockets(sim, 1)
    assert push(sim, {"data": {"groupMsgs": [{"_text": "a"}]}})["sockets"] == 1
    second.close()


def test_another_session_listens_beside_it(sim: Running, ear: Ear) -> None:
    other = WireClient(sim.url, "another").listen()
    _sockets(sim, 2)
    assert push(sim, {"data": {"groupMsgs": [{"_text": "a"}]}})["sockets"] == 2
    assert ear.next()[0] == other.next()[0] == 521
    other.close()


def test_a_login_elsewhere_kicks_the_first_session_with_3003_when_told_so(sim: Running, ear: Ear) -> None:
    sim.order("config", one_session=True)
    other = WireClient(sim.url, "another").listen()
    with pytest.raises(ConnectionClosed) as closed:
        ear.socket.recv(timeout=60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 3003
    _sockets(sim, 1)
    other.close()


def test_a_silent_server_keeps_the_socket_and_says_nothing(sim: Running, ear: Ear) -> None:
    sim.order("config", silent=True)
    assert push(sim, {"data": {"groupMsgs": [{"_text": "không ai nghe"}]}})["sockets"] == 0
    ear.socket.send(b'\x01\x02\x00\x01{"eventId": 42}')
    with pytest.raises(TimeoutError):
        ear.socket.recv(timeout=0.3)
    assert sim.state()["sockets"] == 1
    sim.order("config", silent=False)
    push(sim, {"data": {"groupMsgs": [{"_text": "lại nghe"}]}})
    assert ear.next()[2]["groupMsgs"][0]["content"] == "lại nghe"


@pytest.mark.parametrize("code", [1000, 3003])
def test_close_sends_the_code(sim: Running, ear: Ear, code: int) -> None:
    sim.order("close", code=code)
    with pytest.raises(ConnectionClosed) as closed:
        ear.socket.recv(timeout=60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


def test_the_code_of_a_closing_client_comes_back(ear: Ear) -> None:
    ear.socket.close(3000)
    assert ear.socket.close_code == 3000


@pytest.mark.parametrize("order", [("abort", {}), ("close", {"code": 1006})])
def test_an_abort_breaks_the_line_without_a_close_frame(
    sim: Running, ear: Ear, order: tuple[str, dict[str, Any]]
) -> None:
    sim.order(order[0], **order[1])
    with pytest.raises(ConnectionClosed) as closed:
        ear.socket.recv(timeout=60)
    assert closed.value.rcvd is None


def test_raw_bytes_go_out_as_they_are(sim: Running, ear: Ear) -> None:
    assert sim.order("raw", hex="01 ff00 00 7b")["sockets"] == 1
    assert ear.socket.recv(timeout=60) == bytes.fromhex("01ff00007b")


@pytest.mark.parametrize(
    ("cookie", "faults", "status"),
    [("", {}, 401), ("a", {"expired": ["a"]}, 401), ("a", {"handshake": 403}, 403)],
)
def test_a_handshake_is_refused_without_a_valid_session(
    sim: Running, cookie: str, faults: dict[str, Any], status: int
) -> None:
    sim.order("config", **faults)
    with pytest.raises(InvalidStatus) as refused:
        Ear(f"ws://127.0.0.1:{sim.port}/ws/", cookie)
    assert refused.value.response.status_code == status


@pytest.mark.parametrize(
    ("order", "body"),
    [
        ("push", {}),
        ("push", {"frames": [{"data": []}]}),
        ("push", {"frames": [{"data": {}, "comp": "brotli"}]}),
        ("push", {"frames": [{"data": {}, "encrypt": 9}]}),
        ("raw", {"hex": "zz"}),
        ("close", {"code": 1005}),
        ("config", {"inner": {"/x": "no"}}),
        ("config", {"no_such_fault": 1}),
        ("state", {"fields": ["no_such_part"]}),
        ("flood", {"count": 0}),
    ],
)
def test_a_wrong_order_is_refused_with_a_reason(sim: Running, order: str, body: dict[str, Any]) -> None:
    answer = requests.post(f"{sim.url}/__sim/{order}", json=body, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["ok"] is False
    assert answer.json()["error"]


def test_broken_json_get_and_unknown_orders_are_refused(sim: Running) -> None:
    assert requests.post(f"{sim.url}/__sim/push", data=b"{", timeout=60).status_code == 400
    assert requests.get(f"{sim.url}/__sim/reset", timeout=60).status_code == 400
    assert requests.post(f"{sim.url}/__sim/nothing", timeout=60).status_code == 404
    assert requests.get(f"{sim.url}/__sim/state", timeout=60).json()["ok"] is True


def test_reset_forgets_everything_but_the_socket(sim: Running, ear: Ear) -> None:
    push(sim, {"data": {"groupMsgs": [{"_text": "a"}]}})
    sim.order("config", bad_tag=True)
    sim.order("reset")
    state = sim.state()
    assert (state["calls"], state["sent"], state["history"][GROUP]) == ([], [], 0)
    assert state["config"]["bad_tag"] is False
    assert state["sockets"] == 1


def test_a_flood_feeds_every_message_once_and_in_order(sim: Running, ear: Ear) -> None:
    answer = sim.order("flood", count=95, per_frame=10, every_violation=5)
    assert (answer["fed"], answer["running"], answer["sockets"]) == (95, False, 1)
    heard = [message for _ in range(10) for message in ear.next()[2]["groupMsgs"]]
    texts = [message["content"] for message in heard]
    assert len(set(texts)) == 95
    assert sum(text.isascii() for text in texts) == 19
    numbers = [int(message["msgId"]) for message in heard]
    assert numbers == sorted(set(numbers))
    assert len({message["cliMsgId"] for message in heard}) == 95
    assert sim.state()["history"][GROUP] == 95


def test_a_paced_flood_in_the_background_answers_at_once(sim: Running, ear: Ear) -> None:
    assert sim.order("flood", count=20, rate=40, background=True)["fed"] == 0
    assert requests.post(f"{sim.url}/__sim/flood", json={"count": 1}, timeout=60).status_code == 400
    first = int(ear.next()[2]["groupMsgs"][0]["ts"])
    last = [int(ear.next()[2]["groupMsgs"][0]["ts"]) for _ in range(19)][-1]
    assert last - first >= 400
    _until(lambda: not sim.state()["flood"]["running"])


def _sockets(sim: Running, count: int) -> None:
    _until(lambda: sim.state()["sockets"] == count)


def _until(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
