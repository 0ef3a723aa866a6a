"""What a client meets over HTTP."""

import json
import time
from hashlib import md5
from typing import Any

import pytest
import requests

from tests.unit.simulator.running import Running
from tests.unit.simulator.wire_client import BOT, GROUP, MEMBER, WireClient, encrypted_login


def test_any_cookie_named_zpw_sek_logs_in_to_the_bot_account(sim: Running) -> None:
    client = WireClient(sim.url, "whatever")
    assert client.login["uid"] == BOT
    assert client.login["zpw_ws"][0] == f"ws://127.0.0.1:{sim.port}/ws/"


def test_without_the_cookie_the_login_answers_102_and_no_data(sim: Running) -> None:
    answer = requests.get(f"{sim.url}/api/login/getLoginInfo", timeout=60).json()
    assert (answer["error_code"], answer["data"]) == (102, None)


def test_the_encrypted_login_of_zca_js_gets_an_answer_under_its_login_key(sim: Running) -> None:
    outer, inner = encrypted_login(sim.url)
    assert outer["error_code"] == inner["error_code"] == 0
    assert inner["data"]["uid"] == BOT
    services = inner["data"]["zpw_service_map_v3"]
    needed = (
        "aext alias auto_reply catalog chat conversation file friend friend_board group group_board group_poll label "
        "profile quick_message reaction sticker zimsg"
    )
    assert all(services[name][0].startswith("https://") for name in needed.split())


def test_an_encrypted_login_with_a_wrong_signature_is_refused(sim: Running) -> None:
    outer, inner = encrypted_login(sim.url, signed_for="getserverinfo")
    assert outer["error_code"] == 114
    assert not inner


def test_server_info_has_a_retry_entry_for_every_close_code(sim: Running) -> None:
    query = {"imei": "i", "type": "30", "client_version": "685", "computer_name": "Web", "signkey": "wrong"}
    refused = requests.get(f"{sim.url}/api/login/getServerInfo", params=query, timeout=60).json()
    assert refused["error_code"] == 114
    query["signkey"] = md5(b"zsecuregetserverinfo685Webi30", usedforsecurity=False).hexdigest()
    answer = requests.get(
        f"{sim.url}/api/login/getServerInfo", params=query, cookies={"zpw_sek": "x"}, timeout=10
    ).json()
    socket = answer["data"]["setttings"]["features"]["socket"]
    assert all(str(code) in socket["retries"] for code in socket["close_and_retry_codes"])


def test_history_pages_are_newest_first_until_zalo_shows_nothing_older(sim: Running) -> None:
    ids = sim.order("hist", texts=[f"tin {number}" for number in range(120)])["msg_ids"]
    client = WireClient(sim.url)
    cursor, seen, sizes = 10**16, [], []
    while True:
        inner = client.call("GET", "/api/cm/getrecentv2", groupId=GROUP, globalMsgId=cursor, count=50)
        page = json.loads(inner["data"])
        sizes.append(len(page["groupMsgs"]))
        seen += [message["msgId"] for message in page["groupMsgs"]]
        cursor = int(page["lastMsgId"])
        assert page["hasMore"] == 1
        if page["isFiltered"]:
            break
    assert sizes == [50, 50, 20, 0]
    assert seen == ids[::-1]


@pytest.mark.parametrize(
    ("method", "path", "params", "present"),
    [
        ("GET", "/api/social/profile/me-v2", {}, ("profile", "userId")),
        (
            "POST",
            "/api/social/friend/getprofiles/v2",
            {"friend_pversion_map": [MEMBER + "_0"]},
            ("changed_profiles", MEMBER),
        ),
        ("GET", "/api/social/group/members", {"friend_pversion_map": [MEMBER + "_0"]}, ("profiles", MEMBER)),
        ("POST", "/api/group/getmg-v2", {"gridVerMap": json.dumps({GROUP: 0})}, ("gridInfoMap", GROUP)),
        ("GET", "/api/group/getlg/v4", {}, ("gridVerMap", GROUP)),
        ("GET", "/api/preloadconvers/get-last-msgs", {"threadIdLocalMsgId": "{}"}, ("groupMsgs",)),
        ("GET", "/api/friend/profile/get", {"phone": "84900000002"}, ("uid",)),
        ("GET", "/api/board/list", {"group_id": GROUP, "board_type": 0}, ("items",)),
        ("GET", "/api/group/pending-mems/list", {"grid": GROUP}, ("users",)),
        ("POST", "/api/group/typing", {"grid": GROUP}, ("status",)),
    ],
)
def test_each_known_call_answers_with_its_fields(
    sim: Running, method: str, path: str, params: dict[str, Any], present: tuple[str, ...]
) -> None:
    inner = WireClient(sim.url).call(method, path, **params)
    assert inner["error_code"] == 0
    value = inner["data"]
    for key in present:
        assert key in value
        value = value[key]


