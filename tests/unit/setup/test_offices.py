"""The settings file that `offices add` writes for one of several offices on a machine."""

import os
import stat
from pathlib import Path

from sqlalchemy import make_url

from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.setup.offices import write_office_settings
from zalo_governor.setup.systemd import Installation


def new_office(etc: Path) -> Path:
    config = etc / "so-moi" / "governor.yaml"
    place = Installation(etc, etc, config, etc / "data", etc / "session.json", etc / "backups")
    write_office_settings(place, make_url("postgresql://zg_so_moi:x@localhost/governor"), etc)
    return config


def test_no_office_gets_a_port_for_health_that_is_one_of_a_panel(tmp_path: Path) -> None:
    panel = Settings().panel.port
    for port in range(8401, panel):
        (tmp_path / f"so-{port}").mkdir()
        (tmp_path / f"so-{port}" / "governor.yaml").write_text(f"health: {{port: {port}}}\n")
    (tmp_path / "so-8401" / "governor.yaml").write_text(f"health: {{port: 8401}}\npanel: {{port: {panel + 1}}}\n")
    assert load_settings(new_office(tmp_path)).health.port == panel + 2


def test_the_service_can_enter_the_folders_whatever_umask_root_has(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        config = new_office(tmp_path / "etc")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (config.parent, config.parent.parent)] == [0o755, 0o755]
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
