"""What the ladder, the words about cases and false alarms leave in each database."""

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.integration.seen import person
from tests.unit.storage.stored import (
    BOT,
    GROUP,
    MASTER,
    OTHER,
    START,
    HandClock,
    entry,
    message,
    new_case,
    notice,
    sealed_entry,
)
from zalo_governor.domain.cases import Case, CaseNote, CaseState, NoteKind
from zalo_governor.domain.delivery import DeliveryState
from zalo_governor.domain.findings import Finding, Severity, Verdict
from zalo_governor.domain.inbound import Admitted
from zalo_governor.domain.notices import Purpose, Reception
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.errors import WrongKeyError
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.schema import case_notes
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

RULE = "3.1-tieng-viet-co-dau"
HOUR = timedelta(hours=1)
FOUND = Finding(rule_id=RULE, clause="3.1", severity=Severity.MINOR, label="no_diacritics")


def judged(units: UnitsOfWork, store: Inbox, key: str) -> Admitted:
    (item,) = store.admit([entry(key, cli_key=f"c{key}")])
    with units.begin() as uow:
        uow.verdicts.store(item, message(item), Verdict(findings=(FOUND,)), START)
    return item


def opened(uow: UnitOfWork, item: Admitted, mark: bytes | None = None, **changes: Any) -> Case:
    values = {"message_key": item.entry.key, **changes}
    return uow.cases.add(new_case(person(uow), item.id, **values), mark=mark)


def test_both_timers_outlive_the_process_and_each_is_given_when_it_is_due(
    units: UnitsOfWork, heard_in: Inbox, database_url: str
) -> None:
    first, second, third = (judged(units, heard_in, key) for key in "123")
    with units.begin() as uow:
        one = opened(uow, first, due_at=START + 2 * HOUR, desk_due_at=START + HOUR, nth=4)
        two = opened(uow, second, desk_due_at=START + 3 * HOUR)
        opened(uow, third, group_id="9", desk_due_at=START)
    with (
        closing(Database(database_url, Keys(MASTER), HandClock())) as another,
        UnitsOfWork(another, BOT).begin() as uow,
    ):
        assert uow.cases.next_due([GROUP]) == START + HOUR
        assert uow.cases.groups_with_digest([GROUP], START) == []
        assert uow.cases.groups_with_digest([GROUP, "9"], START + HOUR) == [GROUP, "9"]
        assert uow.cases.awaiting_digest(GROUP) == [one, two]
        uow.cases.save(one.told_desk())
        assert uow.cases.next_due([GROUP]) == START + 2 * HOUR
        assert uow.cases.due([GROUP], START + 2 * HOUR) == [one.told_desk()]
        uow.cases.save(one.answered())
        assert uow.cases.next_due([GROUP]) == START + 3 * HOUR


def test_when_a_case_was_set_right_is_kept(units: UnitsOfWork, heard_in: Inbox) -> None:
    item = judged(units, heard_in, "1")
    with units.begin() as uow:
        case = opened(uow, item)
        uow.cases.save(case.moved(CaseState.REMEDIED, at=START + HOUR, by=None))
    with units.begin() as uow:
        again = uow.cases.get(case.id)
        assert again is not None
        assert again.minutes_to_remedy == 60


def test_one_request_about_several_cases_counts_for_each_of_them(
    units: UnitsOfWork, heard_in: Inbox, database: Database
) -> None:
    items = [judged(units, heard_in, key) for key in "123"]
    with units.begin() as uow:
        first = opened(uow, items[0])
        second = opened(uow, items[1], rule_id="other")
        uow.cases.save(second.model_copy(update={"asked_with": first.id}))
        alone = opened(uow, items[2])
        uow.outbox.add(notice(person_id=person(uow), case_id=first.id))
        assert uow.deliveries.delivered_requests() == []
        asked = (person(uow), Purpose.MEMBER_REQUEST.value, GROUP, START)
        assert [uow.outbox.last_added(*asked, rule_id=rule) for rule in (RULE, "other", "third")] == [
            START,
            START,
            None,
        ]
        assert uow.outbox.people_asked(Purpose.MEMBER_REQUEST.value, [GROUP], START, "other") == 1
    outbox = Outbox(database, BOT)
    (outgoing,) = outbox.claim(now=START, limit=9)
    outbox.sent(outgoing, Reception(msg_id="1"), START)
    with units.begin() as uow:
        assert [case.id for case in uow.deliveries.delivered_requests()] == [first.id, second.id]
        given = [uow.cases.get(case.id) for case in (first, second, alone)]
        assert [case and uow.deliveries.request_state(case) for case in given] == [
            DeliveryState.DELIVERED,
            DeliveryState.DELIVERED,
            DeliveryState.NONE,
        ]


