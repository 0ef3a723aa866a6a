"""What of a changed configuration counts at once, and that a file is left alone while somebody is writing it."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from structlog.testing import capture_logs

from zalo_governor.app.config_reload import ConfigurationWatch, effective, versions
from zalo_governor.app.configuration import Configuration, load_configuration
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import StoreUnavailableError


def settings(**given: Any) -> Settings:
    return Settings(**given)


GROUP = {"id": "8000000000000000001", "name": "cũ"}


def test_what_the_office_decides_counts_at_once() -> None:
    wanted = settings(office={"province": "tỉnh Mẫu Hai"}, names={"reminders": 1}, zalo={"send": {"burst": 3}})
    found, waiting = effective(settings(), wanted)
    assert (found.office.province, found.names.reminders, found.zalo.send.burst) == ("tỉnh Mẫu Hai", 1, 3)
    assert waiting == []


def test_what_the_line_and_the_database_stand_on_waits_for_a_restart() -> None:
    wanted = settings(
        database_url="postgresql://khac/csdl",
        zalo={"ping_seconds": 9, "send": {"burst": 3}},
        alarm={"after_minutes": 3, "webhook": "https://bao.example.vn"},
        vigil={"look_minutes": 1},
    )
    found, waiting = effective(settings(), wanted)
    assert waiting == ["alarm.after_minutes", "database_url", "vigil", "zalo.ping_seconds"]
    assert (found.database_url, found.zalo.ping_seconds, found.zalo.send.burst) == (None, 120.0, 3)
    assert (found.alarm.after_minutes, found.alarm.webhook) == (10, "https://bao.example.vn")


@pytest.mark.parametrize(
    ("groups", "waits"),
    [
        ([GROUP | {"name": "mới"}], []),
        ([GROUP | {"name": "mới"}, {"id": "8000000000000000002", "name": "thêm"}], ["groups"]),
        ([], ["groups"]),
    ],
)
def test_a_group_may_be_renamed_but_another_one_waits(groups: list[dict[str, str]], waits: list[str]) -> None:
    found, waiting = effective(settings(groups=[GROUP]), settings(groups=groups))
    assert [group.id for group in found.groups] == [GROUP["id"]]
    assert found.groups[0].name == ("mới" if groups else "cũ")
    assert waiting == waits


def test_another_list_of_groups_counts_at_once_for_the_panel(tmp_path: Path) -> None:
    here = Watched(tmp_path)
    here.watch = ConfigurationWatch(
        here.file, running=lambda: here.current, apply=here.apply, on_broken=here.broken,
        on_mended=lambda: None, on_restart=here.restart, groups_at_once=True,
    )  # fmt: skip
    for groups in ([GROUP, {"id": "8000000000000000002", "name": "thêm"}], [GROUP]):
        here.write(groups=groups)
        assert here.look(3) == ["applied"]
        assert [group.id for group in here.current.settings.groups] == [group["id"] for group in groups]


class Watched:
    """A watch over a copy of the shipped configuration, and what it does."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(shipped_config(), folder / "config")
        self.file = folder / "governor.yaml"
        self.write(config_dir="config")
        self.current = load_configuration(load_settings(self.file))
        self.happened: list[str] = []
        self.failing: Exception | None = None
        self.watch = ConfigurationWatch(
            self.file,
            running=lambda: self.current,
            apply=self.apply,
            on_broken=self.broken,
            on_mended=lambda: self.happened.append("mended"),
            on_restart=self.restart,
        )

    def write(self, **given: Any) -> None:
        self.file.write_text(yaml.safe_dump({"config_dir": "config", **given}), encoding="utf-8")

    def apply(self, new: Configuration) -> None:
        if self.failing:
            raise self.failing
        self.current = new
        self.happened.append("applied")

    def broken(self, fault: str) -> None:
        if self.failing:
            raise self.failing
        self.happened.append(f"broken: {fault}")

    def restart(self, keys: Sequence[str]) -> None:
        self.happened.append(f"restart: {' '.join(keys)}")

    def look(self, times: int) -> list[str]:
        """What happens at the next so many looks."""
        self.happened.clear()
        for _ in range(times):
            self.watch.look()
        return list(self.happened)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return Watched(tmp_path_factory.mktemp("watched"))


def test_what_was_changed_while_the_login_waited_is_applied_afterwards(tmp_path: Path) -> None:
    here = Watched(tmp_path)
    loaded = versions(here.file, here.current.settings.rules_dir)
    here.write(office={"province": "tỉnh Mẫu Ba"})
    here.watch = ConfigurationWatch(
        here.file, loaded=loaded, running=lambda: here.current, apply=here.apply, on_broken=here.broken,
        on_mended=lambda: None, on_restart=here.restart,
    )  # fmt: skip
    assert here.look(3) == ["applied"]
    assert here.current.settings.office.province == "tỉnh Mẫu Ba"


