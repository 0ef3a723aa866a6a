"""What is loaded as the configuration, and what is wrong with it."""

import shutil
from pathlib import Path

import pytest

from tests.unit.storage.stored import BOT
from zalo_governor.app.configuration import load_configuration
from zalo_governor.app.policy import office_policy
from zalo_governor.config.settings import Settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.messaging.templates import TextId

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


def test_a_group_has_the_regulation_and_the_words_of_its_folder(own: Settings) -> None:
    words = own.rules_dir / "regulations" / "dak-lak" / "messages" / "rieng.vi.yaml"
    words.parent.mkdir()
    words.write_text('alert_closing: "Đề nghị kiểm tra."\n', encoding="utf-8")
    groups = [{"id": "1", "regulation": "dak-lak"}, {"id": "2"}, {"id": "3", "office": {"unit": "Sở Mẫu"}}]
    configuration = load_configuration(Settings(config_dir=own.rules_dir, groups=groups))
    policy = office_policy(configuration, BOT, clock=system_clock, status=lambda: LineStatus(None))
    said = [policy.of(group).voice.render(TextId("alert_closing")) for group in "123"]
    assert said == ["Đề nghị kiểm tra.", "Chưa phải kết luận.", "Chưa phải kết luận."]
    numbers = [policy.of(group).regulation.number_of(ClauseTopic.SECRETS) for group in "123"]
    assert numbers == ["2.1", "4.1", "4.1"]
    assert [configuration.book_of(group).name for group in "123"] == ["dak-lak", "", ""]


def test_a_regulation_that_is_not_there_is_told_with_those_that_are(own: Settings) -> None:
    groups = [{"id": "1", "regulation": "khac"}]
    with pytest.raises(ConfigError, match=r"không có thư mục quy chế khac .* dak-lak, hoc-vien-nong-nghiep, lai-chau"):
        load_configuration(Settings(config_dir=own.rules_dir, groups=groups))
