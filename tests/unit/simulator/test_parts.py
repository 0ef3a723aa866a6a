"""The parts beneath the server, with random input."""

import asyncio
import base64
import gzip
import json

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.crypto import encrypt, read_params, to_json
from zalo_governor.simulator.frames import Encoding, encode, read_client_frame
from zalo_governor.simulator.history import History
from zalo_governor.simulator.http_compat import HeaderCompat, tidy
from zalo_governor.simulator.load.chatter import sentence, without_marks
from zalo_governor.simulator.world import BOT_UID, GROUP_ID, MEMBER_UID, Account, World

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
HEAD = (
    b"GET /ws/?t=1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nOrigin: https://127.0.0.1\r\nHOST: b\r\n"
    b"Cookie: x=1\r\nCookie: y=2\r\nOrigin: https://chat.zalo.me\r\nupgrade: websocket"
)


@given(st.dictionaries(TEXT, TEXT | st.integers() | st.none()), st.sampled_from([16, 24, 32]).map(bytes))
def test_parameters_come_out_of_the_envelope_as_they_went_in(params: dict[str, object], key: bytes) -> None:
    assert read_params(encrypt(to_json(params), key), key) == params


@given(st.text())
def test_any_text_can_be_put_into_a_frame(text: str) -> None:
    frame = encode(521, 0, {"groupMsgs": [text]}, AESGCM(bytes(16)), Encoding(1))
    body = json.loads(frame[4:])
    assert json.loads(gzip.decompress(base64.b64decode(body["data"])))["data"]["groupMsgs"] == [text]


@given(st.binary(min_size=4))
def test_no_frame_of_a_client_upsets_the_server(message: bytes) -> None:
    assert read_client_frame(message).sub == message[3]


def test_repeated_handshake_headers_stand_once_and_cookies_stay() -> None:
    lines = tidy(HEAD).split(b"\r\n")
    assert [line for line in lines if line.lower().startswith(b"host")] == [b"HOST: b"]
    assert [line for line in lines if line.startswith(b"Origin")] == [b"Origin: https://chat.zalo.me"]
    assert sum(line.startswith(b"Cookie") for line in lines) == 2
    assert lines[0].startswith(b"GET")


@given(st.lists(st.integers(1, 200), max_size=8))
def test_a_head_may_come_in_any_pieces(cuts: list[int]) -> None:
    whole = HEAD + b"\r\n\r\nbody"
    inner = _Collector()
    line = _Line(HeaderCompat(lambda: inner))
    start = 0
    for end in [*sorted({min(cut, len(whole)) for cut in cuts}), len(whole)]:
        line.reader.data_received(whole[start:end])
        start = end
    assert inner.got == tidy(HEAD) + b"\r\n\r\nbody"


@given(st.lists(st.integers(1, 500), unique=True), st.integers(0, 501), st.integers(1, 50))
def test_a_page_of_history_is_the_newest_below_the_cursor(numbers: list[int], cursor: int, count: int) -> None:
    history = History()
    for number in numbers:
        history.add({"msgId": str(number)})
    page = history.before(cursor, count)
    below = sorted((number for number in numbers if number < cursor), reverse=True)
    assert [int(message["msgId"]) for message in page] == below[:count]
    above = [int(message["msgId"]) for message in history.after(cursor)]
    assert above == sorted(number for number in numbers if number > cursor)


def test_message_ids_grow_and_stay_below_the_first_cursor() -> None:
    world = World(system_clock)
    ids = [int(world.new_message_id()) for _ in range(2000)]
    assert ids == sorted(set(ids))
    assert ids[-1] < 10**16


def test_two_accounts_see_one_person_under_two_uids_and_themselves_as_zero() -> None:
    world = World(system_clock)
    world.person("7000000000000000003", "Bà Mẫu - Chuyên viên")
    second = Account("7000000000000000003", "other")
    world.accounts.append(second)
    message = {
        "uidFrom": MEMBER_UID,
        "idTo": GROUP_ID,
        "quote": {"ownerId": BOT_UID},
        "data": f'{{"id":"{MEMBER_UID}"}}',
    }
    assert world.account_of("other") is second
    assert world.seen_by(world.main_account, message) == message
    seen = world.seen_by(second, message)
    assert seen["uidFrom"] != MEMBER_UID
    assert seen["idTo"] == GROUP_ID
    assert seen["uidFrom"] in seen["data"]
    assert world.uid_meant(second, seen["uidFrom"]) == MEMBER_UID
    assert world.seen_by(second, {"uidFrom": second.uid})["uidFrom"] == "0"


def test_flood_sentences_differ_and_have_the_length_of_real_ones() -> None:
    sentences = [sentence(number) for number in range(20_000)]
    assert len(set(sentences)) == len(sentences)
    assert 90 < sum(map(len, sentences)) / len(sentences) < 180
    assert all(without_marks(text).isascii() for text in sentences[:500])


class _Line(asyncio.BaseTransport):
    """A connection without a socket; `reader` is the protocol that gets what comes."""

    def __init__(self, reader: asyncio.Protocol) -> None:
        self.reader = reader
        reader.connection_made(self)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        assert isinstance(protocol, asyncio.Protocol)
        self.reader = protocol


class _Collector(asyncio.Protocol):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.got = b""

    def data_received(self, data: bytes) -> None:
        self.got += data
