"""The roster held against the group."""

from zalo_governor.domain.roster import RosterEntry
from zalo_governor.office.roster.matching import compare

LO = RosterEntry(full_name="Lò Văn Mẫu", title="Giám đốc", agency="Sở Y tế", uid="1")
TAN = RosterEntry(full_name="Tẩn A Mẫu", title="Chuyên viên", agency="Sở Nội vụ", phone="+84912345678")
HOA = RosterEntry(full_name="Hoàng Thị Hoa Mẫu", title="Chánh Văn phòng", agency="UBND tỉnh")


def test_who_is_here_who_is_missing_and_who_is_a_stranger() -> None:
    held = compare([LO, TAN, HOA], {"1", "9"}, {"9": "Bố Gấu"}, {})
    assert held.present == (LO,)
    assert held.missing == (TAN, HOA)
    assert held.strangers == ("9",)
    assert held.proposals == ()


def test_a_phone_that_was_looked_up_finds_the_member() -> None:
    held = compare([TAN], {"2"}, {}, {"+84912345678": "2"})
    assert held.present == (TAN,)
    assert held.strangers == ()


def test_a_like_name_is_proposed_and_nothing_more() -> None:
    held = compare([HOA], {"3", "4"}, {"3": "hoang thi hoa mau - CVP", "4": "Hoàng Văn Nam - Lái xe"}, {})
    assert held.missing == (HOA,)
    assert [(one.entry, one.uid) for one in held.proposals] == [(HOA, "3")]


def test_of_two_people_of_one_name_the_title_decides() -> None:
    other = HOA.model_copy(update={"title": "Kế toán", "agency": "Sở Y tế"})
    names = {"3": "Hoàng Thị Hoa Mẫu - Kế toán Sở Y tế", "4": "Hoàng Thị Hoa Mẫu - Chánh Văn phòng UBND tỉnh"}
    held = compare([HOA, other], {"3", "4"}, names, {})
    assert {(one.entry.title, one.uid) for one in held.proposals} == {("Kế toán", "3"), ("Chánh Văn phòng", "4")}


def test_whoever_has_a_uid_is_not_guessed_by_name() -> None:
    assert compare([LO], {"9"}, {"9": "Lò Văn Mẫu - Giám đốc"}, {}).proposals == ()
