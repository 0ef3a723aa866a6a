"""What the documents say is so: the recipe works as written, and nothing that people may order or set is left out."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
from pydantic import BaseModel
from typer.exceptions import TyperException
from typer.main import get_command

from tests.unit.simulator.running import Running
from zalo_governor.cli import app
from zalo_governor.config.settings import Settings
from zalo_governor.doctor.registry import CHECKS
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.people import Role
from zalo_governor.features.help.commands import Help
from zalo_governor.features.registry import COMMANDS
from zalo_governor.messaging.commands import AnyCommand
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.rules.declared.conditions import (
    AmountCondition,
    Answered,
    Condition,
    EmojiCondition,
    MessageKind,
    Near,
    WhenCondition,
    WhoCondition,
    WordsCondition,
)
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.rules.specs import Absence, AbsentSpec, BoundSpec, DeclaredSpec, Tell
from zalo_governor.simulator.control.orders import (
    ActOrder,
    GroupOrder,
    Hist,
    PersonOrder,
    PushedFrame,
    Shorten,
    WorldOrder,
)
from zalo_governor.simulator.faults import Faults
from zalo_governor.simulator.load.flood import FloodOrder

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "NOTICE",
    ROOT / "training" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
RECIPE = ROOT / "docs" / "add-a-rule.md"
YAML_RECIPE = ROOT / "docs" / "them-quy-tac.md"
OTHER_RECIPE = ROOT / "docs" / "add-a-command.md"
_LEFT_OUT = {".git", ".venv", ".venv-training", "build", "__pycache__", ".hypothesis", ".pytest_cache"}

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_CONSOLE = re.compile(r"^ *```console\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_TYPED = re.compile(
    r"(?:sudo (?:--preserve-env=\S+ )?(?:-u \S+ )?(?:docker exec \S+ )?)?(?:\S*/)?zalo-governor (?!zalo-governor)(.+)"
)
_PREFIXED = re.compile(r"(.*?)(?:--preserve-env=\S+ )?((?:-u \S+ )?)zalo-governor ([a-z-]+(?: --check)?)\b")
_ROOTS_OWN = {"login", "init", "restore", "install-service", "watch", "offices"}
_NEEDS_ROOT = {"apt", "install", "useradd", "userdel", "chown", "chmod", "rm", "mkdir", "cp", "docker", "systemctl"}
_FOR_OPERATORS = (
    "cai-dat", "chay-thu", "danh-sach-thanh-vien", "du-lieu", "giam-sat-tu-xa", "sao-luu", "tep-dinh-kem",
    "thay-tai-khoan", "them-quy-tac", "tieng-viet-co-dau", "van-hanh",
)  # fmt: skip
_AS_ROOT = re.compile(r"^## [1-6]\. .*?(?=^## )", re.MULTILINE | re.DOTALL)
"""The steps of docs/cai-dat.md that are done in a root shell (`sudo -i`)."""
_PLACE = re.compile(r"`([\w./-]+)`")


class Block(NamedTuple):
    """A block of code in a document, and the file that is named alone on the line before it."""

    language: str
    text: str
    place: str | None


ROLES = {
    Role.LEADER: "Trưởng nhóm",
    Role.LEADERSHIP: "Lãnh đạo",
    Role.REPORT_READER: "người được xem báo cáo",
    Role.ADMIN: "Quản trị Nhóm",
    Role.ADMIN_STAFF: "cán bộ được giao",
    Role.MEMBER: "thành viên",
    Role.OVERSEER: "người theo dõi chung",
}
"""As the documents call them, in the order in which they name them."""


def _who_may(roles: frozenset[Role] | None) -> str:
    return "mọi người" if roles is None else ", ".join(name for role, name in ROLES.items() if role in roles)


def blocks(document: Path) -> Iterator[Block]:
    """The blocks in order; a change that follows another one without a word is to the same file."""
    text, end, place = document.read_text(encoding="utf-8"), 0, None
    for found in _BLOCK.finditer(text):
        before = text[end : found.start()].strip().splitlines()
        named = _PLACE.fullmatch(before[-1]) if before else None
        place = named[1] if named else place if found[1] == "diff" and not before else None
        yield Block(found[1], found[2], place)
        end = found.end()


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which somebody has followed the recipes."""
    copy = tmp_path_factory.mktemp("recipes") / "copy"
    # With the caches of mypy and ruff, which `make check` has left: it is asked what the recipes change.
    shutil.copytree(ROOT, copy, ignore=lambda _folder, names: _LEFT_OUT & set(names), symlinks=True)
    for block in (*blocks(RECIPE), *blocks(YAML_RECIPE), *blocks(OTHER_RECIPE)):
        if block.place:
            _follow(copy / block.place, block)
    return copy


