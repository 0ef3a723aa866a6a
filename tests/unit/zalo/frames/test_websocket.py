"""However the bytes of a socket arrive, the same frames come out."""

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import BINARY, CLOSE, CONT, PING, TEXT, Frame

from zalo_governor.zalo.frames.websocket import FrameSplitter, OtherFrame

LARGEST = 1 << 20

payloads = st.integers(0, 70_000).map(bytes) | st.binary(max_size=200)
messages = payloads.map(lambda data: Frame(BINARY, data))
others = st.one_of(
    payloads.map(lambda data: Frame(BINARY, data, fin=False)),
    payloads.map(lambda data: Frame(CONT, data)),
    st.text(max_size=50).map(lambda text: Frame(TEXT, text.encode())),
    st.binary(max_size=100).map(lambda data: Frame(PING, data)),
    st.just(Frame(CLOSE, b"\x0b\xb8")),
)


@given(frames=st.lists(messages | others, max_size=12), sizes=st.lists(st.integers(1, 9_000), min_size=1, max_size=20))
def test_frames_come_whole_and_in_order_whatever_the_pieces(frames: list[Frame], sizes: list[int]) -> None:
    written = [frame.serialize(mask=False) for frame in frames]
    stream = b"".join(written)
    cutter = FrameSplitter(LARGEST)
    cut: list[bytes | OtherFrame] = []
    at = turn = 0
    while at < len(stream):
        size = sizes[turn % len(sizes)] * (1 + turn // 50)
        cut += cutter.feed(stream[at : at + size])
        at += size
        turn += 1
    assert cut == [
        bytes(frame.data) if frame.opcode is BINARY and frame.fin else OtherFrame(data)
        for frame, data in zip(frames, written, strict=True)
    ]


def test_a_masked_frame_is_for_others_to_judge() -> None:
    masked = Frame(BINARY, b"abc").serialize(mask=True)
    assert FrameSplitter(LARGEST).feed(masked) == [OtherFrame(masked)]


def test_of_a_frame_that_says_it_is_too_long_nothing_but_the_header_is_taken() -> None:
    cutter = FrameSplitter(LARGEST)
    first = Frame(BINARY, b"abc").serialize(mask=False)
    header = b"\x82\x7f" + (LARGEST + 1).to_bytes(8)
    assert cutter.feed(first + header + bytes(100)) == [b"abc", OtherFrame(header)]
