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
from zalo_governor.storage.engine.errors import WrongKeyError
from zalo_governor.storage.engine.unit_of_work import SqlUnit, SqlUnits
from zalo_governor.storage.repositories.inbox import SqlInbox
from zalo_governor.storage.repositories.outbox import SqlOutbox
from zalo_governor.storage.schema import case_notes
from zalo_governor.storage.security.crypto import Keys

RULE = "3.1-tieng-viet-co-dau"
HOUR = timedelta(hours=1)
FOUND = Finding(rule_id=RULE, clause="3.1", severity=Severity.MINOR, label="no_diacritics")


def judged(units: SqlUnits, store: SqlInbox, key: str) -> Admitted:
    (item,) = store.admit([entry(key, cli_key=f"c{key}")])
    with units.unit() as unit:
        unit.record(item, message(item), Verdict(findings=(FOUND,)), START)
    return item


def opened(unit: SqlUnit, item: Admitted, mark: bytes | None = None, **changes: Any) -> Case:
    values = {"message_key": item.entry.key, **changes}
    return unit.add_case(new_case(person(unit), item.id, **values), mark=mark)


def test_both_timers_outlive_the_process_and_each_is_given_when_it_is_due(
    units: SqlUnits, heard_in: SqlInbox, database_url: str
) -> None:
    first, second, third = (judged(units, heard_in, key) for key in "123")
    with units.unit() as unit:
        one = opened(unit, first, due_at=START + 2 * HOUR, desk_due_at=START + HOUR, nth=4)
        two = opened(unit, second, desk_due_at=START + 3 * HOUR)
        opened(unit, third, group_id="9", desk_due_at=START)
    with closing(Database(database_url, Keys(MASTER), HandClock())) as another, SqlUnits(another, BOT).unit() as unit:
        assert unit.next_due([GROUP]) == START + HOUR
        assert unit.groups_with_digest([GROUP], START) == []
        assert unit.groups_with_digest([GROUP, "9"], START + HOUR) == [GROUP, "9"]
        assert unit.gathered_cases(GROUP) == [one, two]
        unit.save_case(one.told_desk())
        assert unit.next_due([GROUP]) == START + 2 * HOUR
        assert unit.due_cases([GROUP], START + 2 * HOUR) == [one.told_desk()]
        unit.save_case(one.answered())
        assert unit.next_due([GROUP]) == START + 3 * HOUR


def test_when_a_case_was_set_right_is_kept(units: SqlUnits, heard_in: SqlInbox) -> None:
    item = judged(units, heard_in, "1")
    with units.unit() as unit:
        case = opened(unit, item)
        unit.save_case(case.moved(CaseState.REMEDIED, at=START + HOUR, by=None))
    with units.unit() as unit:
        again = unit.case(case.id)
        assert again is not None
        assert again.minutes_to_remedy == 60


def test_one_request_about_several_cases_counts_for_each_of_them(
    units: SqlUnits, heard_in: SqlInbox, database: Database
) -> None:
    items = [judged(units, heard_in, key) for key in "123"]
    with units.unit() as unit:
        first = opened(unit, items[0])
        second = opened(unit, items[1], rule_id="other")
        unit.save_case(second.model_copy(update={"asked_with": first.id}))
        alone = opened(unit, items[2])
        unit.post(notice(person_id=person(unit), case_id=first.id))
        assert unit.delivered_requests() == []
        asked = (person(unit), Purpose.MEMBER_REQUEST.value, GROUP, START)
        assert [unit.last_posted(*asked, rule_id=rule) for rule in (RULE, "other", "third")] == [START, START, None]
        assert unit.people_asked(Purpose.MEMBER_REQUEST.value, [GROUP], START, "other") == 1
    outbox = SqlOutbox(database, BOT)
    (outgoing,) = outbox.claim(now=START, limit=9)
    outbox.sent(outgoing, Reception(msg_id="1"), START)
    with units.unit() as unit:
        assert [case.id for case in unit.delivered_requests()] == [first.id, second.id]
        given = [unit.case(case.id) for case in (first, second, alone)]
        assert [case and unit.request_delivery(case) for case in given] == [
            DeliveryState.DELIVERED,
            DeliveryState.DELIVERED,
            DeliveryState.NONE,
        ]


