"""Clause 4.1: what is caught stays caught behind a greeting, between other signs, and in disguise.

The lines are those of the exam, which no table learnt from. The same on all left-out writers, in full: `python -m
training.measure_secrecy`.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from training.changes import KINDS
from training.disguises import LEVEL, ON_LINE, ON_WORD, hidden
from training.secrecy import shipped_rule
from zalo_governor.config.shipped import shipped_config
from zalo_governor.text.diacritics.legacy import read_legacy

EXAM = Path(__file__).parents[1] / "exam" / "classified.jsonl"
RULE = shipped_rule(shipped_config())


def label(text: str) -> str | None:
    finding = RULE.look(text)
    return finding.label if finding else None


@cache
def caught() -> tuple[str, ...]:
    rows = [json.loads(row) for row in EXAM.read_text(encoding="utf-8").splitlines()]
    leaks = (row["text"] for row in rows if row["label"] == "classified" and label(row["text"]) == "classified")
    return tuple(
        text for text in leaks if read_legacy(text) is None
    )  # an old font and a greeting are never one message


def kept(texts: list[str]) -> float:
    return sum(label(text) == "classified" for text in texts) / len(texts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_harmless_change_does_not_free_a_leak(kind: str) -> None:
    assert kept([change(text) for change in KINDS[kind] for text in caught()]) >= 0.98


@pytest.mark.parametrize("disguise", [*ON_WORD, *ON_LINE])
def test_a_disguise_does_not_free_a_leak(disguise: str) -> None:
    plain = [text for text in caught() if LEVEL.search(text)]
    if disguise in ON_WORD:
        assert kept([hidden(text, ON_WORD[disguise]) for text in plain]) >= 0.95
    else:
        assert kept([ON_LINE[disguise](text) for text in plain]) >= 0.95


@pytest.mark.parametrize(
    "paper", ["Kế hoạch phòng thủ khu vực năm 2026", "Phương án bảo vệ cầu dịp lễ", "Báo cáo số 12"]
)
@pytest.mark.parametrize("level", ["MẬT", "Mật", "TỐI MẬT", "Tuyệt mật"])
@pytest.mark.parametrize(
    "form", ["{level}: {paper}", "{level} - {paper}", "{level}\n{paper}", "{paper} ({level})", "{paper} [{level}]"]
)
def test_a_level_that_stands_as_a_label_always_reaches_the_admin(form: str, level: str, paper: str) -> None:
    assert label(form.format(level=level, paper=paper)) in {"classified", "look"}


@pytest.mark.parametrize("name", ["MAT_ke_hoach_05.pdf", "KH-phong-thu-TOI-MAT.docx", "bao cao quy 3 (MẬT).xlsx"])
def test_a_file_that_bears_a_level_reaches_the_admin(name: str) -> None:
    assert label(name) in {"classified", "look"}


@pytest.mark.parametrize(
    "text",
    [
        "Nhắc các đồng chí: không đăng tài liệu tối mật lên Nhóm",
        "Luật quy định ba độ: Tuyệt mật, Tối mật, Mật",
        "Cho em hỏi văn bản tối mật thì lưu bao nhiêu năm ạ?",
        "Tối nay chiếu phim “Hồ sơ tuyệt mật” ở nhà văn hóa",
    ],
)
def test_talk_about_the_rule_or_a_film_opens_no_case(text: str) -> None:
    assert label(text) not in {"classified", "look"}
