"""What the trial of an account leaves in each database, and what is counted of it."""

from contextlib import closing
from datetime import timedelta
from typing import Any

from tests.integration.seen import person
from tests.unit.storage.stored import (
    BOT,
    GROUP,
    MASTER,
    START,
    HandClock,
    entry,
    message,
    new_case,
    notice,
)
from zalo_governor.domain.audit import SHOWN, Opening
from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.findings import Finding, Severity, Verdict
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.trial import RuleOutcome, ShadowFigures, Trial, Withheld
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox, lowest_id
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.repositories.recorded_findings import RecordedFinding, RecordedFindings
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

RULE = "3.1-tieng-viet-co-dau"
DAY = timedelta(days=1)
FOUND = Finding(rule_id=RULE, clause="3.1", severity=Severity.MINOR, label="no_diacritics")


def judged(units: UnitsOfWork, store: Inbox, key: str, *findings: Finding) -> int:
    (item,) = store.admit([entry(key, cli_key=f"c{key}")])
    with units.begin() as uow:
        uow.verdicts.store(item, message(item), Verdict(findings=findings), START)
    return item.id


def opened(uow: UnitOfWork, event_id: int, **changes: Any) -> Case:
    return uow.cases.add(new_case(person(uow), event_id, **{"rule_id": RULE, "clause": "3.1", **changes}))


def test_a_trial_begins_once_and_ends_for_good(units: UnitsOfWork, database_url: str) -> None:
    with units.begin() as uow:
        assert uow.trials.get(BOT, GROUP) is None
        uow.trials.begin(BOT, GROUP, START)
        assert uow.trials.get(BOT, GROUP) == Trial(account=BOT, group_id=GROUP, began_at=START)
    ended = Trial(
        account=BOT, group_id=GROUP, began_at=START, live_at=START + DAY, told_at=START, announced_at=START + 2 * DAY
    )
    with units.begin() as uow:
        uow.trials.save(ended)
        assert uow.trials.get(BOT, GROUP) == ended
    with (
        closing(Database(database_url, Keys(MASTER), HandClock())) as another,
        UnitsOfWork(another, BOT).begin() as uow,
    ):
        uow.trials.begin(BOT, GROUP, START + 9 * DAY)
        assert uow.trials.get(BOT, GROUP) == ended
        assert uow.trials.get("7999", GROUP) is None


def test_what_is_withheld_is_counted_and_never_sent(units: UnitsOfWork, heard_in: Inbox, database: Database) -> None:
    event_id = judged(units, heard_in, "1", FOUND)
    with units.begin() as uow:
        uow.trials.begin(BOT, GROUP, START)
        member = person(uow)
        case = opened(uow, event_id)
        about: dict[str, Any] = {"person_id": member, "purpose": Purpose.MEMBER_REQUEST, "created_at": START}
        uow.outbox.add(notice(case_id=case.id, **about), withheld=True)
        uow.outbox.add(notice(case_id=case.id, **about), withheld=True)
        uow.outbox.add(notice(**about), withheld=True)
        uow.outbox.add(notice(is_group=True, created_at=START), withheld=True)
    with units.begin() as uow:
        figures = uow.trials.figures(BOT, [GROUP], START)
        rows = {(row.person_id, row.rule_id, row.clause, row.notices) for row in figures.withheld}
        assert rows == {(member, RULE, "3.1", 2), (member, "", "", 1), (None, "", "", 1)}
        assert uow.trials.figures(BOT, [GROUP], START + DAY).withheld == ()
        assert uow.trials.figures("7999", [GROUP], START).withheld == ()
        assert uow.trials.withheld_of(case) == [
            Withheld(group_id=GROUP, person_id=member, rule_id=RULE, clause="3.1", notices=2)
        ]
        assert uow.trials.withheld_count(GROUP, START, START + DAY) == 4
        assert uow.trials.withheld_count(GROUP, START + DAY, START + 2 * DAY) == 0
    outbox = Outbox(database, BOT)
    assert outbox.claim(now=START + DAY, limit=9) == []
    assert outbox.next_due(START + DAY) is None
    assert outbox.counts(START).waiting == 0


