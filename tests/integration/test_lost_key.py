"""A lost key, on every database: no new one is ever made beside what was sealed with the old one."""

from pathlib import Path

import pytest

from tests.unit.storage.stored import HandClock
from zalo_governor.app.context import open_records
from zalo_governor.config.settings import Settings
from zalo_governor.storage.errors import WrongKeyError


def test_no_key_is_made_beside_a_database_that_was_written(
    empty_url: str, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZALO_GOVERNOR_KEY", raising=False)
    settings = Settings(database_url=empty_url, data_dir=tmp_path / "data")
    open_records(settings, clock).close()
    key = settings.key_path.read_bytes()
    settings.key_path.unlink()
    with pytest.raises(WrongKeyError, match="không có tệp khóa"):
        open_records(settings, clock)
    assert not settings.key_path.exists()
    settings.key_path.touch(0o600)
    settings.key_path.write_bytes(key)
    open_records(settings, clock).close()
