"""A week of directives on a clock that the test owns: 40 agencies, 12 directives, restarts and a kill, both databases.

What the ledger has to say, and who has to be reminded when, is worked out here from what everybody does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests import postgresql
from tests.acceptance.delivery.stage import policy_on
from tests.rosters import put_roster
from tests.unit.storage.stored import BOT, GROUP, MASTER, entry, message
from zalo_governor.domain.clock import VIETNAM, from_ms, local, to_ms
from zalo_governor.domain.directives import Assignee, DirectiveState, Progress
from zalo_governor.domain.events import (
    EventBase,
    MessageRecalled,
    MessageRef,
    MessageRevised,
    MessageSent,
    Quote,
    Reacted,
)
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.jobs import JobKind
from zalo_governor.domain.people import EVERYWHERE, GroupSnapshot, Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.directives.reminders import AskHandler, DeadlineHandler, RemindHandler
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.pipeline.jobs import JobRunner
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.schema import outbox
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

OFFICES = [
    "Sở Y tế", "Sở Tài chính", "Sở Nội vụ", "Sở Tư pháp", "Sở Xây dựng", "Sở Công Thương", "Sở Giáo dục và Đào tạo",
    "Sở Khoa học và Công nghệ", "Sở Nông nghiệp và Môi trường", "Sở Văn hóa và Thể thao", "Sở Dân tộc và Tôn giáo",
    "Sở Ngoại vụ", "Thanh tra tỉnh", "Công an tỉnh", "Văn phòng UBND tỉnh", "Ban Quản lý Khu kinh tế",
    "Bộ Chỉ huy Quân sự tỉnh", "Kho bạc Nhà nước khu vực", "Đài Khí tượng Thủy văn", "Bảo hiểm xã hội tỉnh",
]  # fmt: skip
COMMUNES = [
    *(f"UBND xã {name}" for name in (
        "Nậm Thử", "Mường Thử", "Bản Giả", "Tà Giả", "Ka Giả", "Sin Thử", "Pa Giả", "Khao Thử", "Lùng Giả", "Hua Thử",
        "Noong Giả", "Pú Thử", "Chiềng Giả", "Thèn Thử", "Sà Giả", "Vàng Thử", "Hồ Giả",
    )),
    "UBND phường Tân Giả", "UBND phường Đoàn Thử", "UBND phường Vắng Mặt",
]  # fmt: skip
ABSENT = "UBND phường Vắng Mặt"
"""On the roster, and not in the group."""
LEADER, VICE, ADMIN = "7000000000000000010", "7000000000000000011", "7000000000000000012"
HEAD = {agency: str(7100000000000000000 + place) for place, agency in enumerate([*OFFICES, *COMMUNES])}
DEPUTY = {agency: str(7200000000000000000 + place) for place, agency in enumerate(OFFICES)}
REMINDED_LATER = (1, 3)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Viet Nam; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


class KilledError(Exception):
    """The process ends here."""


class Week:
    """The office, its store and its clock; and what everybody has done."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.units, self.inbox = UnitsOfWork(database, BOT), Inbox(database, BOT)
        self.now = at(23, 8)
        self.killed_once = False
        self._dies = False
        self._number = 0
        self.orders: dict[int, MessageSent] = {}
        self.given: dict[int, tuple[datetime, set[str]]] = {}
        """Number -> when it was given, and to whom."""
        self.dues: dict[tuple[int, str], list[tuple[datetime, datetime | None]]] = {}
        """(number, addressee) -> from when on which deadline holds."""
        self.answered: dict[tuple[int, str], datetime] = {}
        """When the first answer came."""
        self.closed: dict[int, datetime] = {}
        self.start()
        self._people()

    def start(self) -> None:
        """A process begins, after another one or after none."""
        policy = policy_on(lambda: self.now)
        self.office = FeatureFacade(policy)
        self.jobs = JobRunner(
            BOT,
            handlers={
                JobKind.REMIND_OF_DIRECTIVES: RemindHandler(policy),
                JobKind.REPORT_DEADLINE: DeadlineHandler(policy),
                JobKind.ASK_ABOUT_DIRECTIVES: AskHandler(policy),
            },
            begin=self._begin,
            on_settled=lambda: None,
        )

    @contextmanager
    def _begin(self, *, reading: bool = False) -> Iterator[UnitOfWork]:
        with self.units.begin() as uow:
            before = uow.outbox.has_new
            yield uow
            if self._dies and uow.outbox.has_new and not before:
                self._dies = False
                self.killed_once = True
                raise KilledError

    def dies_in_the_next_round(self) -> None:
        self._dies = True

    def _people(self) -> None:
        self.units.seed_people(
            BOT,
            [
                SeedPerson(
                    "Giàng A Chủ",
                    "Chủ tịch UBND tỉnh",
                    LEADER,
                    None,
                    None,
                    {EVERYWHERE: (Role.LEADER, Role.LEADERSHIP)},
                ),
                SeedPerson("Đèo Thị Phó", "Phó Chủ tịch UBND tỉnh", VICE, None, None, {EVERYWHERE: (Role.LEADERSHIP,)}),
                SeedPerson("Lò Văn Quản", "Giám đốc", ADMIN, None, None, {EVERYWHERE: (Role.ADMIN,)}),
            ],
        )
        listed = [
            RosterEntry(full_name=f"Người Đứng Đầu {place}", title="Thủ trưởng", agency=agency, uid=HEAD[agency])
            for place, agency in enumerate(HEAD)
            if agency != ABSENT
        ]
        listed += [
            RosterEntry(full_name=f"Người Cấp Phó {place}", title="Phó Giám đốc", agency=agency, uid=DEPUTY[agency])
            for place, agency in enumerate(DEPUTY)
        ]
        listed.append(RosterEntry(full_name="Người Vắng Mặt", title="Chủ tịch", agency=ABSENT))
        put_roster(self.database, BOT, GROUP, listed)
        uids = [LEADER, VICE, ADMIN, BOT, *(one.uid for one in listed if one.uid)]
        seen = GroupSnapshot(
            group_id=GROUP, name="Nhóm", owner_uid=ADMIN, member_uids=tuple(uids), total_members=len(uids)
        )
        with self.units.begin() as uow:
            uow.members.save_group(BOT, seen, [], self.now)

    def until(self, moment: datetime) -> None:
        """Time goes by; whatever is due is done, also by the process that follows one that was killed."""
        while (due := self.jobs.next_due()) is not None and due <= moment:
            self.now = max(self.now, due)
            try:
                self.jobs.act(self.now)
            except KilledError:
                self.start()
        self.now = moment

    def _hear(self, moment: datetime, event: EventBase, text: str) -> EventBase:
        self.until(moment)
        self._number += 1
        key = event.key or str(1000 + self._number)
        [admitted] = self.inbox.admit(
            [
                entry(
                    str(5000 + self._number) if event.key else key,
                    f"{text} {self._number}",
                    sender_uid=event.sender_uid,
                    at_ms=to_ms(moment),
                    received_ms=to_ms(moment),
                )
            ]
        )
        event = event.model_copy(update={"id": admitted.id, "key": key})
        with self.units.begin() as uow:
            uow.verdicts.store(admitted, message(admitted), Verdict(), moment)
            self.office.react(uow, event, Verdict())
        return event

    def order(
        self, number: int, moment: datetime, text: str, *names: str, due: datetime | None, by: str = LEADER
    ) -> None:
        """A directive is given; it has to be read as addressed to these agencies, until then."""
        heard = self._hear(moment, self._said(moment, by, text), text)
        assert isinstance(heard, MessageSent)
        self.orders[number] = heard
        self.given[number] = moment, set(names)
        for name in names:
            self.dues[number, name] = [(moment, due)]
        with self.units.begin() as uow:
            directive = uow.directives.of_message(GROUP, heard.key)
            assert directive, text
            assert directive.open, text
            found = {one.name: one.due_at for one in uow.directives.assignees(directive.id)}
        assert found == dict.fromkeys(names, due), text

    def answer(
        self, number: int, moment: datetime, agency: str, text: str, *, quoted: bool = True, by_deputy: bool = False
    ) -> str:
        order = self.orders[number]
        quote = Quote(owner_uid=order.sender_uid, key=order.key, text=order.text) if quoted else None
        uid = (DEPUTY if by_deputy else HEAD)[agency]
        heard = self._hear(moment, self._said(moment, uid, text, quote=quote), text)
        self.answered.setdefault((number, agency), moment)
        return heard.key

    def react(self, number: int, moment: datetime, agency: str) -> None:
        event = Reacted(
            account=BOT,
            thread_id=GROUP,
            sender_uid=HEAD[agency],
            at=moment,
            targets=(MessageRef(key=self.orders[number].key),),
            icon="/-strong",
        )
        self._hear(moment, event, "react")
        self.answered.setdefault((number, agency), moment)

    def recall(self, moment: datetime, key: str, uid: str) -> None:
        event = MessageRecalled(account=BOT, thread_id=GROUP, sender_uid=uid, at=moment, target=MessageRef(key=key))
        self._hear(moment, event, "recall")

    def edit(self, number: int, moment: datetime, text: str) -> None:
        order = self.orders[number]
        event = MessageRevised(
            account=BOT, thread_id=GROUP, sender_uid=order.sender_uid, at=moment, key=order.key, text=text
        )
        self._hear(moment, event, text)

    def command(self, moment: datetime, uid: str, text: str) -> None:
        event = MessageSent(account=BOT, thread_id=uid, is_group=False, sender_uid=uid, at=moment, text=text)
        self._hear(moment, event, text)

    @staticmethod
    def _said(moment: datetime, uid: str, text: str, *, quote: Quote | None = None) -> MessageSent:
        return MessageSent(account=BOT, thread_id=GROUP, sender_uid=uid, at=moment, text=text, quote=quote)

    def code(self, number: int) -> str:
        with self.units.begin() as uow:
            directive = uow.directives.of_message(GROUP, self.orders[number].key)
        assert directive
        return directive.code

    def ledger(self, number: int) -> tuple[DirectiveState, dict[str, Assignee]]:
        with self.units.begin() as uow:
            directive = uow.directives.of_message(GROUP, self.orders[number].key)
            assert directive
            return directive.state, {one.name: one for one in uow.directives.assignees(directive.id)}

    def sent(self, purpose: str) -> list[tuple[str, datetime]]:
        """(to whom, when) of every message of that purpose."""
        with self.database.read() as connection:
            rows = connection.execute(
                select(outbox.c.thread_id, outbox.c.created_ms).where(outbox.c.purpose == purpose)
            )
            return [(row.thread_id, from_ms(row.created_ms)) for row in rows]

    def reminders_wanted(self) -> set[tuple[str, str]]:
        """(uid, day) of everybody who has to be reminded: once a day, while nothing was answered."""
        wanted = set()
        for (number, agency), dues in self.dues.items():
            given, _ = self.given[number]
            for begins, due in dues:
                for moment in _reminders(due) if due else ():
                    holds = [each for from_when, each in dues if from_when <= moment][-1] if moment > begins else None
                    silent = self.answered.get((number, agency), moment) >= moment
                    over = self.closed.get(number, moment + timedelta(1)) <= moment
                    late = moment <= given + timedelta(minutes=10) or moment > self.now
                    if holds == due and silent and not over and not late and agency != ABSENT:
                        wanted.add((HEAD[agency], f"{moment:%d/%m}"))
        return wanted


