"""Whether the audit log is told of a changed rule or setting."""

import hashlib
import shutil
from pathlib import Path

import pytest

from zalo_governor.app.config_hashes import change, fingerprints
from zalo_governor.config.settings import Settings
from zalo_governor.config.shipped import shipped_config


def mac(content: bytes) -> bytes:
    return hashlib.blake2b(content, key=b"k", digest_size=16).digest()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    copy = tmp_path / "config"
    shutil.copytree(shipped_config(), copy)
    return Settings(config_dir=copy)


def test_nothing_changed_is_no_change(settings: Settings) -> None:
    assert change(fingerprints(settings, mac), fingerprints(settings, mac)) is None


def test_a_rule_a_word_list_and_a_setting_are_each_named(settings: Settings) -> None:
    before = fingerprints(settings, mac)
    for name in ("rules/4.1-noi-dung-mat.yaml", "lexicons/agencies.txt"):
        path = settings.rules_dir / name
        path.write_text(path.read_text(encoding="utf-8") + "# thêm\n", encoding="utf-8")
    (settings.rules_dir / "lexicons" / "trade.txt").unlink()
    other = settings.model_copy(
        update={
            "retention": settings.retention.model_copy(update={"readers_days": settings.retention.readers_days + 1})
        }
    )
    found = change(before, fingerprints(other, mac))
    assert found is not None
    assert sorted(found["changed"]) == ["lexicons/agencies.txt", "rules/4.1-noi-dung-mat.yaml", "settings"]
    assert found["gone"] == ["lexicons/trade.txt"]


def test_a_name_of_which_the_system_cannot_say_whether_it_is_a_file_is_passed_over(settings: Settings) -> None:
    before = fingerprints(settings, mac)
    (settings.rules_dir / "lexicons" / "la.txt").symlink_to("a" * 300)
    assert change(before, fingerprints(settings, mac)) is None


def test_samples_are_nothing_that_is_gone_by(settings: Settings) -> None:
    before = fingerprints(settings, mac)
    (settings.rules_dir / "benign" / "names.txt").write_text("khác", encoding="utf-8")
    assert change(before, fingerprints(settings, mac)) is None
