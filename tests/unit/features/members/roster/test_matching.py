"""The roster held against the group."""

from zalo_governor.domain.roster import RosterEntry
from zalo_governor.domain.roster_matching import compare, likeliest, proposals

LO = RosterEntry(full_name="Lò Văn Mẫu", title="Giám đốc", agency="Sở Y tế", uid="1")
TAN = RosterEntry(full_name="Tẩn A Mẫu", title="Chuyên viên", agency="Sở Nội vụ", phone="+84912345678")
HOA = RosterEntry(full_name="Hoàng Thị Hoa Mẫu", title="Chánh Văn phòng", agency="UBND tỉnh")
NOBODY: frozenset[str] = frozenset()


def test_who_is_here_who_is_missing_and_who_is_a_stranger() -> None:
    held = compare([(LO, {"1"}), (TAN, NOBODY), (HOA, NOBODY)], {"1", "8", "9"}, {"1", "8"})
    assert held.present == (LO,)
    assert held.missing == (TAN, HOA)
    assert held.strangers == ("9",)


def test_whoever_is_known_by_any_of_several_uids_is_here() -> None:
    held = compare([(TAN, {"2", "3"})], {"3"}, {"2", "3"})
    assert held.present == (TAN,)
    assert held.strangers == ()


def test_a_like_name_is_proposed_and_nothing_more() -> None:
    names = {"3": "hoang thi hoa mau - CVP", "4": "Hoàng Văn Nam - Lái xe"}
    assert [(one.entry, one.uid) for one in proposals([(HOA, NOBODY)], ["3", "4"], names)] == [(HOA, "3")]


def test_of_two_people_of_one_name_the_title_decides() -> None:
    other = HOA.model_copy(update={"title": "Kế toán", "agency": "Sở Y tế"})
    names = {"3": "Hoàng Thị Hoa Mẫu - Kế toán Sở Y tế", "4": "Hoàng Thị Hoa Mẫu - Chánh Văn phòng UBND tỉnh"}
    found = proposals([(HOA, NOBODY), (other, NOBODY)], ["3", "4"], names)
    assert {(one.entry.title, one.uid, one.place) for one in found} == {
        ("Kế toán", "3", 1),
        ("Chánh Văn phòng", "4", 0),
    }


def test_whoever_has_an_account_is_not_guessed_by_name() -> None:
    assert proposals([(LO, {"1"})], ["9"], {"9": "Lò Văn Mẫu - Giám đốc"}) == []
    assert likeliest([(LO, {"1"})], "Lò Văn Mẫu - Giám đốc") is None


def test_the_likeliest_entry_for_one_name() -> None:
    roster = [(LO, frozenset({"1"})), (TAN, NOBODY), (HOA, NOBODY)]
    assert likeliest(roster, "Hoàng Thị Hoa Mẫu (CVP)") == 2
    assert likeliest(roster, "Tẩn A Mẫu/Chuyên viên") == 1
    for name in ("Bố Gấu", "Mẫu", "Tẩn Thị Én - Chuyên viên", "Hoàng Thị Lan - Chánh Văn phòng", ""):
        assert likeliest(roster, name) is None
