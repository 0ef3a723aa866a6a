"""What is loaded as the configuration, and what is wrong with it."""

import shutil
from pathlib import Path

import pytest

from zalo_governor.app.configuration import load_configuration
from zalo_governor.config import Settings, shipped_config
from zalo_governor.domain.errors import ConfigError

GOOD = 'rule mau { strings: $a = "GIA-DINH" condition: $a }\n'


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """The settings of an office with rules of its own."""
    shutil.copytree(shipped_config(), tmp_path / "config")
    return Settings(config_dir=tmp_path / "config")


def test_an_offices_own_yara_rules_are_taken(own: Settings) -> None:
    (own.rules_dir / "yara" / "rieng.yar").write_text(GOOD)
    assert load_configuration(own).settings is own


def test_an_error_in_an_offices_own_yara_rules_names_file_and_line(own: Settings) -> None:
    file = own.rules_dir / "yara" / "rieng.yar"
    file.write_text(GOOD + "rule hong { condition: $b }\n")
    with pytest.raises(ConfigError, match=rf"^{file}:2: "):
        load_configuration(own)
