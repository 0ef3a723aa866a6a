"""Unmodified zca-js 2.2.0 works in the simulator, which runs as the real command.

What each client received is listed in docs/simulator.md.
"""

import hashlib
import json
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.processes import Lines, order, simulating
from tests.acceptance.received import listed, received
from tests.zca_js import NotInstallableError, install

SOURCE = Path(__file__).with_name("zca_js")
GROUP = "8000000000000000001"
BOT = "7000000000000000001"
MEMBER = "7000000000000000002"
USER_THREAD, GROUP_THREAD = 0, 1


class Client(Lines):
    """zca-js in a process of its own, logged in and listening."""

    def __init__(self, folder: Path, base: str, cookie: str = "phien-cua-bot") -> None:
        super().__init__(["node", str(folder / "client.mjs"), base, cookie])
        self.uid = str(self.seen("login")["uid"])
        self.seen("listening")

    def call(self, name: str, *arguments: Any) -> Any:
        """What a method of its API gives; it must not fail."""
        answer = self.answer(name, *arguments)
        assert "value" in answer, answer
        return answer["value"]

    def answer(self, name: str, *arguments: Any) -> dict[str, Any]:
        """The same, or its error."""
        self.tell(json.dumps({"call": name, "args": arguments}))
        return self.seen("answer")

    def listener(self, name: str, *arguments: Any) -> None:
        """Call a method of its listener."""
        self.tell(json.dumps({"listener": name, "args": arguments}))
        self.seen("answer")

    def message(self) -> dict[str, Any]:
        """The next message."""
        message: dict[str, Any] = self.seen("message")["message"]
        return message


Connect = Callable[..., Client]


@pytest.fixture(scope="session")
def installed() -> Path:
    """The folder with zca-js and the client."""
    try:
        folder = install()
    except NotInstallableError as error:
        pytest.skip(str(error))
    # node looks for packages beside the script.
    shutil.copy(SOURCE / "client.mjs", folder)
    return folder


@pytest.fixture
def base() -> Iterator[str]:
    with simulating() as url:
        yield url


@pytest.fixture
def connect(installed: Path) -> Iterator[Connect]:
    clients: list[Client] = []

    def make(base: str, cookie: str = "phien-cua-bot") -> Client:
        clients.append(Client(installed, base, cookie))
        return clients[-1]

    yield make
    for client in clients:
        client.end(signal.SIGKILL)


def test_it_logs_in_with_its_encrypted_login_and_looks_around(base: str, connect: Connect) -> None:
    client = connect(base)
    assert client.uid == BOT
    calls = {call["path"]: call for call in order(base, "state")["calls"]}
    login = calls["/api/login/getLoginInfo"]
    # The simulator answers 114 to a wrong signkey, and cannot read these unless it derives the same key.
    assert login["params"]["imei"] == "00000000-test"
    assert (login["host"], login["error_code"]) == ("wpa.chat.zalo.me", 0)
    assert calls["/api/login/getServerInfo"]["error_code"] == 0
    assert client.call("fetchAccountInfo")["profile"]["userId"] == BOT
    assert client.call("getAllGroups")["gridVerMap"] == {GROUP: "1"}
    info = client.call("getGroupInfo", GROUP)["gridInfoMap"][GROUP]
    assert {entry.partition("_")[0] for entry in info["memVerList"]} == {BOT, MEMBER}
    assert client.call("getGroupMembersInfo", [MEMBER])["profiles"][MEMBER]["globalId"]
    assert client.call("getUserInfo", MEMBER)["changed_profiles"][MEMBER]["zaloName"]
    assert client.call("keepAlive") == {"config_vesion": 1}
    assert client.answer("getGroupChatHistory", GROUP)["error"] == "Request failed with status code 404"


