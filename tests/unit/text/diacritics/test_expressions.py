"""What is taken for meant before any word is guessed at."""

import pytest

from zalo_governor.text.diacritics.expressions import Expressions
from zalo_governor.text.tokens import tokens

KNOWN = Expressions(
    ["đầu tư công", "đầu tư", "sở, ban, ngành", "số 0", "0 hộ", "đã rõ", "dạ rõ", "công"], ["hđnd", "ubnd", "đ/c"]
)


def meant(text: str) -> list[str]:
    return [word for _, (word, _) in sorted(KNOWN.meant(tokens(text), text).items())]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("von dau tu cong", ["đầu", "tư", "công"]),
        ("DAU TU cham", ["đầu", "tư"]),
        ("cac so, ban, nganh", ["sở", "ban", "ngành"]),
        ("cac so ban nganh", ["sở", "ban", "ngành"]),
        ("dau. tu", []),
        ("đâu tu", []),
        ("đầu tu", ["đầu", "tư"]),
        ("cong van so 12 con 5 ho", ["số", "hộ"]),
        ("da ro", []),
        ("da ro a!", ["ạ"]),
        ("a Nam", []),
        ("xong thu 6 nhe", ["thứ", "nhé"]),
        ("tai xa Mau", ["xã"]),
        ("xa UBND", []),
    ],
)
def test_the_longest_expression_says_what_its_words_mean(text: str, words: list[str]) -> None:
    assert meant(text) == words


def test_an_abbreviation_with_marks_is_known_in_any_case() -> None:
    assert [KNOWN.abbreviation(typed) for typed in ("HDND", "d/c", "UBND", "PCCC")] == ["hđnd", "đ/c", "ubnd", None]
