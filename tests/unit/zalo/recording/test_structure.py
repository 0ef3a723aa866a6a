"""What is left of a message: its structure, and nothing that a person wrote or that names somebody."""

import json
import re
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zalo_governor.domain.inbound import ElementKind
from zalo_governor.zalo.recording.structure import Describer, fields_of, kind_of

DELETION: dict[str, Any] = {
    "msgType": "chat.delete", "msgId": "8300000000111", "cliMsgId": "1790000000999", "uidFrom": "0",
    "idTo": "7000000000000000001", "dName": "Lò Văn Mẫu", "ts": "1790000000999", "st": 3, "at": 0, "cmd": 521,
    "content": [{
        "type": 3, "actionType": 0, "uidFrom": 1234567890123456789, "uidTo": 7000000000000000001,
        "clientDelMsgId": 1790000000123, "globalDelMsgId": 0, "destId": 7000000000000000001,
    }],
}  # fmt: skip
PIN: dict[str, Any] = {
    "msgType": "webchat", "msgId": "8300000000112", "uidFrom": "1234567890123456789",
    "content": {
        "action": "msginfo.actionlist", "title": "Lan đã ghim một tin nhắn", "href": "",
        "params": '{"highLightsV2":[{"dpn":"Lan"}],"actions":[{"actionId":"action.groupchat.jump.msg"}]}',
    },
    "quote": {"ownerId": 1234567890123456789, "msg": "Kính gửi các đồng chí", "attach": '{"title":"ảnh"}'},
    "propertyExt": {"color": 0, "ext": '{"sSrcStr":"@LÊ"}'},
}  # fmt: skip
REACTION: dict[str, Any] = {
    "msgType": "chat.reaction", "msgId": "8300000000113", "uidFrom": "1234567890123456789",
    "content": '{"rType":0,"rIcon":":>","source":0,"rMsg":[{"gMsgID":0,"cMsgID":1790000000123,"msgType":1}]}',
}  # fmt: skip
PROFILES: dict[str, Any] = {
    "changed_profiles": {"1234567890123456789_0": {"displayName": "Lan", "phone": "0912345678"}}
}

LETTERS = string.ascii_lowercase
NAMES = (
    "Giàng A Sử", "Lò Văn Minh - Giám đốc Sở", "NguyenVanAn", "Nguyễn Thị Thu", "UBND tỉnh Lai Châu", "SKHCN",
    "Tuyệt mật số 9/KH-UBND", "mật khẩu là Abc@1234", "Kính gửi các đồng chí", "Đề nghị báo cáo trước 17 giờ",
)  # fmt: skip
FORMS: tuple[Callable[[int], str], ...] = (
    lambda n: f"09{n:08d}", lambda n: f"+84 9{n:08d}", lambda n: f"https://vi-du.vn/{n}?t={n * 7919}",
    lambda n: f"zpw_sek=TL{n:030x}", lambda n: f"{n:08x}-0000-4000-8000-{n:012x}-{n:032x}",
    lambda n: f"{{\"ten\":\"Lò Thị {n}\"}}", lambda n: f"{NAMES[n % len(NAMES)]} {n}", lambda n: f"k{n:010d}",
    lambda n: f"lan.{n:05d}@vi-du.vn", lambda n: f"{7 * 10**18 + n}",
)  # fmt: skip
"""Telephone, address, cookie, imei, JSON, sentence, token, mail and uid: each number gives another one."""


def planted() -> list[str]:
    made = [form(1_000 + number) for number in range(101) for form in FORMS] + list(NAMES)
    assert len(set(made)) > 1_000
    return made


def plant(value: Any, secret: str, *, keys: bool) -> list[Any]:
    """Copies of a value, in each of which one field, or one key, is the secret."""
    copies: list[Any] = [secret]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        copies += [json.dumps(copy, ensure_ascii=False) for copy in plant(json.loads(value), secret, keys=keys)]
    if isinstance(value, list):
        copies += [[copy] for item in value for copy in plant(item, secret, keys=keys)]
    if isinstance(value, dict):
        for key, item in value.items():
            copies += [value | {key: copy} for copy in plant(item, secret, keys=keys)]
            if keys:
                copies.append({secret if name == key else name: there for name, there in value.items()})
    return copies


def is_described(secret: str, structure: Any) -> bool:
    written = json.dumps(structure, ensure_ascii=False)
    parts = [part for part in json.dumps(secret, ensure_ascii=False).replace('\\"', " ").split() if len(part) > 3]
    return secret in written or any(part in written for part in parts)


