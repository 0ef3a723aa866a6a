"""Settings that nobody can mean, or that no date can be reckoned with, are refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from zalo_governor.config.sections import LogSettings, NameSettings, RetentionSettings
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.models import StrictModel

FOREVER = 365_000
KEPT = [
    *((RetentionSettings, name) for name in RetentionSettings.model_fields),
    (NameSettings, "remind_days"),
    (LogSettings, "kept_days"),
]


@pytest.mark.parametrize(("section", "name"), KEPT)
def test_days_reach_back_to_a_date_or_are_refused(section: type[StrictModel], name: str) -> None:
    kept = getattr(section.model_validate({name: FOREVER}), name)
    assert (datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=kept)).year == 1026
    with pytest.raises(ValidationError):
        section.model_validate({name: 999_999})


@pytest.mark.parametrize(
    "given",
    [
        {"schedule": {"daily_report": 17}},
        {"schedule": {"name_sweep": 7.3}},
        {"schedule": {"weekly_report": "16:30Z"}},
        {"escalation": {"quiet_hours": {"start": 22, "end": 6}}},
        {"directives": {"working_times": [{"start": 7, "end": 11}]}},
        {"directives": {"remind": {"time_of_day": 8}}},
    ],
)
def test_an_hour_is_no_number_of_seconds_after_midnight(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="trong ngoặc kép"):
        Settings(**given)


@pytest.mark.parametrize("key", ["1", "null", "yes"])
def test_a_key_that_yaml_takes_for_no_text_is_an_error_with_its_line(tmp_path: Path, key: str) -> None:
    (tmp_path / "governor.yaml").write_text(f"# Cấu hình\n{key}: x\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"governor\.yaml:.*không có mục này"):
        load_settings(tmp_path / "governor.yaml")
