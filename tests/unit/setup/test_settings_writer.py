"""governor.yaml is written with the comments of the shipped one, and written again without losing what was edited."""

from pathlib import Path

import pytest

from zalo_governor.config.settings import load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import Role
from zalo_governor.setup.choices import Choices, ChosenGroup, Holder
from zalo_governor.setup.settings_writer import write_settings

LEADER = Holder("11", "G11", "Giàng A Sử - Chủ tịch UBND tỉnh")
ADMIN = Holder("12", None, "Lò Văn Minh", title="Giám đốc Sở")
GROUP = ChosenGroup("8000000000000000001", "Nhóm Zalo tỉnh Mẫu")
SMTP = {"host": "mail.example.vn", "port": 587, "sender": "a@example.vn", "recipients": ["b@example.vn"]}
FIRST = Choices(
    top={"config_dir": "config"},
    office={"province": "tỉnh Lai Châu"},
    alarm={"smtp": SMTP, "webhook": None},
    groups=[GROUP],
    holders={Role.LEADER: [LEADER], Role.LEADERSHIP: [LEADER], Role.ADMIN: [ADMIN]},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "config").symlink_to(shipped_config())
    return tmp_path / "governor.yaml"


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


def test_a_new_file_says_what_was_chosen_and_keeps_every_comment_of_the_shipped_one(path: Path) -> None:
    write_settings(path, FIRST)
    settings = load_settings(path)
    assert settings.office.province == "tỉnh Lai Châu"
    assert [(group.id, group.name) for group in settings.groups] == [GROUP]
    assert settings.alarm.smtp
    assert settings.alarm.smtp.recipients == ("b@example.vn",)
    leader, admin = settings.people
    assert (leader.full_name, leader.title, leader.uid, leader.global_id) == (
        "Giàng A Sử", "Chủ tịch UBND tỉnh", None, "G11",
    )  # fmt: skip
    assert set(leader.roles) == {Role.LEADER, Role.LEADERSHIP}
    assert (admin.full_name, admin.title, admin.uid, admin.global_id) == ("Lò Văn Minh", "Giám đốc Sở", "12", None)
    shipped = (shipped_config() / "governor.yaml").read_text(encoding="utf-8")
    assert comments(path.read_text(encoding="utf-8")) == comments(shipped)


def test_a_second_time_nothing_of_what_people_wrote_is_lost(path: Path) -> None:
    write_settings(path, FIRST)
    edited = path.read_text(encoding="utf-8")
    edited = edited.replace("leader_after_minutes: 15", "leader_after_minutes: 20  # theo ý kiến đồng chí Chủ tịch")
    edited = edited.replace('global_id: "G11"', 'global_id: "G11"\n    phone: "0912345678"  # máy riêng')
    path.write_text(edited, encoding="utf-8")
    write_settings(path, FIRST)
    assert path.read_text(encoding="utf-8") == edited
    path.chmod(0o600)
    write_settings(path, Choices(office={"place": "Lai Châu"}, holders={Role.ADMIN: [LEADER]}))
    again = path.read_text(encoding="utf-8")
    assert "# theo ý kiến đồng chí Chủ tịch" in again
    assert "# máy riêng" in again
    settings = load_settings(path)
    assert settings.escalation.leader_after_minutes == 20
    [leader] = settings.people
    assert set(leader.roles) == {Role.LEADER, Role.LEADERSHIP, Role.ADMIN}
    assert leader.phone == "0912345678"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_password_of_the_mailbox_and_the_order_of_its_lines_stay_when_the_rest_is_answered_again(
    path: Path,
) -> None:
    write_settings(path, FIRST)
    edited = path.read_text(encoding="utf-8").replace("sender: a@example.vn", "password: bimat, sender: a@example.vn")
    path.write_text(edited, encoding="utf-8")
    write_settings(path, FIRST)
    assert path.read_text(encoding="utf-8") == edited
    write_settings(path, Choices(alarm={"smtp": {**SMTP, "host": "thu.example.vn"}}))
    smtp = load_settings(path).alarm.smtp
    assert smtp
    assert smtp.password
    assert (smtp.host, smtp.password.get_secret_value()) == ("thu.example.vn", "bimat")
    write_settings(path, Choices(alarm={"smtp": None}))
    assert load_settings(path).alarm.smtp is None


def test_who_keeps_another_role_stays_and_who_has_none_left_goes(path: Path) -> None:
    write_settings(path, FIRST)
    reader = Holder("13", "G13", "Phạm Văn Bình - Chánh Văn phòng")
    write_settings(path, Choices(holders={Role.LEADERSHIP: [reader], Role.ADMIN: []}))
    people = {person.full_name: set(person.roles) for person in load_settings(path).people}
    # A leader who stays goes on to give directives.
    assert people == {"Giàng A Sử": {Role.LEADER, Role.LEADERSHIP}, "Phạm Văn Bình": {Role.LEADERSHIP}}
    write_settings(path, Choices(holders={Role.LEADER: [reader], Role.LEADERSHIP: [reader]}))
    people = {person.full_name: set(person.roles) for person in load_settings(path).people}
    assert people == {"Phạm Văn Bình": {Role.LEADER, Role.LEADERSHIP}}


