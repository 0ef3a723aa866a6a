"""A mistake in the rulebook is said with file, line and key, and what to do."""

import shutil
from pathlib import Path

import pytest

from zalo_governor.app.configuration import load_short_forms
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.regulation import Enforcement
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.rules.registry import RULES

RULE = "rules/3.1-tieng-viet-co-dau.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_config(), tmp_path / "config"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("id: 3.1-tieng-viet-co-dau", "id: 9.9-khac", r"3\.1-tieng-viet-co-dau\.yaml:1: id: không có quy tắc nào"),
        ("id: 3.1-tieng-viet-co-dau", "id: 3.2-ho-ten-chuc-vu", r"yaml:1: id: mã phải trùng với tên tệp; hãy đổi tên"),
        ('clause: "3.1"', 'clause: "9.9"', r"yaml:2: clause: quy-che\.yaml không có khoản này"),
        ('clause: "3.1"', "clause: 3.1", r"yaml:2: clause: phải là chữ; hãy đặt giá trị trong ngoặc kép"),
        ("severity: minor", "severity: terrible", r"yaml:7: severity: phải là một trong: suspect, "),
        ("maturity: active", "maturity: young", r"yaml:8: maturity: "),
        ("  violation: 0.65", "  violations: 0.8", r"yaml:20: parameters\.violations: không có mục này; có phải"),
        ("  violation: 0.65", "  violation: six", r"yaml:20: parameters\.violation: phải là số"),
        ("label: no_diacritics", "labels: no_diacritics", r"examples\.match\.0\.labels: không có mục này; có phải"),
        (", label: no_diacritics}", "}", r"yaml:43: examples\.match\.0: ví dụ trong match phải có label"),
        ('{text: "ok"}', '{text: "ok", name: "a"}', r"examples\.no_match\.1: .*đúng một trong các mục: text, name"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_named_with_its_line(folder: Path, old: str, new: str, complaint: str) -> None:
    change(folder / RULE, old, new)
    with pytest.raises(ConfigError, match=complaint):
        load_rulebook(folder)


@pytest.mark.parametrize("missing", [RULE, "quy-che.yaml", "lexicons/abbreviations.txt"])
def test_a_missing_file_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ConfigError, match=Path(missing).name + ": không có tệp này"):
        load_rulebook(folder)


@pytest.mark.parametrize(
    ("name", "line", "needed"),
    [
        ("harmful-own.tsv", "superstition nước thần", "một dấu tab"),
        ("harmful-own.tsv", "mê tín\tnước thần", "không có loại nội dung này"),
        ("links-brands.txt", "nganhangmau\thttps://mau.vn", "phải là một tên miền"),
        ("links-trusted.txt", "https://mau.vn", "phải là một tên miền"),
    ],
)
def test_a_wrong_line_of_a_word_list_is_told_by_its_file_and_number(
    folder: Path, name: str, line: str, needed: str
) -> None:
    path = folder / "lexicons" / name
    lines = [*path.read_text(encoding="utf-8").splitlines(), line]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_rulebook(folder)
    assert str(error.value).startswith(f"{path}:{len(lines)}: ")
    assert needed in str(error.value)
    assert str(error.value).count(".t") == 1


def test_a_byte_order_mark_before_the_comment_of_a_word_list_changes_nothing(folder: Path) -> None:
    for name in ("harmful-own.tsv", "links-trusted.txt", "short-forms.tsv"):
        path = folder / "lexicons" / name
        text = path.read_text(encoding="utf-8")
        assert text.startswith("#")
        path.write_text(text, encoding="utf-8-sig")
    load_rulebook(folder)
    load_short_forms(folder)


def test_every_rule_of_the_registry_is_loaded_under_its_clause() -> None:
    rulebook = load_rulebook(shipped_config())
    assert [rule.id for rule in rulebook.engine.rules] == [rule.id for rule in RULES]
    for rule in rulebook.engine.rules:
        clause = rulebook.regulation.find(rule.clause)
        assert clause
        assert rule.id in clause.by


def test_only_the_rule_on_secrets_stands_at_the_door() -> None:
    assert [rule.id for rule in load_rulebook(shipped_config()).engine.gate_rules] == ["4.1-noi-dung-mat"]


def test_what_cannot_be_seen_says_what_to_do_by_hand() -> None:
    for clause in load_rulebook(shipped_config()).regulation.clauses:
        assert clause.enforced is not Enforcement.NOT_VISIBLE or clause.note
