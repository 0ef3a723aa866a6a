"""Somebody comes in from outside the roster: who is told what, and what becomes of the case."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.features.desk import BAD_NAME, BOT, GROUP, Desk, to
from zalo_governor.config.sections import RosterSettings
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.events import JoinRequested, MemberRemoved, MembersJoined, MembersLeft, NamedUid
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.jobs import JobKind
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.domain.roster import RosterEntry

STRANGER, OTHER = "7400000000000000001", "7400000000000000002"
HOA = RosterEntry(full_name="Hoàng Thị Hoa Mẫu", title="Chánh Văn phòng", agency="Sở Y tế", phone="+84912345678")


def outsider(uid: str, label: str = "added", **more: Any) -> Finding:
    return Finding(
        rule_id=OUTSIDERS,
        clause="4.5",
        severity=Severity.MAJOR,
        label=label,
        field="member",
        subject_uid=uid,
        **more,
    )


class Group(Desk):
    """A desk with a roster of one, and somebody whom nobody knows."""

    def __init__(self, **policy: Any) -> None:
        super().__init__(**policy)
        self.store.entries = [HOA]

    def comes(
        self,
        *uids: str,
        by: str = "member",
        finding: str = "added",
        name: str = "Hùng Xây Dựng 88",
        **more: Any,
    ) -> None:
        for uid in uids:
            person = self.uow.people.find_or_create(BOT, uid)
            assert person
            self.store.people[uid] = person.model_copy(update={"display_name": name})
        self.store.present |= set(uids)
        sender = {"added": self.person(by).uid, "by_link": uids[0], "unseen": ""}[finding]
        values = {"account": BOT, "thread_id": GROUP, "sender_uid": sender, "at": self.now} | more
        event = MembersJoined(members=tuple(NamedUid(uid=uid) for uid in uids), **values)
        self.hear(event, *(outsider(uid, finding) for uid in uids))

    def goes(self, uid: str, kind: type[MembersLeft | MemberRemoved] = MembersLeft, by: str = "") -> None:
        self.store.present.discard(uid)
        values: dict[str, Any] = {"account": BOT, "thread_id": GROUP, "sender_uid": by or uid, "at": self.now}
        self.hear(kind(members=(NamedUid(uid=uid),), **values))


def test_the_desk_reads_who_came_by_whom_when_and_the_two_commands_and_the_adder_is_asked() -> None:
    group = Group()
    group.comes(STRANGER)
    posted = group.take()
    [told] = to(posted, "admin")
    for part in ("VP1", "Hùng Xây Dựng 88", "Giàng A Viên", "14:05 24/11", "/thanhvien VP1", "/moira VP1"):
        assert part in told
    assert "VP1" in told[:45]
    assert len(told) <= 340
    [asked] = to(posted, "member")
    assert "khoản 5 Điều 4" in asked
    assert not [notice for notice in posted if notice.thread_id == STRANGER]
    assert group.states() == ["reminded"]
    assert group.store.book[1].person_id == group.person("member").id


def test_whoever_comes_by_a_link_is_held_against_nobody() -> None:
    group = Group()
    group.comes(STRANGER, finding="by_link")
    posted = group.take()
    [told] = to(posted, "admin")
    assert "đường dẫn" in told
    assert {notice.thread_id for notice in posted} == {group.person("admin").uid, group.person("admin_staff").uid}
    assert group.store.book[1].person_id == group.store.people[STRANGER].id


def test_who_added_many_is_asked_in_one_short_message() -> None:
    group = Group()
    group.comes(*(f"70000000000000008{number}" for number in range(10, 50)))
    [asked] = to(group.take(), "member")
    assert "và 39 người khác. Việc này" in asked
    assert len(asked) <= 400


def test_several_at_once_are_a_case_each_and_one_message() -> None:
    group = Group()
    group.comes(STRANGER, OTHER)
    posted = group.take()
    [told] = to(posted, "admin")
    assert "/moira VP1" in told
    assert "/moira VP2" in told
    [asked] = to(posted, "member")
    assert "Vụ việc VP1, VP2." in asked


def test_the_sign_of_a_newcomer_is_not_said_of_the_roster() -> None:
    group = Group()
    group.comes(STRANGER, OTHER)
    [told] = to(group.take(), "admin")
    assert "có dấu hiệu liên quan khoản 5 Điều 4 Quy chế: chưa khớp với danh sách thành viên.\n" in told


def test_two_that_come_one_after_the_other_are_both_told() -> None:
    group = Group()
    group.comes(STRANGER)
    group.take()
    group.later(minutes=1)
    group.comes(OTHER)
    assert "VP2" in to(group.take(), "admin")[0]


@pytest.mark.parametrize("adder", ["leader", "leadership", "admin", "admin_staff"])
def test_leadership_and_desk_are_not_asked_but_the_case_stands(adder: str) -> None:
    group = Group()
    group.comes(STRANGER, by=adder)
    posted = group.take()
    asked = [notice for notice in posted if "Mã vụ việc" in notice.text]
    assert asked == []
    assert group.states() == ["new"]


def test_nobody_asks_an_outsider_for_a_proper_name() -> None:
    group = Group()
    event = MembersJoined(
        account=BOT, thread_id=GROUP, sender_uid=group.person("member").uid, at=group.now,
        members=(NamedUid(uid=STRANGER, name="Bố Gấu"),),
    )  # fmt: skip
    group.hear(event, outsider(STRANGER), BAD_NAME.model_copy(update={"subject_uid": STRANGER}))
    assert [case.rule_id for case in group.store.book.values()] == [OUTSIDERS]


def test_a_rule_on_trial_tells_nobody() -> None:
    group = Group()
    event = MembersJoined(
        account=BOT, thread_id=GROUP, sender_uid=group.person("member").uid, at=group.now,
        members=(NamedUid(uid=STRANGER),),
    )  # fmt: skip
    group.hear(event, outsider(STRANGER, shadow=True))
    assert group.take() == []
    assert group.states() == []


def test_the_adder_who_was_asked_about_several_is_told_of_the_false_alarm_about_each() -> None:
    group = Group()
    group.comes(STRANGER, OTHER)
    group.take()
    group.say("admin", "/baonham VP2 cán bộ mới về", place="private")
    posted = group.take()
    assert "Đang báo người liên quan" in to(posted, "admin")[0]
    [told] = to(posted, "member")
    assert "VP2" in told
    assert "báo nhầm" in told


def test_what_a_sweep_finds_is_late_and_one_message_after_the_sweep() -> None:
    group = Group()
    group.comes(STRANGER, finding="unseen", source=Source.SWEEP)
    group.comes(OTHER, finding="unseen", source=Source.SWEEP)
    assert group.take() == []
    assert [case.late for case in group.store.book.values()] == [True, True]
    group.office.after_sync(group.uow, GROUP)
    [told] = to(group.take(), "admin")
    assert "Phát hiện muộn" in told
    assert "VP1" in told
    assert "VP2" in told
    group.office.after_sync(group.uow, GROUP)
    group.office.tell_recovered(group.uow, GROUP)
    assert group.take() == []


def test_a_coming_of_seconds_ago_that_the_history_gave_is_told_as_if_it_had_come_live() -> None:
    group, live = Group(), Group()
    at = group.now - timedelta(seconds=11)
    live.comes(STRANGER, at=at)
    group.comes(STRANGER, at=at, source=Source.BACKFILL)
    assert group.take() == []
    group.office.tell_urgent(group.uow, GROUP)
    assert {(notice.thread_id, notice.text, notice.urgent) for notice in group.take()} == {
        (notice.thread_id, notice.text, notice.urgent) for notice in live.take()
    }


def test_however_many_come_each_is_named_with_the_code() -> None:
    group = Group()
    group.comes(*(f"74{number:017}" for number in range(40)))
    told = "\n".join(to(group.take(), "admin"))
    assert all(f"VP{number}: " in told for number in range(1, 41))
    assert "người khác;" not in told


def test_a_coming_that_a_sweep_saw_first_is_the_same_case_and_then_has_its_adder() -> None:
    group = Group()
    group.comes(STRANGER, finding="unseen", source=Source.SWEEP)
    group.comes(STRANGER)
    [case] = group.store.book.values()
    assert case.person_id == group.person("member").id
    assert "Giàng A Viên" in to(group.take(), "admin")[0]
    group.comes(STRANGER)
    group.office.after_sync(group.uow, GROUP)
    assert group.take() == []


def test_the_case_closes_when_the_outsider_leaves_and_a_second_coming_is_another() -> None:
    group = Group()
    group.comes(STRANGER)
    group.later(minutes=7)
    group.goes(STRANGER)
    assert group.states() == ["remedied"]
    assert "7 phút" in group.store.book[1].reason
    group.later(minutes=1)
    group.comes(STRANGER)
    assert group.states() == ["remedied", "new"]  # asked an hour ago, the same adder is not asked again


def test_a_member_of_the_roster_who_is_put_out_is_recorded_with_who_did_it() -> None:
    group = Group()
    group.store.entries = [HOA.model_copy(update={"uid": STRANGER})]
    group.goes(STRANGER, MemberRemoved, by=group.person("member").uid)
    [row] = [row for row in group.store.audited if row["action"] == "roster.left"]
    assert (row["actor"], row["kind"]) == (group.person("member").id, "member_removed")
    assert group.states() == []


def test_a_like_name_is_said_and_decides_nothing() -> None:
    group = Group()
    group.comes(STRANGER, finding="unseen", source=Source.SWEEP)
    group.store.people[STRANGER] = group.store.people[STRANGER].model_copy(
        update={"display_name": "hoang thi hoa mau - CVP"}
    )
    group.office.after_sync(group.uow, GROUP)
    assert "gần giống Hoàng Thị Hoa Mẫu" in to(group.take(), "admin")[0]
    assert group.states() == ["new"]


def test_whoever_turns_out_to_stand_in_the_roster_was_a_false_alarm() -> None:
    group = Group()
    group.comes(STRANGER, finding="unseen", source=Source.SWEEP)
    group.store.phones["+84912345678"] = STRANGER
    group.office.after_sync(group.uow, GROUP)
    assert group.take() == []
    assert group.states() == ["false_alarm"]


def test_who_asks_to_come_in_is_told_to_the_desk_once_and_is_no_case() -> None:
    group = Group()
    asks = JoinRequested(
        account=BOT, thread_id=GROUP, sender_uid=STRANGER, at=group.now, uids=(STRANGER, OTHER), pending=2, key="asks"
    )
    finding = outsider(STRANGER, "asks").model_copy(update={"severity": Severity.SUSPECT})
    group.hear(asks, finding)
    group.hear(asks, finding)
    [told] = to(group.take(), "admin")
    assert "2 người xin vào" in told
    assert "1 người ngoài danh sách" in told
    assert group.states() == []


def test_long_after_nobody_is_asked_and_the_desk_reads_it_summed_up() -> None:
    group = Group()
    group.comes(STRANGER, at=group.now - timedelta(hours=1))
    assert group.take() == []
    group.office.tell_recovered(group.uow, GROUP)
    assert "VP1" in to(group.take(), "admin")[0]


@pytest.mark.parametrize(
    ("policy", "deputies", "name", "ordered"),
    [
        ({}, [BOT], "Bố Gấu", False),
        ({"roster": RosterSettings(remove_outsiders=True)}, [BOT], "Bố Gấu", True),
        ({"roster": RosterSettings(remove_outsiders=True), "trial": timedelta(days=14)}, [BOT], "Bố Gấu", False),
        ({"roster": RosterSettings(remove_outsiders=True)}, [], "Bố Gấu", False),
        ({"roster": RosterSettings(remove_outsiders=True)}, [BOT], "Hoàng Thị Hoa Mẫu", False),
        ({"roster": RosterSettings(remove_outsiders=True)}, [BOT], "", False),
    ],
    ids=[
        "not by itself",
        "as the settings say",
        "not on trial",
        "not a deputy",
        "perhaps of the roster",
        "nobody knows the name",
    ],
)
def test_the_program_puts_nobody_out_by_itself_unless_it_is_told_to(
    policy: dict[str, Any], deputies: Sequence[str], name: str, ordered: bool
) -> None:
    group = Group(**policy)
    group.store.group = GroupSnapshot(group_id=GROUP, name="", owner_uid="1", co_admin_uids=tuple(deputies))
    event = MembersJoined(
        account=BOT, thread_id=GROUP, sender_uid=group.person("member").uid, at=group.now,
        members=(NamedUid(uid=STRANGER),),
    )  # fmt: skip
    person = group.uow.people.find_or_create(BOT, STRANGER)
    assert person
    group.store.people[STRANGER] = person.model_copy(update={"display_name": name})
    group.hear(event, outsider(STRANGER))
    assert [job.kind for job in group.store.jobs] == [JobKind.REMOVE_MEMBER] * ordered


def test_a_case_that_people_have_decided_stays_as_it_is_when_the_outsider_leaves() -> None:
    group = Group()
    group.comes(STRANGER)
    group.say("admin", "/xacnhan VP1", place="private")
    group.goes(STRANGER)
    assert group.store.book[1].state is CaseState.CONFIRMED
    assert group.store.came[1].gone_at == group.now
    group.say("admin", "/hoantac VP1", place="private")
    assert group.states() == ["remedied"]