def test_the_recipe_changes_every_place_that_a_rule_needs(followed: Path) -> None:
    places = {block.place for block in blocks(RECIPE) if block.place}
    assert places == {
        "zalo_governor/rules/checks/advertising.py",
        "zalo_governor/rules/registry.py",
        "pyproject.toml",
        "config/quy-che.yaml",
        "README.md",
        "config/rules/4.7-quang-cao.yaml",
        "tests/unit/rules/checks/test_advertising.py",
    }
    rules = {path.stem for path in (followed / "zalo_governor" / "rules" / "checks").glob("*.py")}
    assert "advertising" in rules


def test_the_new_rule_passes_its_examples_and_the_benign_corpus(followed: Path) -> None:
    shown = _run(followed, "-m", "zalo_governor", "rules", "test")
    for row in ("4.7-quang-cao\t3\t3", "bieu-tuong\t4\t3", "ngoai-gio\t3\t4"):
        assert f"{row}\t0\t0" in shown.splitlines()


def test_the_new_rule_answers_as_the_recipe_prints_it(followed: Path) -> None:
    (command,) = re.findall(r"echo '(.*)' \| ", RECIPE.read_text(encoding="utf-8"))
    (printed,) = (block.text for block in blocks(RECIPE) if block.language == "json")
    assert json.loads(_run(followed, "-m", "zalo_governor", "check", given=command)) == json.loads(printed)


