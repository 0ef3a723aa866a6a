"""A second account sees its own uids everywhere and hears only what is its business; large groups are answered soon."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.simulator.running import Running
from tests.unit.simulator.wire_client import BOT, GROUP, MEMBER, Ear, WireClient
from zalo_governor.simulator.uids import UidView

CLERK = "7000000000000000003"
FOREIGN_GROUP = "8000000000000000009"
QUICK = 10.0
"""Seconds of work. Measured here: 0.02 for a group of ten thousand, 0.3 for all their profiles."""


class Pair:
    """The bot's account and a clerk's, both logged in and listening."""

    def __init__(self, sim: Running) -> None:
        people = [{"uid": CLERK, "name": "Nguyễn Thị Thu - Chuyên viên"}]
        groups = [
            {"id": GROUP, "members": [MEMBER, BOT, CLERK]},
            {"id": FOREIGN_GROUP, "members": [MEMBER, BOT], "owner": MEMBER},
        ]
        sim.order("world", people=people, groups=groups, accounts=[{"uid": CLERK, "cookie": "thu"}])
        self.sim = sim
        self.bot, self.clerk = WireClient(sim.url), WireClient(sim.url, "thu")
        self.bots_ear, self.clerks_ear = self.bot.listen(), self.clerk.listen()
        deadline = time.monotonic() + 5
        while sim.order("state", fields=["sockets"])["sockets"] < 2:
            assert time.monotonic() < deadline

    def close(self) -> None:
        self.bots_ear.close()
        self.clerks_ear.close()

    def view(self, uid: str) -> str:
        """What the clerk calls a person: looked up by the globalId that both see."""
        seen = _profiles(self.bot, [uid])[uid]["globalId"]
        return next(own for own, item in self.others().items() if item["globalId"] == seen)

    def others(self) -> dict[str, Any]:
        group = self.clerk.call("POST", "/api/group/getmg-v2", gridVerMap=json.dumps({GROUP: 0}))["data"]
        uids = [entry.partition("_")[0] for entry in group["gridInfoMap"][GROUP]["memVerList"]]
        return _profiles(self.clerk, uids)


@pytest.fixture
def pair(sim: Running) -> Iterator[Pair]:
    both = Pair(sim)
    yield both
    both.close()


def _profiles(client: WireClient, uids: list[str]) -> dict[str, Any]:
    asked = [f"{uid}_0" for uid in uids]
    answer = client.call("POST", "/api/social/friend/getprofiles/v2", friend_pversion_map=asked)
    profiles: dict[str, Any] = answer["data"]["changed_profiles"]
    assert all(item["userId"] == uid for uid, item in profiles.items())
    return profiles


def test_the_second_account_is_itself_and_sees_everybody_else_under_other_uids(pair: Pair) -> None:
    assert (pair.bot.login["uid"], pair.clerk.login["uid"]) == (BOT, CLERK)
    assert CLERK in pair.others()
    assert not {BOT, MEMBER} & set(pair.others())
    assert len({BOT, MEMBER, pair.view(BOT), pair.view(MEMBER)}) == 4


def test_every_kind_of_frame_names_people_as_its_account_sees_them(pair: Pair) -> None:
    message = {"_text": "a", "quote": {"ownerId": MEMBER}, "mentions": [{"uid": MEMBER, "pos": 0, "len": 1}]}
    act = {"act_type": "group", "act": "join", "data": json.dumps({"sourceId": MEMBER, "updateMembers": [{"id": BOT}]})}
    receipt = {"msgId": "1", "groupId": GROUP, "seenUids": [MEMBER, BOT]}
    frames = [
        {"data": {"groupMsgs": [message]}},
        {"cmd": 601, "data": {"controls": [{"content": act}]}},
        {"cmd": 522, "data": {"delivereds": [], "groupSeens": [receipt]}},
    ]
    pair.sim.order("push", frames=frames)
    for ear, member, bot in [(pair.bots_ear, MEMBER, BOT), (pair.clerks_ear, pair.view(MEMBER), pair.view(BOT))]:
        heard = ear.next()[2]["groupMsgs"][0]
        assert [heard["uidFrom"], heard["quote"]["ownerId"], heard["mentions"][0]["uid"]] == [member] * 3
        assert heard["idTo"] == GROUP
        data = json.loads(ear.next()[2]["controls"][0]["content"]["data"])
        assert (data["sourceId"], data["updateMembers"][0]["id"]) == (member, bot)
        assert ear.next()[2]["groupSeens"][0]["seenUids"] == [member, bot]


def test_what_one_account_says_in_the_group_the_other_hears_from_it(pair: Pair) -> None:
    mention = json.dumps([{"uid": pair.view(MEMBER), "pos": 0, "len": 1, "type": 0}])
    pair.clerk.call("POST", "/api/group/mention", message="@", clientId=1, grid=GROUP, mentionInfo=mention)
    heard, echo = pair.bots_ear.next()[2]["groupMsgs"][0], pair.clerks_ear.next()[2]["groupMsgs"][0]
    assert (heard["uidFrom"], heard["mentions"][0]["uid"]) == (CLERK, MEMBER)
    assert (echo["uidFrom"], echo["mentions"][0]["uid"]) == ("0", pair.view(MEMBER))


def test_private_words_are_heard_and_found_by_the_two_alone(pair: Pair) -> None:
    pair.clerk.call("POST", "/api/message/sms", message="với bot", clientId=1, toid=pair.view(BOT))
    heard, echo = pair.bots_ear.next()[2]["msgs"][0], pair.clerks_ear.next()[2]["msgs"][0]
    assert (heard["uidFrom"], heard["idTo"]) == (CLERK, "0")
    assert (echo["uidFrom"], echo["idTo"]) == ("0", pair.view(BOT))
    pair.clerk.call("POST", "/api/message/sms", message="với người khác", clientId=2, toid=pair.view(MEMBER))
    assert pair.clerks_ear.next()[2]["msgs"][0]["content"] == "với người khác"
    pair.sim.order("push", frames=[{"cmd": 501, "data": {"msgs": [{"_text": "gửi riêng bot"}]}}])
    assert pair.bots_ear.next()[2]["msgs"][0]["content"] == "gửi riêng bot"
    assert _old(pair.bots_ear) == ["với bot", "gửi riêng bot"]
    assert _old(pair.clerks_ear) == ["với bot", "với người khác"]
    last = pair.clerk.call("GET", "/api/preloadconvers/get-last-msgs", threadIdLocalMsgId="{}")["data"]["msgs"]
    assert {message["content"] for message in last} == {"với bot", "với người khác"}


def test_a_group_is_heard_by_its_members_alone(pair: Pair) -> None:
    pair.bot.call("POST", "/api/group/sendmsg", message="nơi khác", clientId=1, grid=FOREIGN_GROUP)
    pair.bot.call("POST", "/api/group/sendmsg", message="ở đây", clientId=2, grid=GROUP)
    assert [pair.bots_ear.next()[2]["groupMsgs"][0]["content"] for _ in "12"] == ["nơi khác", "ở đây"]
    assert pair.clerks_ear.next()[2]["groupMsgs"][0]["content"] == "ở đây"
    refused = pair.clerk.call("POST", "/api/group/sendmsg", message="a", clientId=3, grid=FOREIGN_GROUP)
    assert refused["error_code"] == 165


def test_who_is_removed_hears_of_it_and_nothing_after(pair: Pair) -> None:
    pair.bot.call("POST", "/api/group/kickout", grid=GROUP, members=[CLERK])
    act = pair.clerks_ear.next()[2]["controls"][0]["content"]
    assert (act["act"], json.loads(act["data"])["updateMembers"][0]["id"]) == ("remove_member", CLERK)
    assert pair.bots_ear.next()[0] == 601
    pair.bot.call("POST", "/api/group/sendmsg", message="chỉ còn thành viên", clientId=1, grid=GROUP)
    assert pair.bots_ear.next()[2]["groupMsgs"][0]["content"] == "chỉ còn thành viên"
    pair.sim.order("push", frames=[{"account": CLERK, "data": {"groupMsgs": [{"_text": "hết"}]}}])
    assert pair.clerks_ear.next()[2]["groupMsgs"][0]["content"] == "hết"


def test_a_rotated_cookie_still_belongs_to_its_account(pair: Pair) -> None:
    pair.sim.order("config", rotate_cookie="thu-moi")
    answer = pair.clerk.response("GET", "/api/group/getlg/v4")
    assert "thu-moi" in answer.headers["Set-Cookie"]
    assert WireClient(pair.sim.url, "thu-moi").login["uid"] == CLERK


def test_after_a_reset_the_open_socket_still_sees_the_first_accounts_uids(sim: Running) -> None:
    ear = WireClient(sim.url).listen()
    sim.order("reset")
    sim.order("push", frames=[{"data": {"groupMsgs": [{"_text": "a"}]}}])
    assert ear.next()[2]["groupMsgs"][0]["uidFrom"] == MEMBER
    ear.close()


@given(st.lists(st.integers(10**18, 8 * 10**18).map(str), unique=True, min_size=1, max_size=30))
def test_a_view_takes_every_uid_there_and_back_in_any_order(people: list[str]) -> None:
    view, fresh = UidView(people[0]), UidView(people[0])
    seen = [view.seen(uid) for uid in people]
    assert seen[0] == people[0]
    assert len(set(seen)) == len(people)
    assert [fresh.meant(uid, people) for uid in reversed(seen)] == people[::-1]


@pytest.mark.parametrize("cookie", ["bot", "thu"])
def test_ten_thousand_members_and_fifty_groups_are_answered_soon(sim: Running, cookie: str) -> None:
    crowd = {"members": 10_000, "groups": 50}
    # The second account is one of the crowd: it is in the first group and in the one that it was given to.
    sim.order("world", crowd=crowd, accounts=[{"uid": "7000000000000100000", "cookie": "thu"}])
    with _soon():
        client = WireClient(sim.url, cookie)
    with _soon():
        ids = list(client.call("GET", "/api/group/getlg/v4")["data"]["gridVerMap"])
        asked = json.dumps(dict.fromkeys(ids, 0))
        groups = client.call("POST", "/api/group/getmg-v2", gridVerMap=asked)["data"]["gridInfoMap"]
    assert len(groups) == (50 if cookie == "bot" else 2)
    uids = [entry.partition("_")[0] for entry in groups[GROUP]["memVerList"]]
    assert len(set(uids)) == groups[GROUP]["totalMember"] == 10_002
    with _soon():
        batches = [uids[start : start + 50] for start in range(0, len(uids), 50)]
        assert sum(len(_profiles(client, batch)) for batch in batches) == len(uids)


@contextmanager
def _soon() -> Iterator[None]:
    began = time.process_time()  # the simulator runs in this process, beside whatever else the machine does
    yield
    assert time.process_time() - began < QUICK


def _old(ear: Ear) -> list[str]:
    ear.say(510, 1, b'{"first":true,"lastId":null}')
    return [message["content"] for message in ear.next()[2]["msgs"]]
