"""What else a text may say when its dress is undone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.text.secrecy.readings import other_readings, other_typings, undressed


@pytest.mark.parametrize(
    ("dressed", "says"),
    [
        ("c.ô.n.g v.ă.n m.ậ.t", "công văn mật"),
        ("c ô n g   v ă n   m ậ t", "công văn mật"),
        ("c🔴ô🔴n🔴g v🔴ă🔴n", "công văn"),
        ("gửiiii nhóm mậttt", "gửi nhóm mật"),
        ("v@n b4n m@t s0 9", "van ban mat so 9"),
        ("kế\nhoạch\nmật", "kế hoạch mật"),
    ],
)
def test_the_dress_of_a_whole_line_comes_off(dressed: str, says: str) -> None:
    assert says in [reading for reading, _ in undressed(dressed)]


def test_a_single_word_in_dress_is_called_hidden_and_a_whole_line_is_not() -> None:
    [(_, hides)] = undressed("gửi nhóm công văn m.ậ.t số chín của huyện")
    assert hides
    [(_, hides)] = undressed("g.ử.i n.h.ó.m c.ô.n.g v.ă.n m.ậ.t")
    assert not hides


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Hangf ddas mowis veef, ai caanf thif nhawns", "Hàng đá mới về, ai cần thì nhắn"),
        ("N'ạp l:ần đ;ầu t.ặng", "Nạp lần đầu tặng"),
    ],
)
def test_keys_and_signs_of_a_whole_message_are_read(typed: str, says: str) -> None:
    assert says in list(other_typings(typed, typed, changed=False))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Maatj. Kế hoạch", "Mật. Kế hoạch"),
        ("tài liệu t.maatj", "tài liệu t.mật"),
        ("to1i ma5t", "tối mật"),
        ("công văn ʍật", "công văn mật"),
        ("công văn mậ†", "công văn mật"),
        ("công văn ṃật", "công văn mật"),
    ],
)
def test_a_level_in_keys_or_in_letters_that_look_like_its_own_is_read(typed: str, says: str) -> None:
    assert says in list(other_readings(typed, typed, changed=True))


@pytest.mark.parametrize("text", ["Chiều nay họp lúc 14h, mời các đồng chí", "Please send the report by Friday", "ok"])
def test_an_ordinary_message_has_one_reading(text: str) -> None:
    assert list(other_typings(text, text, changed=False)) == []
    assert list(other_readings(text, text, changed=False)) == []
    assert list(undressed(text)) == []


@given(st.text(max_size=300))
def test_no_text_breaks_the_readings(text: str) -> None:
    for reading in (*other_readings(text, text, changed=True), *other_typings(text, text, changed=True)):
        assert isinstance(reading, str)
    list(undressed(text))


@pytest.mark.parametrize("text", ["a." * 1_000, "aa" * 1_000, "m " * 1_000, "4a" * 1_000, "maatj" * 400, "\n" * 2_000])
def test_two_thousand_characters_are_undressed_within_a_moment(text: str) -> None:
    begun = time.process_time()
    list(undressed(text))
    list(other_typings(text, text, changed=True))
    assert time.process_time() - begun < 5
