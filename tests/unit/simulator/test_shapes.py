"""What phones and computers send, as living clients know it (zalo-protocol.md, 14), by the order `act`."""

import json
from typing import Any

import pytest

from tests.unit.simulator.running import Running
from tests.unit.simulator.wire_client import BOT, GROUP, MEMBER, Ear, WireClient

OTHER = "7000000000000000009"
DEVICES = pytest.mark.parametrize("device", ["phone", "desktop"])


@pytest.fixture
def said(sim: Running, ear: Ear) -> dict[str, Any]:
    """A message of the member, who owns the group; another member is there as well."""
    sim.order("world", groups=[{"id": GROUP, "members": [BOT, MEMBER, OTHER]}], people=[{"uid": OTHER, "name": "Lan"}])
    act(sim, {"by": MEMBER, "say": "Kính gửi các đồng chí"})
    message: dict[str, Any] = ear.next()[2]["groupMsgs"][0]
    return message


def act(sim: Running, what: dict[str, Any], **more: Any) -> Any:
    return sim.order("act", act=what, **more)["element"]


@DEVICES
def test_2_a_recall_names_its_message_by_the_client_id_where_it_comes_from_a_phone(
    sim: Running, ear: Ear, said: dict[str, Any], device: str
) -> None:
    act(sim, {"by": MEMBER, "device": device, "recall": {"of": said["msgId"], "placeholder": False}})
    undo = ear.next()[2]["groupMsgs"][0]
    assert (undo["msgType"], undo["uidFrom"]) == ("chat.undo", MEMBER)
    assert undo["content"] == {
        "globalMsgId": _global_id(said, device),
        "cliMsgId": int(said["cliMsgId"]),
        "deleteMsg": 1,
        "srcId": int(MEMBER),
        "destId": 0 if device == "phone" else int(GROUP),
    }


@DEVICES
def test_3_a_reaction_names_its_messages_and_from_a_phone_their_sender(
    sim: Running, ear: Ear, said: dict[str, Any], device: str
) -> None:
    second = act(sim, {"by": MEMBER, "say": "Xin ý kiến"})
    ear.next()
    act(sim, {"by": OTHER, "device": device, "react": {"to": [said["msgId"], second["msgId"]], "icon": ":>"}})
    cmd, _, data = ear.next()
    content = json.loads(data["reactGroups"][0]["content"])
    assert (cmd, content["rType"], content["rIcon"]) == (612, 0, ":>")
    assert [(one["gMsgID"], one["cMsgID"]) for one in content["rMsg"]] == [
        (_global_id(message, device), int(message["cliMsgId"])) for message in (said, second)
    ]
    assert content.get("msgSender") == (int(MEMBER) if device == "phone" else None)
    act(sim, {"by": OTHER, "react": {"to": said["msgId"], "icon": ""}})
    removed = json.loads(ear.next()[2]["reactGroups"][0]["content"])
    assert (removed["rIcon"], removed["rType"]) == ("", -1)


@pytest.mark.parametrize(
    ("by", "kind", "numbers", "gone", "frame_sender"),
    [
        (MEMBER, "all", (3, 1), True, MEMBER),
        (OTHER, "all", (3, 1), False, OTHER),
        (BOT, "me", (3, 0), False, "0"),
        (BOT, "conversation", (4, 0), False, "0"),
    ],
)
def test_1_the_kinds_of_deletion(
    sim: Running,
    ear: Ear,
    said: dict[str, Any],
    by: str,
    kind: str,
    numbers: tuple[int, int],
    gone: bool,
    frame_sender: str,
) -> None:
    act(sim, {"by": by, "device": "phone", "delete": {"of": said["msgId"], "kind": kind}})
    notice = ear.next()[2]["groupMsgs"][0]
    [item] = notice["content"]
    assert (notice["msgType"], notice["uidFrom"], notice["idTo"]) == ("chat.delete", frame_sender, GROUP)
    assert item == {
        "type": numbers[0],
        "actionType": numbers[1],
        "uidFrom": int(MEMBER),
        "uidTo": int(GROUP),
        "clientDelMsgId": int(said["cliMsgId"]),
        "globalDelMsgId": 0,
        "destId": int(GROUP),
    }
    answer = WireClient(sim.url).call("GET", "/api/cm/getrecentv2", groupId=GROUP, globalMsgId=10**16, count=50)
    kept = {message["msgId"] for message in json.loads(answer["data"])["groupMsgs"]}
    assert (said["msgId"] not in kept) is gone


@pytest.mark.parametrize(("kind", "number"), [("me", 1), ("conversation", 2)])
def test_1_a_private_conversation_has_its_own_kinds(sim: Running, ear: Ear, kind: str, number: int) -> None:
    message = act(sim, {"by": MEMBER, "dm": "Xin chào"})
    ear.next()
    act(sim, {"by": BOT, "delete": {"of": message["msgId"], "kind": kind}})
    cmd, _, data = ear.next()
    [notice] = data["msgs"]
    assert (cmd, notice["uidFrom"], notice["idTo"], notice["content"][0]["type"]) == (501, "0", MEMBER, number)


def test_1_what_others_delete_for_themselves_is_not_told_to_the_bot(
    sim: Running, ear: Ear, said: dict[str, Any]
) -> None:
    act(sim, {"by": OTHER, "delete": {"of": said["msgId"], "kind": "me"}})
    act(sim, {"by": OTHER, "say": "Tin sau"})
    assert ear.next()[2]["groupMsgs"][0]["content"] == "Tin sau"


