"""Two groups under one bot: nothing of the one reaches anybody who has no role there, whatever is asked and how.

Group A is full of things that carry two marks: ANPHA in the group's name, GAMBE in names and bodies. The people who ask
hold every role, but in group B alone; an overseer may see the figures of all groups, and no content.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from tests.integration.line import Line
from tests.rosters import put_roster, roster_of
from tests.unit.features.command_table import TABLE
from tests.unit.storage.stored import BOT, GROUP, HandClock
from zalo_governor.domain.events import MembersJoined, NamedUid
from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.notices import Notice, Purpose
from zalo_governor.domain.people import EVERYWHERE, Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.simulator.messages import group_act, private_message, quote_of
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.outbox_entries import OutboxEntries
from zalo_governor.storage.schema import cases, directives, person_uids
from zalo_governor.text.fold import fold

OTHER_GROUP = "8000000000000000002"
ROLES = (Role.LEADER, Role.LEADERSHIP, Role.ADMIN, Role.ADMIN_STAFF, Role.REPORT_READER)
OF_A = {role: f"71{number:017}" for number, role in enumerate((*ROLES, Role.MEMBER), 1)}
OF_B = {role: f"72{number:017}" for number, role in enumerate((*ROLES, Role.MEMBER), 1)}
OVERSEER, STRANGER, OUTSIDER = "7300000000000000001", "7300000000000000002", "7300000000000000003"
NOWHERE = 987654
"""Number of a case and of a directive that do not exist."""
NAMES = (("Nhóm Anpha", "Nhóm Ômêga"), ("Sở Gambê", "Sở Đentá"))
"""(what exists in group A, what exists nowhere)."""
MARKS = ("anpha", "gambe")
"""The group's name, and what stands in names and bodies; as `fold` leaves them."""
ANSWERS = frozenset({Purpose.REPLY, Purpose.SYSTEM, Purpose.REPORT})
HEADS = (Role.LEADER, Role.ADMIN)
WAYS = ("private", "group", "private quote", "group quote")


def seeds() -> list[SeedPerson]:
    held = [(uid, role, GROUP, "Gambê") for role, uid in OF_A.items()]
    held += [(uid, role, OTHER_GROUP, "Bản") for role, uid in OF_B.items()]
    people = [
        SeedPerson(f"Lò {name} {role.value}", "Giám đốc", uid, None, None, {group: (role,)})
        for uid, role, group, name in held
        if role is not Role.MEMBER
    ]
    return [*people, SeedPerson("Tẩn Trung Tâm", "Trưởng phòng", OVERSEER, None, None, {EVERYWHERE: (Role.OVERSEER,)})]


class TwoGroups(Line):
    """A bot in two groups."""

    def __init__(self, database: Database, clock: HandClock) -> None:
        super().__init__(database, clock, groups={GROUP: "Nhóm Anpha", OTHER_GROUP: "Ngành Y tế"})
        self.office = FeatureFacade(self.policy)
        self.units.seed_people(BOT, seeds())
        for group, uid, name in ((GROUP, OF_A[Role.MEMBER], "Gambê"), (OTHER_GROUP, OF_B[Role.MEMBER], "Bản")):
            entry = RosterEntry(full_name=f"Giàng {name} Viên", title="Giám đốc", agency=f"Sở {name}", uid=uid)
            missing = RosterEntry(full_name=f"Vàng {name} Vắng", title="Giám đốc", agency="Sở Khác")
            put_roster(database, BOT, group, [entry, missing])

    def have_a_day(self) -> None:
        """Group A gets a light case, a secret, an outsider, a change, a directive with its answer, and remarks."""
        member, leader = OF_A[Role.MEMBER], OF_A[Role.LEADER]
        self.act(GROUP, "join", member, [OUTSIDER])
        self.hear(
            self.message("De nghi cac dong chi so Gambe gui bao cao ve van phong truoc ngay mai", by=member),
            self.message("Công văn MẬT của Gambê: độ mật Tối mật, số 12/BC-M, đề nghị không phổ biến", by=member),
            self.message("Đề nghị Sở Gambê báo cáo kết quả trước 17h ngày mai", by=leader),
            self.message("/suco Gambê không nhận được tin từ sáng", by=member),
            self.message("/gopy Gambê đề nghị ghim lịch trực", by=member),
        )
        self.act(GROUP, "update", OF_A[Role.ADMIN], groupName="Nhóm Anpha Gambê")
        self.settle()

    def act(self, group: str, act: str, by: str, members: Sequence[str] = (), **more: Any) -> None:
        self.arrive({"controls": [group_act(self.world, self.world.group(group), act, by, members, **more)]})

    def ask(self, uid: str, typed: Iterable[str], way: str) -> None:
        """Type commands in one of the ways, which arrive together; a quote names a message of group A, its author."""
        self.hear(*(self._asking(uid, line, way) for line in typed), private=way.startswith("private"))

    def _asking(self, uid: str, line: str, way: str) -> RawDict:
        fields: dict[str, Any] = {"_text": line, "uidFrom": uid}
        if way.endswith("quote"):
            fields["quote"] = quote_of(self.message("Đề nghị báo cáo", by=OF_A[Role.LEADER]))
        if way.startswith("private"):
            return private_message(self.world, {**fields, "idTo": "0"})
        return self.message(line, by=uid, idTo=OTHER_GROUP, **fields)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    """Everything that was put into the outbox."""
    kept: list[Notice] = []
    add = OutboxEntries.add

    def noted(entries: OutboxEntries, notice: Notice, *, withheld: bool = False) -> None:
        kept.append(notice)
        add(entries, notice, withheld=withheld)

    monkeypatch.setattr(OutboxEntries, "add", noted)
    return kept


