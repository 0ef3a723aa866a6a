"""What `python -m tests.bench content` shows of the shipped lines, the half that nobody tuned on above all."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.bench.texts.command import app
from tests.bench.texts.content import wilson

EXAM = Path(__file__).parents[1] / "exam"


@pytest.fixture(scope="module")
def figures() -> dict[tuple[str, str, str], float]:
    shown = CliRunner().invoke(app, ["content", "--data", str(EXAM)])
    assert shown.exit_code == 0
    rows = [line.split("\t") for line in shown.output.splitlines()[1:] if line.count("\t") == 7]
    return {(row[0], row[1], row[2]): float(row[5]) for row in rows}


@pytest.mark.parametrize(
    ("measure", "least", "most"),
    [
        ("recall plain", 0.95, 1),
        ("recall evasion", 0.90, 1),
        ("borderline called classified", 0, 0.05),
        ("harmful: recall triage", 0.75, 1),
    ],
)
def test_the_half_held_back_reaches_its_figures(
    figures: dict[tuple[str, str, str], float], measure: str, least: float, most: float
) -> None:
    assert least <= figures["held", "rules", measure] <= most


@pytest.mark.parametrize(
    ("part", "measure", "least", "most"),
    [
        ("classified", "recall plain", 0.95, 1),
        ("classified", "recall evasion", 0.90, 1),
        ("classified", "borderline called classified", 0, 0.05),
        ("classified", "clean called classified", 0, 0.02),
        ("harmful", "harmful: recall triage", 0.9, 1),
        ("harmful", "clean called harmful, triage", 0, 0.02),
        ("harmful", "harmful: precision strict", 0.99, 1),
    ],
)
def test_the_lines_of_another_hand_reach_the_goals(
    figures: dict[tuple[str, str, str], float], part: str, measure: str, least: float, most: float
) -> None:
    assert least <= figures[part, "rules", measure] <= most


def test_clean_chat_is_left_alone_and_the_plain_pattern_stands_beside(
    figures: dict[tuple[str, str, str], float],
) -> None:
    assert figures["clean chat", "rules", "clean called harmful, triage"] <= 0.01
    assert figures["clean chat", "rules", "called classified"] == 0
    assert figures["held", r"\bmật\b", "clean called classified"] > 0.2


def test_wilson_interval_of_a_known_share() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)
