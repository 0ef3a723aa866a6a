"""What goes after its time, what goes on order, what is taken out: on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from tests.crash.opened import opened
from tests.rosters import put_roster, roster_of
from tests.unit.storage.stored import (
    BOT,
    GROUP,
    MEMBER,
    OTHER,
    START,
    START_MS,
    HandClock,
    entry,
    message,
    new_case,
    notice,
    sealed_entry,
)
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.findings import Finding, Severity, Verdict
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.errors import StoreError
from zalo_governor.storage.maintenance.account_replacement import accounts_of, acquaintances, may_follow, succeed
from zalo_governor.storage.maintenance.erasure import erase, holdings
from zalo_governor.storage.maintenance.retention import Terms, sweep
from zalo_governor.storage.queries.export import Cursor, Extract, headings, rows
from zalo_governor.storage.queries.panel import PRESSED_FORM
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.schema import inbox, message_acts, metadata, outbox, persons
from zalo_governor.storage.unit_of_work import UnitsOfWork

TERMS = Terms(*[timedelta(days=days) for days in (30, 60, 30, 10, 30, 90)])
NEW = "7000000000000000099"
FOUND = Verdict(
    findings=(
        Finding(
            rule_id="3.1-tieng-viet-co-dau",
            clause="3.1",
            severity=Severity.MINOR,
            label="no_diacritics",
            excerpt="xin gui bao cao",
        ),
    )
)


@pytest.fixture
def filled(database: Database, units: UnitsOfWork, clock: HandClock) -> Database:
    """Messages 1 (under a case), 2, 3 (sealed), and one of somebody else."""
    admitted = Inbox(database, BOT).admit(
        [
            entry("1", "xin gui bao cao"),
            entry("2", "Xin gửi báo cáo"),
            sealed_entry("3"),
            entry("4", "Đã nhận", sender_uid=OTHER),
        ]
    )
    with units.begin() as uow:
        for one in admitted:
            uow.verdicts.store(one, message(one), FOUND if one.entry.key == "1" else Verdict(), START)
        person = uow.people.find_or_create(BOT, MEMBER)
        assert person
        uow.members.link_global_ids(BOT, [Member(uid=MEMBER, display_name="Lò Văn Mẫu", global_id="g1")])
        person = uow.people.find_or_create(BOT, MEMBER)
        assert person
        uow.cases.add(new_case(person.id, admitted[0].id))
        uow.outbox.add(notice("Đề nghị đồng chí kiểm tra", person_id=person.id, case_id=1))
        uow.members.save_group(BOT, _seen([MEMBER, OTHER]), [], START)
    put_roster(database, BOT, GROUP, [RosterEntry(full_name="Lò Văn Mẫu", title="Giám đốc", uid=MEMBER)])
    return database


def _seen(uids: list[str]) -> GroupSnapshot:
    return GroupSnapshot(group_id=GROUP, name="Nhóm", owner_uid=OTHER, member_uids=tuple(uids), total_members=len(uids))


def _close(units: UnitsOfWork) -> None:
    with units.begin() as uow:
        case = uow.cases.get(1)
        assert case
        uow.cases.save(case.model_copy(update={"state": CaseState.CONFIRMED}))


def _bodies(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(inbox.c.key).where(inbox.c.body.is_not(None)).order_by(inbox.c.key)))


def test_words_go_when_their_time_is_over_and_figures_stay(
    filled: Database, units: UnitsOfWork, clock: HandClock
) -> None:
    period = (START - timedelta(days=1), START + timedelta(days=1))
    with units.begin() as uow:
        before = uow.statistics.activity(GROUP, *period), uow.statistics.coverage(GROUP, *period)
    assert sum(sweep(filled, TERMS, clock.forward(days=29), lambda: False)) == 0
    removed = sweep(filled, TERMS, clock.forward(days=2), lambda: False)
    assert removed.bodies == 2
    # A case in hand keeps its words, and its own time begins when it is closed.
    assert _bodies(filled) == ["1"]
    assert sweep(filled, TERMS, clock.forward(days=29), lambda: False).cases == 0
    _close(units)
    assert sweep(filled, TERMS, clock.forward(days=1), lambda: False).cases == 1
    assert _bodies(filled) == []
    with units.begin() as uow:
        after = uow.statistics.activity(GROUP, *period), uow.statistics.coverage(GROUP, *period)
        assert after[0] == before[0]
        assert after[1].content_from is not None
        assert after[1].model_copy(update={"content_from": None}) == before[1]
        case = uow.cases.get(1)
        assert case
        assert uow.cases.excerpt(case) is None
    # Twice does nothing, and everything that is left opens.
    assert sum(sweep(filled, TERMS, clock.now, lambda: False)) == 0
    assert list(opened(filled))


def test_after_their_term_only_what_belongs_to_a_case_or_waits_and_the_bots_own_has_a_sender(
    filled: Database, units: UnitsOfWork, clock: HandClock
) -> None:
    alike = [entry("5", "Rõ", cli_key="7", sender_uid=uid) for uid in (MEMBER, OTHER)]
    more = [alike[0], alike[1]._replace(key="6"), entry("7", "Kính gửi", sender_uid=BOT)]
    *judged, _ = Inbox(filled, BOT).admit([*more, entry("8", "Chưa xét")])
    with units.begin() as uow:
        for one in judged:
            uow.verdicts.store(one, message(one), Verdict(), START)
    sweep(filled, TERMS, clock.forward(days=91), lambda: False)
    with filled.read() as connection:
        senders = connection.execute(select(inbox.c.key, inbox.c.sender_uid).where(inbox.c.sender_uid != "")).all()
    assert {tuple(row) for row in senders} == {("1", MEMBER), ("7", BOT), ("8", MEMBER)}


def test_claims_of_pressed_forms_go_after_a_day_and_no_other_claims(
    database: Database, units: UnitsOfWork, clock: HandClock
) -> None:
    names = (f"{PRESSED_FORM}0a", "daily_report")
    with units.begin() as uow:
        assert all(uow.claims.claim_once(name, clock.now) for name in names)
    made = clock.now
    for hours, kept in ((23, [True, True]), (2, [False, True])):
        sweep(database, TERMS, clock.forward(hours=hours), lambda: False)
        with units.begin() as uow:
            assert [uow.claims.is_claimed(name, made) for name in names] == kept


def test_a_sweep_that_is_stopped_goes_on_another_time(filled: Database, clock: HandClock) -> None:
    clock.forward(days=31)
    assert sweep(filled, TERMS, clock.now, lambda: True).bodies == 0
    assert sweep(filled, TERMS, clock.now, lambda: False).bodies == 2


def test_a_stop_leaves_no_case_with_its_words_for_good(filled: Database, units: UnitsOfWork, clock: HandClock) -> None:
    _close(units)
    clock.forward(days=61)
    assert sweep(filled, TERMS, clock.now, lambda: True).cases == 0
    assert sweep(filled, TERMS, clock.now, lambda: False).cases == 1


def test_a_person_is_erased_and_nobody_can_tell_who_it_was(
    filled: Database, units: UnitsOfWork, clock: HandClock
) -> None:
    [private] = Inbox(filled, BOT).admit([entry("9", thread_id=MEMBER, is_group=False)])
    act = {"place": 0, "kind": "message_deleted", "at_ms": 0, "state": "waiting", "message_key": "9", "cli_key": "9"}
    with units.begin() as uow:
        member = uow.people.find_or_create(BOT, MEMBER)
        uow.verdicts.store(private, message(private), FOUND, START)
    with filled.write() as connection:
        who = {"event_id": private.id, "group_id": MEMBER, "author_uid": MEMBER, "icon": ""}
        connection.execute(insert(message_acts), act | who)
    assert member
    kept = holdings(filled, member.id)
    assert (kept.open_cases, kept.bodies, kept.roster_rows, kept.present) == ((1,), 3, 1, True)
    _close(units)
    with filled.write() as connection:
        assert erase(connection, filled.keys, member.id, "số 12/QĐ", clock()) == 3
    filled.persons.forget()
    assert _bodies(filled) == ["4"]
    for table in metadata.sorted_tables:
        with filled.read() as connection:
            shown = str(connection.execute(select(table)).all())
        assert MEMBER not in shown, table.name
        assert "g1" not in shown, table.name
    assert roster_of(filled, GROUP) == []
    with units.begin() as uow:
        assert uow.people.find(BOT, MEMBER) is None
        assert uow.people.get(member.id).name == "(chưa rõ họ tên)"
        assert uow.statistics.activity(GROUP, START - timedelta(days=1), START + timedelta(days=1)).messages == 4
    # What Zalo's history gives again is known, and is not taken for news.
    assert Inbox(filled, BOT).admit([entry("2", "Xin gửi báo cáo")]) == []
    again = entry("9", thread_id=MEMBER, is_group=False, source=Source.BACKFILL)
    assert Inbox(filled, BOT).admit([again]) == []
    # But what the person writes from now on is heard, and so is everybody else.
    later = again._replace(key="10"), again._replace(thread_id=OTHER, key="11")
    assert [found.entry for found in Inbox(filled, BOT).admit([again, *later])] == [*later]
    assert not [where for where, plain in opened(filled) if "Lò Văn Mẫu".encode() in plain]


def test_pages_are_without_words_and_together_hold_every_row_once(filled: Database) -> None:
    taken = []
    cursor = None
    span = {"start": datetime(2000, 1, 1, tzinfo=UTC), "end": datetime(9000, 1, 1, tzinfo=UTC)}
    while page := list(rows(filled, Extract.EVENTS, **span, after=cursor, limit=3, with_text=False)):
        cursor = Cursor.read(str(page[-1][0]))
        taken += [row for _, row in page]
    assert len({row["id"] for row in taken}) == len(taken) == 4
    assert all(list(row) == headings(Extract.EVENTS, with_text=False) for row in taken)
    assert "báo cáo" not in str(taken)
    said = [row["text"] for _, row in rows(filled, Extract.EVENTS, **span, after=None, limit=9, with_text=True)]
    assert sorted(said) == ["", "Xin gửi báo cáo", "xin gui bao cao", "Đã nhận"]
    for extract in Extract:
        for _, row in rows(filled, extract, **span, after=None, limit=9, with_text=True):
            assert list(row) == headings(extract, with_text=True)


def test_another_account_goes_on_with_people_history_and_what_was_to_be_sent(
    filled: Database, clock: HandClock
) -> None:
    known = acquaintances(filled, BOT)
    member = next(one for one in known if one.uid == MEMBER)
    assert (member.global_id, member.open_cases, set(member.groups)) == ("g1", 1, {GROUP})
    may_follow(filled, BOT, NEW)
    with pytest.raises(StoreError, match="vẫn là của tài khoản"):
        may_follow(filled, BOT, BOT)
    with filled.write() as connection:
        carried = succeed(
            connection,
            filled.keys,
            old=BOT,
            new=NEW,
            known_again={"6001": member.person_id},
            seen=[_seen(["6001", "6002", "6003"])],
            at=clock(),
        )
    filled.persons.forget()
    assert (carried.people, carried.notices) == (1, 1)
    assert accounts_of(filled) == [NEW]
    heard = Inbox(filled, NEW)
    # History is known under the old account; what is new is new.
    assert heard.admit([entry("2", "Xin gửi báo cáo", account=NEW, sender_uid="6001")]) == []
    assert heard.numbers(NEW, GROUP, ["1", "9"]).keys() == {"1"}
    [new] = heard.admit([entry("9", account=NEW, sender_uid="6001", at_ms=START_MS + 1)])
    units = UnitsOfWork(filled, NEW)
    with units.begin() as uow:
        person = uow.people.find_or_create(NEW, "6001")
        assert person
        assert person.id == member.person_id
        uow.verdicts.store(new, message(new), Verdict(), START)
        assert uow.statistics.activity(GROUP, START - timedelta(days=1), START + timedelta(days=1)).messages == 5
        case = uow.cases.get(1)
        assert case
        [under] = uow.case_messages.of(case)
        assert (under.account, under.owner_uid) == (NEW, "6001")
        # Of 6002 and 6003 one may be the member whom nobody knows again: neither is called a newcomer.
        assert uow.members.present_uids(NEW, GROUP) == {"6001", "6002", "6003"}
        assert uow.members.group_snapshot(GROUP)
        # Whom only the old account saw is seen by nobody now: the name goes after its term.
        assert uow.members.present_uids(BOT, GROUP) == set()
    assert [entry.uid for entry in roster_of(filled, GROUP)] == ["6001"]
    with filled.read() as connection:
        assert connection.execute(select(outbox.c.account, outbox.c.thread_id)).one() == (NEW, "6001")
        assert connection.scalar(select(func.count()).select_from(persons).where(persons.c.global_id == "g1")) == 1
    assert list(opened(filled))
    with pytest.raises(StoreError, match="đã được thay"):
        may_follow(filled, NEW, BOT)


def test_the_name_of_a_member_whom_a_replaced_account_saw_last_goes_after_its_term(
    filled: Database, units: UnitsOfWork, clock: HandClock
) -> None:
    with units.begin() as uow:
        stranger = uow.people.find_or_create(BOT, OTHER)
        assert stranger
        uow.people.set_display_name(BOT, stranger, "Giàng A Mẫu")
    with filled.write() as connection:
        succeed(connection, filled.keys, old=BOT, new=NEW, known_again={}, seen=[_seen([])], at=clock())
    for days, names in ((29, 0), (2, 1)):
        assert sweep(filled, TERMS, clock.forward(days=days), lambda: False).names == names
