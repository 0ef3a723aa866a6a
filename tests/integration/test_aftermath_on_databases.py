"""What follows a case, as it is stored: timers, messages that are gone, readers, one-time codes."""

from contextlib import closing
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from tests.integration.seen import person
from tests.unit.storage.stored import (
    BOT,
    GROUP,
    MASTER,
    MEMBER,
    OTHER,
    START,
    HandClock,
    entry,
    new_case,
    sealed_entry,
)
from zalo_governor.domain.cases import Case, CaseMessage, Reader
from zalo_governor.domain.events import MembersJoined, MessageSeen, NamedUid
from zalo_governor.domain.findings import Finding, Severity, Verdict
from zalo_governor.domain.inbound import Admitted, ElementKind
from zalo_governor.domain.jobs import CodeCheck
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.schema import events, inbox, removal_codes
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork

MINUTE = timedelta(minutes=1)
MAC = b"x" * 16


def admit(store: Inbox, key: str, **changes: Any) -> Admitted:
    (item,) = store.admit([entry(key, **{"cli_key": f"c{key}", **changes})])
    return item


def open_case(units: UnitsOfWork, item: Admitted, **changes: Any) -> Case:
    with units.begin() as uow:
        return uow.cases.add(new_case(person(uow), item.id, message_key=item.entry.key, **changes))


def join(units: UnitsOfWork, case: Case, item: Admitted) -> Case:
    with units.begin() as uow:
        joined = case.joined(at=START)
        uow.cases.save(joined, joined_event_id=item.id)
        return joined


def test_a_timer_outlives_the_process_and_is_given_when_it_is_due(
    units: UnitsOfWork, heard_in: Inbox, database_url: str
) -> None:
    due = START + 15 * MINUTE
    case = open_case(units, admit(heard_in, "1"), due_at=due, same_as=7, leader_told_at=START, leader_told_by=3)
    open_case(units, admit(heard_in, "2"), due_at=due + MINUTE)
    open_case(units, admit(heard_in, "3"))
    with closing(Database(database_url, Keys(MASTER), HandClock())) as another:
        with UnitsOfWork(another, BOT).begin() as uow:
            assert uow.cases.next_due([GROUP]) == due
            assert uow.cases.due([GROUP], due - MINUTE) == []
            assert uow.cases.due([GROUP], due) == [case]
            assert uow.cases.due(["other"], due) == []
            assert uow.cases.next_due(["other"]) is None
            uow.cases.save(case.told_leader(at=due, by=None))
        with UnitsOfWork(another, BOT).begin() as uow:
            assert uow.cases.due([GROUP], due) == []
            assert uow.cases.next_due([GROUP]) == due + MINUTE
            assert uow.cases.get(case.id) == case.told_leader(at=due, by=None)


def test_the_first_case_with_the_same_sealed_content_is_found_in_any_group(units: UnitsOfWork, heard_in: Inbox) -> None:
    first, again, other, elsewhere = heard_in.admit(
        [
            sealed_entry("1", MAC),
            sealed_entry("2", MAC),
            sealed_entry("3", b"y" * 16),
            sealed_entry("4", MAC, thread_id="9"),
        ]
    )
    secret: dict[str, Any] = {"sealed": True, "rule_id": "4.1-noi-dung-mat"}
    open_case(units, first, sealed=True)
    case = open_case(units, first, **secret)
    open_case(units, again, **secret)
    open_case(units, elsewhere, **secret, group_id="9")
    with units.begin() as uow:
        assert uow.cases.with_content(MAC) == case
        assert other.entry.seal is not None
        assert uow.cases.with_content(other.entry.seal.mac) is None


