import json

import pytest

from tests.unit.zalo.wiring import ACCOUNT, GROUP, MEMBER, NOW_MS, control, elements, message
from zalo_governor.domain.inbound import ElementKind, RawDict, Source
from zalo_governor.zalo.errors import UndecodableFrameError
from zalo_governor.zalo.events.extract import knows, typing_notices
from zalo_governor.zalo.frames.decrypt import Frame

JOIN: RawDict = {
    "groupId": GROUP,
    "sourceId": MEMBER,
    "updateMembers": [{"id": "7000000000000000009", "dName": "Trần Thị Mẫu"}],
    "time": str(NOW_MS),
}


def test_a_group_message_is_filed_under_its_group_sender_and_msgid() -> None:
    (element,) = elements(groupMsgs=[message(3)])
    assert element.kind is ElementKind.MESSAGE
    assert (element.account, element.thread_id, element.is_group) == (ACCOUNT, GROUP, True)
    assert (element.sender_uid, element.key, element.cli_key) == (MEMBER, "5000000000003", str(NOW_MS + 3))
    assert element.at_ms == NOW_MS + 3
    assert not element.own


def test_uid_zero_is_the_bot_itself() -> None:
    (element,) = elements(groupMsgs=[message(uidFrom="0")])
    assert element.own


@pytest.mark.parametrize(
    ("sender", "to", "thread"),
    [(MEMBER, "0", MEMBER), (MEMBER, ACCOUNT, MEMBER), ("0", MEMBER, MEMBER), (ACCOUNT, MEMBER, MEMBER)],
)
def test_a_private_message_is_filed_under_the_other_person(sender: str, to: str, thread: str) -> None:
    (element,) = elements(msgs=[message(uidFrom=sender, idTo=to)])
    assert (element.thread_id, element.is_group) == (thread, False)


def test_every_array_of_a_frame_is_taken_whatever_its_command() -> None:
    found = elements(
        msgs=[message(1, idTo="0")],
        groupMsgs=[message(2)],
        reacts=[message(3, '{"rMsg":[{"gMsgID":1}],"rIcon":"/-heart"}', idTo="0")],
        reactGroups=[message(4, '{"rMsg":[{"gMsgID":1}],"rIcon":""}')],
        delivereds=[{"msgId": "1", "deliveredUids": [MEMBER]}],
        seens=[{"msgId": "1", "seenUids": [MEMBER]}],
        groupSeens=[{"msgId": "1", "groupId": GROUP, "seenUids": [MEMBER, "9"]}],
        controls=[control("join", JOIN), control("req_v2", {"fromUid": MEMBER}, "fr")],
    )
    kinds = ElementKind
    assert [element.kind for element in found] == [
        kinds.MESSAGE,
        kinds.MESSAGE,
        kinds.REACTION,
        kinds.REACTION,
        kinds.RECEIPT,
        kinds.RECEIPT,
        kinds.RECEIPT,
        kinds.GROUP_ACT,
        kinds.FRIEND_ACT,
    ]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "chữ",
        7,
        {"content": None},
        {"content": {"act": "join"}},
        {"content": {"act_type": "group", "data": JOIN}},
        {"content": {"act_type": "group", "act": "join", "data": "{broken"}},
        {"content": {"act_type": "group", "act": "join", "data": {"sourceId": "1"}}},
        {"content": {"act_type": "group", "act": "join", "data": JOIN | {"updateMembers": 7}}},
    ],
)
def test_a_bad_control_is_kept_as_other_and_its_neighbours_are_whole(bad: object) -> None:
    first, second, third = elements(controls=[control("join", JOIN), bad, control("leave", JOIN)])
    assert [first.kind, second.kind, third.kind] == [ElementKind.GROUP_ACT, ElementKind.OTHER, ElementKind.GROUP_ACT]
    assert second.key == elements(controls=[bad])[0].key


def test_an_array_that_is_no_array_is_kept_too() -> None:
    (element,) = elements(groupMsgs={"not": "a list"})
    assert element.kind is ElementKind.OTHER


def test_an_element_too_deep_for_the_store_is_kept_as_its_text() -> None:
    deep: object = "đáy"
    for _ in range(400):
        deep = [deep]
    first, second = elements(groupMsgs=[message(1, {"x": deep}), message(2)])
    assert first.kind is ElementKind.OTHER
    assert "đáy" in first.raw["unwritable"]
    assert second.kind is ElementKind.MESSAGE


