"""What an observed structure is told to be: known, or different in these fields."""

from typing import Any

from zalo_governor.zalo.recording.known import Difference, compare, table_of
from zalo_governor.zalo.recording.structure import Describer

RECALL: dict[str, Any] = {
    "msgType": "chat.undo", "msgId": "8300000000111", "uidFrom": "7000000000000000002", "ttl": 0,
    "content": {"globalMsgId": 8300000000042, "cliMsgId": 1790000000123, "deleteMsg": 0},
}  # fmt: skip
SAID: dict[str, Any] = {
    "msgType": "webchat",
    "msgId": "8300000000112",
    "dName": "Lan",
    "content": "Chào",
    "quote": None,
}
FROM_A_PHONE = RECALL | {"content": RECALL["content"] | {"globalMsgId": 0, "srcId": 1}}
SHOWN = [("chat.undo", RECALL), ("chat.undo", FROM_A_PHONE), ("webchat", SAID)]
TABLE = table_of((kind, Describer().describe(raw)) for kind, raw in SHOWN)


def told(kind: str, raw: dict[str, Any]) -> list[Difference] | None:
    found = compare(kind, Describer().describe(raw), TABLE)
    return None if found is None else list(found)


def recall(**content: Any) -> dict[str, Any]:
    return RECALL | {"content": RECALL["content"] | content}


def test_what_the_corpus_has_is_known_whatever_its_content() -> None:
    assert told("chat.undo", recall(globalMsgId=8300000000099)) == []
    assert told("chat.undo", recall(globalMsgId=0)) == []
    assert told("webchat", SAID | {"content": "Một tin dài hơn nhiều so với tin trong bảng", "dName": ""}) == []


def test_a_kind_that_the_corpus_does_not_have_is_unknown() -> None:
    assert told("chat.undo2", RECALL) is None


def test_a_new_field_is_named_with_what_it_holds_and_an_object_only_once() -> None:
    assert told("chat.undo", recall(reason={"a": 1, "b": [2]})) == [Difference("content.reason", (), "object")]


def test_a_field_around_the_content_is_known_as_soon_as_any_kind_has_it() -> None:
    assert told("chat.undo", RECALL | {"dName": "Lan", "quote": None}) == []
    assert told("chat.undo", RECALL | {"platform": "ios"}) == [Difference("platform", (), "str")]


def test_a_missing_field_is_named_unless_some_known_ones_lack_it_too() -> None:
    missing = recall()
    del missing["content"]["cliMsgId"]
    assert told("chat.undo", missing) == [Difference("content.cliMsgId", ("int#",), "")]


def test_another_type_is_named_with_the_known_one() -> None:
    assert told("chat.undo", recall(cliMsgId="1790000000123")) == [Difference("content.cliMsgId", ("int#",), "str#")]
    assert told("chat.undo", recall(cliMsgId=0)) == [Difference("content.cliMsgId", ("int#",), "int=0")]


def test_below_a_field_of_another_form_nothing_more_is_named() -> None:
    as_list = RECALL | {"content": [RECALL["content"]]}
    assert told("chat.undo", as_list) == [Difference("content", ("object",), "list")]


def test_a_constant_of_the_protocol_is_compared_by_its_value_and_other_numbers_are_not() -> None:
    assert told("chat.undo", recall(deleteMsg=1)) == [Difference("content.deleteMsg", ("int=0",), "int=1")]
    assert told("chat.undo", RECALL | {"ttl": 86_400}) == []
