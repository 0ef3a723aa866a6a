"""The packed table of n-grams as it is read when a message is judged."""

import pytest

from zalo_governor.text.ngrams import Features, NgramModel, name_places, pack, run_places

BITS = 12


def _model(runs: set[int], names: set[int]) -> NgramModel:
    table = bytearray(1 << BITS)
    for place in runs:
        table[place] = 10
    for place in names:
        table[place] = 256 - 20
    return NgramModel(pack(BITS, -0.5, 0.1, bytes(table)))


def test_an_empty_text_scores_the_bias() -> None:
    assert _model(set(), set()).score(Features("")) == pytest.approx(-0.5)


def test_runs_count_together_and_names_whole() -> None:
    model = _model(run_places("mật", BITS), name_places(["field"], BITS))
    runs = len(run_places("mật", BITS))
    assert model.score(Features("mật")) == pytest.approx(-0.5 + 0.1 * 10 * runs**0.5)
    assert model.score(Features("zzz", frozenset({"field"}))) == pytest.approx(-0.5 - 0.1 * 20)


def test_a_text_twice_as_long_has_no_more_say() -> None:
    model = _model(run_places("gửi văn bản mật", BITS), set())
    once, twice = (model.score(Features(" ".join(["gửi văn bản mật"] * times))) for times in (1, 2))
    assert twice == pytest.approx(once, rel=0.1)


def test_letters_outside_of_the_first_plane_and_broken_halves_are_no_error() -> None:
    assert _model(set(), set()).score(Features("🔴 mật \ud83d")) == pytest.approx(-0.5)


@pytest.mark.parametrize(
    ("packed", "says"),
    [(b"PK\x03\x04", "not a table"), (pack(BITS, 0, 1, b"\0" * 99), "cut off")],
    ids=["other", "short"],
)  # fmt: skip
def test_another_file_is_refused(packed: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        NgramModel(packed)
