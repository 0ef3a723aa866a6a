"""Whose words a message holds (zalo-protocol.md, 14.4), and its content in every form (14.5)."""

import json

import pytest

from tests.unit.zalo.wiring import ACCOUNT, MEMBER, admitted, elements, message
from zalo_governor.domain import events
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.inbound import ElementKind, RawDict
from zalo_governor.zalo.events.parse import parse

PIN: RawDict = {
    "action": "msginfo.actionlist",
    "title": "Lan đã ghim một tin nhắn",
    "href": "",
    "params": json.dumps(
        {"msg": {"vi": "%1$s đã ghim một tin nhắn"}, "actions": [{"actionId": "action.groupchat.jump.msg"}]},
        ensure_ascii=False,
    ),
}
STYLES = json.dumps({"styles": [{"start": 0, "len": 4, "st": "b"}, {"start": 0, "len": 4, "st": "c_db342e"}], "ver": 0})
RTF: RawDict = {"action": "rtf", "title": "Kính gửi đồng chí", "description": "", "href": "", "params": STYLES}
SMALL, HD = "https://f20.zdn.vn/nho.jpg", "https://f20.zdn.vn/lon.jpg"


def heard(content: object, msg_type: str = "webchat", **given: object) -> tuple[ElementKind, EventBase]:
    (element,) = elements(groupMsgs=[message(1, content, msgType=msg_type, **given)])
    return element.kind, parse(admitted(element))


@pytest.mark.parametrize(
    ("msg_type", "content", "event_type"),
    [
        ("webchat", PIN, events.SystemNotice),
        ("webchat", PIN | {"action": "msginfo.reminder"}, events.SystemNotice),
        ("webchat", {"layoutType": 1, "title": "Bạn vừa trở thành bạn bè"}, events.SystemNotice),
        ("webchat", {"action": "zalo.tomorrow", "title": "một câu"}, events.UnknownContent),
        ("webchat", {"action": {"a": 1}, "title": "một câu"}, events.UnknownContent),
        ("webchat", ["một câu"], events.UnknownContent),
        ("chat.ecard", {"action": "", "title": "Nhắc hẹn", "params": '{"actions":[]}'}, events.SystemNotice),
        ("chat.ecard", "Nhắc hẹn", events.SystemNotice),
        ("group.poll", {"action": "vote", "params": '{"question":"Họp khi nào"}'}, events.SystemNotice),
        ("group.poll", {"action": "close", "params": {"question": "Họp khi nào"}}, events.SystemNotice),
        ("group.poll", {"action": "tomorrow"}, events.UnknownContent),
        ("group.invite", {"title": "Mời vào nhóm"}, events.SystemNotice),
        ("group.update.setting", "Đổi cài đặt", events.SystemNotice),
        ("chat.webcontent", {"action": "zinstant.tomorrow", "title": "thẻ"}, events.UnknownContent),
        ("chat.recommended", {"action": "recommened.tomorrow", "title": "thẻ"}, events.UnknownContent),
        ("chat.tomorrow", {"title": "một câu"}, events.UnknownContent),
        ("chat.tomorrow", '{"title": "một câu"}', events.UnknownContent),
        ("chat.msg.update", {"title": "nội dung mới"}, events.UnknownContent),
        ("chat.msg.update", {"globalMsgId": 0, "title": "nội dung mới"}, events.UnknownContent),
        ("chat.msg.update", "nội dung mới", events.UnknownContent),
        ("chat.e2ee.replace", {}, events.UnknownContent),
        ("chat.recommended", {"action": "recommened.calltime", "title": ""}, events.GroupCall),
        ("webchat", {"action": "recommened.misscall"}, events.GroupCall),
        ("webchat", {"action": "recommened.groupcall"}, events.GroupCall),
    ],
)
def test_what_is_not_a_members_words_is_nobodys(msg_type: str, content: object, event_type: type[EventBase]) -> None:
    kind, event = heard(content, msg_type)
    assert kind is ElementKind.NOTICE
    assert type(event) is event_type
    assert event.sender_uid == ""