def _reminders(due: datetime) -> Iterator[datetime]:
    """When the shipped settings remind of that deadline."""
    morning = due.replace(hour=8, minute=0)
    yield morning - timedelta(days=1)
    yield due - timedelta(hours=2)
    yield due
    for days in REMINDED_LATER:
        later = morning + timedelta(days=days)
        while later.weekday() > 4:
            later += timedelta(days=1)
        yield later


@pytest.fixture(scope="module")
def postgresql_folder() -> Iterator[Path]:
    with postgresql.server("fsync=off") as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def week(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Week]:
    folder = request.getfixturevalue("postgresql_folder") if request.param == "postgresql" else None
    url = postgresql.new_database(folder) if folder else f"sqlite:///{tmp_path / 'governor.db'}"
    database = Database(url, Keys(MASTER), lambda: at(23, 8))
    database.migrate()
    yield Week(database)
    database.close()


def test_at_the_end_of_the_week_the_ledger_is_right_and_only_the_silent_were_reminded(week: Week) -> None:
    three = ("Sở Y tế", "Sở Tài chính", "Sở Nội vụ")
    expected: dict[tuple[int, str], Progress] = {}

    def becomes(number: int, progress: Progress, *agencies: str) -> None:
        expected.update(dict.fromkeys(((number, agency) for agency in agencies), progress))

    # Monday: two directives to the same three at once.
    vaccination = "Giao Sở Y tế, Sở Tài chính, Sở Nội vụ báo cáo số liệu tiêm chủng mở rộng trước 17h ngày 25/11."
    fire = "Đề nghị Sở Y tế, Sở Tài chính, Sở Nội vụ kiểm tra bình chữa cháy tại trụ sở, báo cáo trước 17h ngày 26/11."
    week.order(1, at(23, 8, 30), vaccination, *three, due=at(25, 17))
    week.order(2, at(23, 8, 40), fire, *three, due=at(26, 17))
    week.answer(1, at(23, 8, 50), "Sở Y tế", "Rõ ạ", by_deputy=True)
    week.answer(2, at(23, 9), "Sở Y tế", "Sở Y tế đã nhận, triển khai kiểm tra ngay ạ")
    week.answer(
        2, at(23, 9, 5), "Sở Nội vụ", "Sở Nội vụ báo cáo: đã kiểm tra 12 bình chữa cháy, đều còn hạn.", quoted=False
    )
    week.order(
        3, at(23, 9, 30), "UBND các xã, phường báo cáo thiệt hại do rét đậm trước 11h ngày 24/11.", *COMMUNES,
        due=at(24, 11), by=VICE,
    )  # fmt: skip
    for place, commune in enumerate(COMMUNES[:12]):
        week.answer(
            3, at(23, 10, place), commune, f"{commune} báo cáo: chết rét {place + 1} con trâu, không thiệt hại khác."
        )
    becomes(3, Progress.REPORTED, *COMMUNES[:12])
    for place, commune in enumerate(COMMUNES[12:15]):
        week.react(3, at(23, 11, place), commune)
    becomes(3, Progress.OVERDUE, *COMMUNES[12:])
    becomes(3, Progress.UNSEEN, ABSENT)  # Nobody is there who could answer.
    week.order(
        4, at(23, 14), "Giao các sở, ban, ngành đăng ký nhu cầu kinh phí năm 2027 trước ngày 28/11.", *OFFICES,
        due=at(27, 17),
    )  # fmt: skip
    becomes(4, Progress.OVERDUE, *OFFICES)
    week.order(5, at(23, 15), "Giao Sở Xây dựng khẩn trương kiểm tra cầu treo bản Nậm Thử.", "Sở Xây dựng", due=None)
    week.answer(5, at(23, 15, 10), "Sở Xây dựng", "Rõ ạ, Sở cử đoàn đi ngay")
    becomes(5, Progress.RECEIVED, "Sở Xây dựng")
    week.order(
        6, at(23, 16), "Yêu cầu Sở Khoa học và Công nghệ gửi danh mục nhiệm vụ trước 16h ngày 25/11.",
        "Sở Khoa học và Công nghệ", due=at(25, 16),
    )  # fmt: skip

    # Tuesday: a restart; a directive is recalled; one is relayed by the desk.
    week.start()
    wrong = "Giao Công an tỉnh, Sở Ngoại vụ báo cáo việc đón đoàn khách trước 15h ngày 25/11."
    week.order(7, at(24, 8, 30), wrong, "Công an tỉnh", "Sở Ngoại vụ", due=at(25, 15))
    week.recall(at(24, 9), week.orders[7].key, LEADER)
    week.closed[7] = at(24, 9)
    becomes(7, Progress.OVERDUE, "Công an tỉnh", "Sở Ngoại vụ")
    week.order(
        8, at(24, 10), "TL Chủ tịch UBND tỉnh: yêu cầu Sở Tư pháp thẩm định dự thảo quyết định trước 17h ngày 26/11.",
        "Sở Tư pháp", due=at(26, 17), by=ADMIN,
    )  # fmt: skip
    key = week.answer(8, at(24, 10, 30), "Sở Tư pháp", "Sở Tư pháp báo cáo: đã thẩm định xong, văn bản số 45/BC-STP.")
    week.recall(at(24, 10, 40), key, HEAD["Sở Tư pháp"])
    del week.answered[8, "Sở Tư pháp"]
    becomes(8, Progress.OVERDUE, "Sở Tư pháp")
    week.answer(
        1, at(24, 14), "Sở Tài chính", "Sở Tài chính báo cáo số liệu tiêm chủng: đã cấp 3,2 tỷ đồng.", quoted=False
    )
    becomes(1, Progress.REPORTED, "Sở Tài chính")
    week.dies_in_the_next_round()

    # Wednesday: a kill in the round of reminders; more time is asked for, and given.
    week.answer(6, at(25, 9), "Sở Khoa học và Công nghệ", "Sở xin gia hạn đến 27/11 do chưa đủ ý kiến của các đơn vị ạ")
    week.command(at(25, 9, 30), LEADER, f"/giahan {week.code(6)} 16h ngày 27/11 Sở KH&CN")
    week.dues[6, "Sở Khoa học và Công nghệ"].append((at(25, 9, 30), at(27, 16)))
    becomes(6, Progress.OVERDUE, "Sở Khoa học và Công nghệ")
    week.answer(1, at(25, 18), "Sở Y tế", "Sở Y tế báo cáo: đã tiêm 12.400 mũi, đạt 96%.")  # an hour late
    becomes(1, Progress.REPORTED, "Sở Y tế")
    becomes(1, Progress.OVERDUE, "Sở Nội vụ")
    plan = "Giao Sở Công Thương, Thanh tra tỉnh gửi kế hoạch kiểm tra trước 17h ngày 27/11."
    week.order(9, at(25, 10), plan, "Sở Công Thương", "Thanh tra tỉnh", due=at(27, 17))
    week.edit(9, at(25, 10, 20), plan.replace("Thanh tra tỉnh", "Sở Ngoại vụ").replace("27/11", "28/11"))
    week.dues[9, "Sở Công Thương"].append((at(25, 10, 20), at(28, 17)))
    week.dues[9, "Thanh tra tỉnh"].append((at(25, 10, 20), None))
    week.dues[9, "Sở Ngoại vụ"] = [(at(25, 10, 20), at(28, 17))]
    becomes(9, Progress.OVERDUE, "Sở Công Thương", "Sở Ngoại vụ")

    # Thursday and Friday.
    week.order(
        10, at(26, 8, 30), "Giao Bảo hiểm xã hội tỉnh báo cáo tỷ lệ bao phủ trước 10h ngày 27/11.",
        "Bảo hiểm xã hội tỉnh", due=at(27, 10),
    )  # fmt: skip
    week.answer(10, at(27, 9), "Bảo hiểm xã hội tỉnh", "Báo cáo đồng chí: tỷ lệ bao phủ đạt 95,2%.")
    becomes(10, Progress.REPORTED, "Bảo hiểm xã hội tỉnh")
    week.answer(2, at(26, 16), "Sở Y tế", "Sở Y tế báo cáo: đã kiểm tra 30 bình chữa cháy, thay mới 4 bình.")
    becomes(2, Progress.REPORTED, "Sở Y tế", "Sở Nội vụ")
    becomes(2, Progress.OVERDUE, "Sở Tài chính")
    for place, office in enumerate(OFFICES[:15]):
        text = f"{office} đăng ký nhu cầu kinh phí năm 2027: {place + 2} tỷ đồng, kèm biểu số {place + 1}."
        week.answer(4, at(27, 14, place), office, text, by_deputy=place % 2 == 1)
    becomes(4, Progress.REPORTED, *OFFICES[:15])
    week.order(
        11, at(27, 15), "Giao Công an tỉnh phân luồng giao thông dịp lễ, báo cáo trước 17h ngày 27/11.", "Công an tỉnh",
        due=at(27, 17),
    )  # fmt: skip
    week.command(at(27, 16), VICE, f"/xong {week.code(11)}")
    week.closed[11] = at(27, 16)
    becomes(11, Progress.REPORTED, "Công an tỉnh")
    week.order(
        12, at(27, 16, 30), "Giao UBND phường Tân Giả dọn vệ sinh chợ trung tâm, báo cáo trước 9h ngày 30/11.",
        "UBND phường Tân Giả", due=at(30, 9),
    )  # fmt: skip
    becomes(12, Progress.OVERDUE, "UBND phường Tân Giả")
    week.until(at(30, 12))

    found = {}
    states = {}
    for number in week.orders:
        states[number], entries = week.ledger(number)
        found.update({(number, name): one.progress(week.now) for name, one in entries.items() if not one.removed})
    assert found == expected
    done = {5, 10, 11}
    assert {number for number, state in states.items() if state is DirectiveState.DONE} == done
    assert {number for number, state in states.items() if state is DirectiveState.WITHDRAWN} == {7}
    first = week.ledger(1)[1]["Sở Y tế"]
    assert (first.received_at, first.is_late()) == (at(23, 8, 50), True)
    assert not week.ledger(2)[1]["Sở Nội vụ"].assumed
    assert week.killed_once
    reminders = [(uid, f"{local(moment):%d/%m}") for uid, moment in week.sent("member_request")]
    assert len(set(reminders)) == len(reminders)
    assert set(reminders) == week.reminders_wanted()
    lines = [f"{local(moment):%d/%m %H:%M}" for uid, moment in week.sent("report") if uid == LEADER]
    assert sorted(lines) == sorted([
        "25/11 17:00", "26/11 17:00", "27/11 17:00", "26/11 17:00", "27/11 16:00", "28/11 17:00", "30/11 09:00",
    ])  # fmt: skip
