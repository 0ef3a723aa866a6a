"""The doctor asks whether anybody would notice the bot's silence, without giving its signal."""

from pathlib import Path

import pytest

from tests.unit.app.monitoring.test_dead_man_signal import Receiver, receiver
from zalo_governor.doctor.check import Level, Result
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.doctor.outside import heartbeat
from zalo_governor.domain.clock import system_clock

__all__ = ["receiver"]


def told(folder: Path, settings: str) -> list[Result]:
    config = folder / "governor.yaml"
    config.write_text(f"{settings}\n")
    return list(heartbeat(DoctorContext(config, system_clock, offline=False, send_test=False)))


def test_without_a_signal_it_advises_one_and_is_not_alarmed(tmp_path: Path) -> None:
    [result] = told(tmp_path, "{}")
    assert (result.level, "zalo-governor watch" in result.mend) == (Level.NOTE, True)
    [result] = told(tmp_path, "health: {listen: 10.0.0.5}")
    assert result.level is Level.GOOD, "another machine asks it"
    [result] = told(tmp_path, "health: {listen: 10.0.0.5, port: null}")
    assert result.level is Level.NOTE


def test_the_receiver_is_reached_and_gets_no_signal(tmp_path: Path, receiver: Receiver) -> None:
    [result] = told(tmp_path, f"heartbeat: {{url: '{receiver.url}'}}")
    assert (result.level, "nối được 127.0.0.1" in result.says) == (Level.GOOD, True)
    assert receiver.calls == []
    assert "uuid" not in result.says


@pytest.mark.parametrize(
    ("url", "levels"),
    [
        ("http://127.0.0.1:1/bi-mat", [Level.WARNING]),
        ("http://khong-co.invalid/bi-mat", [Level.WARNING, Level.WARNING]),
        ("https://127.0.0.1:1/bi-mat", [Level.WARNING]),
    ],
)
def test_what_hinders_the_signal_is_said_without_its_secret(tmp_path: Path, url: str, levels: list[Level]) -> None:
    results = told(tmp_path, f"heartbeat: {{url: '{url}'}}")
    assert [result.level for result in results] == levels
    assert "bi-mat" not in str(results)
