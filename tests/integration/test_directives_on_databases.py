"""What becomes of directives in time, on order, after a restore and under another account: on both databases."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, update

from tests.crash.opened import opened
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, HandClock, entry, new_directive
from zalo_governor.domain.directives import AnswerKind, AnswerWay, Assignee, DirectiveAnswer, DirectiveState
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.domain.jobs import Job, JobKind, PinMessage, RemindOfDirectives
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.account_replacement import succeed
from zalo_governor.storage.maintenance.after_restore import look_ahead
from zalo_governor.storage.maintenance.erasure import erase
from zalo_governor.storage.maintenance.quote_removal import remove_quotations
from zalo_governor.storage.maintenance.retention import Terms, sweep
from zalo_governor.storage.queries.panel import PanelQueries
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.sealing import seal_stored
from zalo_governor.storage.schema import persons
from zalo_governor.storage.unit_of_work import UnitsOfWork

TERMS = Terms(*[timedelta(days=days) for days in (30, 60, 30, 10, 30, 90)])
DAY = timedelta(days=1)
NEW = "7000000000000000099"


@pytest.fixture
def filled(database: Database, units: UnitsOfWork) -> Database:
    """An open directive of OTHER and a closed one, both to MEMBER by name, with an answer."""
    with units.begin() as uow:
        giver, asked = uow.people.find_or_create(BOT, OTHER), uow.people.find_or_create(BOT, MEMBER)
        assert giver
        assert asked
        for key in ("1", "2"):
            directive = uow.directives.add(new_directive(giver.id, message_key=key))
            [made] = uow.directives.put_assignees(
                [
                    Assignee(
                        directive_id=directive.id,
                        group_id=GROUP,
                        item=0,
                        name="Lò Văn Mẫu",
                        person_ids=(asked.id,),
                        due_at=START + 40 * DAY,
                    )
                ]
            )
            uow.directives.add_answer(
                DirectiveAnswer(
                    group_id=GROUP,
                    directive_id=directive.id,
                    assignee_id=made.id,
                    message_key=f"7{key}",
                    person_id=asked.id,
                    at=START,
                    kind=AnswerKind.REPORTED,
                    way=AnswerWay.QUOTE,
                )
            )
            uow.directives.put_assignees([made.answered(uow.directives.answers(made.id))])
            if key == "2":
                uow.directives.save(directive.model_copy(update={"state": DirectiveState.DONE}))
    return database


def texts(units: UnitsOfWork) -> dict[int, tuple[str, list[str]]]:
    """Directive -> (its text, the names of its addressees)."""
    with units.begin() as uow:
        found = [one for number in (1, 2) if (one := uow.directives.get(number))]
        return {one.id: (one.text, [each.name for each in uow.directives.assignees(one.id)]) for one in found}


def test_the_second_of_two_who_answer_at_once_sees_what_the_first_has_decided(units: UnitsOfWork) -> None:
    both = Barrier(2, timeout=60)
    with units.begin() as uow:
        giver = uow.people.find_or_create(BOT, OTHER)
        assert giver
        asked = uow.directives.add(new_directive(giver.id).model_copy(update={"state": DirectiveState.PROPOSED}))

    def answer(_: int) -> bool:
        both.wait()
        with units.begin() as uow:
            found = uow.directives.get(asked.id)
            assert found
            time.sleep(0.1)
            if found.state is DirectiveState.PROPOSED:
                uow.directives.save(found.model_copy(update={"state": DirectiveState.OPEN}))
                return True
        return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, range(2))) == [False, True]


def test_closed_directives_lose_their_words_and_keep_their_figures(
    filled: Database, units: UnitsOfWork, clock: HandClock
) -> None:
    clock.forward(days=61)
    sweep(filled, TERMS, clock.now, lambda: False)
    assert texts(units) == {1: ("Sở Mẫu báo cáo số liệu", ["Lò Văn Mẫu"]), 2: ("", [""])}
    with units.begin() as uow:
        figures = uow.directives.figures(GROUP, START - DAY, START + DAY, clock.now)
        assert (figures.given, figures.in_time, figures.silent) == (2, 2, 0)
        assert uow.directives.answers(2) == []
    assert list(opened(filled))


def test_on_order_neither_the_orders_nor_the_name_of_a_person_stay(
    filled: Database, units: UnitsOfWork, clock: HandClock
) -> None:
    with units.begin() as uow:
        asked, giver = uow.people.find_or_create(BOT, MEMBER), uow.people.find_or_create(BOT, OTHER)
    assert asked
    assert giver
    with filled.write() as connection:
        connection.execute(update(persons).where(persons.c.id == asked.id).values(full_name="Lò Văn Mẫu"))
        erase(connection, filled.keys, asked.id, "số 12/QĐ", clock())
    filled.persons.forget()
    assert texts(units) == dict.fromkeys((1, 2), ("Sở Mẫu báo cáo số liệu", [""]))
    with filled.write() as connection:
        erase(connection, filled.keys, giver.id, "số 13/QĐ", clock())
    filled.persons.forget()
    assert texts(units) == dict.fromkeys((1, 2), ("", [""]))


def test_who_only_entered_a_directive_for_a_leader_takes_none_of_its_words_along(
    database: Database, units: UnitsOfWork, clock: HandClock
) -> None:
    with units.begin() as uow:
        giver, typist = uow.people.find_or_create(BOT, OTHER), uow.people.find_or_create(BOT, MEMBER)
        assert giver
        assert typist
        uow.directives.add(new_directive(giver.id, entered_by=typist.id))
    with database.write() as connection:
        erase(connection, database.keys, typist.id, "số 12/QĐ", clock())
    database.persons.forget()
    assert texts(units) == {1: ("Sở Mẫu báo cáo số liệu", [])}


def test_a_directive_is_summed_up_once_for_all_its_addressees(database: Database, units: UnitsOfWork) -> None:
    sums: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE directives SET") and "addressees" in statement:
            sums.append(statement)

    with units.begin() as uow:
        giver = uow.people.find_or_create(BOT, OTHER)
        assert giver
        directive = uow.directives.add(new_directive(giver.id))
        event.listen(uow.tx.connection, "before_cursor_execute", note)
        to = Assignee(directive_id=directive.id, group_id=GROUP, item=0, name="", person_ids=(giver.id,))
        uow.directives.put_assignees(to.model_copy(update={"name": f"Sở {number}"}) for number in range(3))
        assert [line.addressees for line in uow.directives.overview(GROUP, START, 9).lines] == [3]
    assert len(sums) == 1


def test_what_new_rules_take_for_a_secret_goes_from_directives_too(filled: Database, units: UnitsOfWork) -> None:
    def look(raw: RawDict) -> Seal | None:
        return Seal(rule_id="4.1", label="x", level=None, size=1, mac=b"") if "số liệu" in str(raw) else None

    assert remove_quotations(filled, look) == 2
    assert texts(units) == dict.fromkeys((1, 2), ("", ["Lò Văn Mẫu"]))


def test_after_a_restore_following_up_goes_on_and_no_number_is_given_twice(
    filled: Database, units: UnitsOfWork, clock: HandClock
) -> None:
    with units.begin() as uow:
        for task, due in (
            (RemindOfDirectives(at=START + DAY), START + DAY),
            (RemindOfDirectives(at=START - DAY), START - DAY),
            (PinMessage(message_key="1"), START + DAY),
        ):
            uow.jobs.enqueue(Job(account=BOT, group_id=GROUP, task=task, ordered_at=START, due_at=due))
    with filled.write() as connection:
        look_ahead(connection, START)
    with units.begin() as uow:
        [left] = uow.jobs.claim(BOT, JobKind, START + 2 * DAY)
        assert left.task == RemindOfDirectives(at=START + DAY)
        giver = uow.people.find_or_create(BOT, OTHER)
        assert giver
        assert uow.directives.add(new_directive(giver.id)).id > 100


def test_a_directive_that_was_sealed_after_the_backup_is_withdrawn_from_the_restored_database(
    filled: Database, units: UnitsOfWork
) -> None:
    [heard] = Inbox(filled).admit([entry("1")])
    sealed = ("4.1-noi-dung-mat", "classified", "mat", 40, b"m" * 16, None, False)
    with filled.write() as connection:
        assert seal_stored(connection, filled.keys, {heard.id: sealed}) == 1
    assert texts(units)[1] == ("", [""])
    with units.begin() as uow:
        directive, asked = uow.directives.get(1), uow.people.find_or_create(BOT, MEMBER)
        assert directive
        assert asked
        assert directive.state is DirectiveState.WITHDRAWN
        assert not uow.directives.owes(GROUP, asked.id)


def test_another_account_follows_up_on_directives(filled: Database, units: UnitsOfWork, clock: HandClock) -> None:
    with units.begin() as uow:
        task = RemindOfDirectives(at=START + DAY)
        uow.jobs.enqueue(Job(account=BOT, group_id=GROUP, task=task, ordered_at=START, due_at=START + DAY))
        uow.people.find_or_create(BOT, MEMBER)
    with filled.write() as connection:
        succeed(connection, filled.keys, old=BOT, new=NEW, known_again={}, seen=[], at=clock())
    filled.persons.forget()
    with UnitsOfWork(filled, NEW).begin() as uow:
        [left] = uow.jobs.claim(NEW, JobKind, START + DAY)
        assert left.task == task
        directive = uow.directives.get(1)
        assert directive
        assert directive.account == NEW


def test_open_pages_learn_of_a_deadline_that_was_changed(database: Database, units: UnitsOfWork) -> None:
    with units.begin() as uow:
        giver = uow.people.find_or_create(BOT, OTHER)
        assert giver
        directive = uow.directives.add(new_directive(giver.id))
        to = Assignee(directive_id=directive.id, group_id=GROUP, item=0, name="Lò Văn Mẫu", person_ids=(giver.id,))
        [made] = uow.directives.put_assignees([to.model_copy(update={"due_at": START + DAY})])
    with database.read() as connection:
        before = PanelQueries(connection).stamps()
    with units.begin() as uow:
        uow.directives.put_assignees([made.model_copy(update={"due_at": START + 2 * DAY})])
    with database.read() as connection:
        assert PanelQueries(connection).stamps() != before