def test_cases_of_a_person_under_a_rule_are_counted_without_false_alarms(units: UnitsOfWork, heard_in: Inbox) -> None:
    items = [judged(units, heard_in, str(number)) for number in range(5)]
    with units.begin() as uow:
        opened(uow, items[0])
        opened(uow, items[1], state=CaseState.CONFIRMED)
        opened(uow, items[2], state=CaseState.FALSE_ALARM)
        opened(uow, items[3], rule_id="other")
        opened(uow, items[4], opened_at=START - HOUR)
        assert uow.cases.count_before(GROUP, person(uow), RULE, START) == 2
        assert uow.cases.count_before(GROUP, person(uow), RULE, START - HOUR) == 3
        assert uow.cases.count_before(GROUP, person(uow, OTHER), RULE, START) == 0
        assert uow.cases.count_before("9", person(uow), RULE, START) == 0


def test_words_about_a_case_are_kept_in_their_order_and_encrypted_to_their_place(
    units: UnitsOfWork, heard_in: Inbox, database: Database
) -> None:
    item = judged(units, heard_in, "1")
    words = "Tôi gõ vội khi đi đường"
    with units.begin() as uow:
        case, who = opened(uow, item), person(uow)
        given = [CaseNote(kind=kind, person_id=who, at=START, text=f"{words} {kind}") for kind in NoteKind]
        for note in given:
            uow.case_notes.add(case, note)
    with units.begin() as uow:
        assert uow.case_notes.of(case) == given
        assert uow.case_notes.of(case.model_copy(update={"id": case.id + 1})) == []
    with database.write() as connection:
        assert not [row for row in connection.execute(select(case_notes)) if words.encode() in row.body]
        connection.execute(update(case_notes).values(at_ms=case_notes.c.at_ms + 1))
    with units.begin() as uow, pytest.raises(WrongKeyError):
        uow.case_notes.of(case)


def test_what_was_taken_back_is_known_again_by_rule_and_group_until_it_is_looked_at_again(
    units: UnitsOfWork, heard_in: Inbox
) -> None:
    first, second, third = (judged(units, heard_in, key) for key in "123")
    with units.begin() as uow:
        mark, other = uow.false_alarms.hash_of_text("de nghi so gui so lieu"), uow.false_alarms.hash_of_text("khac")
        case = opened(uow, first, mark)
        uow.cases.save(case.joined(at=START), joined_event_id=second.id, mark=other)
        same = opened(uow, third, mark)
        assert uow.false_alarms.find(GROUP, RULE, mark) is None
        uow.false_alarms.learn(case)
        uow.false_alarms.learn(case)
        uow.false_alarms.learn(same)
        assert uow.false_alarms.find(GROUP, RULE, mark) == uow.false_alarms.find(GROUP, RULE, other) == case.id
        assert uow.false_alarms.find("9", RULE, mark) is None
        assert uow.false_alarms.find(GROUP, "other", mark) is None
        uow.false_alarms.forget(case)
        assert uow.false_alarms.find(GROUP, RULE, mark) == same.id
        assert uow.false_alarms.find(GROUP, RULE, other) is None


def test_the_mark_of_all_that_was_said_is_that_of_the_very_same_alone(units: UnitsOfWork, heard_in: Inbox) -> None:
    one, same, other = heard_in.admit(
        [
            sealed_entry("1", b"a" * 16),
            sealed_entry("2", b"a" * 16, sender_uid=OTHER),
            # The same words under another picture: one hash for the words, another one for all of it.
            sealed_entry("3", b"a" * 16)._replace(fingerprint=b"b" * 16),
        ]
    )
    with units.begin() as uow:
        assert (
            uow.false_alarms.hash_of_event(one.id)
            == uow.false_alarms.hash_of_event(same.id)
            != uow.false_alarms.hash_of_event(other.id)
        )
        with pytest.raises(KeyError):
            uow.false_alarms.hash_of_event(1)


def test_what_was_passed_over_stands_in_the_figures_of_its_period(units: UnitsOfWork, heard_in: Inbox) -> None:
    first, again = judged(units, heard_in, "1"), judged(units, heard_in, "2")
    with units.begin() as uow:
        case = opened(uow, first)
        uow.cases.save(case.moved(CaseState.FALSE_ALARM, at=START + HOUR, by=None, reason="tên riêng"))
        uow.false_alarms.note(again.id, RULE, None, case.id)
        uow.false_alarms.note(first.id, RULE, 77, case.id)
    with units.begin() as uow:
        figures = uow.distributions.handling(GROUP, START, START + 2 * HOUR)
        assert (figures.taken_back, figures.passed_over) == (1, 1)
        figures = uow.distributions.handling(GROUP, START + HOUR, START + 2 * HOUR)
        assert (figures.taken_back, figures.passed_over) == (1, 0)
