"""The roll call hands on what is new, remembers the group, and sums up."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from tests.memory.people import MemoryMembers
from tests.memory.store import MemoryStore
from tests.memory.unit_of_work import MemoryUnitOfWork
from tests.unit.features.desk import BOT, GROUP, NOW
from zalo_governor.domain.errors import GovernorError, GroupNotShownError
from zalo_governor.domain.inbound import Element, RawDict
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.features.members.group_sync import GroupSync
from zalo_governor.storage.unit_of_work import UnitOfWork


class OneGroup(MemoryMembers):
    """Remembers one group."""

    seen: GroupSnapshot | None = None

    def __init__(self, store: MemoryStore, uow: MemoryUnitOfWork) -> None:
        super().__init__(store, uow)
        self.moved: dict[str, tuple[datetime, bool]] = {}
        """uid -> when an event told that somebody came (True) or left."""

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        return self.seen

    def present_uids(self, account: str, group_id: str) -> set[str]:
        came = {uid for uid, (_, here) in self.moved.items() if here}
        return ({*self.seen.member_uids} | came) - (self.moved.keys() - came) if self.seen else came

    def moved_since(self, account: str, group_id: str, at: datetime) -> set[str]:
        return {uid for uid, (moved_at, _) in self.moved.items() if moved_at > at}

    swept: datetime | None = None

    def seen_at(self, account: str, group_id: str) -> datetime | None:
        return self.swept

    def link_global_ids(self, account: str, members: Sequence[Member]) -> None:
        pass

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        self.seen, self.swept = snapshot, at


class KilledError(Exception):
    """The process was killed."""


class Given:
    """A roll call over a group that tests change."""

    def __init__(self) -> None:
        self.now = NOW
        store = MemoryStore()
        self.uow = MemoryUnitOfWork(store)
        self.group = OneGroup(store, self.uow)
        self.uow.members = self.group
        self.name = "Nhóm"
        self.refuses = False
        self.shows = True
        self.hidden = False
        self.takes = timedelta()
        self.members = [Member(uid="2", display_name="Tí")]
        self.admitted: list[RawDict] = []
        self.keys: list[str] = []
        self.dies = False
        self.judges_in_time = True
        self.summed_up: list[str] = []
        self.roll_call = GroupSync(
            account=BOT,
            fetch=self._fetch,
            begin=self._open,
            may_keep=lambda raw: "GIẢ ĐỊNH" not in raw["name"],
            admit=self._admit,
            sum_up=self._sum_up,
            on_synced=lambda: None,
            again_after=timedelta(minutes=2),
            clock=lambda: self.now,
        )

    def _fetch(self, group_id: str) -> tuple[GroupSnapshot, list[Member]]:
        if self.refuses:
            raise GovernorError("221")
        if not self.shows:
            raise GroupNotShownError(group_id)
        uids = tuple(member.uid for member in self.members)
        count = len(uids) + self.hidden
        self.now += self.takes
        snapshot = GroupSnapshot(
            group_id=group_id, name=self.name, owner_uid="2", member_uids=uids, total_members=count
        )
        return snapshot, self.members

    @contextmanager
    def _open(self, *, reading: bool = False) -> Iterator[UnitOfWork]:
        yield self.uow

    def _admit(self, elements: Sequence[Element]) -> bool:
        self.admitted += [element.raw for element in elements]
        self.keys += [element.key for element in elements]
        if self.dies:
            raise KilledError
        return self.judges_in_time

    def _sum_up(self, uow: UnitOfWork, group_id: str) -> None:
        self.summed_up.append(group_id)


def test_a_first_sweep_hands_on_every_name_and_sums_up_once() -> None:
    given = Given()
    assert given.roll_call.sweep(GROUP) == 1
    assert given.admitted == [{"uid": "2", "name": "Tí"}]
    assert given.summed_up == [GROUP]


def test_what_is_judged_too_late_for_a_sweep_to_tell_is_told_by_another_one_soon() -> None:
    given = Given()
    given.judges_in_time = False
    given.roll_call.sweep(GROUP)
    assert given.roll_call.next_due() == NOW + timedelta(minutes=2)
    given.judges_in_time = True
    given.now += timedelta(minutes=2)
    given.roll_call.act(given.now)
    assert (given.summed_up, given.roll_call.next_due()) == ([GROUP], None)
    assert len(given.keys) == 2
    assert len(set(given.keys)) == 1


def test_a_sweep_that_finds_nothing_new_still_has_told_what_an_earlier_process_found_and_could_not_tell() -> None:
    given = Given()
    given.members = []
    given.group.seen, _ = given._fetch(GROUP)
    assert given.roll_call.sweep(GROUP) == 0
    assert given.summed_up == [GROUP]


def test_a_later_sweep_finds_who_came_meanwhile() -> None:
    given = Given()
    given.roll_call.sweep(GROUP)
    given.members.append(Member(uid="3", display_name="Tèo"))
    given.admitted.clear()
    given.roll_call.sweep(GROUP)
    assert {"joined": "3"} in given.admitted


def test_who_comes_or_goes_while_zalo_is_asked_is_told_of_by_the_event_alone() -> None:
    given = Given()
    given.members.append(Member(uid="3", display_name="Tèo"))
    given.roll_call.sweep(GROUP)
    given.now += timedelta(hours=1)
    given.takes = timedelta(seconds=4)
    meanwhile = given.now + timedelta(seconds=2)
    given.group.moved = {"3": (meanwhile, False), "4": (meanwhile, True)}
    for expected in ([], [{"joined": "3"}, {"left": "4"}]):
        given.admitted.clear()
        given.roll_call.sweep(GROUP)
        assert [raw for raw in given.admitted if raw.keys() & {"joined", "left"}] == expected
        given.now += timedelta(hours=1)


def test_a_group_name_that_must_not_be_kept_is_handed_to_the_door_and_not_remembered() -> None:
    given = Given()
    given.roll_call.sweep(GROUP)
    given.name = "Bí danh GIẢ ĐỊNH"
    given.admitted.clear()
    given.roll_call.sweep(GROUP)
    assert {"name": "Bí danh GIẢ ĐỊNH"} in given.admitted
    assert given.group.seen is not None
    assert given.group.seen.name == ""


def test_a_sweep_in_which_the_process_died_is_repeated_and_finds_the_very_same() -> None:
    given = Given()
    given.roll_call.sweep(GROUP)
    given.keys.clear()
    given.members.append(Member(uid="3", display_name="Tèo"))
    given.name, given.dies = "Tên khác", True
    with pytest.raises(KilledError):
        given.roll_call.sweep(GROUP)
    first = list(given.keys)
    given.now, given.dies = NOW + timedelta(minutes=5), False
    given.roll_call.sweep(GROUP)
    assert given.keys == first * 2
    assert {"joined": "3"} in given.admitted
    assert {"name": "Tên khác"} in given.admitted


def test_what_comes_back_after_a_change_is_found_anew() -> None:
    given = Given()
    for minutes, name in enumerate(("Nhóm", "Tên khác", "Nhóm", "Tên khác")):
        given.name, given.now = name, NOW + timedelta(minutes=minutes)
        given.roll_call.sweep(GROUP)
    assert len(set(given.keys)) == len(given.keys)


def test_a_wanted_sweep_waits_until_the_last_one_is_long_enough_ago() -> None:
    given = Given()
    given.roll_call.request(GROUP)
    assert given.roll_call.next_due() == NOW
    given.roll_call.act(given.now)
    assert given.roll_call.next_due() is None
    given.now += timedelta(minutes=1)
    given.roll_call.request(GROUP)
    assert given.roll_call.next_due() == NOW + timedelta(minutes=2)
    given.roll_call.act(given.now)
    assert len(given.summed_up) == 1
    given.now += timedelta(minutes=1)
    given.roll_call.act(given.now)
    assert len(given.summed_up) == 2


def test_a_sweep_that_zalo_refuses_is_made_up_for() -> None:
    given = Given()
    given.refuses = True
    given.roll_call.request(GROUP)
    given.roll_call.act(given.now)
    assert given.roll_call.next_due() == NOW + timedelta(minutes=1)
    given.refuses = False
    given.now += timedelta(minutes=1)
    given.roll_call.act(given.now)
    assert given.summed_up == [GROUP]
    assert given.roll_call.next_due() is None


def test_a_bot_that_was_put_out_while_it_was_offline_is_told_of_once_after_minutes() -> None:
    given = Given()
    given.shows = False
    assert [given.roll_call.try_to_sync(GROUP) for _ in range(3)] == [False] * 3
    assert not given.admitted  # It never saw the group: the settings may name a wrong one.
    given.shows = True
    given.roll_call.sweep(GROUP)
    given.admitted.clear()
    given.keys.clear()
    given.shows = False
    given.now += timedelta(days=1)
    for _ in range(5):
        given.roll_call.try_to_sync(GROUP)
        given.now += timedelta(minutes=1)
    assert not given.admitted  # A server of Zalo may hide a group for two minutes.
    given.roll_call.try_to_sync(GROUP)
    given.now += timedelta(minutes=1)
    given.roll_call.try_to_sync(GROUP)
    assert given.admitted == [{"left": BOT}] * 2
    assert len(set(given.keys)) == 1  # One event: the inbox knows the second.
    given.admitted.clear()
    given.group.moved[BOT] = (given.now, False)
    given.roll_call.try_to_sync(GROUP)
    assert not given.admitted


def test_after_the_clock_was_set_back_a_sweep_is_not_put_off_for_ever() -> None:
    given = Given()
    given.roll_call.sweep(GROUP)
    given.now -= timedelta(days=300)
    given.roll_call.request(GROUP)
    due = given.roll_call.next_due()
    assert due
    assert due - given.now <= timedelta(minutes=2)


def test_somebody_who_writes_unknown_has_the_group_swept_at_once_and_again_only_a_little_later() -> None:
    given = Given()
    given.roll_call.sweep(GROUP)
    given.roll_call.request(GROUP)
    given.now += timedelta(seconds=20)
    given.roll_call.request_early(GROUP, "3")
    assert given.roll_call.next_due() == NOW + timedelta(seconds=15)
    given.members.append(Member(uid="3", display_name="Tèo"))
    given.roll_call.act(given.now)
    assert {"joined": "3"} in given.admitted
    given.roll_call.request_early(GROUP, "4")
    assert given.roll_call.next_due() == given.now + timedelta(seconds=15)


def test_who_writes_is_in_the_group_also_where_zalo_hides_its_members() -> None:
    given = Given()
    given.hidden = True
    given.roll_call.sweep(GROUP)
    given.roll_call.request_early(GROUP, "3")
    given.refuses = True
    given.roll_call.act(given.now + timedelta(minutes=1))
    assert {"joined": "3"} not in given.admitted
    given.refuses = False
    given.roll_call.act(given.now + timedelta(minutes=2))
    assert {"joined": "3"} in given.admitted
