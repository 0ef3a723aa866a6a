"""What the doctor says of the scanning of attachments."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zalo_governor.app.context import AppContext
from zalo_governor.doctor import attachments
from zalo_governor.doctor.check import Level, Result
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.attachments.antivirus import Antivirus, AntivirusVersion
from zalo_governor.storage.engine.lock_owner import LockOwner
from zalo_governor.storage.queries.queue_counts import QueueCounts, ScanQueue

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
Patch = pytest.MonkeyPatch


@pytest.fixture
def context(tmp_path: Path) -> DoctorContext:
    file = tmp_path / "governor.yaml"
    file.write_text("attachments: {antivirus_socket: /khong/co.ctl}\n")
    return DoctorContext(file, lambda: NOW, offline=False, send_test=False)


@pytest.fixture
def clamd(context: DoctorContext, monkeypatch: Patch) -> Callable[[timedelta | None], Result]:
    def ask(age: timedelta | None) -> Result:
        found = AntivirusVersion("ClamAV 1.4.3", None if age is None else NOW - age)
        monkeypatch.setattr(Antivirus, "version", lambda _self: found)
        [result] = attachments.antivirus(context)
        return result

    return ask


def test_an_antivirus_that_does_not_answer_is_a_note_that_nothing_is_scanned(context: DoctorContext) -> None:
    [result] = attachments.antivirus(context)
    assert result.level is Level.NOTE
    assert "chưa được quét vi-rút" in result.says
    assert "/khong/co.ctl" in result.says


def test_signatures_are_dated_and_old_ones_a_warning(clamd: Callable[[timedelta | None], Result]) -> None:
    assert clamd(timedelta(days=1)) == Result(
        Level.GOOD, "Quét vi-rút tệp gửi vào Nhóm bằng ClamAV 1.4.3, mẫu nhận dạng ngày 23/11/2026"
    )
    old = clamd(timedelta(days=8))
    assert (old.level, "8 ngày" in old.says) == (Level.WARNING, True)
    undated = clamd(None)
    assert (undated.level, "chưa được quét vi-rút" in undated.says) == (Level.NOTE, True)


def test_an_offices_own_yara_rules_are_compiled(context: DoctorContext, tmp_path: Path) -> None:
    office = tmp_path / "config" / "yara"
    office.mkdir(parents=True)
    (tmp_path / "governor.yaml").write_text("config_dir: config\n")
    (office / "rieng.yar").write_text("rule cua_co_quan { condition: false }\n")
    assert next(attachments.yara_rules(context)).says.startswith("2 tệp luật YARA đọc được")
    (office / "rieng.yar").write_text("rule cua_co_quan {\n  condition: sai\n}\n")
    with pytest.raises(ConfigError, match=r"rieng.yar:2: luật YARA sai"):
        next(attachments.yara_rules(context))


def test_text_recognition_counts_by_its_vietnamese_data(
    context: DoctorContext, tmp_path: Path, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(attachments, "find_data", lambda: None)
    assert next(attachments.text_recognition(context)).level is Level.NOTE
    monkeypatch.setattr(attachments, "find_data", lambda: tmp_path)
    assert next(attachments.text_recognition(context)).level is Level.GOOD


def test_what_the_kernel_lacks_is_named(context: DoctorContext, monkeypatch: Patch) -> None:
    monkeypatch.setattr(attachments, "missing_layers", lambda: ("landlock",))
    [result] = attachments.sandbox(context)
    assert result.level is Level.NOTE
    assert "thiếu landlock" in result.says


@pytest.mark.parametrize(
    ("areas", "allowed", "level"),
    [
        ("", "max", Level.GOOD),
        ("/dev/zram0 partition 1 0 100\n", "max", Level.GOOD),
        ("/swapfile file 1 0 -2\n", "max", Level.NOTE),
        ("/swapfile file 1 0 -2\n", "0", Level.GOOD),
    ],
    ids=["none", "compressed memory", "a file", "a file, but not for the service"],
)
def test_swap_on_a_disk_is_noted_unless_the_service_has_none(
    context: DoctorContext, tmp_path: Path, monkeypatch: Patch, areas: str, allowed: str, level: Level
) -> None:
    (tmp_path / "swaps").write_text("Filename Type Size Used Priority\n" + areas)
    (tmp_path / "memory.swap.max").write_text(f"{allowed}\n")
    monkeypatch.setattr(attachments, "_SWAPS", tmp_path / "swaps")
    monkeypatch.setattr(attachments, "_is_never_swapped", lambda _pid: allowed == "0")
    monkeypatch.setattr(DoctorContext, "occupant", LockOwner(7))
    [result] = attachments.swap(context)
    assert result.level is level


@pytest.mark.parametrize(("minutes", "level"), [(None, Level.GOOD), (2, Level.GOOD), (11, Level.WARNING)])
def test_files_that_wait_long_are_a_warning(
    context: DoctorContext, monkeypatch: Patch, minutes: int | None, level: Level
) -> None:
    waiting = ScanQueue(3 if minutes else 0, NOW - timedelta(minutes=minutes) if minutes else None)
    monkeypatch.setattr(QueueCounts, "scans", lambda _self: waiting)
    monkeypatch.setattr(AppContext, "account", "7")
    assert context.has_key is False
    context.records  # noqa: B018 - makes key and database
    [result] = attachments.queue(context)
    context.close()
    assert result.level is level


def test_what_the_settings_switch_off_is_called_unused_and_never_good(tmp_path: Path, monkeypatch: Patch) -> None:
    """Also where every program for it is there."""
    file = tmp_path / "governor.yaml"
    file.write_text("attachments: {scan: false}\n")
    off = DoctorContext(file, lambda: NOW, offline=False, send_test=False)
    monkeypatch.setattr(Antivirus, "version", lambda _self: AntivirusVersion("ClamAV 1.4.3", NOW))
    monkeypatch.setattr(attachments, "find_data", lambda: tmp_path)
    for check in (attachments.text_recognition, attachments.antivirus, attachments.yara_rules, attachments.sandbox):
        [result] = check(off)
        assert result.level is Level.NOTE
        assert "không dùng" in result.says
        assert "attachments.scan: true" in result.mend