@pytest.mark.parametrize(
    ("msg_type", "content"),
    [
        ("webchat", "Kính gửi"),
        ("webchat", '{"action": "msginfo.actionlist", "title": "ai đó gõ JSON"}'),
        ("webchat", '[{"title": "ai đó gõ JSON"}]'),
        ("webchat", None),
        ("webchat", RTF),
        ("webchat", {"action": "", "title": "Kính gửi"}),
        ("group.poll", {"action": "create", "params": '{"question":"Họp khi nào"}'}),
        ("chat.todo", {"params": '{"item":{"content":"Nộp báo cáo"}}'}),
        ("chat.webcontent", {"action": "zinstant.bankcard", "title": "Tài khoản"}),
        ("chat.recommended", {"action": "recommened.user", "description": '{"phone":"0900000000","gUid":"1"}'}),
        ("chat.recommended", {"action": "recommened.vip"}),
        ("chat.recommended", {"action": "show.profile"}),
        ("chat.recommended", {"action": "recommend.gif"}),
        ("chat.recommended", {"action": "recommened.link", "href": "https://mau.gov.vn"}),
        ("chat.location.new", {"params": '{"latitude":10.5,"longitude":105.1}'}),
        ("chat.livelocation", {"params": {"lat": "10.5", "lng": "105.1"}}),
        ("chat.sticker", {"id": 1, "catId": 2, "type": 7}),
        ("share.file", {"title": "a.pdf", "action": "msginfo.actionlist"}),
        ("chat.photo", {"title": "ảnh", "action": "recommened.calltime", "layoutType": 1}),
        ("chat.msg.update", {"globalMsgId": 5_000_000_000_123, "title": "nội dung mới"}),
    ],
)
def test_what_a_member_sends_is_the_members(msg_type: str, content: object) -> None:
    kind, event = heard(content, msg_type)
    assert kind is ElementKind.MESSAGE
    assert isinstance(event, events.MessageSent)
    assert event.sender_uid == MEMBER


def test_formatted_text_is_the_members_text_and_nothing_else() -> None:
    for params in (STYLES, json.loads(STYLES)):
        _, event = heard(RTF | {"params": params})
        assert isinstance(event, events.MessageSent)
        assert (event.text, event.attachment) == ("Kính gửi đồng chí", None)
        assert list(event.strings()) == [("text", "Kính gửi đồng chí")]


def test_what_a_forged_formatted_text_carries_beside_its_text_is_seen() -> None:
    _, event = heard(RTF | {"thumb": "https://xau.example/a", "params": {"x": "lời giấu"}, "y": {"z": "câu nữa"}})
    assert isinstance(event, events.MessageSent)
    assert {("address", "https://xau.example/a"), ("params", "lời giấu"), ("params", "câu nữa")} <= set(event.strings())


def test_what_a_member_types_stays_text_even_if_it_looks_like_json() -> None:
    typed = '{"title": "văn bản", "action": "msginfo.x"}'
    _, event = heard(typed)
    assert isinstance(event, events.MessageSent)
    assert list(event.strings()) == [("text", typed)]


def test_every_string_of_a_notice_is_seen_quotes_and_nested_json_included() -> None:
    content = PIN | {"thumb": "https://xau.example/a", "layout": [{"deep": '{"er": "lời giấu"}'}]}
    _, event = heard(content, quote={"msg": "câu trích"})
    found = [text for _, text in event.strings()]
    assert {"Lan đã ghim một tin nhắn", "https://xau.example/a", "lời giấu", "câu trích"} <= set(found)
    assert all(field == "notice" for field, _ in event.strings())


def test_a_call_with_words_in_it_has_them_seen() -> None:
    _, event = heard({"action": "recommened.groupcall", "description": "https://xau.example/a"}, "chat.recommended")
    assert isinstance(event, events.GroupCall)
    assert (event.action, ("notice", "https://xau.example/a") in event.strings()) == ("groupcall", True)


def test_a_notice_stored_as_a_message_by_an_earlier_version_is_nobodys_too() -> None:
    (element,) = elements(groupMsgs=[message(1, PIN)])
    assert isinstance(parse(admitted(element._replace(kind=ElementKind.MESSAGE))), events.SystemNotice)


