"""How people are called: comrades are those whom the office knows, others are accounts; a borrowed name is said."""

from typing import Any

import pytest

from tests.unit.features.desk import CATALOGUE, LETTERHEAD, REGULATION, UIDS, UNMARKED, to
from tests.unit.features.members.test_outsiders import HOA, STRANGER, Group
from tests.unit.features.reports.test_builder import report
from tests.unit.features.test_membership import ask
from zalo_governor.domain.people import EVERYWHERE, Namesake, Person, Role, Standing
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.reports.document.document import paper_of
from zalo_governor.messaging.formatter import MessageFormatter

VOICE = MessageFormatter(CATALOGUE, REGULATION)
LEADER = "đồng chí Lò Văn Chủ (Chủ tịch UBND tỉnh)"
SAME = f"CHÚ Ý: trùng tên với {LEADER} nhưng là tài khoản khác"


def person(**facts: Any) -> Person:
    return Person(**({"id": 9, "uid": "7", "display_name": "Bố Gấu - Giám đốc"} | facts))


def shows(group: Group, name: str, who: str = "stranger") -> None:
    group.change(who, display_name=name)


@pytest.mark.parametrize(
    ("facts", "called"),
    [
        ({"full_name": "Giàng A Viên", "title": "Chuyên viên"}, "đồng chí Giàng A Viên (Chuyên viên)"),
        ({"grants": {EVERYWHERE: frozenset({Role.MEMBER})}}, "đồng chí Bố Gấu - Giám đốc"),
        ({}, 'tài khoản "Bố Gấu - Giám đốc"'),
        ({"standing": Standing.OUTSIDE}, 'tài khoản "Bố Gấu - Giám đốc" (ngoài danh sách)'),
        ({"standing": Standing.UNMATCHED}, 'tài khoản "Bố Gấu - Giám đốc" (chưa đối chiếu được với danh sách)'),
        ({"standing": Standing.OUTSIDE, "full_name": "Giàng A Viên", "title": "Chuyên viên", "display_name": ""},
         'tài khoản "Giàng A Viên" (ngoài danh sách)'),
        ({"display_name": ""}, "một tài khoản mà Hệ thống chưa rõ là ai"),
    ],
)  # fmt: skip
def test_only_who_is_identified_is_a_comrade_and_bears_a_title(facts: dict[str, Any], called: str) -> None:
    assert VOICE.who(person(**facts)) == called


@pytest.mark.parametrize(
    ("title", "agency", "position"),
    [
        ("Giám đốc", "Sở Y tế", "Giám đốc Sở Y tế"),
        ("Giám đốc sở", "Sở Y tế", "Giám đốc sở Y tế"),
        ("Giám đốc Sở Y tế", "Sở Y tế", "Giám đốc Sở Y tế"),
        ("Chủ tịch UBND tỉnh", "UBND tỉnh Mẫu", "Chủ tịch UBND tỉnh Mẫu"),
        ("Chánh Văn phòng", "Văn phòng UBND tỉnh", "Chánh Văn phòng UBND tỉnh"),
        ("Chủ tịch UBND xã Mẫu", "UBND xã Mẫu, tỉnh Thử", "Chủ tịch UBND xã Mẫu"),
        ("Chuyên viên", "", "Chuyên viên"),
    ],
)
def test_a_title_is_shown_with_the_agency_of_its_own_column(title: str, agency: str, position: str) -> None:
    group = Group()
    group.store.entries = [RosterEntry(full_name="Mào Văn Dũng", title=title, agency=agency, uid=UIDS["stranger"])]
    group.change("stranger", full_name="Mào Văn Dũng", title=title)  # as the import of the roster writes it
    group.say("stranger", "noi dung", UNMARKED)
    assert f"đồng chí Mào Văn Dũng ({position}) lúc" in to(group.take(), "admin")[0]


def test_a_letter_to_whom_nobody_knows_begins_with_the_account_and_is_silent_on_the_name() -> None:
    namesake = Namesake(full_name="Lò Văn Chủ", title="Chủ tịch UBND tỉnh", same=True)
    outsider = person(standing=Standing.OUTSIDE, namesake=namesake)
    assert VOICE.address(outsider) == 'chủ tài khoản "Bố Gấu - Giám đốc"'
    assert VOICE.address(person(display_name="")) == "đồng chí"


def test_an_outsider_is_not_called_comrade_in_what_is_said_to_him() -> None:
    group = Group()
    shows(group, "Bố Gấu")
    said = ask(group, "/vipham", who="stranger")
    assert said.startswith('Kính gửi chủ tài khoản "Bố Gấu":')
    assert "đồng chí" not in said
    assert "ông/bà" in said