@pytest.mark.parametrize(
    ("what", "act_name", "title"),
    [
        ({"setting": {"lockSendMsg": 1}}, "update_setting", "đã thay đổi cài đặt nhóm"),
        ({"remind": "Nộp báo cáo"}, "update_topic", "đã tạo một nhắc hẹn"),
        ({"join": "7000000000000000010"}, "join", "đã thêm Mùa A Tủa vào nhóm"),
    ],
)
def test_4_zalos_own_lines_stand_beside_the_acts(
    sim: Running, ear: Ear, said: dict[str, Any], what: dict[str, Any], act_name: str, title: str
) -> None:
    sim.order(
        "world", people=[{"uid": "7000000000000000010", "name": "Mùa A Tủa"}, {"uid": MEMBER, "name": "Lò Văn Mẫu"}]
    )
    act(sim, {"by": MEMBER, **what})
    frame = ear.next()[2]
    if "remind" in what:
        card = frame["groupMsgs"][0]
        assert (card["msgType"], card["content"]["title"]) == ("chat.ecard", "Nộp báo cáo")
        assert json.loads(card["content"]["params"])["actions"] == [{"actionId": "action.open.reminder"}]
        frame = ear.next()[2]
    assert frame["controls"][0]["content"]["act"] == act_name
    line = ear.next()[2]["groupMsgs"][0]
    assert (line["msgType"], line["uidFrom"], line["content"]["action"]) == ("webchat", MEMBER, "msginfo.actionlist")
    assert line["content"]["title"] == f"Lò Văn Mẫu {title}"
    assert "%1$s" in json.loads(line["content"]["params"])["msg"]["vi"]


def test_4_new_friends_are_told_by_a_line_of_zalos_own(sim: Running, ear: Ear) -> None:
    sim.order("befriend", uid=MEMBER, message="Chào")
    WireClient(sim.url).call("POST", "/api/friend/accept", fid=MEMBER, language="vi")
    frames = [ear.next()[2] for _ in range(4)]
    assert [frame["controls"][0]["content"]["act"] for frame in frames[:3]] == ["req", "req_v2", "add"]
    [line] = frames[3]["msgs"]
    assert (line["uidFrom"], line["content"]["action"]) == (MEMBER, "msginfo.actionlist")


def test_5_content_is_an_object_or_the_text_of_one(sim: Running, ear: Ear, said: dict[str, Any]) -> None:
    for as_text in (False, True):
        act(sim, {"by": OTHER, "photo": {"caption": "Hiện trường", "as_text": as_text}})
        content = ear.next()[2]["groupMsgs"][0]["content"]
        assert (content.__class__, "Hiện trường" in str(content)) == (str if as_text else dict, True)


@pytest.mark.parametrize(
    ("what", "message_type", "action", "words"),
    [
        ({"say": {"text": "Khẩn", "styles": [{"start": 0, "len": 4, "st": "b"}]}}, "webchat", "rtf", '"st": "b"'),
        ({"poll": "Họp lúc nào?"}, "group.poll", "create", "Họp lúc nào?"),
        ({"todo": "Nộp báo cáo"}, "chat.todo", "", "Nộp báo cáo"),
        ({"contact": OTHER}, "chat.recommended", "recommened.user", "qrCodeUrl"),
        ({"call": {"minutes": 0, "kind": "misscall"}}, "chat.recommended", "recommened.misscall", "duration"),
    ],
)
def test_4_and_5_cards_and_styled_text(
    sim: Running, ear: Ear, said: dict[str, Any], what: dict[str, Any], message_type: str, action: str, words: str
) -> None:
    act(sim, {"by": OTHER, **what})
    message = ear.next()[2]["groupMsgs"][0]
    assert (message["msgType"], message["content"]["action"]) == (message_type, action)
    assert words in str(message["content"])


def test_4_a_vote_repeats_the_question_of_the_poll(sim: Running, ear: Ear, said: dict[str, Any]) -> None:
    poll = act(sim, {"by": MEMBER, "poll": "Họp lúc nào?"})
    vote = act(sim, {"by": OTHER, "vote": poll["msgId"]})
    assert (vote["uidFrom"], vote["content"]["action"]) == (OTHER, "vote")
    assert vote["content"]["params"] == poll["content"]["params"]


def test_5_an_edited_message_is_named_as_in_a_recall(sim: Running, ear: Ear, said: dict[str, Any]) -> None:
    edited = act(sim, {"by": MEMBER, "edit": {"of": said["msgId"], "text": "Kính gửi"}})
    assert (edited["msgType"], edited["uidFrom"], edited["content"]["title"]) == ("chat.msg.update", MEMBER, "Kính gửi")
    assert edited["content"]["cliMsgId"] == int(said["cliMsgId"])


def test_4_the_hints_of_items_are_as_living_clients_saw_them(sim: Running, ear: Ear, said: dict[str, Any]) -> None:
    assert (said["st"], said["at"]) == (3, 5)
    photo = act(sim, {"by": OTHER, "photo": "Hiện trường"})
    assert (photo["st"], photo["at"]) == (3, 0)
    act(sim, {"by": MEMBER, "pin": said["msgId"]})
    assert json.loads(said["propertyExt"]["ext"]) == {"shouldParseLinkOrContact": 0}
    assert said["paramsExt"].keys() == {"countUnread", "containType", "platformType"}
    ear.next()
    ear.next()
    assert ear.next()[2]["groupMsgs"][0]["st"] == 5


def test_an_act_upon_an_unknown_message_is_refused(sim: Running, said: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="no conversation has the message 12"):
        act(sim, {"by": MEMBER, "recall": "12"})


def _global_id(message: dict[str, Any], device: str) -> int:
    return 0 if device == "phone" else int(message["msgId"])