@pytest.mark.parametrize("sample", [DELETION, PIN, REACTION, PROFILES], ids=["deletion", "pin", "reaction", "profiles"])
def test_none_of_a_thousand_planted_strings_is_in_the_description_of_any_field_or_key(sample: dict[str, Any]) -> None:
    for number, secret in enumerate(planted()):
        copies = plant(sample, secret, keys=True)
        # Every field and key for some secrets of each form; a third of them, another each time, for every secret.
        for copy in copies if number < 30 or secret in NAMES else copies[number % 3 :: 3]:
            assert not is_described(secret, Describer().describe(copy)), (secret, copy)


@given(st.text(min_size=2).filter(lambda text: re.fullmatch("[A-Za-z0-9_.]+", text) is None))
@settings(max_examples=300)
def test_no_text_that_anybody_can_write_stands_in_a_description(text: str) -> None:
    allowed = set(json.dumps(Describer().describe(DELETION | PIN))) | set(string.printable)
    for copy in (*plant(REACTION, text, keys=True), {text: {text: [text]}}):
        described = json.dumps(Describer().describe(copy), ensure_ascii=False)
        assert set(described) <= allowed
        if len(text) > 8:
            assert text not in described


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: (
    st.lists(inner) | st.dictionaries(st.text(), inner)
), max_leaves=40))  # fmt: skip
def test_whatever_json_holds_it_has_a_description_and_fields(value: Any) -> None:
    structure = Describer().describe(value)
    json.dumps(structure)
    assert all(form for _, form in fields_of(structure))


def test_the_structure_of_a_deletion_shows_what_identifies_its_target() -> None:
    structure = Describer().describe(DELETION)
    assert structure["msgType"] == "str=chat.delete"
    assert structure["uidFrom"] == "str=0"
    [target] = structure["content"]
    assert (target["type"], target["actionType"], target["globalDelMsgId"]) == ("int=3", "int=0", "int=0")
    assert structure["dName"] == "str~16"


def test_the_same_id_has_the_same_number_as_text_and_as_number_and_another_id_another() -> None:
    describer = Describer()
    said = describer.describe({"cliMsgId": "1790000000123", "uidFrom": "1234567890123456789"})
    recalled = describer.describe({"content": {"cliMsgId": 1790000000123, "srcId": 1234567890123456788}})
    assert said["cliMsgId"].removeprefix("str") == recalled["content"]["cliMsgId"].removeprefix("int") == "#1"
    assert (said["uidFrom"], recalled["content"]["srcId"]) == ("str#2", "int#3")
    assert describer.next_number == 4


def test_json_within_a_text_is_described_as_structure() -> None:
    content = Describer().describe(REACTION)["content"]
    assert content["~json"]["rMsg"][0] == {"gMsgID": "int=0", "cMsgID": "int#3", "msgType": "int=1"}
    assert ("content.rMsg[].cMsgID", "int#") in set(fields_of(Describer().describe(REACTION)))
    assert ("content", "json") in set(fields_of(Describer().describe(REACTION)))


def test_long_lists_and_deep_values_are_cut_short() -> None:
    deep: Any = "x"
    for _ in range(2_000):
        deep = {"a": deep}
    assert len(json.dumps(Describer().describe(deep))) < 200
    assert Describer().describe(list(range(500)))[8:] == ["~more"]
    many = {f"{first}{second}{third}": 1 for first in LETTERS for second in LETTERS for third in LETTERS}
    assert len(json.dumps(Describer().describe(many))) < 40_000
    wide = {"data": [[["x"] * 50] * 50] * 50}
    assert len(json.dumps(Describer().describe({f"k{letter}": wide for letter in "abcdefgh"}))) < 40_000


@pytest.mark.parametrize(
    ("kind", "raw", "name"),
    [
        (ElementKind.DELETION, DELETION, "chat.delete"),
        (ElementKind.MESSAGE, PIN, "webchat:msginfo.actionlist"),
        (ElementKind.REACTION, REACTION, "chat.reaction"),
        (ElementKind.MESSAGE, {"msgType": "webchat", "content": "Chào"}, "webchat"),
        (ElementKind.MESSAGE, {"msgType": "Lò Văn Mẫu", "content": None}, "?"),
        (ElementKind.GROUP_ACT, {"content": {"act_type": "group", "act": "join", "data": "{}"}}, "group/join"),
        (ElementKind.GROUP_ACT, {"content": '{"act_type": "group", "act": "Lan 0912345678"}'}, "group/?"),
        (ElementKind.RECEIPT, {"msgId": "1"}, "receipt"),
    ],
)
def test_the_kind_of_an_element(kind: ElementKind, raw: dict[str, Any], name: str) -> None:
    assert kind_of(kind, raw) == name
