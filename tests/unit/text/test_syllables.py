"""Vietnamese syllables are known by their sounds."""

import pytest

from zalo_governor.text.syllables import is_syllable, only_with_marks


@pytest.mark.parametrize(
    "word", ["hòa", "hoà", "thúy", "thuý", "ủy", "uỷ", "nghiêng", "quyết", "giếng", "khuya", "Đường", "gì", "xoong"]
)
def test_syllables_in_either_tone_placement_are_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["cac", "kết1", "zoom", "tiêp", "ngê", "kăn", "báp-tít", "strong", "bầng"])
def test_what_breaks_the_sound_system_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("word", "so"), [("Huyen", True), ("Duong", True), ("Thanh", False), ("Kang", False), ("Pac", False)]
)
def test_some_words_are_syllables_only_with_marks(word: str, so: bool) -> None:
    assert only_with_marks(word) is so