def test_another_group_takes_the_place_of_one_that_was_not_chosen_and_a_name_given_by_hand_stays(path: Path) -> None:
    write_settings(path, FIRST)
    path.write_text(
        path.read_text(encoding="utf-8").replace(f"name: {GROUP.name}", "name: điều hành"), encoding="utf-8"
    )
    other = ChosenGroup("8000000000000000002", "Nhóm hai")
    write_settings(path, Choices(groups=[GROUP, other]))
    assert [group.name for group in load_settings(path).groups] == ["điều hành", "Nhóm hai"]
    write_settings(path, Choices(groups=[other]))
    assert [group.id for group in load_settings(path).groups] == [other.id]


def test_choices_that_make_no_settings_leave_the_file_as_it_was_and_nothing_beside_it(path: Path) -> None:
    write_settings(path, FIRST)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"governor\.yaml \(bản sẽ ghi\):\d+: alarm\.after_minutes"):
        write_settings(path, Choices(alarm={"after_minutes": 0}))
    assert path.read_bytes() == before
    assert {found.name for found in path.parent.iterdir()} == {"governor.yaml", "config"}


def test_people_keep_their_roles_in_the_groups_that_stay_and_who_had_them_elsewhere_alone_goes(path: Path) -> None:
    there, new = ChosenGroup("8000000000000000002", "Giao ban"), ChosenGroup("8000000000000000003", "Giao ban")
    holders = {
        Role.LEADER: [LEADER._replace(groups=(GROUP.id, there.id))],
        Role.ADMIN: [ADMIN._replace(groups=(there.id,))],
    }
    write_settings(path, Choices(groups=[GROUP, there], holders=holders))
    assert [one.groups for one in load_settings(path).people] == [(GROUP.name, there.name), (there.name,)]
    edited = path.read_text(encoding="utf-8").replace('global_id: "G11"', 'global_id: "G11"\n    phone: "0912345678"')
    path.write_text(edited, encoding="utf-8")
    # Another group of the same name.
    write_settings(path, Choices(groups=[GROUP, there, new]))
    assert [one.groups for one in load_settings(path).people] == [(GROUP.name, there.id), (there.id,)]
    write_settings(path, Choices(groups=[GROUP, new]))
    assert [(one.phone, one.groups) for one in load_settings(path).people] == [("0912345678", (GROUP.name,))]


def test_roles_given_by_ids_are_written_by_the_names_in_the_file_where_these_are_unique(path: Path) -> None:
    twin = ChosenGroup("8000000000000000002", GROUP.name)
    in_both = {Role.ADMIN: [ADMIN._replace(groups=(GROUP.id,)), ADMIN._replace(groups=(twin.id,))]}
    write_settings(path, Choices(groups=[GROUP, twin], holders=in_both))
    assert [one.groups for one in load_settings(path).people] == [(GROUP.id, twin.id)]
    edited = path.read_text(encoding="utf-8").replace('uid: "12"', 'uid: "12"\n    phone: "0912345678"')
    path.write_text(edited.replace(f"name: {GROUP.name}", "name: điều hành", 1), encoding="utf-8")
    # The same entry stays as it is; the leader's is new.
    leads = {Role.LEADER: [LEADER._replace(groups=(GROUP.id,))]}
    write_settings(path, Choices(groups=[GROUP._replace(name="Tên mới"), twin], holders=in_both | leads))
    assert [(one.phone, one.groups) for one in load_settings(path).people] == [
        ("0912345678", (GROUP.id, twin.id)),
        (None, ("điều hành",)),
    ]


def test_who_had_a_role_in_all_groups_and_is_chosen_for_one_has_it_there_alone(path: Path) -> None:
    other = ChosenGroup("8000000000000000002", "Ngành Y tế")
    write_settings(path, Choices({"config_dir": "config"}, groups=[GROUP, other], holders={Role.ADMIN: [ADMIN]}))
    assert [one.groups for one in load_settings(path).people] == ["all"] or load_settings(path).people[0].groups is None
    write_settings(path, Choices(groups=[GROUP, other], holders={Role.ADMIN: [ADMIN._replace(groups=(GROUP.name,))]}))
    assert [(one.roles, one.groups) for one in load_settings(path).people] == [((Role.ADMIN,), (GROUP.name,))]


def test_roles_in_several_groups_are_one_entry_where_they_are_the_same_and_written_again_change_nothing(
    path: Path,
) -> None:
    other = ChosenGroup("8000000000000000002", "Ngành Y tế")
    here, there = GROUP.name, other.name
    in_both = [ADMIN._replace(groups=(here,)), ADMIN._replace(groups=(there,))]
    holders = {
        Role.LEADER: [LEADER._replace(groups=(here,)), ADMIN._replace(groups=(there,))],
        Role.ADMIN: in_both,
        Role.OVERSEER: [Holder("13", None, "Tẩn Trung Tâm - Trưởng phòng")],
    }
    choices = Choices({"config_dir": "config"}, groups=[GROUP, other], holders=holders)
    for _ in range(2):
        write_settings(path, choices)
        settings = load_settings(path)
        assert [(one.full_name, one.roles, one.groups) for one in settings.people] == [
            ("Giàng A Sử", (Role.LEADER,), (here,)),
            ("Lò Văn Minh", (Role.LEADER,), (there,)),
            ("Lò Văn Minh", (Role.ADMIN,), (here, there)),
            ("Tẩn Trung Tâm", (Role.OVERSEER,), "all"),
        ]
