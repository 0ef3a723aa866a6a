"""What keeps the house walkable: counted here, so that nobody has to argue about it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import zalo_governor
from zalo_governor.storage.repositories.base import Repository

PACKAGE = Path(zalo_governor.__file__).parent
MOST_METHODS = 20


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")


def test_no_module_lies_loose_at_the_root() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}
    assert len([path for path in PACKAGE.iterdir() if path.name != "__pycache__"]) <= 21


def test_no_protocol_asks_for_more_than_a_reader_can_keep_in_mind() -> None:
    large = [
        (name, node.name)
        for name, source in sources()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == Protocol.__name__ for base in node.bases)
        and sum(isinstance(part, ast.FunctionDef) and not part.decorator_list for part in node.body) > MOST_METHODS
    ]
    assert large == []


def test_a_repository_inherits_from_nothing_but_the_base() -> None:
    children = [child for kind in Repository.__subclasses__() for child in kind.__subclasses__()]
    assert [child for child in children if child.__module__.startswith(zalo_governor.__name__)] == []


def test_one_place_opens_joins_and_moves_a_case() -> None:
    ways = re.compile(r"\bcases\.add\(|joined_event_id=|\.moved\(")
    found = {name for name, source in sources() if name.startswith("features/") and ways.search(source)}
    assert found == {"features/cases/transitions.py"}


def test_one_place_claims_jobs() -> None:
    callers = {name for name, source in sources() if "jobs.claim(" in source}
    assert callers == {"pipeline/jobs.py"}


def test_the_picture_of_the_features_shows_the_arrows_that_there_are() -> None:
    page = (PACKAGE.parent / "docs" / "developers.md").read_text(encoding="utf-8")
    picture = page.partition("## The features")[2].partition("```mermaid")[2].partition("```")[0]
    drawn = {
        (above, below.strip())
        for above, many in re.findall(r"^ +(\w+)\[.*?\] --> (.*)$", picture, re.MULTILINE)
        for below in many.split("&")
    }
    imported = {
        (name.split("/")[1].removesuffix(".py"), feature)
        for name, source in sources()
        if name.startswith("features/")
        for feature in re.findall(r"^from zalo_governor\.features\.(\w+)", source, re.MULTILINE)
        if feature != name.split("/")[1].removesuffix(".py")
    }
    assert drawn == imported