def test_batches_arrive_whole_in_every_encoding(base: str, connect: Connect) -> None:
    client = connect(base)
    texts = ["một", "hai có “eventId”", "ba"]
    for encrypt, comp in [(0, "none"), (1, "gzip"), (1, "zlib"), (2, "gzip"), (2, "zlib"), (3, "none")]:
        batch = {"groupMsgs": [{"_text": text} for text in texts]}
        pushed = order(base, "push", frames=[{"encrypt": encrypt, "comp": comp, "data": batch}])
        heard = [client.message() for _ in texts]
        assert [message["data"]["content"] for message in heard] == texts, (encrypt, comp)
        assert [message["data"]["msgId"] for message in heard] == pushed["msg_ids"]
        assert {message["threadId"] for message in heard} == {GROUP}


def test_it_hears_a_meeting_of_the_group(connect: Connect) -> None:
    with simulating("--scenario", str(SOURCE / "phien-hop.yaml")) as base:
        client = connect(base)
        said = _in_order(client.message() for _ in range(7))
        chief, clerk = said[0]["data"]["uidFrom"], said[1]["data"]["uidFrom"]
        mention = {"uid": "-1", "pos": 32, "len": 4, "type": 1}
        assert said[0]["data"]["mentions"] == [mention]
        assert said[1]["data"]["quote"]["ownerId"] == chief
        assert said[1]["data"]["quote"]["globalMsgId"] == said[0]["data"]["msgId"]
        assert (said[2]["data"]["msgType"], said[2]["data"]["content"]["title"]) == ("chat.photo", "Ảnh gửi nhầm")
        # Zalo's own lines on joining, settings and pins are messages to it like any other.
        assert {line["data"]["content"]["action"] for line in said[3:6]} == {"msginfo.actionlist"}
        assert {line["data"]["uidFrom"] for line in said[3:6]} == {chief}
        assert (said[6]["type"], said[6]["threadId"]) == (USER_THREAD, clerk)

        undo = client.seen("undo")["undo"]
        assert undo["data"]["content"]["globalMsgId"] == said[2]["data"]["msgId"]
        reaction = client.seen("reaction")["reaction"]
        assert (reaction["isGroup"], reaction["data"]["uidFrom"]) == (True, clerk)
        assert reaction["data"]["content"]["rIcon"] == "/-strong"
        assert str(reaction["data"]["content"]["rMsg"][0]["gMsgID"]) == said[0]["data"]["msgId"]
        receipt = client.seen("seen_messages")["receipts"][0]
        assert (receipt["threadId"], receipt["data"]["msgId"]) == (GROUP, said[0]["data"]["msgId"])

        events = {found["event"]["act"]: found["event"] for found in client.count("group_event", 6)}
        assert all(event["threadId"] == GROUP and event["type"] == act for act, event in events.items())
        newcomer = events["join"]["data"]["updateMembers"][0]["id"]
        assert receipt["data"]["seenUids"] == [clerk, newcomer]
        assert events["join"]["data"]["sourceId"] == chief
        assert events["update"]["data"]["groupName"] == "Nhóm Zalo điều hành tỉnh Mẫu"
        assert events["update_setting"]["data"]["groupSetting"]["setTopicOnly"] == 1
        assert json.loads(events["new_pin_topic"]["data"]["topic"]["params"])["senderUid"] == chief
        assert events["add_admin"]["data"]["updateMembers"][0]["id"] == clerk
        assert events["leave"]["data"]["sourceId"] == newcomer


def test_the_list_of_what_it_receives_is_the_one_in_the_page(base: str, connect: Connect) -> None:
    told = received(connect(base), base, listed(2))
    print("\n".join(f"zca-js 2.2.0\t{name}\t{kinds}" for name, kinds in told.items()))
    assert told == listed(2)


