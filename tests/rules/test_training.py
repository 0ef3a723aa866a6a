"""The shipped weights are what the scripts make of the shipped lines."""

from pathlib import Path

import pytest

from training import harmful, secrecy
from training.logistic import write_weights
from zalo_governor.settings import shipped_config


@pytest.mark.timeout(600)
def test_the_weights_of_harmful_content_reproduce_byte_for_byte(tmp_path: Path) -> None:
    write_weights(harmful.trained(shipped_config()), tmp_path / "weights.tsv", harmful.COMMAND)
    shipped = (shipped_config() / "lexicons" / "harmful-weights.tsv").read_bytes()
    assert (tmp_path / "weights.tsv").read_bytes() == shipped, f"run `{harmful.COMMAND}` and measure again"


def test_the_tables_of_secrecy_were_made_from_the_lines_that_ship() -> None:
    # To make them takes minutes; that the same lines make the same bytes is shown on few of them (test_ngrams.py).
    made_from = secrecy.MADE_FROM.read_text(encoding="ascii").strip()
    assert made_from == secrecy.fingerprint(secrecy.lines(shipped_config())), (
        f"run `{secrecy.COMMAND}` and measure again"
    )
