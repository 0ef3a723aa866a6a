"""A file of answers: every answer that cannot be used is named with file, line and key."""

from pathlib import Path

import pytest

from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import Member, Role
from zalo_governor.setup.answers_file import AnswerFile, load_answers
from zalo_governor.setup.choices import ChosenGroup

GROUPS = [ChosenGroup("81", "Nhóm điều hành tỉnh"), ChosenGroup("82", "Nhóm điều hành huyện")]
MEMBERS = [
    Member(uid="1", global_id="G1", display_name="Giàng A Sử - Chủ tịch UBND tỉnh"),
    Member(uid="2", global_id="G2", display_name="Vàng A Sử - Chuyên viên"),
]


def answers(folder: Path, text: str) -> AnswerFile:
    path = folder / "tra-loi.yaml"
    path.write_text(text, encoding="utf-8")
    return load_answers(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("office:\n  provinc: Lai Châu\n", ":2: office.provinc: không có mục này; có phải định ghi province không?"),
        ("people:\n  leader: {title: Chủ tịch}\n", ":2: people.leader: phải có name, uid hoặc global_id"),
        ("people:\n  admin:\n    - Lò Văn Minh\n    - 7\n", ":4: people.admin.1"),
        ("alarm:\n  webhook: mail\n", ":2: alarm.webhook"),
        ("regulation:\n  issued: hôm nay\n", ":2: regulation.issued"),
        ("groups: [\n", "sai cách viết YAML"),
    ],
)
def test_a_wrong_answer_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=r"tra-loi\.yaml") as raised:
        answers(tmp_path, text)
    assert complaint in str(raised.value)


def test_what_a_first_installation_needs_is_asked_for_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        answers(tmp_path, "office:\n  desk: Sở\n").require("office.province", "groups", "people.leader")
    assert [line.split(": ")[1] for line in str(raised.value).splitlines()] == [
        "office.province", "groups", "people.leader",
    ]  # fmt: skip


def test_names_that_mean_one_alone_are_found_and_every_other_one_is_named(tmp_path: Path) -> None:
    given = answers(tmp_path, "groups: [tinh]\npeople:\n  leader: giang a su\n  admin: [vang, {uid: '1'}]\n")
    assert given.groups(GROUPS) == [GROUPS[0]]
    holders = given.holders(MEMBERS)
    assert {role: [one.uid for one in chosen] for role, chosen in holders.items()} == {
        Role.LEADER: ["1"], Role.ADMIN: ["2", "1"],
    }  # fmt: skip
    vague = answers(tmp_path, "groups:\n  - dieu hanh\npeople:\n  leader: su\n  admin: [Lò]\n  report_reader: []\n")
    with pytest.raises(ConfigError, match=r":2: groups\.0: 'dieu hanh' có thể là 2 Nhóm"):
        vague.groups(GROUPS)
    with pytest.raises(ConfigError) as raised:
        vague.holders(MEMBERS)
    ambiguous, nobody = str(raised.value).splitlines()
    assert ":4: people.leader: 'su' có thể là 2 thành viên: Giàng A Sử" in ambiguous
    assert "(uid 2)" in ambiguous
    assert ":5: people.admin.0: không có thành viên nào tên 'Lò'" in nobody


def test_a_role_taken_from_everybody_and_one_not_spoken_of_are_two_things(tmp_path: Path) -> None:
    given = answers(tmp_path, "people:\n  report_reader: []\n")
    assert given.holders(MEMBERS) == {Role.REPORT_READER: []}


def test_only_what_was_answered_is_decided(tmp_path: Path) -> None:
    smtp = "smtp: {host: mail.example.vn, sender: a@example.vn, recipients: [b@example.vn]}"
    given = answers(tmp_path, f"office: {{province: tỉnh Lai Châu}}\nalarm:\n  {smtp}\nregulation: {{number: 12}}\n")
    choices = given.choices(None, {}, first=False)
    assert (choices.office, choices.regulation, choices.top) == ({"province": "tỉnh Lai Châu"}, {"number": "12"}, {})
    assert choices.alarm == {
        "smtp": {"host": "mail.example.vn", "sender": "a@example.vn", "recipients": ["b@example.vn"]}
    }
    assert choices.groups is None
    at_first = given.choices(None, {}, first=True)
    assert at_first.office["unit"] == "UBND tỉnh Lai Châu"
    assert at_first.office["place"] == "Lai Châu"
    assert given.choices(None, {}, first=True).regulation == {"number": "12", "issuer": "UBND tỉnh Lai Châu"}


def test_the_file_that_the_operators_page_shows_can_be_used(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "cai-dat.md").read_text(encoding="utf-8")
    given = answers(tmp_path, page.partition("```yaml\n")[2].partition("```")[0])
    given.require("office.province", "groups", "people.leader", "people.admin")
    assert given.choices(None, {}, first=True).alarm["smtp"]["host"] == "mail.tinhmau.example.vn"
