import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.zalo.wiring import ACCOUNT, GROUP, MEMBER, NOW_MS, admitted, control, elements, message
from zalo_governor.domain import events
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.inbound import NESTED_TOO_DEEP, Admitted, ElementKind, Entry, RawDict, Seal, Source
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.events.text_fields import EACH, FIELDS, Place

TARGET = "7000000000000000009"


NOT_IN_EVENTS = {"friend_message", "observed_name", "pin_sender_name"}
"""Looked at by the door; the events have no place for them, or are made elsewhere."""


def heard(content: object, **given: object) -> EventBase:
    """The event of one group message."""
    return parse(admitted(elements(groupMsgs=[message(1, content, **given)])[0]))


def act(name: str, act_type: str = "group", **data: object) -> EventBase:
    """The event of one control, whose data is a JSON string as Zalo sends it."""
    base: RawDict = {"groupId": GROUP, "sourceId": MEMBER, "time": str(NOW_MS)}
    return parse(admitted(elements(controls=[control(name, json.dumps(base | data), act_type)])[0]))


def attachment(**given: object) -> RawDict:
    """The content object of photos, files and links."""
    return {"title": "", "description": "", "href": "", "thumb": "", "action": "", "params": "{}"} | given


def test_a_text_is_heard_with_its_sender_and_time() -> None:
    event = heard("Kính gửi", ttl=60000)
    assert isinstance(event, events.MessageSent)
    assert (event.text, event.sender_name, event.sender_uid) == ("Kính gửi", "Nguyễn Văn Mẫu", MEMBER)
    assert (event.id, event.at, event.time_to_live_ms) == (7, from_ms(NOW_MS + 1), 60000)
    assert event.attachment is None


def test_a_message_without_content_is_a_message_without_text() -> None:
    event = heard(None)
    assert isinstance(event, events.MessageSent)
    assert list(event.strings()) == []


def test_the_caption_of_a_photo_is_what_was_typed() -> None:
    event = heard(attachment(title="Ảnh hội nghị", params='{"hdSize":"2048"}'), msgType="chat.photo")
    assert isinstance(event, events.MessageSent)
    assert event.attachment is not None
    assert (event.text, event.attachment.size) == ("Ảnh hội nghị", 2048)
    assert list(event.strings()) == [("text", "Ảnh hội nghị")]


def test_a_file_is_heard_by_its_name_and_size() -> None:
    content = attachment(title="Bao cao.docx", href="https://f.zdn.vn/x", params='{"fileSize":"120"}')
    event = heard(content, msgType="share.file")
    assert isinstance(event, events.MessageSent)
    assert event.attachment is not None
    assert (event.text, event.attachment.size) == ("", 120)
    assert ("file_name", "Bao cao.docx") in list(event.strings())


@pytest.mark.parametrize(
    ("given", "encrypted"),
    [({}, None), ({"e2ee": 1}, True), ({"e2ee": "1"}, True), ({"e2ee": 0}, False), ({"e2ee": ""}, None)],
)
@pytest.mark.parametrize("name", ["update", "update_setting", "update_e2ee"])
def test_acts_say_whether_the_group_is_encrypted(name: str, given: RawDict, encrypted: bool | None) -> None:
    event = act(name, **given)
    assert isinstance(event, events.GroupInfoChanged | events.GroupSettingChanged | events.Unrecognised)
    assert event.encrypted is encrypted


MD5 = "0123456789abcdef0123456789ABCDEF"
SMALL, HD = "https://f20.zdn.vn/nho.jpg", "https://f20.zdn.vn/lon.jpg"


