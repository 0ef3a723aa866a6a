"""Whose name a display name shows, in whatever dress."""

import pytest

from zalo_governor.text.names.namesakes import Namesakes

KNOWN = Namesakes([("Lò Văn Chủ", "leader"), ("Nguyễn Thị Lan Anh", "admin"), ("Hoa", "one word")])


@pytest.mark.parametrize(
    "shown",
    ["Lò Văn Chủ", "lò văn chủ", "Lò Văn Chủ - Chủ tịch UBND tỉnh", "Chủ tịch Lò  Văn\u00a0Chủ", "Lo\u0300 Văn Chủ"],
)
def test_the_same_name_is_found_wherever_it_stands(shown: str) -> None:
    assert KNOWN.find(shown)[0] == ("leader", True)


@pytest.mark.parametrize(
    "shown",
    [
        "Lo Van Chu",
        "LOVANCHU",
        "Lò Văn Chú",
        "Lò Văn Chủủ",
        "Lò Vn Chủ",
        "Lò Văm Chủ",
        "L0 Văn Chủ",
        "1ò Văn Chủ",
        "Lò Vặn Chũ - Sở Mẫu",
        "Lo.Van.Chu",
    ],
)
def test_a_name_that_looks_like_it_is_found_and_said_to_be_only_like_it(shown: str) -> None:
    assert KNOWN.find(shown) == [("leader", False)]


def test_letters_of_another_alphabet_are_the_letters_they_look_like() -> None:
    assert KNOWN.find("Nguуễn Thị Lаn Аnh")[0] == ("admin", True)


@pytest.mark.parametrize("shown", ["", "Chủ", "Lò Văn", "Lò Thị Mai", "Bố Gấu", "Hoa", "Lò Chủ Văn"])
def test_other_names_are_not(shown: str) -> None:
    assert KNOWN.find(shown) == []