@pytest.mark.parametrize("depth", [300, 900, 980, 990, 1000, 1010])
def test_nothing_that_nests_costs_its_neighbours_anything(depth: int) -> None:
    deep: list[object] = []
    for _ in range(depth):
        deep = [deep]
    act: RawDict = {"act_type": "fr", "act": "add"}
    in_text = json.dumps({**act, "data": 0}).replace(" 0", "[" * depth + "]" * depth)
    controls = [{"content": {**act, "data": deep}}, {"content": in_text}, control("join", JOIN)]
    heard = elements(groupMsgs=[message(1, msgType=deep), message(2)], controls=controls)
    assert len(heard) == 5
    assert [heard[1].kind, heard[4].kind] == [ElementKind.MESSAGE, ElementKind.GROUP_ACT]


def test_typing_is_dropped_and_counted_but_other_actions_are_kept() -> None:
    actions = [{"act_type": "typing", "act": "gtyping", "data": '"uid":"1"'}, {"act_type": "new"}]
    assert [element.kind for element in elements(actions=actions)] == [ElementKind.OTHER]
    assert typing_notices(Frame(602, 0, {"data": {"actions": actions}})) == 1


def test_a_frame_of_an_unknown_kind_is_told_apart() -> None:
    assert not knows(Frame(700, 0, {"data": {"news": [1]}}))
    assert knows(Frame(524, 0, {"data": {"groupMsgs": []}}))


def test_the_history_gives_the_same_message_as_the_socket() -> None:
    quote = {"ownerId": MEMBER, "globalMsgId": 5, "msg": "trước", "attach": "", "ts": 1}
    live = message(quote=quote, mentions=[{"uid": "9", "pos": 0, "len": 3, "type": 0}])
    old = live | {
        "idTo": f"g{GROUP}",
        "notify": "0",
        "quote": quote | {"globalMsgId": "5", "ts": "1"},
        "mentions": [{"uid": "9", "pos": "0", "len": "3"}],
    }
    (one,), (other,) = elements(groupMsgs=[live]), elements(Source.BACKFILL, groupMsgs=[old])
    assert (one.thread_id, one.key, one.said) == (other.thread_id, other.key, other.said)


@pytest.mark.parametrize(
    "change",
    [
        {"content": "nội dung khác"},
        {"msgType": "chat.photo"},
        {"quote": {"ownerId": MEMBER, "globalMsgId": 6}},
        {"mentions": [{"uid": "-1", "pos": 0, "len": 4}]},
    ],
)
def test_other_content_under_the_same_id_is_something_else_said(change: RawDict) -> None:
    (one,), (other,) = elements(groupMsgs=[message()]), elements(groupMsgs=[message() | change])
    assert one.key == other.key
    assert one.said != other.said


def test_an_act_heard_twice_is_the_same_and_another_members_is_not() -> None:
    again = JOIN | {"time": int(NOW_MS)}
    other = JOIN | {"updateMembers": [{"id": "7000000000000000010"}]}
    one, two, three = elements(controls=[control("join", given) for given in (JOIN, again, other)])
    assert one.key == two.key
    assert one.key != three.key
    assert one.sender_uid == MEMBER


def test_two_changes_without_a_time_are_two() -> None:
    data: RawDict = {"groupId": GROUP, "sourceId": MEMBER}
    one, two = elements(controls=[control("update", data | {"groupName": name}) for name in ("A", "B")])
    assert one.key != two.key


def test_recalls_and_deletions_have_kinds_of_their_own() -> None:
    recall, deletion = elements(
        groupMsgs=[
            message(1, {"globalMsgId": 5}, msgType="chat.undo"),
            message(2, [{"globalDelMsgId": 5}], msgType="chat.delete"),
        ]
    )
    assert (recall.kind, deletion.kind) == (ElementKind.RECALL, ElementKind.DELETION)
    assert recall.cli_key is None


def test_an_unbelievable_time_becomes_the_time_of_hearing() -> None:
    for ts in ("", None, "x", -5, 10**20, "99"):
        (element,) = elements(groupMsgs=[message(ts=ts)])
        assert element.at_ms == NOW_MS


def test_the_join_reject_that_rides_beside_every_approved_join_is_no_group_act() -> None:
    (element,) = elements(controls=[control("join_reject", JOIN)])
    assert element.kind is ElementKind.OTHER


def test_a_time_yet_to_come_is_not_believed() -> None:
    (element,) = elements(groupMsgs=[message(ts=str(NOW_MS + 60_001))])
    assert element.at_ms == NOW_MS


def test_a_client_id_as_long_as_a_page_is_no_id() -> None:
    (element,) = elements(groupMsgs=[message(cliMsgId="9" * 10_000)])
    assert (element.kind, element.cli_key) == (ElementKind.MESSAGE, None)


def test_millions_of_tiny_elements_are_refused_before_they_take_the_memory() -> None:
    with pytest.raises(UndecodableFrameError):
        elements(groupMsgs=[1] * 1_000_000)