@pytest.mark.parametrize(
    ("kind", "given", "params", "addresses", "checksum", "extension"),
    [
        ("chat.photo", {"href": SMALL}, {"hd": HD}, (HD, SMALL), "", ""),
        ("chat.photo", {"href": SMALL}, {"hd": SMALL}, (SMALL,), "", ""),
        ("chat.photo", {"href": SMALL}, {"hd": ""}, (SMALL,), "", ""),
        ("chat.photo", {"href": 5}, {"hd": 7}, (), "", ""),
        ("chat.gif", {"href": SMALL}, {"hd": HD}, (SMALL,), "", ""),
        ("share.file", {"href": SMALL}, {"checksum": MD5, "fileExt": ".DOCX"}, (SMALL,), MD5.lower(), "docx"),
        ("share.file", {"title": "Bao cao.v2.Pdf"}, {"checksum": "GIẢ", "fileExt": ""}, (), "", "pdf"),
        ("share.file", {"title": "Bao cao"}, {"checksum": None}, (), "", ""),
        ("share.file", {"title": "a.khong phai duoi"}, {"fileExt": "x" * 40}, (), "", ""),
        ("chat.video.msg", {"href": SMALL}, {"fileSize": 1}, (), "", ""),
        ("chat.voice", {"href": SMALL}, {}, (), "", ""),
        ("chat.recommended", {"href": "https://mau.gov.vn/a.pdf", "title": "a.pdf"}, {}, (), "", ""),
        ("chat.sticker", {}, {}, (), "", ""),
    ],
)
def test_a_file_is_heard_with_what_its_download_needs(
    kind: str, given: RawDict, params: RawDict, addresses: tuple[str, ...], checksum: str, extension: str
) -> None:
    event = heard(attachment(params=json.dumps(params), **given), msgType=kind)
    assert isinstance(event, events.MessageSent)
    assert event.attachment is not None
    assert event.attachment.type == kind
    assert event.attachment.addresses == addresses
    assert (event.attachment.checksum, event.attachment.extension) == (checksum, extension)


def test_a_sealed_file_keeps_nothing_of_its_address() -> None:
    content = attachment(title="Bao cao.docx", href=HD, params=json.dumps({"checksum": MD5, "fileSize": "120"}))
    there = admitted(elements(groupMsgs=[message(1, content, msgType="share.file")])[0])
    seal = Seal("4.1", "classified", "mat", 10, b"mac")
    event = parse(there._replace(entry=there.entry._replace(raw=None, seal=seal)))
    assert isinstance(event, events.SealedHeard)
    assert not any(part in event.model_dump_json() for part in (HD, MD5.lower(), "docx"))


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Đề nghị các xã nhập số liệu vào https://mau.gov.vn/bieu trước 10/12", True),
        ("mau.gov.vn/bieu nhập giúp em", True),
        ("https://mau.gov.vn/bieu", False),
        ("Biểu mẫu số 1", False),
        ("", False),
    ],
)
def test_what_is_typed_beside_a_link_is_the_member_s_text_and_a_page_s_title_is_not(title: str, typed: bool) -> None:
    params = json.dumps({"mediaTitle": "Biểu mẫu số 1", "src": "mau.gov.vn"})
    content = attachment(title=title, href="https://mau.gov.vn/bieu", action="recommened.link", params=params)
    event = heard(content, msgType="chat.recommended")
    assert isinstance(event, events.MessageSent)
    assert event.attachment is not None
    assert (event.text, event.attachment.title) == ((title, "") if typed else ("", title))
    assert event.attachment.url == "https://mau.gov.vn/bieu"
    assert ("media_title", "Biểu mẫu số 1") in list(event.strings())


def test_words_in_parameters_that_nobody_knows_yet_are_heard() -> None:
    event = heard(attachment(params=json.dumps({"new": {"field": "một câu mới"}})), msgType="chat.link")
    assert ("params", "một câu mới") in list(event.strings())


def test_the_object_of_a_link_under_webchat_is_text_too() -> None:
    event = heard(attachment(title="xem https://mau.gov.vn", href="https://mau.gov.vn"))
    assert isinstance(event, events.MessageSent)
    assert event.text == "xem https://mau.gov.vn"


def test_a_quote_keeps_whom_it_quotes() -> None:
    quote = {"ownerId": "0", "globalMsgId": 99, "msg": "câu cũ", "attach": '{"title":"tên ảnh"}', "fromD": "Mẫu"}
    event = heard("đồng ý", quote=quote)
    assert isinstance(event, events.MessageSent)
    assert event.quote is not None
    assert (event.quote.owner_uid, event.quote.key) == (ACCOUNT, "99")
    assert {("quote", "câu cũ"), ("quote_title", "tên ảnh")} <= set(event.strings())


def test_mentions_that_make_no_sense_are_left_out() -> None:
    event = heard("@Tất cả", mentions=[{"uid": "-1", "pos": 0, "len": 7, "type": 1}, None, {"pos": 1}])
    assert isinstance(event, events.MessageSent)
    assert event.mentions == (events.Mention(uid="-1", start=0, length=7),)


