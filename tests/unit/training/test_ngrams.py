"""What the training of n-grams learns, and what it refuses to learn."""

from training.ngrams import Example, Settings, fit, left_out, parts_of
from zalo_governor.text.ngrams import Features, NgramModel

SMALL = Settings(bits=14, hold_runs=0.1, hold_names=0.1)


def _examples(groups: str = "abcd") -> list[Example]:
    return [
        Example(group, told, Features(f"{text} {group}{number}"))
        for group in groups
        for told, text in ((True, "gui cong van"), (False, "moi hop chi bo"))
        for number in range(5)
    ]


def test_what_all_groups_write_is_learnt() -> None:
    model = NgramModel(fit(_examples(), SMALL))
    assert model.score(Features("toi gui cong van day")) > 1
    assert model.score(Features("chieu nay moi hop")) < -1


def test_a_named_fact_counts() -> None:
    cases = [(group, told) for group in "ab" for told in (True, False)]
    examples = [Example(group, told, Features("nhu nhau", frozenset({f"place:{told}"}))) for group, told in cases]
    model = NgramModel(fit(examples, SMALL))
    assert model.score(Features("nhu nhau", frozenset({"place:True"}))) > 0.5
    assert model.score(Features("nhu nhau", frozenset({"place:False"}))) < -0.5


def test_the_habit_of_one_group_is_not_learnt() -> None:
    examples = _examples() + [Example("a", True, Features("zzzz"))] * 20
    model = NgramModel(fit(examples, SMALL))
    assert model.score(Features("zzzz")) == model.score(Features("qqqq"))


def test_the_same_examples_give_the_same_bytes() -> None:
    assert fit(_examples(), SMALL) == fit(_examples(), SMALL)


def test_a_heavier_example_has_more_say() -> None:
    text = Features("hai mat")
    both = [Example(group, told, text, 9.0 if told else 1.0) for group in "ab" for told in (True, False)]
    assert NgramModel(fit(both, SMALL)).score(text) > 1


def test_each_group_is_left_out_once_and_the_office_never() -> None:
    examples = [*_examples(), Example("", False, Features("moi hop chi bo"))]
    parts = [part for part, _ in left_out(examples, 3, SMALL)]
    assert sorted(group for part in parts for group in part) == list("abcd")
    assert parts == parts_of(set("abcd"), 3)


def test_what_only_the_left_out_group_writes_is_unknown_to_its_model() -> None:
    examples = _examples("abc") + [Example("d", True, Features("lap phuong an"))] * 9
    for part, model in left_out(examples, 4, SMALL):
        if "d" in part:
            assert model.score(Features("lap phuong an")) < NgramModel(fit(_examples(), SMALL)).score(
                Features("gui cong van")
            )
