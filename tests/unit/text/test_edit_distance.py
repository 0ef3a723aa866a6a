"""How far what was typed is from a word."""

import pytest

from zalo_governor.text.edit_distance import slips


@pytest.mark.parametrize(
    ("typed", "word", "count"),
    [
        ("baocao", "baocao", 0),
        ("baocoa", "baocao", 1),
        ("baoca", "baocao", 1),
        ("baocaoo", "baocao", 1),
        ("bsocao", "baocao", 1),
        ("abocoa", "baocao", 2),
        ("", "xem", 3),
        ("trogiup", "xem", 4),
    ],
)
def test_slips_are_counted_up_to_a_limit(typed: str, word: str, count: int) -> None:
    assert slips(typed, word, 3) == count
    assert slips(word, typed, 3) == count
