"""The doctor says when somebody last rehearsed with the real Zalo, and what was unclear."""

from pathlib import Path

import pytest

from zalo_governor.doctor.check import Level, Result
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.doctor.zalo import rehearsal
from zalo_governor.domain.clock import from_ms, system_clock
from zalo_governor.zalo.recording.rehearsal import FOLDER, RECORDING_FILE, Observed, Outcome, Rehearsal

NOW = from_ms(1_790_000_000_000)


def told(folder: Path, settings: str, *outcomes: Outcome, simulated: bool = False, version: int | None = 691) -> Result:
    config = folder / "governor.yaml"
    config.write_text(f"{settings}\n")
    if outcomes:
        acts = {str(number): Observed(outcome=outcome, at=NOW) for number, outcome in enumerate(outcomes)}
        (folder / "data" / FOLDER).mkdir(parents=True)
        Rehearsal(
            program="0.1.0", simulated=simulated, client_version=version, began_at=NOW, changed_at=NOW, acts=acts
        ).save(folder / "data" / FOLDER / RECORDING_FILE)
    [result] = rehearsal(DoctorContext(config, system_clock, offline=True, send_test=False))
    return result


def test_a_rehearsal_in_which_all_was_understood_is_told_with_day_and_version(tmp_path: Path) -> None:
    result = told(tmp_path, "{}", Outcome.KNOWN, Outcome.DIFFERENT)
    assert result.level is Level.GOOD
    assert "21/09/2026, phiên bản đã khai 691; mọi việc đều thấy" in result.says


@pytest.mark.parametrize("outcome", [Outcome.NOT_UNDERSTOOD, Outcome.NOT_SEEN])
def test_what_was_not_clear_is_counted(tmp_path: Path, outcome: Outcome) -> None:
    result = told(tmp_path, "{}", Outcome.KNOWN, outcome)
    assert result.level is Level.NOTE
    assert "còn 1 việc không hiểu hoặc chưa thấy" in result.says


def test_another_version_than_that_of_the_rehearsal_is_told(tmp_path: Path) -> None:
    result = told(tmp_path, "zalo: {client_version: 702}", Outcome.KNOWN)
    assert result.level is Level.NOTE
    assert "phiên bản đã khai 691; nay khai phiên bản 702" in result.says


@pytest.mark.parametrize(("simulated", "version"), [(True, 691), (False, None)])
def test_a_try_without_the_real_zalo_or_without_a_login_does_not_count(
    tmp_path: Path, simulated: bool, version: int | None
) -> None:
    result = told(tmp_path, "{}", Outcome.KNOWN, simulated=simulated, version=version)
    assert result.level is Level.NOTE
    assert "Chưa diễn tập với Zalo thật" in result.says


def test_without_a_rehearsal_it_names_the_command(tmp_path: Path) -> None:
    result = told(tmp_path, "{}")
    assert (result.level, "zalo-governor rehearse" in result.mend) == (Level.NOTE, True)