def test_what_it_sends_arrives_and_comes_back_to_it(base: str, connect: Connect, tmp_path: Path) -> None:
    client = connect(base)

    def echo_of(answer: Any) -> dict[str, Any]:
        message = client.message()
        assert message["isSelf"]
        assert message["data"]["uidFrom"] == BOT
        assert str(answer["msgId"]) == message["data"]["msgId"]
        return message

    sent = client.call("sendMessage", "Chào các đồng chí", GROUP, GROUP_THREAD)["message"]
    first = echo_of(sent)
    assert first["data"]["content"] == "Chào các đồng chí"

    text = {"msg": "@Mẫu xem giúp", "mentions": [{"pos": 0, "uid": MEMBER, "len": 4}]}
    mention = echo_of(client.call("sendMessage", text, GROUP, GROUP_THREAD)["message"])
    assert mention["data"]["mentions"] == [{"pos": 0, "uid": MEMBER, "len": 4, "type": 0}]

    text = {"msg": "Đã nhận", "quote": first["data"]}
    quote = echo_of(client.call("sendMessage", text, GROUP, GROUP_THREAD)["message"])["data"]["quote"]
    assert (quote["ownerId"], str(quote["globalMsgId"]), quote["msg"]) == (BOT, sent["msgId"], "Chào các đồng chí")

    # More than one chunk of 3 MB: zca-js uploads them at the same time.
    path = tmp_path / "bieu-mau.pdf"
    path.write_bytes(b"%PDF" + bytes(4 * 1024 * 1024))
    file = client.call("sendMessage", {"msg": "", "attachments": [str(path)]}, GROUP, GROUP_THREAD)["attachment"][0]
    message = echo_of(file)["data"]
    facts = json.loads(message["content"]["params"])
    assert (message["msgType"], message["content"]["title"]) == ("share.file", "bieu-mau.pdf")
    assert message["content"]["href"] == client.seen("upload_attachment")["upload"]["fileUrl"]
    assert facts["checksum"] == hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    assert facts["fileSize"] == str(path.stat().st_size)

    private = echo_of(client.call("sendMessage", "Riêng", MEMBER, USER_THREAD)["message"])
    assert (private["type"], private["threadId"]) == (USER_THREAD, MEMBER)

    client.call("addReaction", "/-heart", {"data": first["data"], "threadId": GROUP, "type": GROUP_THREAD})
    assert client.seen("reaction")["reaction"]["isSelf"]
    client.call("undo", first["data"], GROUP, GROUP_THREAD)
    assert client.seen("undo")["undo"]["data"]["content"]["globalMsgId"] == sent["msgId"]

    paths = [sent["path"] for sent in order(base, "state", fields=["sent"])["sent"]]
    sends = ["group/sendmsg", "group/mention", "group/quote", "group/asyncfile/msg", "message/sms"]
    assert paths == [f"/api/{path}" for path in sends]


def test_a_refusal_arrives_with_zalos_code(base: str, connect: Connect) -> None:
    client = connect(base)
    path = "/api/group/sendmsg"
    for kind, refusal in [("inner", [221, "too many requests"]), ("outer", [102, "session expired"])]:
        order(base, "config", **{kind: {path: refusal}})
        answer = client.answer("sendMessage", "a", GROUP, GROUP_THREAD)
        assert [answer["code"], answer["error"]] == refusal
        order(base, "config", **{kind: {}})


def test_it_asks_for_old_messages_after_a_closing_1000_whose_gap_it_lost(base: str, connect: Connect) -> None:
    client = connect(base)
    order(base, "close", code=1000)
    order(base, "push", frames=[{"data": {"groupMsgs": [{"_text": "lúc đứt"}]}}])
    assert client.seen("disconnected")["code"] == 1000
    client.seen("listening")
    order(base, "push", frames=[{"data": {"groupMsgs": [{"_text": "sau"}]}}])
    assert client.message()["data"]["content"] == "sau"
    client.listener("requestOldMessages", GROUP_THREAD)
    old = client.seen("old_messages")
    assert [message["data"]["content"] for message in old["messages"]] == ["lúc đứt", "sau"]
    client.listener("requestOldMessages", USER_THREAD)
    assert client.seen("old_messages")["messages"] == []
    client.listener("requestOldReactions", GROUP_THREAD)
    assert client.seen("old_reactions") == {"what": "old_reactions", "reactions": [], "isGroup": True}


@pytest.mark.parametrize("code", [3000, 3003, 1006])
def test_other_close_codes_end_its_listening(base: str, connect: Connect, code: int) -> None:
    client = connect(base)
    if code == 3000:
        order(base, "push", frames=[{"cmd": 3000, "data": {}}])
    else:
        order(base, "close", code=code)
    assert client.seen("closed")["code"] == code
    assert client.not_seen("listening", seconds=1.5)
    assert order(base, "state", fields=["sockets"])["sockets"] == 0


