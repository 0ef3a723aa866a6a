"""Short and stretched words are read as the words they stand for."""

import pytest

from zalo_governor.text.diacritics.lattice import Reader
from zalo_governor.text.diacritics.model import shipped_model
from zalo_governor.text.diacritics.shorthand import STANDS_FOR, unstretched

LANGUAGE = shipped_model().language


def test_held_letters_are_written_once() -> None:
    assert [unstretched(word) for word in ("ơiii", "oiii", "xoong", "nhaaaa")] == ["ơi", "oi", "xoong", "nha"]


@pytest.mark.parametrize("short", sorted(STANDS_FOR))
def test_a_short_form_stands_for_a_word_and_is_none(short: str) -> None:
    assert STANDS_FOR[short] in LANGUAGE.places
    assert short not in LANGUAGE.places


def test_a_short_form_gives_its_neighbours_the_company_of_the_word() -> None:
    reader = Reader(LANGUAGE)
    assert reader.word("ko").typed == reader.word("không").typed
    assert not reader.word("ko").meant


def test_a_stretched_word_keeps_company_like_the_word_and_lacks_nothing() -> None:
    reader = Reader(LANGUAGE)
    assert reader.word("nhaaaa").typed == reader.word("nha").typed
    assert not reader.word("oiii").meant
    assert reader.word("sooooo").known_english