def test_cases_of_a_person_under_a_rule_are_counted_without_false_alarms(units: SqlUnits, heard_in: SqlInbox) -> None:
    items = [judged(units, heard_in, str(number)) for number in range(5)]
    with units.unit() as unit:
        opened(unit, items[0])
        opened(unit, items[1], state=CaseState.CONFIRMED)
        opened(unit, items[2], state=CaseState.FALSE_ALARM)
        opened(unit, items[3], rule_id="other")
        opened(unit, items[4], opened_at=START - HOUR)
        assert unit.cases_before(GROUP, person(unit), RULE, START) == 2
        assert unit.cases_before(GROUP, person(unit), RULE, START - HOUR) == 3
        assert unit.cases_before(GROUP, person(unit, OTHER), RULE, START) == 0
        assert unit.cases_before("9", person(unit), RULE, START) == 0


def test_words_about_a_case_are_kept_in_their_order_and_encrypted_to_their_place(
    units: SqlUnits, heard_in: SqlInbox, database: Database
) -> None:
    item = judged(units, heard_in, "1")
    words = "Tôi gõ vội khi đi đường"
    with units.unit() as unit:
        case, who = opened(unit, item), person(unit)
        given = [CaseNote(kind=kind, person_id=who, at=START, text=f"{words} {kind}") for kind in NoteKind]
        for note in given:
            unit.add_note(case, note)
    with units.unit() as unit:
        assert unit.notes(case) == given
        assert unit.notes(case.model_copy(update={"id": case.id + 1})) == []
    with database.write() as connection:
        assert not [row for row in connection.execute(select(case_notes)) if words.encode() in row.body]
        connection.execute(update(case_notes).values(at_ms=case_notes.c.at_ms + 1))
    with units.unit() as unit, pytest.raises(WrongKeyError):
        unit.notes(case)


def test_what_was_taken_back_is_known_again_by_rule_and_group_until_it_is_looked_at_again(
    units: SqlUnits, heard_in: SqlInbox
) -> None:
    first, second, third = (judged(units, heard_in, key) for key in "123")
    with units.unit() as unit:
        mark, other = unit.mark_of_text("de nghi so gui so lieu"), unit.mark_of_text("khac")
        case = opened(unit, first, mark)
        unit.save_case(case.joined(at=START), joined_event_id=second.id, mark=other)
        same = opened(unit, third, mark)
        assert unit.false_alarm(GROUP, RULE, mark) is None
        unit.learn_false_alarm(case)
        unit.learn_false_alarm(case)
        unit.learn_false_alarm(same)
        assert unit.false_alarm(GROUP, RULE, mark) == unit.false_alarm(GROUP, RULE, other) == case.id
        assert unit.false_alarm("9", RULE, mark) is None
        assert unit.false_alarm(GROUP, "other", mark) is None
        unit.unlearn_false_alarm(case)
        assert unit.false_alarm(GROUP, RULE, mark) == same.id
        assert unit.false_alarm(GROUP, RULE, other) is None


def test_the_mark_of_all_that_was_said_is_that_of_the_very_same_alone(units: SqlUnits, heard_in: SqlInbox) -> None:
    one, same, other = heard_in.admit(
        [
            sealed_entry("1", b"a" * 16),
            sealed_entry("2", b"a" * 16, sender_uid=OTHER),
            # The same words under another picture: one hash for the words, another one for all of it.
            sealed_entry("3", b"a" * 16)._replace(fingerprint=b"b" * 16),
        ]
    )
    with units.unit() as unit:
        assert unit.mark_of_all(one.id) == unit.mark_of_all(same.id) != unit.mark_of_all(other.id)
        with pytest.raises(KeyError):
            unit.mark_of_all(1)


def test_what_was_passed_over_stands_in_the_figures_of_its_period(units: SqlUnits, heard_in: SqlInbox) -> None:
    first, again = judged(units, heard_in, "1"), judged(units, heard_in, "2")
    with units.unit() as unit:
        case = opened(unit, first)
        unit.save_case(case.moved(CaseState.FALSE_ALARM, at=START + HOUR, by=None, reason="tên riêng"))
        unit.note_false_alarm(again.id, RULE, None, case.id)
        unit.note_false_alarm(first.id, RULE, 77, case.id)
    with units.unit() as unit:
        figures = unit.handling(GROUP, START, START + 2 * HOUR)
        assert (figures.taken_back, figures.passed_over) == (1, 1)
        figures = unit.handling(GROUP, START + HOUR, START + 2 * HOUR)
        assert (figures.taken_back, figures.passed_over) == (1, 0)
