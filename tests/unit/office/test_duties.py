"""The sweep over display names."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.office.fake_unit import BOT, GROUP
from zalo_governor.domain.elements import ElementKind, Source
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.office.duties import sweep_elements

SNAPSHOT = GroupSnapshot(group_id=GROUP, name="Nhóm", owner_uid="1")


def sweep(members: list[Member], known: dict[str, str], now_ms: int = 1000) -> list[str]:
    return [element.sender_uid for element in sweep_elements(BOT, SNAPSHOT, members, known, now_ms)]


def test_new_and_changed_names_are_judged_and_known_ones_not() -> None:
    members = [
        Member(uid="2", display_name="A"),
        Member(uid="3", display_name="B"),
        Member(uid="4", display_name="C"),
        Member(uid="5", display_name=""),
        Member(uid=BOT, display_name="Bot"),
    ]
    assert sweep(members, {"2": "A", "3": "B cũ"}) == ["3", "4"]


def test_the_name_at_zalo_counts_and_not_the_alias_that_the_bot_account_sees() -> None:
    members = [Member(uid="2", display_name="Bạn cũ", zalo_name="Lò Thị B - Chánh Văn phòng")]
    assert sweep(members, {"2": "Lò Thị B - Chánh Văn phòng"}) == []
    (element,) = sweep_elements(BOT, SNAPSHOT, members, {}, 1000)
    assert element.raw == {"uid": "2", "name": "Lò Thị B - Chánh Văn phòng"}


def test_an_element_is_an_act_of_the_person_found_by_the_sweep() -> None:
    (element,) = sweep_elements(BOT, SNAPSHOT, [Member(uid="2", display_name="Tí")], {}, 1234)
    assert (element.kind, element.source, element.sender_uid) == (ElementKind.NAME, Source.SWEEP, "2")
    assert (element.thread_id, element.is_group, element.at_ms, element.cli_key) == (GROUP, True, 1234, None)
    assert element.said == '{"name":"Tí","uid":"2"}'.encode()


def test_a_name_that_comes_back_has_a_key_of_its_own() -> None:
    members = [Member(uid="2", display_name="Tí")]
    (first,) = sweep_elements(BOT, SNAPSHOT, members, {}, 1)
    (again,) = sweep_elements(BOT, SNAPSHOT, members, {"2": "Tèo"}, 2)
    assert first.key != again.key
    assert first.said == again.said


@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=50))
def test_any_name_can_be_swept(name: str) -> None:
    assert sweep([Member(uid="2", display_name=name)], {}) == ["2"]
