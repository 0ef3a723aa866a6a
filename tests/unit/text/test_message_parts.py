"""Texts that are too long for one message, counted in bytes of UTF-8 as Zalo does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.text.message_parts import count_parts, end_of_part

FAMILY, FLAG, BROWN = "👨\u200d👩\u200d👧", "🇻🇳", "👍🏽"


def split(text: str, most: int) -> list[str]:
    """The parts as they are sent."""
    parts, start = [], 0
    while text[start:].strip():
        end = end_of_part(text, start, most)
        parts.append(text[start:end].strip())
        start = end
    assert len(parts) == count_parts(text, 0, most)
    return parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ngắn", ["ngắn"]),
        ("một hai ba bốn\n\nnăm sáu\nbảy tám", ["một hai ba bốn", "năm sáu\nbảy tám"]),
        ("một hai ba bốn\nnăm sáu. bảy tám chín", ["một hai ba bốn", "năm sáu. bảy tám chín"]),
        ("một hai ba bốn. năm sáu bảy tám", ["một hai ba bốn.", "năm sáu bảy tám"]),
        ("một hai ba bốn năm sáu bảy tám", ["một hai ba bốn năm sáu", "bảy tám"]),
    ],
    ids=["whole", "paragraph", "line", "sentence", "word"],
)
def test_it_is_split_at_the_best_border(text: str, parts: list[str]) -> None:
    assert split(text, 30) == parts


def test_bytes_are_counted_not_letters() -> None:
    assert count_parts("a" * 2_200, 0, 2_200) == 1
    assert count_parts("ạ" * 2_199, 0, 2_199) == 3


@pytest.mark.parametrize("letter", ["e\u0302\u0301", FAMILY, FLAG, BROWN, "❤\ufe0f"])
@pytest.mark.parametrize("most", range(26, 52, 3))
def test_what_readers_see_as_one_letter_is_never_cut(letter: str, most: int) -> None:
    for part in split(letter * 20, most):
        assert part == letter * (len(part) // len(letter))


@given(st.text(st.sampled_from("aạ \n.🇻🇳👍🏽\u0301\u200d"), max_size=120), st.integers(8, 40))
def test_nothing_is_lost_and_nothing_is_too_long_whatever_the_text(text: str, most: int) -> None:
    parts = split(text, most)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(len(part.encode()) <= most for part in parts)
