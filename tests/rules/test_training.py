"""The shipped weights are what the scripts make of the shipped lines, byte for byte."""

from pathlib import Path
from types import ModuleType

import pytest

from training import harmful, secrecy
from training.logistic import write_weights
from zalo_governor.settings import shipped_config


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("training", "name"), [(secrecy, "secrecy-weights.tsv"), (harmful, "harmful-weights.tsv")], ids=["4.1", "4.2"]
)
def test_the_weights_reproduce(training: ModuleType, name: str, tmp_path: Path) -> None:
    write_weights(training.trained(shipped_config()), tmp_path / name, training.COMMAND)
    shipped = (shipped_config() / "lexicons" / name).read_bytes()
    assert (tmp_path / name).read_bytes() == shipped, f"run `{training.COMMAND}` and measure again"
