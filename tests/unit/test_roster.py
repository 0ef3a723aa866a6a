"""What an import would change."""

from zalo_governor.domain.roster import RosterEntry, difference, merged, with_known_uids

LO = RosterEntry(
    full_name="Lò Văn Mẫu", title="Giám đốc", agency="Sở Y tế", phone="+84912345678", uid="7000000000000000021"
)
TAN = RosterEntry(full_name="Tẩn A Mẫu", title="Chuyên viên", agency="Sở Y tế")


def test_the_same_roster_changes_nothing_in_any_order() -> None:
    found = difference([LO, TAN], [TAN, LO])
    assert found.empty
    assert found.same == 2


def test_people_come_and_go() -> None:
    found = difference([LO], [TAN])
    assert (found.added, found.removed, found.changed) == ((TAN,), (LO,), ())


def test_a_person_is_known_again_by_uid_then_phone_then_name_and_agency() -> None:
    renamed = LO.model_copy(update={"full_name": "Lò Thị Mẫu", "phone": None})
    moved = LO.model_copy(update={"uid": None, "full_name": "Lò Thị Mẫu", "title": "Phó Giám đốc"})
    promoted = TAN.model_copy(update={"title": "Phó Trưởng phòng"})
    for before, after, fields in (
        (LO, renamed, ("full_name", "phone")),
        (LO, moved, ("full_name", "title", "uid")),
        (TAN, promoted, ("title",)),
    ):
        (change,) = difference([before], [after]).changed
        assert change.fields == fields


def test_a_uid_outweighs_a_phone_that_somebody_else_has_now() -> None:
    heir = TAN.model_copy(update={"phone": LO.phone})
    kept = LO.model_copy(update={"phone": None})
    found = difference([LO], [heir, kept])
    assert found.added == (heir,)
    assert [change.after for change in found.changed] == [kept]


def test_an_offices_own_list_without_uids_does_not_lose_what_is_known() -> None:
    tied = TAN.model_copy(update={"uid": "5"})
    plain = LO.model_copy(update={"uid": None, "title": "Phó Giám đốc"})
    assert [entry.uid for entry in with_known_uids([LO, tied], [TAN, plain])] == ["5", LO.uid]
    other = LO.model_copy(update={"uid": "6"})
    assert [entry.uid for entry in with_known_uids([LO, tied], [other, TAN])] == ["6", "5"]


def test_of_two_people_of_one_name_in_one_agency_each_keeps_the_own_uid_and_nobody_gets_anothers() -> None:
    clerk = RosterEntry(full_name="Nguyễn Thị Mẫu", title="Chuyên viên", agency="Sở Y tế", uid="1")
    head = clerk.model_copy(update={"title": "Trưởng phòng", "uid": "2"})
    clerk_now, head_now = (entry.model_copy(update={"uid": None}) for entry in (clerk, head))
    assert with_known_uids([clerk, head], [head_now, clerk_now]) == [head, clerk]
    deputy = head_now.model_copy(update={"title": "Phó Giám đốc"})
    assert [entry.uid for entry in with_known_uids([clerk, head], [clerk_now, deputy])] == ["1", None]
    assert [entry.uid for entry in with_known_uids([clerk], [head_now, deputy])] == [None, None]


def test_who_has_another_phone_is_somebody_else_of_the_same_name() -> None:
    other = LO.model_copy(update={"uid": None, "phone": "+84987654321"})
    same = LO.model_copy(update={"uid": None})
    assert [entry.uid for entry in with_known_uids([LO], [other])] == [None]
    assert [entry.uid for entry in with_known_uids([LO], [same, other])] == [LO.uid, None]


def test_a_uid_that_the_new_list_gives_to_somebody_else_is_not_carried_over() -> None:
    heir = TAN.model_copy(update={"uid": LO.uid})
    assert [entry.uid for entry in with_known_uids([LO], [heir, LO.model_copy(update={"uid": None})])] == [LO.uid, None]


def test_a_list_that_is_merged_drops_nobody_and_blanks_nothing() -> None:
    promoted = RosterEntry(full_name=LO.full_name, title="Phó Giám đốc", agency=LO.agency)
    new = RosterEntry(full_name="Giàng Thị Thử", title="Văn thư", phone=LO.phone)
    assert merged([LO, TAN], [promoted]) == [LO.model_copy(update={"title": "Phó Giám đốc"}), TAN]
    assert merged([TAN], [new]) == [TAN, new]
    again = promoted.model_copy(update={"uid": LO.uid})
    assert [entry.phone for entry in merged([LO], [again, new])] == [None, new.phone]
    moved = LO.model_copy(update={"uid": "5", "phone": TAN.phone})
    assert [entry.phone for entry in merged([LO, moved], [LO.model_copy(update={"uid": "5"})])] == [None, LO.phone]