def test_on_trial_the_cooldown_counts_what_was_withheld_and_afterwards_only_what_went_out(
    units: UnitsOfWork, heard_in: Inbox
) -> None:
    event_id = judged(units, heard_in, "1", FOUND)
    request = Purpose.MEMBER_REQUEST
    with units.begin() as uow:
        uow.trials.begin(BOT, GROUP, START)
        member, case = person(uow), opened(uow, event_id)
        uow.outbox.add(notice(person_id=member, purpose=request, created_at=START, case_id=case.id), withheld=True)
    with units.begin() as uow:
        assert uow.outbox.last_added(member, request.value, GROUP, START, rule_id=RULE) == START
        assert uow.outbox.people_asked(request.value, [GROUP], START, RULE) == 1
        uow.trials.save(Trial(account=BOT, group_id=GROUP, began_at=START, live_at=START))
        assert uow.outbox.last_added(member, request.value, GROUP, START, rule_id=RULE) is None
        assert uow.outbox.people_asked(request.value, [GROUP], START, RULE) == 0


def test_cases_and_shadow_findings_are_counted_by_rule(units: UnitsOfWork, heard_in: Inbox) -> None:
    shadow = FOUND.model_copy(update={"rule_id": "4.2-noi-dung-xau", "clause": "4.2", "shadow": True})
    suspect = shadow.model_copy(update={"severity": Severity.SUSPECT})
    ids = [judged(units, heard_in, key, FOUND, shadow, suspect) for key in "123"]
    with units.begin() as uow:
        for event_id, state in zip(ids, (CaseState.NEW, CaseState.FALSE_ALARM, CaseState.CONFIRMED), strict=True):
            opened(uow, event_id, state=state)
        figures = uow.trials.figures(BOT, [GROUP], START)
        assert figures.outcomes == (RuleOutcome(rule_id=RULE, clause="3.1", cases=3, false_alarms=1),)
        assert figures.shadow == (
            ShadowFigures(rule_id="4.2-noi-dung-xau", clause="4.2", severity=Severity.MINOR, findings=3, people=1),
        )
        assert uow.trials.figures(BOT, ["9"], START).outcomes == ()
        assert uow.trials.figures(BOT, ["9"], START).shadow == ()


def test_what_was_found_of_what_was_judged_is_given_page_by_page(
    units: UnitsOfWork, heard_in: Inbox, database: Database
) -> None:
    ids = [judged(units, heard_in, key, *found) for key, found in (("1", [FOUND]), ("2", []), ("3", [FOUND, FOUND]))]
    heard_in.admit([entry("4", cli_key="c4")])  # not judged yet
    with units.begin() as uow:
        case = opened(uow, ids[0])
    pages = [heard_in.judged(BOT, after_id=after, limit=2) for after in (lowest_id(START) - 1, ids[1], ids[2])]
    assert [[one.id for one in page] for page in pages] == [ids[:2], ids[2:], []]
    assert heard_in.judged("7999", after_id=0, limit=9) == []
    assert RecordedFindings(database, RULE).between(ids[0], ids[2]) == {
        ids[0]: RecordedFinding(("no_diacritics:minor",), (case.code,)),
        ids[2]: RecordedFinding(("no_diacritics:minor", "no_diacritics:minor"), ()),
    }
    assert RecordedFindings(database, "4.2-noi-dung-xau").between(ids[0], ids[2]) == {}


def test_who_opened_a_case_is_counted_the_last_one_first(units: UnitsOfWork, heard_in: Inbox) -> None:
    event_id = judged(units, heard_in, "1", FOUND)
    with units.begin() as uow:
        case, other = opened(uow, event_id), opened(uow, event_id)
        for subject, actor, days in ((case, 5, 0), (case, None, 1), (case, 5, 2), (other, 5, 3)):
            at = START + days * DAY
            uow.audit.append(SHOWN, at=at, actor_id=actor, group_id=GROUP, subject=subject.code, detail={"way": "xem"})
        uow.audit.append("command", at=START, actor_id=5, group_id=GROUP, subject=case.code, detail={})
        assert uow.audit.openings(case) == [Opening(5, 2, START + 2 * DAY), Opening(None, 1, START + DAY)]