def test_messages_of_a_case_are_named_without_their_words_and_marked_once_when_they_are_gone(
    units: UnitsOfWork, heard_in: Inbox
) -> None:
    first, revised, second = admit(heard_in, "1"), admit(heard_in, "1", text="sửa"), admit(heard_in, "2")
    act = admit(heard_in, "a", kind=ElementKind.GROUP_ACT)
    case = open_case(units, first)
    for item in (revised, second, act):
        case = join(units, case, item)
    plain = [CaseMessage(account=BOT, key=key, cli_key=f"c{key}", owner_uid=MEMBER, at=START) for key in ("1", "2")]
    with units.begin() as uow:
        assert uow.case_messages.of(case) == plain
        admin = person(uow, OTHER)
        assert uow.case_messages.mark_gone(GROUP, "1", START + MINUTE, admin, deleted=True)
        assert not uow.case_messages.mark_gone(GROUP, "1", START + 2 * MINUTE, None, deleted=False)
        assert not uow.case_messages.mark_gone(GROUP, "9", START, None, deleted=False)
        assert not uow.case_messages.mark_gone("9", "2", START, None, deleted=False)
    with units.begin() as uow:
        gone = plain[0].model_copy(update={"gone_at": START + MINUTE, "gone_by": admin, "deleted": True})
        assert uow.case_messages.of(case) == [gone, plain[1]]
        times = uow.case_messages.gone_times([case])
        assert (list(times), set(times[case.id])) == ([case.id], {gone.gone_at, None})


def test_readers_are_counted_once_for_a_case_and_seen_beats_delivered(units: UnitsOfWork, heard_in: Inbox) -> None:
    case = open_case(units, admit(heard_in, "1"))
    case = join(units, case, admit(heard_in, "2"))
    with units.begin() as uow:
        one, two, three = (person(uow, uid) for uid in ("11", "12", "13"))
        uow.case_messages.note_readers(GROUP, "1", seen=[], delivered=[one, two], at=START)
        uow.case_messages.note_readers(GROUP, "2", seen=[two], delivered=[two], at=START)
        uow.case_messages.note_readers(GROUP, "1", seen=[one], delivered=[], at=START)
        uow.case_messages.note_readers(GROUP, "1", seen=[], delivered=[one, three], at=START)
        uow.case_messages.note_readers(GROUP, "another", seen=[person(uow, "14")], delivered=[], at=START)
    with units.begin() as uow:
        assert uow.case_messages.readers(case) == [
            Reader(person_id=one, seen=True),
            Reader(person_id=two, seen=True),
            Reader(person_id=three, seen=False),
        ]


def test_old_readers_are_dropped_with_the_receipts_that_named_them(
    units: UnitsOfWork, heard_in: Inbox, database: Database, clock: HandClock
) -> None:
    case = open_case(units, admit(heard_in, "1"))

    def receipt(key: str, uid: str) -> Admitted:
        item = admit(heard_in, key, kind=ElementKind.RECEIPT, sender_uid=uid, cli_key=None)
        with units.begin() as uow:
            event = MessageSeen(
                id=item.id, account=BOT, thread_id=GROUP, sender_uid=uid, at=START, target_key="1", seen_uids=(uid,)
            )
            uow.verdicts.store(item, event, Verdict(), clock())
            uow.case_messages.note_readers(GROUP, "1", seen=[person(uow, uid)], delivered=[], at=clock())
        return item

    old = receipt("r1", "11")
    clock.forward(days=90)
    young = receipt("r2", "12")
    with units.begin() as uow:
        assert uow.case_messages.forget_readers(clock() - timedelta(days=89)) == 1
    with units.begin() as uow:
        assert [reader.person_id for reader in uow.case_messages.readers(case)] == [person(uow, "12")]
    with database.read() as connection:
        kept = connection.execute(
            select(inbox.c.id, inbox.c.body.is_not(None), inbox.c.sender_uid, events.c.person_id.is_not(None))
            .join(events, events.c.id == inbox.c.id)
            .order_by(inbox.c.id)
        ).all()
        message = connection.scalar(select(inbox.c.body).where(inbox.c.key == "1"))
    assert [tuple(row) for row in kept] == [(old.id, False, "", False), (young.id, True, "12", True)]
    assert message is not None


