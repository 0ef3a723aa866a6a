"""Every example that rides with a rule, and the benign corpus: what `zalo-governor rules test` shows."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zalo_governor.cli.rules import BENIGN, rules, try_all
from zalo_governor.config.shipped import shipped_config
from zalo_governor.rules.base import Maturity
from zalo_governor.rules.loader import load_rulebook, read_lines

RULEBOOK = load_rulebook(shipped_config())


def test_every_example_and_every_benign_line_holds() -> None:
    assert [trial for trial in try_all(RULEBOOK, shipped_config() / "benign") if trial.fault] == []


@pytest.mark.parametrize("rule_id", RULEBOOK.specs)
def test_each_rule_carries_examples_of_both_kinds(rule_id: str) -> None:
    spec = RULEBOOK.specs[rule_id]
    # A rule on trial may begin with a few, and acts have few forms; a rule on words that people are told of has many.
    on_acts = all(example.group for example in spec.examples.match)
    least = 15 if spec.maturity is Maturity.ACTIVE and not on_acts else 3
    assert len(spec.examples.match) >= least
    assert len(spec.examples.no_match) >= least


def test_the_benign_corpus_is_rich() -> None:
    messages, names, links = (read_lines(shipped_config() / "benign" / name) for name, _ in BENIGN)
    assert len(set(messages)) >= 400
    assert len(set(names)) >= 80
    assert len(set(links)) >= 150


def test_the_command_shows_what_fails_and_exits_with_1(tmp_path: Path) -> None:
    shutil.copytree(shipped_config(), tmp_path / "config")
    benign = tmp_path / "config" / "benign" / "messages.vi.txt"
    benign.write_text(
        benign.read_text(encoding="utf-8") + "cau treo ban giua rung manh, tam cam xe\n", encoding="utf-8"
    )
    shown = CliRunner().invoke(rules, ["test", "--config-dir", str(tmp_path / "config")])
    assert shown.exit_code == 1
    assert "tam cam xe': phải không có gì, nhưng kết quả là 3.1-tieng-viet-co-dau" in shown.output


def test_the_command_is_content_with_what_ships() -> None:
    shown = CliRunner().invoke(rules, ["test"])
    assert shown.exit_code == 0
    assert "4.1-noi-dung-mat" in shown.output
