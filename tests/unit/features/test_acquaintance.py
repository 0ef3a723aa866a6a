"""Friend requests, and whose account a telephone number is."""

from datetime import timedelta

import pytest

from tests.unit.features.desk import BOT, to
from tests.unit.features.members.test_outsiders import HOA, OTHER, STRANGER, Group
from tests.unit.features.test_membership import carried_out
from zalo_governor.config.sections import RosterSettings
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.events import FriendAct
from zalo_governor.domain.jobs import JobKind, JobOutcome
from zalo_governor.domain.people import FoundAccount, FriendRequest, Reach
from zalo_governor.features.members.friend_requests import FriendRequestPoll
from zalo_governor.features.members.roster.phone_lookup import PhoneLookup


def asks(group: Group, uid: str, act: str = "req_v2") -> None:
    group.hear(FriendAct(account=BOT, thread_id=uid, is_group=False, sender_uid=uid, at=group.now, act=act))


@pytest.mark.parametrize("known_by", ["roster", "group"])
def test_whoever_belongs_is_accepted_and_can_be_reached_again(known_by: str) -> None:
    group = Group()
    group.uow.people.find_or_create(BOT, STRANGER)
    if known_by == "roster":
        group.store.entries = [HOA.model_copy(update={"uid": STRANGER})]
    else:
        group.store.present = {STRANGER}
    group.store.people[STRANGER] = group.store.people[STRANGER].model_copy(update={"reach": Reach.REFUSED})
    asks(group, STRANGER)
    asks(group, STRANGER)
    [tried] = carried_out(group, JobOutcome.DONE)
    assert (tried.kind, tried.task.target) == (JobKind.ACCEPT_FRIEND, STRANGER)
    assert group.store.people[STRANGER].reach is Reach.UNKNOWN
    assert "job.accept_friend" in group.actions()
    assert group.take() == []


def test_others_are_not_accepted_and_that_is_noted_once_a_day() -> None:
    group = Group()
    asks(group, STRANGER)
    asks(group, STRANGER)
    assert group.store.jobs == []
    assert group.actions().count("friend.declined") == 1


@pytest.mark.parametrize("act", ["req", "undo_req", "add", "remove"])
def test_other_acts_of_friends_are_no_requests(act: str) -> None:
    group = Group()
    group.store.present = {STRANGER}
    asks(group, STRANGER, act)
    assert group.store.jobs == []


def test_an_office_may_have_nobody_accepted() -> None:
    group = Group(roster=RosterSettings(accept_friends=False))
    group.store.present = {STRANGER}
    asks(group, STRANGER)
    assert group.store.jobs == []
    assert FriendRequestPoll(group.policy, fetch=list, begin=group.transaction).next_due() is None


def test_requests_that_nobody_heard_are_asked_for_at_the_start_and_from_time_to_time() -> None:
    group = Group()
    group.store.present = {STRANGER}
    refuses = [True]

    def fetch() -> list[FriendRequest]:
        if refuses.pop():
            raise GovernorError("221")
        refuses.append(False)
        return [FriendRequest(uid=STRANGER, at_ms=1), FriendRequest(uid=OTHER, at_ms=2)]

    requests = FriendRequestPoll(group.policy, fetch=fetch, begin=group.transaction)
    assert (requests.next_due() or group.now) < group.now
    requests.act(group.now)
    assert requests.next_due() == group.now + timedelta(minutes=5)
    refuses.append(False)
    requests.act(group.now)
    requests.act(group.now)
    assert [job.task.target for job in group.store.jobs] == [STRANGER]
    assert requests.next_due() == group.now + timedelta(minutes=30)


class Numbers:
    """A phone book whose Zalo knows what a test says."""

    def __init__(self, group: Group, **known: str) -> None:
        self.group, self.known = group, {f"+{number[1:]}": uid for number, uid in known.items()}
        self.asked: list[str] = []
        self.fails = False
        self.book = PhoneLookup(group.policy, find=self._find, begin=group.transaction)

    def _find(self, phone: str) -> FoundAccount | None:
        if self.fails:
            raise GovernorError("221")
        self.asked.append(phone)
        return FoundAccount(uid=self.known[phone]) if phone in self.known else None

    def run(self, times: int) -> None:
        for _ in range(times):
            self.group.now = max(self.group.now, self.book.next_due() or self.group.now)
            self.book.act(self.group.now)


def test_numbers_of_whom_the_account_is_not_known_are_looked_up_one_by_one_and_not_again() -> None:
    group = Group()
    other = HOA.model_copy(update={"full_name": "Tẩn A Mẫu", "phone": "+84987654321"})
    group.store.entries = [HOA, other, HOA.model_copy(update={"uid": "5", "phone": "+84900000000"})]
    numbers = Numbers(group, n84912345678=STRANGER)
    began = group.now
    numbers.run(2)
    assert group.now - began == timedelta(seconds=30)
    numbers.run(2)
    assert numbers.asked == ["+84912345678", "+84987654321"]
    assert "roster.recognised" in group.actions()
    group.later(days=31)
    numbers.run(1)
    assert numbers.asked[2:] == ["+84987654321"]


def test_the_budget_of_a_day_is_kept_also_by_the_next_process() -> None:
    group = Group(roster=RosterSettings(lookups_per_day=1))
    group.store.entries = [HOA, HOA.model_copy(update={"phone": "+84987654321"})]
    Numbers(group).run(1)
    again = Numbers(group)
    again.run(3)
    assert again.asked == []
    group.later(days=1)
    again.run(1)
    assert again.asked == ["+84987654321"]


def test_what_zalo_refuses_is_asked_for_an_hour_later() -> None:
    group = Group()
    numbers = Numbers(group, n84912345678=STRANGER)
    numbers.fails = True
    numbers.run(1)
    assert numbers.book.next_due() == group.now + timedelta(hours=1)
    assert group.store.lookups == {}
    assert (
        PhoneLookup(
            Group(roster=RosterSettings(lookups_per_day=0)).policy, find=numbers._find, begin=group.transaction
        ).next_due()
        is None
    )


def test_a_number_that_is_recognised_takes_the_alarm_back() -> None:
    group = Group()
    group.comes(STRANGER)
    Numbers(group, n84912345678=STRANGER).run(1)
    assert group.states() == ["false_alarm"]


def test_the_desk_reads_the_figures_when_they_have_changed_and_that_there_is_no_roster_once() -> None:
    group = Group()
    for _ in range(2):
        group.office.duties.roster_digest(group.uow, group.now)
        group.later(days=1)
    [told] = to(group.take(), "admin")
    assert "Có trong danh sách, chưa thấy trong Nhóm: 1" in told
    group.store.present = {STRANGER}
    group.office.duties.roster_digest(group.uow, group.now)
    assert "Người ngoài danh sách đang ở trong Nhóm: 1" in to(group.take(), "admin")[0]
    group.store.entries = []
    for _ in range(9):
        group.office.duties.roster_digest(group.uow, group.now)
        group.later(days=1)
    assert len(to(group.take(), "admin")) == 1
