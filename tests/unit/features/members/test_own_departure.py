"""A group that is disbanded shows only as its members leaving, the bot account among them."""

from datetime import timedelta

from tests.unit.features.desk import BOT, GROUP, UIDS, Desk, to
from zalo_governor.domain.events import MemberRemoved, MembersLeft, NamedUid


def test_a_disbanded_group_is_told_of_once_and_makes_no_storm() -> None:
    desk = Desk()
    for uid in [*UIDS.values(), BOT, BOT, *map(str, range(300))]:
        desk.now += timedelta(seconds=1)
        members = (NamedUid(uid=uid),)
        desk.hear(MembersLeft(account=BOT, thread_id=GROUP, sender_uid=uid, at=desk.now, members=members))
    [said] = to(desk.take(), "admin")
    assert "không còn ở trong" in said
    assert "Nhóm đã giải tán" in said


def test_who_removes_the_bot_is_told_of_too() -> None:
    desk = Desk()
    members = (NamedUid(uid=BOT),)
    desk.hear(MemberRemoved(account=BOT, thread_id=GROUP, sender_uid="5", at=desk.now, members=members))
    assert len(to(desk.take(), "admin")) == 1
