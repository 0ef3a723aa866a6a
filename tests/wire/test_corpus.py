"""Every line of the corpus becomes what it must, and every fact has what shows it."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.wire.corpus import ROOT, STATES, Fact, Line, differences, facts, lines

KEYS = {"fact", "says", "mark", "source", "in", "element", "frame", "source_of", "expect"}


@pytest.mark.parametrize("line", lines(), ids=lambda line: f"{line.file}:{line.number}")
def test_a_line_becomes_what_it_must(line: Line) -> None:
    assert differences(line) == [], line.row["says"]


@pytest.mark.parametrize("line", lines(), ids=lambda line: f"{line.file}:{line.number}")
def test_a_line_is_whole_and_belongs_to_a_fact(line: Line) -> None:
    assert line.row.keys() <= KEYS
    assert ("element" in line.row) is not ("frame" in line.row)
    assert line.row["says"]
    assert line.row["source"]
    assert line.row["mark"] in {"L", "C", "H"}
    assert line.fact in {fact.fact for fact in facts()}


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.fact)
def test_a_fact_has_lines_or_tests_unless_nothing_shows_it(fact: Fact) -> None:
    shown = bool(fact.tests) or any(line.fact == fact.fact for line in lines())
    assert fact.state in STATES
    assert shown or (fact.state != "handled" and fact.why), (
        "give a line of the corpus or a test, or say why there is none"
    )
    assert (fact.state == "unknown") <= bool(fact.why)


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.fact)
def test_the_tests_that_a_fact_names_exist(fact: Fact) -> None:
    for name in fact.tests:
        path, _, function = name.partition("::")
        assert function in _tests_in(ROOT / path), name


def test_facts_are_numbered_once_and_in_order() -> None:
    numbers = [tuple(map(int, fact.fact.split("."))) for fact in facts()]
    assert numbers == sorted(set(numbers))


@cache
def _tests_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
