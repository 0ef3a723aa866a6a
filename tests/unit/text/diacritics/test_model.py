"""The shipped model and its file."""

from importlib.resources import files

import pytest

from zalo_governor.text.diacritics.forest import Forest, Node
from zalo_governor.text.diacritics.language import NO_PAIR, Followers
from zalo_governor.text.diacritics.model import dump_model, load_model, shipped_model

WORDS = ["#", "<", "?", "cho", "em"]
PAIRS = Followers([0, 0, 1, 1, 3, 3], [3, 3, 4], [1, 2, 2000])
TRIPLES = Followers([0, 0, 0, 2], [3, 4], [40, 1500])


def test_what_is_written_is_read_again() -> None:
    tree = (1, 0.5, -1.0, (0, 2.0, 0.25, 2.0))
    model = load_model(dump_model(WORDS, [5, 9, 4, 2000, 7], PAIRS, TRIPLES, {"the": 0.05}, [tree, 0.5]))
    language = model.language
    assert language.words == WORDS
    cho, em = language.places["cho"], language.places["em"]
    assert language.follow(cho, em) > 0.9
    assert language.english["the"] == pytest.approx(0.05, rel=0.05)
    assert [model.forest.score(figures) for figures in ((1, 0), (1, 1), (3, 1))] == [-0.5, 0.75, 2.5]


def test_where_the_first_trees_leave_no_doubt_the_rest_are_not_asked() -> None:
    never_asked: Node = (99, 0.0, 0.0, 0.0)
    tree: Node = (0, 0.0, -0.2, 0.2)
    forest = Forest([*[tree] * 30, *[never_asked] * 9])
    assert forest.score([1.0]) > 9
    assert forest.score([-1.0]) < -9


def test_after_two_words_what_was_counted_there_goes_first() -> None:
    language = load_model(dump_model(WORDS, [5, 9, 4, 2000, 7], PAIRS, TRIPLES, {"the": 0.05}, [0.5])).language
    cho, em = language.places["cho"], language.places["em"]
    _, cho_em, *_ = language.after(NO_PAIR, cho, em, True, ())
    (alone, *_), (in_company, *_) = (language.after(pair, em, em, True, ()) for pair in (NO_PAIR, cho_em))
    assert alone < 0.2
    assert in_company > 0.7


def test_bytes_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="not a model of this version"):
        load_model(b"PK")


def test_the_shipped_model_is_small() -> None:
    raw = files("zalo_governor.text").joinpath("vietnamese.model").read_bytes()
    assert len(raw) <= 3_000_000


def test_a_word_is_likelier_after_the_word_that_it_goes_with() -> None:
    language = shipped_model().language
    nghi, bao, cao = (language.places[word] for word in ("nghị", "báo", "cáo"))
    assert language.follow(bao, cao) > 100 * language.follow(nghi, cao)
