import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.zalo.wiring import ACCOUNT, KEY_FRAME, NOW_MS, frame_bytes, keyed_decoder, message
from zalo_governor.domain.inbound import ElementKind, Source
from zalo_governor.simulator.frames import Encoding, plain_frame, read_client_frame
from zalo_governor.zalo.errors import UndecodableFrameError
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.frames.decrypt import FrameDecoder, ping_frame

ENCODINGS = st.builds(
    Encoding,
    encrypt=st.sampled_from([0, 1, 2, 3]),
    comp=st.sampled_from(["gzip", "zlib", "none"]),
    bad_tag=st.just(False),
)
TEXTS = st.text(max_size=200)
BAD: st.SearchStrategy[Any] = st.sampled_from(
    [None, -7, "text", [], {}, {"msgId": None}, {"content": "không có định danh"}]
)


@given(contents=st.lists(st.none() | TEXTS, min_size=1, max_size=50), encoding=ENCODINGS, cmd=st.integers(2, 2999))
def test_every_message_of_a_batch_comes_once_and_in_order(
    contents: list[str | None], encoding: Encoding, cmd: int
) -> None:
    batch = [message(number, content) for number, content in enumerate(contents)]
    frame = keyed_decoder().decode(frame_bytes({"groupMsgs": batch}, cmd=cmd, encoding=encoding))
    elements = elements_of(frame, account=ACCOUNT, source=Source.LIVE, now_ms=NOW_MS)
    assert [element.raw for element in elements] == json.loads(json.dumps(batch))
    assert [element.key for element in elements] == [raw["msgId"] for raw in batch]


@given(
    items=st.lists(st.integers(1, 60) | BAD, min_size=1, max_size=50),
    encoding=ENCODINGS,
)
def test_bad_elements_twins_and_disorder_cost_their_neighbours_nothing(items: list[Any], encoding: Encoding) -> None:
    batch = [message(item) if isinstance(item, int) and item > 0 else item for item in items]
    frame = keyed_decoder().decode(frame_bytes({"groupMsgs": batch}, encoding=encoding))
    elements = elements_of(frame, account=ACCOUNT, source=Source.LIVE, now_ms=NOW_MS)
    assert len(elements) == len(batch)
    for item, element in zip(batch, elements, strict=True):
        if isinstance(item, dict) and item.get("msgId"):
            assert (element.kind, element.key) == (ElementKind.MESSAGE, item["msgId"])
        else:
            assert element.kind is ElementKind.OTHER


@given(data=st.binary(max_size=300))
def test_no_bytes_bring_anything_else_than_a_frame_or_the_one_error(data: bytes) -> None:
    for decoder in (FrameDecoder(), keyed_decoder()):
        try:
            decoder.decode(data)
        except UndecodableFrameError:
            continue


@given(
    position=st.integers(0, 10_000), encoding=st.sampled_from([Encoding(2, "gzip"), Encoding(2, "zlib"), Encoding(3)])
)
def test_a_frame_that_was_tampered_with_is_refused(position: int, encoding: Encoding) -> None:
    outer = json.loads(frame_bytes({"groupMsgs": [message()]}, encoding=encoding)[4:])
    sealed = bytearray(base64.b64decode(outer["data"].replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")))
    sealed[position % len(sealed)] ^= 1
    forged = plain_frame(521, 0, outer | {"data": base64.b64encode(bytes(sealed)).decode()})
    with pytest.raises(UndecodableFrameError):
        keyed_decoder().decode(forged)


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, 2**64 - 1, -(2**63)])
def test_ids_that_are_numbers_stay_exact(number: int) -> None:
    raw = message(quote={"globalMsgId": number, "ownerId": number})
    frame = keyed_decoder().decode(frame_bytes({"groupMsgs": [raw]}))
    assert frame.payload["data"]["groupMsgs"][0]["quote"]["globalMsgId"] == number


