"""What an office can get wrong at its first installation, and that nothing is half-written then."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.cli.telephone import telephone
from tests.unit.simulator.running import Running
from zalo_governor.cli.init.command import Installation
from zalo_governor.cli.login.flow import Ending, SignInError
from zalo_governor.config.settings import load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import Role
from zalo_governor.setup.answers_file import load_answers

BOT = "7000000000000000001"
MEMBER = "7000000000000000002"
LEADER = "7000000000000000021"
GROUP = "8000000000000000001"
ANSWERS = """\
office: {province: tỉnh Mẫu}
groups: [tinh mau]
people: {leader: su, admin: lo van mau}
regulation: {number: 12/QĐ-UBND, issued: 15/10/2025}
"""

Make = Callable[..., Path]


@pytest.fixture
def sim() -> Iterator[Running]:
    running = Running()
    running.order(
        "world",
        people=[{"uid": LEADER, "name": "Giàng A Sử - Chủ tịch UBND tỉnh"}],
        groups=[{"id": GROUP, "members": [BOT, MEMBER, LEADER]}],
    )
    yield running
    running.close()


@pytest.fixture
def make(sim: Running, tmp_path: Path) -> Make:
    """Run it with these answers while somebody scans and confirms; gives the folder."""

    def run(answers: str = ANSWERS, route_to: str | None = None) -> Path:
        (tmp_path / "tra-loi.yaml").write_text(answers, encoding="utf-8")
        with telephone(sim, [{"do": "scan"}, {"do": "confirm"}]):
            given = load_answers(tmp_path / "tra-loi.yaml")
            here = None if given.answers.route_to else route_to or sim.url
            installation = Installation(tmp_path / "governor.yaml", given, here)
            installation.make(None, other_account=False)
        return tmp_path

    return run


def test_a_second_time_only_what_was_answered_changes(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make()
    config = folder / "governor.yaml"
    for path in (config, folder / "config" / "rules" / "3.1-tieng-viet-co-dau.yaml"):
        path.write_text(path.read_text(encoding="utf-8") + "# của cơ quan\n", encoding="utf-8")
    make("people: {admin_staff: lo van mau}\n")
    assert config.read_text(encoding="utf-8").endswith("# của cơ quan\n")
    people = {person.full_name: set(person.roles) for person in load_settings(config).people}
    assert people == {"Giàng A Sử": {Role.LEADER, Role.LEADERSHIP}, "Lò Văn Mẫu": {Role.ADMIN, Role.ADMIN_STAFF}}
    said = capsys.readouterr().out
    assert "Đang dùng phiên đăng nhập" in said
    assert "Cơ quan đã sửa, giữ nguyên: rules/3.1-tieng-viet-co-dau.yaml" in said


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        ("office: {}\n", "tra-loi.yaml:1: people.admin: chưa có"),
        ("office: {}\n", "tra-loi.yaml:1: regulation.number: chưa có"),
        (ANSWERS.replace(", issued: 15/10/2025", ""), "tra-loi.yaml:4: regulation.issued: chưa có"),
        (ANSWERS.replace("15/10", "32/10"), "tra-loi.yaml:4: regulation.issued: phải là ngày"),
        (ANSWERS.replace("su,", "minh,"), "tra-loi.yaml:3: people.leader: không có thành viên nào tên 'minh'"),
        (ANSWERS.replace("tinh mau", "the thao"), "tra-loi.yaml:2: groups.0: không có Nhóm nào tên 'the thao'"),
        (ANSWERS + f"config_dir: {shipped_config()}\n", f"tra-loi.yaml:5: config_dir: {shipped_config()} là bản cấu"),
        (ANSWERS + "route_to: http://example.org\n", "tra-loi.yaml:5: route_to: chỉ nhận địa chỉ của chính máy này"),
        (ANSWERS + "alarm: {after_minutes: 0}\n", "tra-loi.yaml:5: alarm.after_minutes"),
        (ANSWERS.replace("leader: su", "leader: {name: su, groups: [y te]}"), "governor.yaml (bản sẽ ghi):"),
    ],
)
def test_a_wrong_answer_is_named_and_writes_nothing(make: Make, tmp_path: Path, answers: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(complaint)):
        make(answers)
    assert not (tmp_path / "governor.yaml").exists()
    assert not (tmp_path / "config").exists()


def test_who_had_a_role_in_a_group_that_is_no_longer_watched_alone_is_named(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    config = make() / "governor.yaml"
    text = config.read_text(encoding="utf-8")
    other = "  - {full_name: Tẩn Văn Mẫu, uid: '7000000000000000088', roles: [admin], groups: [Y tế]}"
    text = re.sub("^groups:$", 'groups:\n  - {id: "8000000000000000002", name: Y tế}', text, flags=re.MULTILINE)
    config.write_text(re.sub("^people:$", f"people:\n{other}", text, flags=re.MULTILINE), encoding="utf-8")
    assert len(load_settings(config).people) == 3
    make("groups: [tinh mau]\n")
    assert [person.full_name for person in load_settings(config).people] == ["Giàng A Sử", "Lò Văn Mẫu"]
    assert "thôi theo dõi sẽ bị bỏ khỏi governor.yaml: Tẩn Văn Mẫu." in capsys.readouterr().out


def test_only_this_machine_may_take_zalos_place(make: Make) -> None:
    with pytest.raises(ConfigError, match="--route-to: chỉ nhận địa chỉ của chính máy này"):
        make(route_to="http://example.org")


def test_an_account_without_a_group_is_told_to_be_put_into_one(sim: Running, make: Make, tmp_path: Path) -> None:
    sim.order("world", groups=[{"id": GROUP, "members": [MEMBER]}])
    with pytest.raises(SignInError, match="chưa ở trong Nhóm nào"):
        make()
    assert not (tmp_path / "governor.yaml").exists()


def test_hidden_members_are_spoken_of(sim: Running, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    hidden = {"id": GROUP, "admins": [LEADER], "members": [BOT, MEMBER, LEADER, "7000000000000000044"]}
    sim.order("world", groups=[hidden | {"settings": {"lockViewMember": 1}}])
    make()
    assert "ẩn danh sách thành viên: chỉ đọc được 3 trên 4 người" in capsys.readouterr().out


def test_a_line_that_breaks_behind_the_login_keeps_the_session_and_the_next_run_goes_on(
    sim: Running, make: Make, tmp_path: Path
) -> None:
    sim.order("config", status={"/api/group/getlg/v4": 502})
    with pytest.raises(SignInError) as raised:
        make()
    assert raised.value.ending is Ending.NO_NETWORK
    sim.order("config", status={})
    assert (make() / "governor.yaml").exists()
    assert [code["state"] for code in sim.state()["qr"]] == ["confirmed"]


def test_a_folder_that_cannot_be_written_leaves_no_settings(make: Make, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="tra-loi"):
        make(ANSWERS + "config_dir: tra-loi.yaml\n")
    assert not (tmp_path / "governor.yaml").exists()