def test_the_same_id_with_other_content_is_a_revision() -> None:
    assert isinstance(parse(admitted(elements(groupMsgs=[message()])[0], revision=True)), events.MessageRevised)


@pytest.mark.parametrize(
    "content",
    [{"action": "recommened.groupcall", "title": ""}, {"action": "", "title": "sendBubbleMessage"}],
)
def test_calls_are_heard_as_calls(content: RawDict) -> None:
    assert isinstance(heard(content, msgType="chat.recommended"), events.GroupCall)


def test_a_recall_names_its_message() -> None:
    event = heard({"globalMsgId": 5_000_000_000_123, "cliMsgId": 1}, msgType="chat.undo")
    assert isinstance(event, events.MessageRecalled)
    assert event.target == events.MessageRef(key="5000000000123", cli_key="1", author_uid=MEMBER)


@pytest.mark.parametrize(
    "content",
    [
        [{"globalDelMsgId": 51, "clientDelMsgId": 1}, {"globalDelMsgId": "52", "clientDelMsgId": "1"}],
        '[{"globalDelMsgId": 51, "clientDelMsgId": 1}, {"globalDelMsgId": 52, "clientDelMsgId": 1}]',
    ],
)
def test_a_deletion_names_its_messages_in_every_shape(content: object) -> None:
    event = heard(content, msgType="chat.delete")
    assert isinstance(event, events.MessageDeleted)
    assert [(target.key, target.cli_key) for target in event.targets] == [("51", "1"), ("52", "1")]


def test_an_item_that_names_nothing_costs_the_others_nothing() -> None:
    items = [{"type": 3, "globalDelMsgId": 0, "clientDelMsgId": 0}, {"type": 3, "globalDelMsgId": 51}]
    deletion = heard(items, msgType="chat.delete")
    assert isinstance(deletion, events.MessageDeleted)
    rest = {"rIcon": ":>", "rType": 0, "rMsg": [{"gMsgID": 0, "cMsgID": 0}, {"gMsgID": 51}]}
    reaction = heard(json.dumps(rest), msgType="chat.reaction")
    assert isinstance(reaction, events.Reacted)
    assert deletion.targets == reaction.targets == (events.MessageRef(key="51"),)


def test_a_whole_conversation_is_deleted_without_naming_a_message() -> None:
    event = heard([{"type": 2, "actionType": 0, "globalDelMsgId": 0, "clientDelMsgId": 0}], msgType="chat.delete")
    assert isinstance(event, events.MessageDeleted)
    assert (event.scope, event.targets) == (events.DeletionScope.CONVERSATION, ())


@pytest.mark.parametrize("kind", ["webchat", "chat.photo", "chat.voice", "chat.link", "share.file", "chat.todo"])
def test_a_message_may_lack_the_field_of_its_content(kind: str) -> None:
    raw = message(1, msgType=kind)
    del raw["content"]
    event = parse(admitted(elements(groupMsgs=[raw])[0]))
    assert isinstance(event, events.MessageSent)
    assert event.text == ""


@pytest.mark.parametrize("on", [1, "1", True])
def test_settings_may_come_as_texts(on: object) -> None:
    event = act("update_setting", groupSetting={"lockSendMsg": on, "joinAppr": "0", "bannFeature": {"x": 1}})
    assert isinstance(event, events.GroupSettingChanged)
    assert event.settings == {"lockSendMsg": 1, "joinAppr": 0}


@pytest.mark.parametrize("zero", [0, "0"])
def test_the_id_0_is_not_given(zero: object) -> None:
    recall = heard({"globalMsgId": zero, "cliMsgId": 1, "deleteMsg": 1}, msgType="chat.undo")
    assert isinstance(recall, events.MessageRecalled)
    assert (recall.target.key, recall.placeholder) == ("", False)
    with pytest.raises(UnparsableElementError):
        heard([{"globalDelMsgId": zero, "clientDelMsgId": zero}], msgType="chat.delete")


def test_a_deletion_of_different_kinds_at_once_is_of_no_known_kind() -> None:
    items = [{"type": number, "actionType": 0, "clientDelMsgId": 1} for number in (3, 4)]
    event = heard(items, msgType="chat.delete")
    assert isinstance(event, events.MessageDeleted)
    assert (event.scope, event.type, event.action_type) == (events.DeletionScope.UNKNOWN, None, 0)


