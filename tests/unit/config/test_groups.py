"""Roles in groups, and settings of one group over the common ones, as they are written in governor.yaml."""

from datetime import time
from pathlib import Path

import pytest

from zalo_governor.config.groups import GroupSettings, PersonSettings
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.config.settings_warnings import doubts
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import EVERYWHERE, Role

GROUPS = """
groups:
  - {id: "1", name: Điều hành}
  - id: "2"
    name: Ngành Y tế
    office: {desk: Sở Y tế}
    schedule: {daily_report: "16:00"}
people:
"""
ADMIN = '  - {full_name: Lò Văn Mẫu, uid: "7", roles: [admin], groups: [%s]}\n'


def written(folder: Path, people: str) -> Path:
    path = folder / "governor.yaml"
    path.write_text(GROUPS + people, encoding="utf-8")
    return path


def test_a_role_is_held_where_it_is_written_by_name_or_id_and_else_everywhere(tmp_path: Path) -> None:
    people = ADMIN % '"Ngành Y tế"' + '  - {full_name: Lò Văn Mẫu, uid: "7", roles: [leader], groups: ["1"]}\n'
    people += '  - {full_name: Tẩn Trung Tâm, uid: "8", roles: [overseer], groups: all}\n'
    settings = load_settings(written(tmp_path, people))
    admin, leader, overseer = map(settings.grants_of, settings.people)
    assert admin == {"2": frozenset({Role.ADMIN})}
    assert leader == {"1": frozenset({Role.LEADER})}
    assert overseer == {EVERYWHERE: frozenset({Role.OVERSEER})}


def test_settings_of_a_group_change_what_they_say_and_nothing_else(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, ADMIN % '"2"'))
    common, health = (settings.of_group(group) for group in settings.groups)
    assert common == settings
    assert (health.office.desk, health.office.place) == ("Sở Y tế", settings.office.place)
    assert (health.schedule.daily_report, health.schedule.weekly_day) == (time(16), settings.schedule.weekly_day)


def test_one_line_on_reminders_in_a_group_leaves_the_other_lines_as_they_are_for_all(tmp_path: Path) -> None:
    path = tmp_path / "governor.yaml"
    path.write_text(
        "directives: {remind: {only_silent: false, days_after: [2]}}\n"
        'groups: [{id: "1", directives: {remind: {time_of_day: "09:00"}}}, {id: "2", directives: {remind: null}}]\n'
    )
    settings = load_settings(path)
    own, none = (settings.of_group(group).directives.remind for group in settings.groups)
    assert own
    assert (own.time_of_day, own.only_silent, own.days_after) == (time(9), False, (2,))
    assert none is None


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (ADMIN % "Y tế", "governor.yaml:9: people.0.groups.0: mục groups ở đầu tệp không có đúng một Nhóm"),
        (ADMIN % "", "groups không được để trống"),
        ('  - {full_name: Tẩn, uid: "8", roles: [overseer], groups: ["1"]}\n', "vai trò overseer giữ ở mọi Nhóm"),
        (ADMIN % '"1"' + ADMIN.replace("Mẫu", "Khác") % '"2"', "hai người cùng một uid"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, people: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_settings(written(tmp_path, people))
    assert said in str(error.value)


@pytest.mark.parametrize("groups", ["Ngành Y tế", "[2]", "2", "{Ngành Y tế: admin}"])
def test_groups_of_a_person_that_are_no_list_of_texts_are_refused_in_one_line(tmp_path: Path, groups: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_settings(written(tmp_path, (ADMIN % "").replace("[]", groups)))
    [said] = str(error.value).splitlines()
    assert "governor.yaml:9: people.0.groups: phải là all hoặc danh sách các Nhóm trong ngoặc vuông" in said


def test_each_group_without_an_admin_or_a_leader_is_named() -> None:
    groups = (GroupSettings(id="1", name="Điều hành"), GroupSettings(id="2", name="Ngành Y tế"))
    people = (PersonSettings(full_name="Lò Văn Mẫu", uid="7", roles=(Role.ADMIN, Role.LEADER), groups=("1",)),)
    said = list(doubts(Settings(groups=groups, people=people)))
    assert len(said) == 2
    assert all("(Nhóm Ngành Y tế): chưa ai có vai trò" in one for one in said)
