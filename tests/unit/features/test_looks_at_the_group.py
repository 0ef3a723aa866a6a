"""A sweep compares the group itself: what is other is handed on once, and taken over only when it is judged."""

from typing import Any

import pytest

from tests.unit.features.desk import BOT, GROUP
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.features.members.snapshot_diff import GroupSnapshotDiff, to_remember

BEFORE = GroupSnapshot(
    group_id=GROUP,
    name="Nhóm",
    owner_uid="1",
    co_admin_uids=("2", "3"),
    member_uids=("1", "2", "3", "4", BOT),
    total_members=5,
    settings={"joinAppr": 1},
    description="",
    avatar_url="https://a.zadn.vn/1/cu.jpg",
)
PRESENT = {"1", "2", "3", "4"}


def seen(after: dict[str, Any], before: GroupSnapshot = BEFORE) -> list[dict[str, Any]]:
    return [
        element.raw
        for element in GroupSnapshotDiff(BOT, GROUP, 1000, 0).changes(before, BEFORE.model_copy(update=after), PRESENT)
    ]


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"name": "Khác"}, [{"name": "Khác"}]),
        ({"description": "Mới"}, [{"description": "Mới"}]),
        ({"avatar_url": "https://b.zadn.vn/2/moi.jpg"}, [{"avatar": "https://b.zadn.vn/2/moi.jpg"}]),
        ({"avatar_url": "https://b.zadn.vn/2/cu.jpg?v=2"}, []),
        ({"avatar_url": None, "description": None}, []),
        ({"settings": {"joinAppr": 0, "aNewFlag": 1}}, [{"settings": {"joinAppr": 0}}]),
        ({"owner_uid": "4"}, [{"owner": "4"}]),
        ({"co_admin_uids": ("2", "4")}, [{"admin_added": "4"}, {"admin_removed": "3"}]),
        ({"owner_uid": "3", "co_admin_uids": ("2",)}, [{"owner": "3"}]),
    ],
)
def test_what_is_other_is_handed_on_and_stays_as_it_was_until_it_is_judged(
    after: dict[str, Any], told: list[dict[str, Any]]
) -> None:
    assert seen(after) == told
    kept = to_remember(BEFORE, BEFORE.model_copy(update=after))
    assert seen(after, kept) == told


def test_a_deputy_who_left_lost_no_right_to_anybody() -> None:
    after = {"co_admin_uids": ("2",), "member_uids": ("1", "2", "4", BOT), "total_members": 4}
    assert seen(after) == [{"left": "3"}]
    assert to_remember(BEFORE, BEFORE.model_copy(update=after)).co_admin_uids == ("2",)


def test_what_was_not_known_before_is_taken_over_without_a_word() -> None:
    unknown = BEFORE.model_copy(update={"name": "", "description": None, "avatar_url": None, "settings": {}})
    assert seen({}, unknown) == []
    assert to_remember(unknown, BEFORE) == BEFORE
