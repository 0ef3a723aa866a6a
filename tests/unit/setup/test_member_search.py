"""A member is found by part of the name, typed as people type; and it is never guessed who was meant."""

import pytest

from zalo_governor.domain.people import Member
from zalo_governor.setup.member_search import find

MEMBERS = [
    Member(uid="1", global_id="G1", display_name="Giàng A Sử - Chủ tịch UBND tỉnh"),
    Member(uid="2", global_id="G2", display_name="Vàng A Sử - Chuyên viên"),
    Member(uid="3", display_name="Nguyễn Thị Hoa - Phó Giám đốc Sở"),
    Member(uid="4", display_name="Nguyễn Thị Hòa - Chánh Văn phòng"),
    Member(uid="5", display_name="minh.lo", zalo_name="Lò Văn Minh"),
    Member(uid="6", display_name="Lò Thị Minhh"),
]


@pytest.mark.parametrize(
    ("typed", "uids"),
    [
        ("giang a su", ["1"]),
        ("SỬ giàng", ["1"]),
        ("su", ["1", "2"]),
        ("gian", ["1"]),
        ("hoa", ["4", "3"]),
        ("Hòa", ["4"]),
        ("nguyen thi", ["4", "3"]),
        ("minh", ["5"]),
        ("min", ["6", "5"]),
        ("2", ["2"]),
        ("G1", ["1"]),
        ("chu tich", ["1"]),
        ("khong co ai", []),
        ("  ", []),
        ("***", []),
    ],
)
def test_whom_it_may_mean(typed: str, uids: list[str]) -> None:
    assert sorted(member.uid for member in find(MEMBERS, typed)) == sorted(uids)


def test_two_with_one_name_are_both_found() -> None:
    twins = [Member(uid="1", display_name="Lò Văn Minh"), Member(uid="2", display_name="Lò Văn Minh")]
    assert find(twins, "Lò Văn Minh") == find(twins, "lo van minh") == twins