def test_with_hidden_members_an_ordinary_member_sees_only_the_leaders(sim: Running) -> None:
    members = [BOT, MEMBER, *(str(7000000000000000050 + number) for number in range(5))]
    people = [{"uid": uid, "name": "Lò Văn Mẫu - Chuyên viên"} for uid in members[2:]]
    group = {"id": GROUP, "members": members, "admins": [], "settings": {"lockViewMember": 1}}
    sim.order("world", people=people, groups=[group])
    inner = WireClient(sim.url).call("POST", "/api/group/getmg-v2", gridVerMap=json.dumps({GROUP: 0}))
    info = inner["data"]["gridInfoMap"][GROUP]
    assert sorted(info["memVerList"]) == [f"{BOT}_1", f"{MEMBER}_1"]
    assert info["totalMember"] == len(members)


def test_an_unknown_path_is_a_clear_404_and_stands_in_the_state(sim: Running) -> None:
    answer = WireClient(sim.url).response("GET", "/api/no/such/thing")
    assert answer.status_code == 404
    assert "/api/no/such/thing" in answer.json()["error_message"]
    assert sim.state()["calls"][-1]["status"] == 404


def test_the_state_shows_calls_decoded_with_the_original_host(sim: Running) -> None:
    client = WireClient(sim.url)
    client.call("POST", "/api/group/sendmsg", message="xin chào", clientId=1, grid=GROUP)
    state = sim.state()
    assert state["calls"][-1]["params"]["message"] == "xin chào"
    assert state["calls"][-1]["method"] == "POST"
    sent = state["sent"][-1]
    assert (sent["thread"], sent["is_group"], sent["text"], sent["client_id"]) == (GROUP, True, "xin chào", "1")
    headers = {"X-Orig-Host": "wpa.chat.zalo.me"}
    requests.get(f"{sim.url}/api/login/getLoginInfo", cookies={"zpw_sek": "x"}, headers=headers, timeout=60)
    assert sim.state()["calls"][-1]["host"] == "wpa.chat.zalo.me"


def test_refusals_come_as_told(sim: Running) -> None:
    client, path = WireClient(sim.url), "/api/group/sendmsg"
    message = {"message": "a", "clientId": 1, "grid": GROUP}
    sim.order("config", inner={path: [221, "too many"]})
    assert client.call("POST", path, **message)["error_code"] == 221
    sim.order("config", inner={}, outer={path: [102, "expired"]})
    assert client.outer("POST", path, **message) == {"error_code": 102, "error_message": "expired", "data": None}
    sim.order("config", outer={}, status={path: 503})
    assert client.response("POST", path, **message).status_code == 503
    sim.order("config", status={}, hang={path: 0.3})
    assert client.response("POST", path, **message).elapsed.total_seconds() >= 0.3
    sim.order("config", hang={}, empty=[path])
    assert client.outer("POST", path, **message)["data"] is None
    assert len(sim.state()["sent"]) == 1


def test_a_call_can_be_carried_out_and_its_answer_lost(sim: Running) -> None:
    client = WireClient(sim.url)
    sim.order("config", lose_answer=["/api/message/sms"])
    with pytest.raises(requests.ConnectionError):
        client.call("POST", "/api/message/sms", message="a", clientId=5, toid=MEMBER)
    assert [sent["client_id"] for sent in sim.state()["sent"]] == ["5"]


def test_the_cookie_rotates_once_and_an_expired_one_is_refused(sim: Running) -> None:
    client = WireClient(sim.url)
    sim.order("config", rotate_cookie="fresh", expired=["old"])
    assert "zpw_sek=fresh" in client.response("GET", "/api/group/getlg/v4").headers["Set-Cookie"]
    assert "Set-Cookie" not in client.response("GET", "/api/group/getlg/v4").headers
    client.cookies = {"zpw_sek": "old"}
    assert client.outer("GET", "/api/group/getlg/v4")["error_code"] == 102


@pytest.mark.parametrize("lost", ["late", "broken off"])
def test_no_cookie_rotates_with_an_answer_that_nobody_receives(sim: Running, lost: str) -> None:
    client, path = WireClient(sim.url), "/api/group/getlg/v4"
    fault = {"hang": {path: 0.3}} if lost == "late" else {"lose_answer": [path]}
    sim.order("config", rotate_cookie="fresh", **fault)
    with pytest.raises((requests.ReadTimeout, requests.ConnectionError)):
        requests.get(sim.url + path, cookies=client.cookies, timeout=0.1)
    while sim.state()["calls"][-1]["path"] != path:
        time.sleep(0.05)
    sim.order("config", hang={}, lose_answer=[])
    assert "zpw_sek=fresh" in client.response("GET", path).headers["Set-Cookie"]


def test_who_takes_no_messages_from_strangers_refuses_with_122(sim: Running) -> None:
    sim.order("world", people=[{"uid": MEMBER, "takes_messages": False}])
    inner = WireClient(sim.url).call("POST", "/api/message/sms", message="a", clientId=1, toid=MEMBER)
    assert inner["error_code"] == 122


def test_friends_come_in_pages(sim: Running) -> None:
    sim.order("world", crowd={"members": 25})
    client = WireClient(sim.url)
    pages = [client.call("GET", "/api/social/friend/getfriends", page=page, count=10)["data"] for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 6, 0]
    assert len({friend["userId"] for page in pages for friend in page}) == 26