def test_the_tests_of_the_recipe_pass(followed: Path) -> None:
    _run(
        followed,
        "-m",
        "pytest",
        "-n",
        "0",
        "-q",
        "tests/unit/rules/checks/test_advertising.py",
        "tests/rules/test_examples.py",
        "tests/test_docs.py::test_the_readme_says_of_every_clause_whether_it_is_seen",
        "tests/test_docs.py::test_the_list_of_commands_names_every_command_and_who_may_use_it",
        "tests/unit/messaging/test_texts_in_code.py",
        "tests/unit/features/test_menus.py",
        "tests/unit/features/test_command_table.py",
        "-k",
        "not command_table or gio or names_every",
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("checked", ["ruff check .", "ruff format --check .", "mypy", "lint-imports"])
def test_what_the_recipes_make_passes_make_check(followed: Path, checked: str) -> None:
    name, *arguments = checked.split()
    if name == "lint-imports":
        _run(followed, "-c", "from importlinter.cli import lint_imports_command as lint; lint()")
    else:
        _run(followed, "-m", name, *arguments)


def test_the_page_of_rules_in_yaml_names_all_that_may_be_written() -> None:
    words = set(re.findall(r"\w+", YAML_RECIPE.read_text(encoding="utf-8")))
    parts = (
        AbsentSpec,
        Absence,
        BoundSpec,
        DeclaredSpec,
        Condition,
        WordsCondition,
        Near,
        EmojiCondition,
        WhoCondition,
        WhenCondition,
        AmountCondition,
    )
    keys = {field.alias or name for part in parts for name, field in part.model_fields.items()}
    assert keys | {*MessageKind, *Answered, *Tell} <= words


def test_the_reference_names_every_order_of_the_simulator_and_all_that_it_takes() -> None:
    reference = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    words = set(re.findall(r"`(\w+)`", reference))
    table = reference.partition("## Control API")[2].partition("###")[0]
    assert set(_orders_there_are()) == set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    for model in (ActOrder, PushedFrame, Hist, Shorten, WorldOrder, PersonOrder, GroupOrder, Faults, FloodOrder):
        assert set(model.model_fields) <= words, f"docs/simulator.md says nothing of {model.__name__}'s fields"


def test_the_readme_says_of_every_clause_whether_it_is_seen() -> None:
    regulation = load_rulebook(ROOT / "config").regulation
    rows = re.findall(r"^\| (.*?[0-9].*?) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    told = {number: row for row in rows for number in re.findall(r"(?:QĐ\.)?\d\.\d", row)}
    assert told.keys() == {clause.number for clause in regulation.clauses}
    unseen = {number for number, row in told.items() if "**" in row}
    assert unseen == {clause.number for clause in regulation.not_visible}


def test_the_list_of_commands_names_every_command_and_who_may_use_it() -> None:
    table = (ROOT / "docs" / "lenh.md").read_text(encoding="utf-8").partition("| --- |")[2].partition("\n\n")[0]
    told = dict(re.findall(r"^\| `/(\w+)[^|]*\| ([^|]+) \|", table, re.MULTILINE))
    commands: tuple[type[AnyCommand], ...] = (*COMMANDS, Help)
    assert told == {kind.word: _who_may(kind.roles) for kind in commands}


@pytest.mark.parametrize("document", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_that_an_operator_reads_of_is_there(document: Path) -> None:
    named = re.findall(r"`(\w+)\.(\w+)`", document.read_text(encoding="utf-8"))
    sections = {name for name in Settings.model_fields if isinstance(getattr(Settings(), name), BaseModel)}
    for section, key in named:
        if section in sections:
            assert key in type(getattr(Settings(), section)).model_fields, f"{section}.{key}"


def test_the_page_says_of_every_setting_whether_it_counts_at_once() -> None:
    page = (ROOT / "docs" / "van-hanh.md").read_text(encoding="utf-8").partition("## Đổi cấu hình khi đang chạy")[2]
    named = set(re.findall(r"`(\w+)[`.]", page.partition("\n## ")[0]))
    assert set(Settings.model_fields) <= named


@pytest.mark.parametrize("page", ["du-lieu.md", "tep-dinh-kem.md"])
def test_the_defaults_of_settings_are_those_of_the_program(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)\.(\w+)` \| `?([^|`]+)`? \|", text, re.MULTILINE)
    assert rows
    told = {f"{section}.{key}": default.strip() for section, key, default in rows}
    settings = Settings()
    assert told == {name: _as_yaml(getattr(getattr(settings, name.split(".")[0]), name.split(".")[1])) for name in told}


def test_the_page_of_the_examination_names_every_check() -> None:
    page = (ROOT / "docs" / "van-hanh.md").read_text(encoding="utf-8").partition("## Kiểm tra hệ thống")[2]
    rows = re.findall(r"^\| ([^|]*`[^|]+) \|", page.partition("\n## ")[0], re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(check.id for check in CHECKS)


def test_every_attack_is_tried_by_the_test_that_stands_beside_it() -> None:
    page = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[-1] for line in page.splitlines() if line.startswith("| ")][2:]
    tried = [re.findall(r"`((?:\w+/)*test_\w+\.py)::(test_\w+)`", row) for row in rows]
    assert all(tried), "each row names its test"
    for file, name in (test for row in tried for test in row):
        [path] = (ROOT / "tests").rglob(file)
        assert f"\ndef {name}(" in path.read_text(encoding="utf-8"), f"{file}::{name}"
    attacks = (ROOT / "tests" / "acceptance" / "test_attacks.py").read_text(encoding="utf-8")
    named = {name for row in tried for file, name in row if file == "test_attacks.py"}
    assert named == set(re.findall(r"^def (test_\w+)\(", attacks, re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_lead_to_a_file_that_is_kept_and_to_a_heading_that_is_there(
    document: Path, kept: frozenset[Path]
) -> None:
    for address in _links(document):
        if address.startswith("https://"):
            continue
        name, _, heading = address.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target in kept, f"{document.name}: {address}: no such file, or git does not keep it"
        if heading:
            assert heading in _anchors(target), f"{document.name}: {address}: no such heading"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, new = set[Path](), {ROOT / "README.md"}
    while new:
        reached |= new
        texts = [page for page in new if page.suffix == ".md"]
        names = {(page.parent / link.partition("#")[0]).resolve() for page in texts for link in _links(page)}
        new = {name for name in names if name.is_file()} - reached
    assert not {page.name for page in DOCUMENTS} - {page.name for page in reached}


def test_anchors_are_made_as_github_makes_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = "# Giữ bao lâu?\n## `doctor`, [xem](a.md)\n## Đo\n## Đo\n```\n# no heading\n```\n"
    page.write_text(text, encoding="utf-8")
    assert _anchors(page) == {"giữ-bao-lâu", "doctor-xem", "đo", "đo-1"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_and_command_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    made = {block.place for block in (*blocks(RECIPE), *blocks(YAML_RECIPE), *blocks(OTHER_RECIPE))}
    for path in re.findall(r"`((?:zalo_governor|config|tests|docs|requirements)/[\w./-]*[\w/])`", text):
        assert path in made or (ROOT / path).exists(), path
    for path in re.findall(r"`((?:[\w-]+/)+[\w-]+\.(?:py|txt|tsv|classes|ngrams|spans))`", text):
        tops = (ROOT, *(ROOT / top for top in ("zalo_governor", "config", "tests", "tests/unit", "training")))
        assert path in made or any((top / path).exists() for top in tops), path
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)`", text)) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_document_tells_people_to_type_can_be_parsed(document: Path) -> None:
    for typed in _commands_to_type(document):
        words = typed
        # typer keeps its own copy of click, and the types of that to itself.
        command: Any = get_command(app)
        while words and hasattr(command, "commands"):
            name, *words = words
            found = command.get_command(None, name)
            assert found is not None, f"{document.name}: there is no command {name}"
            command = found
        try:
            command.make_context(command.name, list(words))
        except TyperException as error:
            pytest.fail(f"{document.name}: {command.name} {words}: {error.format_message()}")


@pytest.mark.parametrize("page", _FOR_OPERATORS)
def test_after_the_installation_every_command_is_typed_in_the_same_way(page: str) -> None:
    text = _AS_ROOT.sub("", (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))
    lines = [line for block in _CONSOLE.findall(text) for line in re.findall(r"^ *\$ (.*)$", block, re.MULTILINE)]
    for part in (part for line in lines for part in line.split(" | ")):
        assert part.split()[0] not in _NEEDS_ROOT, f"{page}: {part}"
        if (typed := _PREFIXED.match(part)) and typed[1] in {"", "sudo "}:
            who = "" if typed[3] in _ROOTS_OWN else "-u zalo-governor "
            assert (typed[1], typed[2]) == ("sudo ", who), f"{page}: {part}"


def test_the_page_of_the_first_twenty_minutes_names_each_command_of_the_way() -> None:
    typed = [words[0] for words in _commands_to_type(ROOT / "docs" / "cai-dat.md")]
    assert {"simulate", "init", "doctor", "run", "trial", "backup", "install-service", "login"} <= set(typed)


@pytest.fixture(scope="module")
def kept() -> frozenset[Path]:
    """The files and folders that git keeps, so that no link leads to a file of this machine alone."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if listed.returncode:  # an exported tree
        return frozenset(ROOT.rglob("*"))
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return frozenset({*files, *(folder for file in files for folder in file.parents)})


def _as_yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _links(document: Path) -> list[str]:
    """The addresses of all links and pictures of a document, outside its blocks of code."""
    text = _FENCED.sub("", document.read_text(encoding="utf-8"))
    return ["".join(found) for found in re.findall(r"\]\(<?([^)\s>]+)[^)]*\)|(?:src|href)=\"([^\"]+)\"", text)]


def _anchors(document: Path) -> set[str]:
    """The #names that GitHub gives to the headings of a document."""
    anchors: list[str] = []
    text = _FENCED.sub("", document.read_text(encoding="utf-8"))
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", text, re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchors.append(re.sub(r"[^\w\- ]", "", shown).replace(" ", "-"))
    times_before = [anchors[:place].count(anchor) for place, anchor in enumerate(anchors)]
    return {f"{anchor}-{times}" if times else anchor for anchor, times in zip(anchors, times_before, strict=True)}


def _commands_to_type(document: Path) -> Iterator[list[str]]:
    for block in _CONSOLE.findall(document.read_text(encoding="utf-8")):
        for line in re.findall(r"^ *\$ (.*)$", block, re.MULTILINE):
            for part in re.split(r" \| ", line):
                if found := _TYPED.match(part):
                    yield shlex.split(found[1], comments=True)


def _orders_there_are() -> list[str]:
    running = Running()
    try:
        answer = requests.post(f"{running.url}/__sim/what", timeout=60).json()
    finally:
        running.close()
    return str(answer["error"]).partition("there are ")[2].split(", ")


def _follow(file: Path, block: Block) -> None:
    if block.language != "diff":
        assert not file.exists()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        return
    lines = block.text.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    after = "".join(line[1:] for line in lines if line[0] != "-")
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{block.place}: the recipe changes lines that are not there: {before}"
    file.write_text(text.replace(before, after), encoding="utf-8")


def _run(folder: Path, *arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, input=given, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_worked_examples_of_clause_3_1_are_so() -> None:
    text = (ROOT / "docs/tieng-viet-co-dau.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in text.split("## Ví dụ")[1].split("##")[0].splitlines() if "|" in line][2:]
    engine = load_rulebook(ROOT / "config").engine
    labels = {
        "không dấu": "no_diacritics",
        "thiếu dấu": "partial",
        "bộ mã cũ": "legacy",
        "chưa bật bộ gõ": "legacy",
        "đạt": None,
    }
    for typed, result in rows:
        verdict = engine.judge(MessageSent(at=datetime(2026, 1, 1, tzinfo=UTC), text=typed.strip()), NO_CONTEXT)
        assert [finding.label for finding in verdict.findings] == [labels[result.strip()]] * bool(
            labels[result.strip()]
        )