def test_a_file_emptied_by_a_full_disk_takes_nobodys_roles(tmp_path: Path) -> None:
    here = Watched(tmp_path)
    here.write(people=[{"full_name": "Lò Văn Mẫu", "uid": "7", "roles": ["admin"]}])
    assert here.look(2) == ["applied"]
    here.file.write_text("# governor.yaml\n", encoding="utf-8")
    [said] = here.look(3)
    assert said.startswith("broken: ")
    assert "governor.yaml:1: people: không còn ai có vai trò" in said
    assert [person.full_name for person in here.current.settings.people] == ["Lò Văn Mẫu"]


def test_the_life_of_a_configuration(watched: Watched) -> None:
    assert watched.look(3) == []

    # An editor that saves in pieces: nothing is made of them, and nothing is said.
    watched.file.write_text("config_dir: config\npeople: [", encoding="utf-8")
    assert watched.look(1) == []
    watched.write(office={"province": "tỉnh Mẫu Hai"})
    assert watched.look(1) == []
    assert watched.look(3) == ["applied"]
    assert watched.current.settings.office.province == "tỉnh Mẫu Hai"

    # Wrong: said once, again only where the fault is another one.
    watched.write(office={"provinz": "tỉnh Mẫu"})
    with capture_logs() as told:
        [said] = watched.look(4)
    assert said.startswith("broken: ")
    assert told == [
        {
            "event": "configuration_broken",
            "file": "governor.yaml:3",
            "settings": "office.provinz",
            "log_level": "error",
        }
    ]
    assert "governor.yaml:3: office.provinz: không có mục này" in said
    watched.file.write_text(watched.file.read_text() + "# xem lại\n")
    assert watched.look(4) == []
    watched.write(people=[{"full_name": "Lò Văn Mẫu", "roles": ["admin"]}])
    [said] = watched.look(4)
    assert "people" in said
    watched.file.unlink()
    [said] = watched.look(4)
    assert "governor.yaml" in said
    assert watched.current.settings.office.province == "tỉnh Mẫu Hai"

    # Mended; and what waits for a restart is told once.
    watched.write(vigil={"look_minutes": 9})
    assert watched.look(4) == ["applied", "mended", "restart: vigil"]
    watched.write(vigil={"look_minutes": 9}, names={"reminders": 2})
    assert watched.look(4) == ["applied"]
    watched.write(vigil={"look_minutes": 8}, key_file="khac.key")
    assert watched.look(4) == ["applied", "restart: key_file vigil"]

    # A database that is away: tried again at each look until it is there.
    watched.write(names={"reminders": 1})
    watched.failing = StoreUnavailableError("the database is not available: locked")
    assert watched.look(4) == []
    watched.failing = None
    assert watched.look(3) == ["applied"]
    assert watched.current.settings.names.reminders == 1

    # So it is with the notice of a fault.
    watched.write(names={"reminder": 1})
    watched.failing = StoreUnavailableError("the database is not available: disk full")
    assert watched.look(4) == []
    watched.failing = None
    [said] = watched.look(2)
    assert "names.reminder" in said
    watched.write(names={"reminders": 1})
    assert watched.look(3) == ["applied", "mended"]

    # A lexicon is part of it, samples are not.
    lexicon = watched.current.settings.rules_dir / "lexicons" / "honorifics.txt"
    lexicon.write_text(lexicon.read_text(encoding="utf-8") + "cụ\n", encoding="utf-8")
    assert watched.look(3) == ["applied"]
    sample = watched.current.settings.rules_dir / "benign" / "names.txt"
    sample.write_text(sample.read_text(encoding="utf-8") + "Lò Văn Mẫu - Bí thư Đảng ủy xã Mẫu\n", encoding="utf-8")
    assert watched.look(3) == []

    # So is the regulation of a group: a mistake in it is told, and the rules in force stay.
    rule = watched.current.settings.rules_dir / "regulations" / "dak-lak" / "rules" / "quang-cao.yaml"
    good, before = rule.read_text(encoding="utf-8"), watched.current
    rule.write_text(good.replace("words:", "wrods:"), encoding="utf-8")
    [said] = watched.look(4)
    assert f"{rule}:9: check.wrods: không có mục này; có phải định ghi words" in said
    assert watched.current is before
    rule.write_text(good, encoding="utf-8")
    assert watched.look(4) == ["applied", "mended"]
