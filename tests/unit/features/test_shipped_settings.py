"""config/governor.yaml shows every setting with the value that the program uses where the file says nothing."""

from pathlib import Path

from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.config.yaml_file import load_yaml

SHIPPED = Path(__file__).parents[3] / "config" / "governor.yaml"
RELATIVE_TO_THE_FILE = {"data_dir", "zalo"}


def test_every_setting_stands_in_the_file_with_its_default() -> None:
    shipped, defaults = load_settings(SHIPPED), Settings()
    assert set(load_yaml(SHIPPED).data) == set(Settings.model_fields)
    for name in set(Settings.model_fields) - RELATIVE_TO_THE_FILE:
        assert getattr(shipped, name) == getattr(defaults, name)
    assert shipped.data_dir == SHIPPED.parent.resolve() / defaults.data_dir
    assert shipped.zalo.session_file == SHIPPED.parent.resolve() / defaults.zalo.session_file
    assert shipped.zalo.model_dump(exclude={"session_file"}) == defaults.zalo.model_dump(exclude={"session_file"})


def test_every_setting_of_a_section_stands_in_the_file() -> None:
    data = load_yaml(SHIPPED).data
    for section in ("office", "zalo", "escalation", "schedule", "vigil", "alarm", "retention", "backup"):
        assert set(data[section]) == set(getattr(Settings(), section).model_dump())
