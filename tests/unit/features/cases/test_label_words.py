"""A label belongs to its rule, and is told in the words that are registered for that rule."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.features.desk import CATALOGUE, REGULATION
from zalo_governor.config.settings import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.features.cases.label_words import require_words, words_of
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.rules.loader import load_rulebook

OWN = Finding(rule_id="9.1-khong-quang-cao", clause="9.1", severity=Severity.MINOR, label="advertising")


def test_the_same_label_of_another_rule_has_no_words_of_the_first() -> None:
    voice = MessageFormatter(CATALOGUE, REGULATION)
    assert words_of(voice, OWN) is None
    assert words_of(voice, OWN.model_copy(update={"rule_id": "4.2-noi-dung-xau"})) is not None


def test_every_label_of_the_shipped_rules_has_words() -> None:
    require_words(load_rulebook(shipped_config()).engine.rules, Path("rules"))


def test_a_label_without_words_is_an_error_that_names_the_file() -> None:
    rule: Any = SimpleNamespace(id="4.2-noi-dung-xau", labels=frozenset({"drugs", "smoking"}))
    with pytest.raises(ConfigError, match=r"rules/4\.2-noi-dung-xau\.yaml: chưa có lời cho nhãn smoking; .* drugs"):
        require_words([rule], Path("rules"))