@pytest.mark.parametrize("content", [[], ["51"], {"msgs": [{"globalDelMsgId": 51}]}, [{"globalMsgId": 51}], "51"])
def test_a_deletion_of_another_shape_is_a_dead_letter(content: object) -> None:
    with pytest.raises(UnparsableElementError):
        heard(content, msgType="chat.delete")


def test_a_reaction_comes_and_goes() -> None:
    content = '{"rMsg":[{"gMsgID":51,"cMsgID":1,"msgType":1}],"rIcon":"%s","rType":3,"source":6}'
    icons = []
    for icon in ("/-heart", ""):
        event = parse(admitted(elements(reactGroups=[message(1, content % icon)])[0]))
        assert isinstance(event, events.Reacted)
        assert event.targets == (events.MessageRef(key="51", cli_key="1"),)
        icons.append(event.icon)
    assert icons == ["/-heart", ""]


def test_a_receipt_tells_who_has_seen_what() -> None:
    raw = {"msgId": "51", "groupId": GROUP, "seenUids": [MEMBER, "0"], "deliveredUids": [MEMBER]}
    event = parse(admitted(elements(groupSeens=[raw])[0]))
    assert isinstance(event, events.MessageSeen)
    assert (event.target_key, event.seen_uids, event.delivered_uids) == ("51", (MEMBER, ACCOUNT), (MEMBER,))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("join", events.MembersJoined),
        ("leave", events.MembersLeft),
        ("remove_member", events.MemberRemoved),
        ("block_member", events.MemberRemoved),
        ("add_admin", events.AdminChanged),
        ("remove_admin", events.AdminChanged),
    ],
)
def test_acts_on_members_name_them(name: str, expected: type[EventBase]) -> None:
    event = act(name, updateMembers=[{"id": TARGET, "dName": "Trần Thị Mẫu"}, "7000000000000000010"])
    assert type(event) is expected
    assert event.model_dump()["members"] == (
        {"uid": TARGET, "name": "Trần Thị Mẫu"},
        {"uid": "7000000000000000010", "name": ""},
    )
    assert event.sender_uid == MEMBER


@pytest.mark.parametrize(
    ("name", "data", "fields"),
    [
        ("update", {"groupName": "Nhóm tỉnh Mẫu"}, {"name": "Nhóm tỉnh Mẫu", "avatar_url": None}),
        ("update_avatar", {"groupName": "Nhóm", "avt": "https://x"}, {"name": None, "avatar_url": "https://x"}),
        ("update_setting", {"groupSetting": {"lockSendMsg": 1, "x": "y"}}, {"settings": {"lockSendMsg": 1}}),
        ("new_link", {"info": {"group_link": "https://zalo.me/g/mau"}}, {"link": "https://zalo.me/g/mau"}),
        ("join_request", {"uids": [TARGET], "totalPending": 2}, {"uids": (TARGET,), "pending": 2}),
        ("new_pin_topic", {"topic": {"params": '{"title":"Lịch họp"}'}}, {"title": "Lịch họp"}),
        ("reorder_pin_topic", {"topic": None, "topics": []}, {"act": "reorder_pin_topic", "title": ""}),
        ("update_board", {"groupTopic": {"params": '{"title":"Ghi chú"}'}}, {"title": "Ghi chú"}),
        ("remind_topic", {"groupId": "", "group_id": GROUP, "msg": "Nhắc họp"}, {"title": "Nhắc họp"}),
        ("accept_remind", {"updateMembers": [TARGET]}, {"act": "accept_remind"}),
        ("an_act_of_tomorrow", {}, {"act": "an_act_of_tomorrow"}),
    ],
)
def test_acts_on_the_group_say_what_changed(name: str, data: RawDict, fields: RawDict) -> None:
    found = act(name, **data).model_dump()
    assert {field: found[field] for field in fields} == fields


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("new_pin_topic", "pin_changed"),
        ("unpin_topic", "pin_changed"),
        ("remove_topic", "board_changed"),
        ("reject_remind", "board_changed"),
        ("an_act_of_tomorrow", "unrecognised"),
    ],
)
def test_acts_have_the_kind_that_the_store_knows(name: str, kind: str) -> None:
    assert act(name).kind == kind


