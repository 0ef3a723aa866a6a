"""`go-live` means what it says, also before the bot has ever run."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.unit.cli.test_members_command import office
from tests.unit.storage.stored import BOT, GROUP
from zalo_governor.app.context import open_records
from zalo_governor.cli import app
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.trial import Trial
from zalo_governor.storage.unit_of_work import UnitsOfWork


@pytest.fixture
def config(tmp_path: Path) -> str:
    return office(tmp_path)


def go_live(config: str, *options: str) -> Result:
    return CliRunner().invoke(app, ["go-live", "--yes", "--config", config, *options])


def trial(config: str, *, run: bool = False) -> Trial | None:
    """What is recorded; with `run`, after a start of the bot, which begins the trial if none has begun."""
    records = open_records(load_settings(Path(config)), system_clock)
    try:
        with UnitsOfWork(records.database, BOT).begin() as uow:
            if run:
                uow.trials.begin(BOT, GROUP, system_clock())
            return uow.trials.get(BOT, GROUP)
    finally:
        records.close()


def test_before_the_first_run_it_lets_the_bot_begin_without_a_trial(config: str) -> None:
    assert trial(config) is None
    shown = go_live(config)
    assert shown.exit_code == 0, shown.output
    assert "ngay từ lần chạy đầu tiên" in shown.output
    begun = trial(config, run=True)
    assert begun is not None
    assert begun.live_at is not None


def test_a_second_time_it_says_since_when(config: str) -> None:
    trial(config, run=True)
    assert "Đã chuyển sang hoạt động chính thức." in go_live(config).output
    again = go_live(config)
    assert (again.exit_code, "đã hoạt động chính thức từ" in again.output) == (0, True)


def test_an_office_that_wants_no_trial_is_told_so(config: str) -> None:
    path = Path(config)
    path.write_text(path.read_text(encoding="utf-8") + "trial: {days: 0}\n", encoding="utf-8")
    assert "không có thời gian chạy thử" in go_live(config).output
