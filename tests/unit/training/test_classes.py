"""What the training of classes learns, and what it refuses to learn."""

from training.classes import Example, Settings, fit, left_out
from zalo_governor.text.linear_classes import ClassModel

SMALL = Settings(bits=12)
TEXTS = {"clean": "mời họp chi bộ", "scam": "trúng thưởng nhập mã", "drugs": "hàng trắng giao tận nơi"}


def examples(groups: str = "abcd") -> list[Example]:
    return [
        Example(group, label, frozenset([*text.split(), f"{group}{number}"]))
        for group in groups
        for label, text in TEXTS.items()
        for number in range(4)
    ]


def best(model: ClassModel, text: str) -> str:
    return max(zip(model.scores(text.split()), model.labels, strict=True))[1]


def test_each_class_is_told_by_its_words() -> None:
    model = ClassModel(fit(examples(), SMALL))
    assert {label: best(model, text) for label, text in TEXTS.items()} == {label: label for label in TEXTS}


def test_the_habit_of_one_group_is_not_learnt() -> None:
    model = ClassModel(fit([*examples(), *[Example("a", "scam", frozenset({"zzz"}))] * 20], SMALL))
    assert model.scores(["zzz"]) == model.scores(["never seen"])


def test_the_same_examples_give_the_same_bytes() -> None:
    assert fit(examples(), SMALL) == fit(examples(), SMALL)


def test_who_is_left_out_taught_nothing() -> None:
    lines = [*examples(), *(Example(group, "scam", frozenset({"only", f"x{group}"})) for group in "ab")]
    scores = {part: model.scores(["only"]) == model.scores(["never seen"]) for part, model in left_out(lines, 4, SMALL)}
    assert scores == {frozenset("a"): True, frozenset("b"): True, frozenset("c"): False, frozenset("d"): False}