def test_numbers_beyond_64_bits_stay_exact_as_their_digits() -> None:
    frame = keyed_decoder().decode(frame_bytes({"groupMsgs": [message(quote={"globalMsgId": 10**30 + 1})]}))
    assert frame.payload["data"]["groupMsgs"][0]["quote"]["globalMsgId"] == str(10**30 + 1)


def test_half_a_surrogate_pair_does_not_lose_the_message() -> None:
    text = json.dumps({"error_code": 0, "data": {"groupMsgs": [message(content="trước\ud800sau")]}})
    frame = keyed_decoder().decode(plain_frame(521, 0, {"encrypt": 0, "data": text}))
    assert frame.payload["data"]["groupMsgs"][0]["content"] == "trước?sau"


def test_a_text_that_speaks_of_eventid_is_a_message_like_any_other() -> None:
    frame = keyed_decoder().decode(frame_bytes({"groupMsgs": [message(content="eventId")]}, encoding=Encoding(0)))
    assert frame.payload["data"]["groupMsgs"][0]["content"] == "eventId"


def test_numbers_and_objects_may_come_as_texts() -> None:
    data = json.dumps({"groupMsgs": [message()]})
    outer = json.loads(frame_bytes(data)[4:])
    frame = keyed_decoder().decode(plain_frame(521, 0, outer | {"encrypt": "2"}))
    assert frame.content == json.loads(data)


def test_half_an_object_as_text_is_a_lost_frame() -> None:
    with pytest.raises(UndecodableFrameError):
        keyed_decoder().decode(frame_bytes('{"groupMsgs": ['))


def test_a_word_as_text_is_no_lost_frame() -> None:
    assert keyed_decoder().decode(frame_bytes("ok", cmd=602)).payload["data"] == "ok"


def test_the_key_comes_with_the_first_frame_and_is_not_passed_on() -> None:
    decoder = FrameDecoder()
    with pytest.raises(UndecodableFrameError):
        decoder.decode(frame_bytes({"groupMsgs": [message()]}))
    queues = {"qCmds": [{"cmd": 511, "subCmd": 1, "queueName": "511_1"}], "ctrl_qCmds": [], "bk_cmds": []}
    key = base64.b64encode(bytes(32)).decode()
    assert FrameDecoder().decode(plain_frame(1, 1, {"key": key, **queues})).payload == queues
    assert decoder.decode(KEY_FRAME).payload == {}
    assert decoder.keyed
    assert decoder.decode(frame_bytes({"groupMsgs": [message()]})).cmd == 521


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    bomb = base64.b64encode(gzip.compress(b" " * (65 * 1024 * 1024))).decode()
    with pytest.raises(UndecodableFrameError):
        keyed_decoder().decode(plain_frame(521, 0, {"encrypt": 1, "data": bomb}))


def test_a_stream_cut_short_is_refused() -> None:
    cut = base64.b64encode(zlib.compress(b'{"error_code":0,"data":{}}' * 9)[:-5]).decode()
    with pytest.raises(UndecodableFrameError):
        keyed_decoder().decode(plain_frame(521, 0, {"encrypt": 1, "data": cut}))


def test_what_a_frame_said_is_not_in_the_error() -> None:
    secret = plain_frame(521, 0, {"encrypt": 0, "data": '{"data": "GIẢ ĐỊNH'})
    with pytest.raises(UndecodableFrameError) as caught:
        keyed_decoder().decode(secret)
    assert "GIẢ" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_error_code_of_the_server_comes_through() -> None:
    assert keyed_decoder().decode(plain_frame(2, 0, {"error_code": 102, "data": None})).payload["error_code"] == 102


def test_the_ping_has_a_header_of_four_bytes() -> None:
    frame = ping_frame(NOW_MS)
    assert frame[:4] == b"\x01\x02\x00\x01"
    assert read_client_frame(frame) == (2, 1, {"eventId": NOW_MS})