def test_a_second_listener_of_the_session_ends_the_first_with_3000(base: str, connect: Connect) -> None:
    first = connect(base)
    second = connect(base)
    assert first.seen("closed")["code"] == 3000
    order(base, "push", frames=[{"data": {"groupMsgs": [{"_text": "còn ai"}]}}])
    assert second.message()["data"]["content"] == "còn ai"


def test_a_forged_frame_is_not_delivered(base: str, connect: Connect) -> None:
    client = connect(base)
    frames = [
        {"bad_tag": True, "data": {"groupMsgs": [{"_text": "giả"}]}},
        {"data": {"groupMsgs": [{"_text": "thật"}]}},
    ]
    order(base, "push", frames=frames)
    # In no order: it decodes frames side by side.
    told = {found["what"]: found for found in (client.line(), client.line())}
    assert "operation-specific" in told["error"]["error"]
    assert told["message"]["message"]["data"]["content"] == "thật"


def test_a_rotated_cookie_is_what_it_sends_next(base: str, connect: Connect) -> None:
    client = connect(base)
    order(base, "config", rotate_cookie="phien-moi", expired=["phien-cua-bot"])
    assert client.answer("getAllGroups")["code"] == 102
    assert client.call("getAllGroups")["gridVerMap"] == {GROUP: "1"}


def test_two_accounts_see_one_person_under_two_uids(connect: Connect) -> None:
    with simulating("--scenario", str(SOURCE / "phien-hop.yaml")) as base:
        bot = connect(base)
        said = _in_order(bot.message() for _ in range(7))
        clerk = connect(base, "phien-cua-thu")
        chief = said[0]["data"]["uidFrom"]
        assert (bot.uid, clerk.uid) == (BOT, said[1]["data"]["uidFrom"])

        members = {entry.partition("_")[0] for entry in _group(clerk)["memVerList"]}
        seen_by_bot = bot.call("getGroupMembersInfo", [chief])["profiles"][chief]
        profiles = clerk.call("getGroupMembersInfo", sorted(members))["profiles"]
        seen_by_clerk = next(item for item in profiles.values() if item["globalId"] == seen_by_bot["globalId"])
        assert profiles[seen_by_clerk["id"]] == seen_by_clerk
        assert seen_by_clerk["id"] != chief
        assert _group(clerk)["creatorId"] == seen_by_clerk["id"]
        assert len(members) == 3
        assert members.isdisjoint({BOT, chief})

        order(base, "push", frames=[{"data": {"groupMsgs": [{"_text": "Cả hai cùng nghe", "uidFrom": chief}]}}])
        assert bot.message()["data"]["uidFrom"] == chief
        assert clerk.message()["data"]["uidFrom"] == seen_by_clerk["id"]

        text = {"msg": "@Sử ạ", "mentions": [{"pos": 0, "uid": seen_by_clerk["id"], "len": 3}]}
        clerk.call("sendMessage", text, GROUP, GROUP_THREAD)
        assert bot.message()["data"]["mentions"][0]["uid"] == chief
        assert clerk.message()["data"]["mentions"][0]["uid"] == seen_by_clerk["id"]

        own = next(uid for uid in members if uid not in {clerk.uid, seen_by_clerk["id"]})
        clerk.call("sendMessage", "Riêng với bot", own, USER_THREAD)
        assert (bot.message()["threadId"], clerk.message()["threadId"]) == (clerk.uid, own)
        clerk.call("sendMessage", "Riêng với Chủ tịch", seen_by_clerk["id"], USER_THREAD)
        assert clerk.message()["threadId"] == seen_by_clerk["id"]
        assert bot.not_seen("message", seconds=0.5)


def _in_order(messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """By msgId: zca-js decodes frames side by side, and does not keep the order of two that follow closely."""
    return sorted(messages, key=lambda message: int(message["data"]["msgId"]))


def _group(client: Client) -> dict[str, Any]:
    group: dict[str, Any] = client.call("getGroupInfo", GROUP)["gridInfoMap"][GROUP]
    return group