def test_an_account_with_the_leaders_name_is_pointed_out_wherever_it_is_named() -> None:
    group = Group()
    shows(group, "Lò Văn Chủ - Chủ tịch UBND tỉnh")
    group.say("stranger", "noi dung", UNMARKED)
    called = f'tài khoản "Lò Văn Chủ - Chủ tịch UBND tỉnh" (ngoài danh sách) [{SAME}]'
    assert called in to(group.take(), "admin")[0]
    assert called in ask(group, "/vipham")
    assert called in ask(group, "/xem VP1")
    [people] = [table for table in paper_of(report(group), LETTERHEAD, VOICE).tables if table.key == "open"]
    assert called in [row[1] for row in people.rows]


@pytest.mark.parametrize("shown", ["LO VAN CHU", "Lò Văn Chù", "Lò  Văn Chủu", "Lò Văn Сhủ.", "L0 Văn Chủ"])
def test_a_name_that_only_looks_like_the_leaders_is_said_to_be_like_it(shown: str) -> None:
    group = Group()
    shows(group, shown)
    group.say("stranger", "noi dung", UNMARKED)
    assert LEADER in to(group.take(), "admin")[0]
    assert "nhưng là tài khoản khác" in ask(group, "/vipham")


def test_a_member_who_shows_the_leaders_name_is_pointed_out_too_and_one_who_shows_his_own_is_not() -> None:
    group = Group()
    shows(group, "Lò Văn Chủ", "member")
    group.say("member", "noi dung", UNMARKED)
    assert f"; Giàng A Viên (Chủ tịch UBND xã Mẫu) [{SAME}]" in ask(group, "/vipham")
    shows(group, "Giang A Vien", "member")
    assert "CHÚ Ý" not in ask(group, "/vipham")


def test_two_of_the_roster_with_one_name_are_no_alarm() -> None:
    group = Group()
    group.store.entries.append(HOA.model_copy(update={"uid": STRANGER, "phone": None}))
    group.store.entries.append(HOA.model_copy(update={"uid": UIDS["stranger"], "phone": None}))
    shows(group, "Hoàng Thị Hoa Mẫu")
    group.say("stranger", "noi dung", UNMARKED)
    assert "; Hoàng Thị Hoa Mẫu (Chánh Văn phòng Sở Y tế), 14:05" in ask(group, "/vipham")


def test_whose_name_the_roster_has_without_an_account_is_not_yet_outside() -> None:
    group = Group()
    shows(group, "Hoàng Thị Hoa Mẫu - Chánh Văn phòng")
    group.say("stranger", "noi dung", UNMARKED)
    assert "(chưa đối chiếu được với danh sách), 14:05" in ask(group, "/vipham")


def test_without_a_roster_nobody_is_outside_of_it_but_the_leaders_name_is_still_his() -> None:
    group = Group()
    group.store.entries = []
    shows(group, "Lò Văn Chủ")
    group.say("stranger", "noi dung", UNMARKED)
    listed = ask(group, "/vipham")
    assert f'tài khoản "Lò Văn Chủ" [{SAME}]' in listed
    assert "ngoài danh sách" not in listed


def comes_as_the_leader(group: Group) -> str:
    group.comes(STRANGER)
    group.store.people[STRANGER] = group.store.people[STRANGER].model_copy(update={"display_name": "Lò Văn Chủ"})
    return ask(group, "/xem VP1")


def test_who_comes_in_under_the_leaders_name_is_not_offered_a_place_in_the_roster() -> None:
    group = Group()
    shown = comes_as_the_leader(group)
    assert SAME in shown
    assert "hỏi trực tiếp" in shown
    assert "/thanhvien" not in shown
    assert "/moira VP1" in shown


def test_the_alert_of_such_a_coming_offers_none_either() -> None:
    group = Group()
    group.comes(STRANGER, name="Lò Văn Chủ")
    [told] = to(group.take(), "admin")
    assert SAME in told
    assert "/thanhvien VP1" not in told
    assert "hỏi trực tiếp" in told


def test_a_borrowed_name_goes_into_the_roster_only_with_the_name_typed_out() -> None:
    group = Group()
    comes_as_the_leader(group)
    refused = ask(group, "/thanhvien VP1")
    assert SAME in refused
    assert group.store.entries == [HOA]
    ask(group, "/thanhvien VP1 Lò Văn Chủ - Chuyên viên Sở Mẫu")
    assert group.store.entries[1].title == "Chuyên viên Sở Mẫu"