@pytest.fixture
def bot(database: Database, clock: HandClock) -> Iterator[TwoGroups]:
    made = TwoGroups(database, clock)
    with made.running():
        made.have_a_day()
        yield made


def marks_in(notice: Notice) -> list[str]:
    content = fold(notice.text + (notice.file.model_dump_json() if notice.file else ""))
    return [mark for mark in MARKS if mark in content]


def codes(database: Database) -> list[str]:
    """Codes of what group A has: a light case, the secret one, a directive, a member."""
    with database.read() as connection:
        light, secret = (
            connection.scalars(select(cases.c.id).where(cases.c.sealed.is_(sealed))).first() for sealed in (False, True)
        )
        directive = connection.scalars(select(directives.c.id)).first()
        member = connection.scalars(select(person_uids.c.person_id).where(person_uids.c.uid == OUTSIDER)).first()
    assert None not in {light, secret, directive, member}
    return [f"VP{light}", f"VP{secret}", f"CĐ{directive}", f"TV{member}"]


def lines(known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every command with every code of group A, (line, the same line with a code that does not exist)."""
    for word, row in TABLE.items():
        for code in known:
            if code[:2] + "1" in row.line:
                typed = row.line.replace(code[:2] + "1", "{}")
                yield typed.format(code), typed.format(f"{code[:2]}{NOWHERE}")
        if word in {"thanhvien", "moira"}:
            for code in known:
                if code.startswith(("TV", "VP")):
                    yield f"/{word} {code}", f"/{word} {code[:2]}{NOWHERE}"
    for code in known:
        yield code, f"{code[:2]}{NOWHERE}"


def test_a_code_of_another_group_is_answered_as_one_that_does_not_exist(bot: TwoGroups, said: list[Notice]) -> None:
    pairs = list(dict.fromkeys(lines(codes(bot.database))))
    pairs += [(f"/{word} {name}", f"/{word} {other}") for word in TABLE for name, other in NAMES]
    assert len(pairs) > 100
    asked = 0
    for way in WAYS:
        for role in HEADS if way.endswith("quote") else ROLES:
            answers = []
            for place in (0, 1):
                said.clear()
                bot.ask(OF_B[role], [pair[place] for pair in pairs], way)
                bot.settle()
                answers.append([_without_codes(notice) for notice in said if notice.purpose in ANSWERS])
            assert answers[0] == answers[1], (way, role)
            asked += len(pairs)
    assert asked > 1500


def test_no_command_of_whoever_has_no_role_there_shows_anything_of_a_group(bot: TwoGroups, said: list[Notice]) -> None:
    known = codes(bot.database)
    typed = [row.line for row in TABLE.values()] + [f"/{word}" for word in TABLE]
    typed += [f"/{word} tất cả" for word in TABLE]
    typed += [f"/baocao {period} {face}" for period in ("hôm nay", "tuần") for face in ("", "docx", "xlsx", "ảnh")]
    typed += [line for line, _ in lines(known)]
    typed += ["báo cáo hôm nay thế nào", "có vụ việc nào không", "ai chưa trả lời chỉ đạo", "đúng", "không"]
    for way in WAYS:
        for uid in (*(OF_B[role] for role in (HEADS if way.endswith("quote") else ROLES)), OVERSEER):
            said.clear()
            bot.ask(uid, typed, way)
            bot.settle()
            assert said
            for notice in said:
                allowed = {"anpha"} if notice.thread_id == OVERSEER else set()
                if notice.thread_id not in OF_A.values():
                    assert set(marks_in(notice)) <= allowed, (way, uid, notice.text)


@pytest.mark.parametrize("uid", [OF_B[Role.MEMBER], STRANGER])
def test_nor_does_any_command_of_a_member_or_a_stranger(bot: TwoGroups, said: list[Notice], uid: str) -> None:
    known = codes(bot.database)
    for line in [*(row.line for row in TABLE.values()), *known]:
        bot.clock.forward(minutes=1)
        bot.ask(uid, [line], "private")
    bot.settle()
    assert said
    assert [notice.text for notice in said if marks_in(notice)] == []


def test_what_the_program_tells_of_itself_goes_to_people_of_the_group_alone(
    database: Database, clock: HandClock, said: list[Notice]
) -> None:
    bot = TwoGroups(database, clock)
    with bot.running(), capture_logs() as logged:
        bot.have_a_day()
        duties = bot.office.duties
        with bot.units.begin() as uow:
            duties.on_cases(uow)
            duties.hints_digest(uow, clock.forward(hours=2))
            duties.suggestions_digest(uow, clock())
            duties.roster_digest(uow, clock())
            duties.remind_of_names(uow, GROUP, clock())
        duties.report("daily_report", bot.units.begin, clock())
        duties.report("weekly_report", bot.units.begin, clock.forward(days=1))
        duties.report("monthly_report", bot.units.begin, clock.forward(days=10))
        with bot.units.begin() as uow:
            duties.on_cases(uow)
    purposes = {notice.purpose for notice in said}
    assert purposes >= {Purpose.ADMIN_ALERT, Purpose.LEADER_ALERT, Purpose.REPORT, Purpose.MEMBER_REQUEST}
    assert len([notice for notice in said if notice.group_id == GROUP]) > 10
    for notice in said:
        if notice.group_id == GROUP or marks_in(notice):
            assert notice.thread_id in {*OF_A.values(), GROUP, OUTSIDER}, notice
        assert notice.thread_id != OVERSEER
    assert {"case", "judged"} & {line["event"] for line in logged}
    assert not [mark for mark in MARKS if mark in fold(str(logged))]


def test_a_member_s_code_means_the_group_in_which_the_person_is_not_on_the_roster(
    database: Database, clock: HandClock, said: list[Notice]
) -> None:
    both, third = "7300000000000000004", "8000000000000000003"
    bot = Line(database, clock, groups={GROUP: "Nhóm Anpha", third: "Nhóm Chưa có", OTHER_GROUP: "Ngành Y tế"})
    bot.units.seed_people(BOT, [SeedPerson("Lò Quản", "", OF_A[Role.ADMIN], None, None, {EVERYWHERE: (Role.ADMIN,)})])
    put_roster(database, BOT, GROUP, [RosterEntry(full_name="Giàng A Hai", title="Giám đốc", uid=both)])
    put_roster(database, BOT, OTHER_GROUP, [RosterEntry(full_name="Vàng Thị Khác", title="Giám đốc")])
    with bot.units.begin() as uow:
        for group in bot.policy.groups:
            came = MembersJoined(account=BOT, thread_id=group, at=clock(), members=(NamedUid(uid=both),))
            uow.members.learn_names(BOT, came, None)
        person = uow.people.find_or_create(BOT, both)
    assert person
    typed = {"_text": f"/thanhvien TV{person.id} Giàng A Hai - Giám đốc", "uidFrom": OF_A[Role.ADMIN], "idTo": "0"}
    with bot.running():
        bot.hear(private_message(bot.world, typed), private=True)
        bot.settle()
    assert "đã thêm" in said[-1].text
    assert [entry.uid for entry in roster_of(database, OTHER_GROUP)] == [None, both]
    assert roster_of(database, third) == []


def _without_codes(notice: Notice) -> tuple[str, str, str]:
    """The notice without what may differ: codes, the names that were typed, and the minute."""
    differs = r"(VP|CĐ|TV|SC-|GY-) ?\d+|Anpha|Ômêga|Gambê|Đentá|\d\d:\d\d"
    return notice.thread_id, notice.group_id, re.sub(differs, r"\1", notice.text)
