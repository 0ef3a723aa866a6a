"""The settings file that `offices add` writes for one of several offices on a machine."""

from pathlib import Path

from sqlalchemy import make_url

from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.setup.offices import write_office_settings
from zalo_governor.setup.systemd import Installation


def test_no_office_gets_a_port_for_health_that_is_one_of_a_panel(tmp_path: Path) -> None:
    panel = Settings().panel.port
    for port in range(8401, panel):
        (tmp_path / f"so-{port}").mkdir()
        (tmp_path / f"so-{port}" / "governor.yaml").write_text(f"health: {{port: {port}}}\n")
    (tmp_path / "so-8401" / "governor.yaml").write_text(f"health: {{port: 8401}}\npanel: {{port: {panel + 1}}}\n")
    config = tmp_path / "so-moi" / "governor.yaml"
    place = Installation(tmp_path, tmp_path, config, tmp_path / "data", tmp_path / "session.json", tmp_path / "backups")
    write_office_settings(place, make_url("postgresql://zg_so_moi:x@localhost/governor"), tmp_path)
    assert load_settings(config).health.port == panel + 2