def test_a_code_is_bound_to_person_and_case_counts_once_and_dies_of_three_wrong_tries(
    units: UnitsOfWork, heard_in: Inbox, database: Database
) -> None:
    case, other = open_case(units, admit(heard_in, "1")), open_case(units, admit(heard_in, "2"))
    expires = START + 5 * MINUTE

    def tried(code: str, *, who: str = MEMBER, on: Case = case, at: timedelta = MINUTE) -> CodeCheck:
        with units.begin() as uow:
            return uow.case_messages.check_removal_code(on, person(uow, who), code, START + at)

    def issue(code: str) -> None:
        with units.begin() as uow:
            uow.case_messages.issue_removal_code(case, person(uow), code, expires)

    assert tried("111111") is CodeCheck.EXPIRED
    issue("111111")
    issue("222222")
    with database.read() as connection:
        assert b"222222" not in connection.scalars(select(removal_codes.c.mac)).one()
    assert tried("222222", who=OTHER) is CodeCheck.EXPIRED
    assert tried("222222", on=other) is CodeCheck.EXPIRED
    assert tried("222222", at=5 * MINUTE) is CodeCheck.EXPIRED
    assert tried("111111") is CodeCheck.WRONG
    assert tried("222222") is CodeCheck.ACCEPTED
    assert tried("222222") is CodeCheck.EXPIRED
    issue("333333")
    assert [tried(f"00000{wrong}") for wrong in range(3)] == [CodeCheck.WRONG, CodeCheck.WRONG, CodeCheck.SPENT]
    assert tried("333333") is CodeCheck.EXPIRED


def test_hints_are_those_of_the_label_that_only_suspect(units: UnitsOfWork, heard_in: Inbox) -> None:
    hint = Finding(rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.SUSPECT, label="borderline")
    others = (
        hint.model_copy(update={"severity": Severity.CRITICAL}),
        hint.model_copy(update={"label": "other"}),
        hint.model_copy(update={"shadow": True}),
    )
    for number, findings in enumerate([(hint,), others]):
        item = admit(heard_in, str(number))
        with units.begin() as uow:
            event = MessageSeen(id=item.id, account=BOT, thread_id=GROUP, sender_uid=MEMBER, at=START, target_key="1")
            uow.verdicts.store(item, event, Verdict(findings=findings), START)
    with units.begin() as uow:
        assert uow.statistics.hints(GROUP, "borderline", START, START + MINUTE) == [(START, person(uow))]
        assert uow.statistics.hints(GROUP, "borderline", START + MINUTE, START + 2 * MINUTE) == []


def test_the_reason_of_a_case_is_that_of_its_latest_finding(units: UnitsOfWork, heard_in: Inbox) -> None:
    item = admit(heard_in, "1")
    found = Finding(
        rule_id="4.2-noi-dung-xau", clause="4.2", severity=Severity.TRIAGE, label="scam", reason="link+offer"
    )
    with units.begin() as uow:
        event = MessageSeen(id=item.id, account=BOT, thread_id=GROUP, sender_uid=MEMBER, at=START, target_key="1")
        uow.verdicts.store(item, event, Verdict(findings=(found,)), START)
    case = open_case(units, item, rule_id=found.rule_id, clause="4.2", severity=Severity.TRIAGE)
    with units.begin() as uow:
        assert uow.cases.reason(case) == "link+offer"
        assert uow.cases.get(case.id) == case
        assert uow.cases.reason(case.model_copy(update={"rule_id": "another"})) is None


def test_of_several_who_joined_at_once_each_case_has_the_proposal_for_its_own_person(
    units: UnitsOfWork, heard_in: Inbox
) -> None:
    rule, item = "3.2-ho-ten-chuc-vu", admit(heard_in, "1", kind=ElementKind.GROUP_ACT)
    wrong = Finding(rule_id=rule, clause="3.2", severity=Severity.MINOR, label="wrong", field="name")
    names = {MEMBER: "Sùng Thị Mẫu", OTHER: "Giàng A Mẫu"}
    found = tuple(
        wrong.model_copy(update={"subject_uid": uid, "suggestion": name, "reason": f"of {name}"})
        for uid, name in names.items()
    )
    joined = tuple(NamedUid(uid=uid, name=name) for uid, name in names.items())
    with units.begin() as uow:
        event = MembersJoined(id=item.id, account=BOT, thread_id=GROUP, sender_uid=MEMBER, at=START, members=joined)
        uow.verdicts.store(item, event, Verdict(findings=found), START)
        people = {uid: person(uow, uid) for uid in names}
    for uid, name in names.items():
        with units.begin() as uow:
            case = uow.cases.add(new_case(people[uid], item.id, rule_id=rule, clause="3.2"))
            assert (uow.cases.suggestion(case), uow.cases.reason(case)) == (name, f"of {name}")