def test_the_answer_of_keepalive_is_not_encrypted_and_needs_a_session(sim: Running) -> None:
    client = WireClient(sim.url)
    assert client.outer("GET", "/keepalive", imei="i")["data"] == {"config_vesion": 1}
    sim.order("config", expired=["any"])
    assert client.outer("GET", "/keepalive", imei="i")["error_code"] == 102


def test_the_state_shows_with_which_code_a_call_was_answered(sim: Running) -> None:
    client = WireClient(sim.url)
    client.call("POST", "/api/group/sendmsg", message="a", clientId=1, grid="8000000000000000777")
    client.outer("POST", "/api/group/sendmsg", message="a", clientId=1, grid=GROUP)
    assert [call["error_code"] for call in sim.state()["calls"][-2:]] == [165, 0]


def test_parameters_under_a_wrong_key_are_refused(sim: Running) -> None:
    client = WireClient(sim.url)
    client.key = bytes(16)
    assert client.outer("POST", "/api/group/sendmsg", message="a", grid=GROUP)["error_code"] == 114


def test_a_friend_request_waits_until_it_is_accepted_and_a_friends_messages_arrive(sim: Running) -> None:
    sim.order("world", people=[{"uid": MEMBER, "takes_messages": False}])
    client = WireClient(sim.url)
    assert client.call("POST", "/api/friend/accept", fid=MEMBER, language="vi")["error_code"] == 222
    sim.order("befriend", uid=MEMBER, message="Chào")
    sim.order("befriend", uid=MEMBER, message="Chào lần nữa")
    [item] = client.call("GET", "/api/friend/recommendsv2/list")["data"]["recommItems"]
    told = item["dataInfo"]
    assert (told["userId"], told["recommType"], told["recommInfo"]["message"]) == (MEMBER, 2, "Chào lần nữa")
    for _ in range(2):
        assert client.call("POST", "/api/friend/accept", fid=MEMBER, language="vi")["error_code"] == 0
    assert client.call("GET", "/api/friend/recommendsv2/list")["data"]["recommItems"] == []
    assert client.call("POST", "/api/message/sms", message="a", clientId=1, toid=MEMBER)["error_code"] == 0


def test_whoever_calls_too_often_is_refused_with_221(sim: Running) -> None:
    sim.order("config", most={"/api/group/getlg/v4": [2, 60.0]})
    client = WireClient(sim.url)
    codes = [client.call("GET", "/api/group/getlg/v4")["error_code"] for _ in range(3)]
    assert codes == [0, 0, 221]
    assert client.call("GET", "/api/social/profile/me-v2")["error_code"] == 0


SMS = "/api/message/sms"
STYLES = json.dumps({"styles": [{"start": 0, "len": 4, "st": "b"}], "ver": 0})


@pytest.mark.parametrize(
    ("text", "styles", "code"),
    [
        ("a" * 2_613, "", 0),
        ("a" * 2_614, "", 118),
        ("a" * (3_281 - len(STYLES)), STYLES, 0),
        ("a" * (3_712 - len(STYLES)), STYLES, 112),
    ],
    ids=["plain", "plain_too_long", "styled_3281", "styled_3712"],
)
def test_a_text_that_is_too_long_is_refused_as_it_was_measured(sim: Running, text: str, styles: str, code: int) -> None:
    given = {"textProperties": styles} if styles else {}
    answer = WireClient(sim.url).call("POST", SMS, message=text, clientId=1, toid=MEMBER, **given)
    assert answer["error_code"] == code


def test_a_quick_identical_repeat_is_refused_with_123_if_so_ordered(sim: Running) -> None:
    sim.order("config", repeat_seconds=60)
    client = WireClient(sim.url)
    codes = [
        client.call("POST", SMS, message=text, clientId=number, toid=MEMBER)["error_code"]
        for number, text in enumerate("aab")
    ]
    assert codes == [0, 123, 0]


@pytest.mark.parametrize("path", ["/api/social/friend/getprofiles/v2", "/api/social/group/members"])
def test_names_are_told_of_fifty_people_at_once_and_not_of_more(sim: Running, path: str) -> None:
    client = WireClient(sim.url)
    codes = [client.call("POST", path, friend_pversion_map=[f"{MEMBER}_0"] * asked)["error_code"] for asked in (50, 51)]
    assert codes == [0, 114]


def test_a_hidden_list_of_members_says_that_there_are_more(sim: Running) -> None:
    sim.order("world", groups=[{"id": GROUP, "owner": MEMBER, "admins": [], "settings": {"lockViewMember": 1}}])
    sim.order("world", crowd={"members": 20})
    asked = {"gridVerMap": json.dumps({GROUP: 0})}
    info = WireClient(sim.url).call("POST", "/api/group/getmg-v2", **asked)["data"]["gridInfoMap"][GROUP]
    assert (len(info["memVerList"]), info["totalMember"], info["hasMoreMember"]) == (2, 22, 1)
