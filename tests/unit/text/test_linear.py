"""The linear model reads what the training wrote."""

import pytest

from zalo_governor.text.linear import LinearModel


def test_a_score_is_the_bias_and_the_weights_of_what_is_known() -> None:
    model = LinearModel(["bias\t-1.5", "w:bán\t2.0", "q:bán\t0.5", "q\t0.25"])
    assert model.score(["w:bán", "w:chưa biết"]) == 0.5
    assert (model.of_kind("q"), model.bias("q")) == ({"bán": 0.5}, 0.25)


def test_a_line_of_another_form_is_an_error() -> None:
    with pytest.raises(ValueError, match="could not convert"):
        LinearModel(["bias minus one"])