def test_friend_acts_and_unknown_controls_keep_their_word() -> None:
    friend = act("add", act_type="fr", fromUid=MEMBER)
    assert isinstance(friend, events.FriendAct)
    assert friend.act == "add"
    unknown = act("done", act_type="voice_aac_success")
    assert isinstance(unknown, events.Unrecognised)
    assert unknown.act == "voice_aac_success/done"


def test_the_join_reject_beside_a_join_is_harmless() -> None:
    event = act("join_reject")
    assert isinstance(event, events.Unrecognised)


@pytest.mark.parametrize(
    "bad", [None, {"content": {"act": "join"}}, {"content": {"act_type": "group", "act": "join", "data": "{"}}]
)
def test_a_bad_element_becomes_a_dead_letter_that_quotes_nothing(bad: object) -> None:
    with pytest.raises(UnparsableElementError) as caught:
        parse(admitted(elements(controls=[bad])[0]))
    assert caught.value.__suppress_context__


def test_what_was_nested_too_deep_to_be_kept_is_a_dead_letter() -> None:
    heard = admitted(elements(groupMsgs=[message()])[0])
    unreadable = heard._replace(entry=heard.entry._replace(raw=NESTED_TOO_DEEP))
    with pytest.raises(UnparsableElementError):
        parse(unreadable)


def test_of_what_was_sealed_only_hash_and_size_are_left() -> None:
    seal = Seal("4.1-noi-dung-mat", "announced", None, 40, b"m" * 16)
    entry = Entry(
        ACCOUNT, GROUP, True, ElementKind.MESSAGE, "1", None, MEMBER, NOW_MS, Source.LIVE, NOW_MS, b"", None, seal
    )
    event = parse(Admitted(1, entry, False))
    assert isinstance(event, events.SealedHeard)
    assert (event.mac, event.size) == (b"m" * 16, 40)


def _planted(place: Place, marker: str) -> RawDict:
    """The smallest element with the marker at that place; a dict under `params` and the like is a JSON string."""
    value: Any = marker
    for step in reversed(place.path):
        if step == EACH:
            value = [value | {"id": TARGET} if isinstance(value, dict) else value]
            continue
        if step in {"params", "attach", "description"} and isinstance(value, dict):
            value = json.dumps(value)
        value = {step: value}
    return dict(value)


@pytest.mark.parametrize("field", sorted(set(FIELDS) - NOT_IN_EVENTS))
def test_every_field_of_the_table_reaches_the_event(field: str) -> None:
    place, marker = FIELDS[field], "dấu hiệu GIẢ ĐỊNH"
    planted = _planted(place, marker)
    if place.kind is ElementKind.GROUP_STATE:
        entry = Entry(ACCOUNT, GROUP, True, place.kind, "1", None, "", NOW_MS, Source.SWEEP, NOW_MS, b"", planted, None)
        event = parse(Admitted(1, entry, False))
    elif place.kind is ElementKind.MESSAGE:
        raw = message(content=None) | planted
        event = parse(admitted(elements(groupMsgs=[raw])[0]))
    else:
        data = {"groupId": GROUP, "time": 1} | planted["content"]["data"]
        name = {"groupName": "update", "groupDesc": "update", "updateMembers": "join", "info": "new_link"}
        event = parse(admitted(elements(controls=[control(name.get(place.path[2], "update_board"), data)])[0]))
    assert marker in event.model_dump_json()


@given(
    content=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["title", "params", "rMsg", "x"]), inner),
        max_leaves=12,
    ),
    kind=st.sampled_from(["webchat", "chat.undo", "chat.delete", "chat.photo", "share.file", "chat.reaction", "new"]),
)
def test_whatever_stands_in_a_message_it_becomes_an_event_or_a_dead_letter(content: object, kind: str) -> None:
    (element,) = elements(groupMsgs=[message(1, content, msgType=kind)])
    try:
        event = parse(admitted(element))
    except UnparsableElementError:
        return
    assert event.key == element.key


def test_a_name_that_a_sweep_found_is_heard_as_such() -> None:
    raw = {"uid": MEMBER, "name": "Trần Thị Mẫu"}
    entry = Entry(
        ACCOUNT, GROUP, True, ElementKind.NAME, "1", None, MEMBER, NOW_MS, Source.SWEEP, NOW_MS, b"", raw, None
    )
    event = parse(Admitted(1, entry, False))
    assert isinstance(event, events.NameObserved)
    assert (event.name, event.sender_uid) == ("Trần Thị Mẫu", MEMBER)
