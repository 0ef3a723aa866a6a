"""Somebody writes in the group whom nobody saw come: the group is looked at at once, and nobody mends his name."""

from tests.unit.features.desk import BAD_NAME, BOT, GROUP, UIDS, Desk, to
from tests.unit.features.members.test_outsiders import HOA, STRANGER, Group, outsider
from zalo_governor.domain.events import MembersJoined, MembersLeft, NamedUid, NameObserved, SealedHeard
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.outsiders import OUTSIDERS


def test_the_first_message_of_a_stranger_has_the_group_looked_at_at_once_and_only_the_first() -> None:
    group = Group()
    group.store.present = {UIDS["member"]}
    group.say("member", "chào các đồng chí")
    assert group.looked_for == []
    for _ in range(3):
        group.say("member", "chào các đồng chí", sender_uid=STRANGER)
    assert group.looked_for == [(GROUP, STRANGER)]


def test_who_stands_in_the_roster_or_is_known_to_be_in_the_group_is_no_stranger() -> None:
    group = Group()
    group.store.entries = [HOA.model_copy(update={"uid": STRANGER})]
    group.say("member", "chào các đồng chí", sender_uid=STRANGER)
    assert group.looked_for == []


def test_a_stranger_whose_first_message_is_a_secret_is_looked_up_too() -> None:
    group = Group()
    group.hear(SealedHeard(account=BOT, thread_id=GROUP, sender_uid=STRANGER, at=group.now, mac=b"m", size=9))
    assert group.looked_for == [(GROUP, STRANGER)]


def test_who_has_left_and_writes_again_is_a_stranger_once_more() -> None:
    group = Group()
    group.store.present = {STRANGER}
    group.say("member", "chào", sender_uid=STRANGER)
    gone = MembersLeft(
        account=BOT, thread_id=GROUP, sender_uid=STRANGER, at=group.now, members=(NamedUid(uid=STRANGER),)
    )
    group.store.present = set()
    group.hear(gone)
    group.say("member", "chào", sender_uid=STRANGER)
    assert group.looked_for == [(GROUP, STRANGER)]


def test_a_sweep_does_not_ask_an_outsider_to_mend_a_display_name() -> None:
    group = Group()
    values = {"account": BOT, "thread_id": GROUP, "at": group.now, "source": Source.SWEEP}
    came = MembersJoined.model_validate({**values, "members": (NamedUid(uid=STRANGER),)})
    group.hear(came, outsider(STRANGER, "unseen"))
    named = NameObserved.model_validate({**values, "sender_uid": STRANGER, "name": "Hùng Xây Dựng 88"})
    group.hear(named, BAD_NAME.model_copy(update={"subject_uid": STRANGER}))
    group.office.after_sync(group.uow, GROUP)
    posted = group.take()
    assert [case.rule_id for case in group.store.book.values()] == [OUTSIDERS]
    assert "VP1" in to(posted, "admin")[0]
    assert not [notice for notice in posted if notice.thread_id == STRANGER]


def test_a_member_whose_name_is_wrong_is_asked_as_ever() -> None:
    desk = Desk()
    named = NameObserved(
        account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, source=Source.SWEEP, name="Viên"
    )
    desk.hear(named, BAD_NAME)
    assert len(to(desk.take(), "member")) == 1
