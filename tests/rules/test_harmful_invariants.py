"""Clause 4.2: what is found is found behind a greeting, between other signs, and without marks.

The lines are those of the exam, which no table learnt from. The same on all left-out writers: `python -m
training.measure_harmful`.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from training.changes import KINDS
from training.measure_harmful import rule_with
from zalo_governor.text.fold import fold

EXAM = Path(__file__).parents[1] / "exam" / "harmful.jsonl"
RULE = rule_with()


@cache
def exam(label: str, *, found: bool) -> tuple[str, ...]:
    rows = [json.loads(row) for row in EXAM.read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows if row["label"] == label]
    return tuple(text for text in texts if (RULE.inspect(text) is not None) is found)


def share_found(texts: list[str]) -> float:
    return sum(RULE.inspect(text) is not None for text in texts) / len(texts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_harmless_change_does_not_hide_what_is_harmful(kind: str) -> None:
    for change in KINDS[kind]:
        assert share_found([change(text) for text in exam("harmful", found=True)]) >= 0.92


@pytest.mark.parametrize("kind", KINDS)
def test_a_harmless_change_does_not_make_a_clean_line_harmful(kind: str) -> None:
    for change in KINDS[kind]:
        assert share_found([change(text) for text in exam("clean", found=False)]) <= 0.02


def test_lines_without_marks_are_judged_too() -> None:
    assert share_found([fold(text) for text in exam("harmful", found=True)]) >= 0.85
    assert share_found([fold(text) for text in exam("clean", found=False)]) <= 0.02


@pytest.mark.parametrize("text", ["Kính gửi các đồng chí", "Kính gửi các anh chị", "Kinh gui cac anh chi"])
def test_a_bare_salutation_is_clean(text: str) -> None:
    assert RULE.inspect(text) is None