def test_an_edit_that_names_its_message_revises_it() -> None:
    content = {"globalMsgId": 5_000_000_000_123, "title": "Nội dung đã sửa", "msg": "câu khác"}
    _, event = heard(content, "chat.msg.update")
    assert isinstance(event, events.MessageRevised)
    assert event.revises == events.MessageRef(key="5000000000123")
    assert (event.key, event.text) == ("5000000000001", "Nội dung đã sửa")
    assert ("params", "câu khác") in event.strings()


@pytest.mark.parametrize(
    "content",
    [
        {"title": "Ảnh hội nghị", "href": SMALL, "params": {"hd": HD, "hdSize": 2048}},
        {"title": "Ảnh hội nghị", "href": SMALL, "params": json.dumps({"hd": HD, "hdSize": "2048"})},
        {"description": "Ảnh hội nghị", "href": SMALL, "params": {"hd": HD, "hdSize": 2048}},
        {"title": "Ảnh hội nghị", "normalUrl": SMALL, "hdUrl": HD, "params": {"fileSize": "2048"}},
    ],
)
def test_a_photo_is_the_same_as_object_and_as_json_text(content: RawDict) -> None:
    for given in (content, json.dumps(content)):
        _, event = heard(given, "chat.photo")
        assert isinstance(event, events.MessageSent)
        assert event.attachment is not None
        assert (event.text, event.attachment.addresses, event.attachment.size) == ("Ảnh hội nghị", (HD, SMALL), 2048)


def test_the_same_photo_as_object_and_as_json_text_is_one() -> None:
    content: RawDict = {"title": "Ảnh", "href": SMALL, "params": {"hd": HD}}
    one, two = elements(groupMsgs=[message(1, given, msgType="chat.photo") for given in (content, json.dumps(content))])
    assert (one.key, one.said) == (two.key, two.said)


@pytest.mark.parametrize("content", [None, "chỉ có chữ", {}, [1, 2]])
def test_a_photo_without_address_is_still_a_photo_or_nobodys(content: object) -> None:
    kind, event = heard(content, "chat.photo")
    if kind is ElementKind.NOTICE:
        assert isinstance(event, events.UnknownContent)
    else:
        assert isinstance(event, events.MessageSent)
        assert event.attachment == events.Attachment(type="chat.photo")


@pytest.mark.parametrize("attach", [{"title": "tên ảnh"}, '{"title":"tên ảnh"}'])
def test_a_quote_is_the_same_in_every_form(attach: object) -> None:
    quote: RawDict = {"ownerId": 1234567890123456789, "globalMsgId": 99, "msg": "câu cũ", "attach": attach}
    for given in (quote, json.dumps(quote)):
        _, event = heard("đồng ý", quote=given)
        assert isinstance(event, events.MessageSent)
        assert event.quote is not None
        assert (event.quote.owner_uid, event.quote.key) == ("1234567890123456789", "99")
        assert {("quote", "câu cũ"), ("quote_title", "tên ảnh")} <= set(event.strings())


def test_mentions_given_as_json_text_are_mentions() -> None:
    _, event = heard("@Mẫu xem", mentions='[{"uid":"9","pos":0,"len":4}]')
    assert isinstance(event, events.MessageSent)
    assert event.mentions == (events.Mention(uid="9", start=0, length=4),)


def test_every_address_of_a_link_is_seen() -> None:
    params = {"src": "mau.gov.vn", "redirect_url": "https://b.example/x", "streamUrl": "https://c.example/x"}
    content = {"action": "recommened.link", "href": "https://a.example/x", "thumb": "https://d.example/x.jpg"}
    _, event = heard(content | {"params": json.dumps(params)}, "chat.recommended")
    found = {text for _, text in event.strings()}
    assert {f"https://{name}.example/x" for name in "abc"} | {"https://d.example/x.jpg"} <= found


def test_a_notice_of_the_bots_own_account_is_no_message_of_the_bot() -> None:
    (element,) = elements(groupMsgs=[message(1, PIN, uidFrom="0")])
    assert element.sender_uid == ACCOUNT
    assert parse(admitted(element)).sender_uid == ""
