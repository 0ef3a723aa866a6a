"""The table that tells classes apart by facts."""

import pytest

from zalo_governor.text.linear_classes import NO_WEIGHT, ClassModel, pack, places

LABELS = ("clean", "scam")


def packed(**weights: tuple[int, int]) -> bytes:
    table = bytearray([NO_WEIGHT]) * (len(LABELS) << 10)
    for fact, (clean, scam) in weights.items():
        [row] = places([fact], 10)
        table[row * 2 : row * 2 + 2] = bytes([NO_WEIGHT + clean, NO_WEIGHT + scam])
    return pack(LABELS, (0.5, -0.5), (0.25, 0.5), 10, bytes(table))


def test_each_class_has_its_own_weights() -> None:
    model = ClassModel(packed(prize=(-4, 6)))
    assert model.labels == LABELS
    assert model.scores(["prize"]) == [0.5 - 4 * 0.25, -0.5 + 6 * 0.5]


def test_a_long_text_has_no_more_say_than_a_short_one() -> None:
    model = ClassModel(packed(a=(2, 0), b=(2, 0), c=(2, 0), d=(2, 0)))
    assert model.scores("abcd")[0] == 0.5 + 4 * 2 * 0.25 / 2


def test_what_the_model_does_not_know_counts_for_nothing() -> None:
    model = ClassModel(packed(prize=(-4, 6)))
    assert model.scores(["prize", "never seen"]) == model.scores(["prize"])
    assert model.scores(["never seen"]) == [0.5, -0.5]


@pytest.mark.parametrize(
    ("file", "says"),
    [(b"x" + packed(), "not a table"), (pack(LABELS, (0, 0), (1, 1), 11, bytes(2)), "cut off")],
    ids=["other", "short"],
)
def test_a_damaged_file_is_refused(file: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ClassModel(file)
