"""What the services rely on of the directive ledger, whatever storage they are given."""

from datetime import datetime, timedelta

from tests.contract.conftest import Storage
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, new_directive
from zalo_governor.domain.directives import (
    AnswerKind,
    AnswerWay,
    Assignee,
    Directive,
    DirectiveAnswer,
    DirectiveItem,
    DirectiveState,
)
from zalo_governor.storage.unit_of_work import UnitOfWork

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def person(uow: UnitOfWork, uid: str = MEMBER) -> int:
    found = uow.people.find_or_create(BOT, uid)
    assert found is not None
    return found.id


def add(uow: UnitOfWork, key: str = "1", *, due: datetime | None = None, **changes: object) -> Directive:
    """A directive of somebody else to MEMBER's agency."""
    item = DirectiveItem(text="Sở Mẫu báo cáo số liệu", names=("Sở Mẫu",), due_at=due)
    directive = new_directive(
        person(uow, "7000000000000000099"), message_key=key, items=(item,), mentioned_uids=(MEMBER,)
    )
    directive = uow.directives.add(directive.model_copy(update=changes))
    uow.directives.put_assignees([assignee(uow, directive, due=due)])
    return directive


def assignee(uow: UnitOfWork, directive: Directive, *, due: datetime | None = None, uid: str = MEMBER) -> Assignee:
    return Assignee(
        directive_id=directive.id,
        group_id=GROUP,
        item=0,
        name="Sở Mẫu",
        person_ids=(person(uow, uid),),
        due_at=due,
    )


def answer(uow: UnitOfWork, given: Assignee, key: str, **changes: object) -> DirectiveAnswer:
    made = DirectiveAnswer(
        group_id=GROUP,
        directive_id=given.directive_id,
        assignee_id=given.id,
        target_key="1",
        message_key=key,
        person_id=given.person_ids[0],
        at=START + HOUR,
        kind=AnswerKind.RECEIVED,
        way=AnswerWay.QUOTE,
    )
    return made.model_copy(update=changes)


def settle(uow: UnitOfWork, given: Assignee) -> Assignee:
    [settled] = uow.directives.put_assignees([given.answered(uow.directives.answers(given.id))])
    return settled


def test_a_directive_comes_back_as_it_was_stored_and_is_found_by_its_message(storage: Storage) -> None:
    with storage.begin() as uow:
        directive = add(uow, due=START + DAY, place="cuộc họp giao ban", unconfirmed=True)
        assert uow.directives.get(directive.id) == directive
        assert uow.directives.of_message(GROUP, "1") == directive
        assert uow.directives.of_message(GROUP, "2") is None
        assert uow.directives.of_message(GROUP, "") is None
        assert uow.directives.get(99) is None
        assert directive.code == f"CĐ{directive.id}"
        [given] = uow.directives.assignees(directive.id)
        assert given == assignee(uow, directive, due=START + DAY).model_copy(update={"id": given.id})


def test_only_open_directives_are_owed_the_newest_first(storage: Storage) -> None:
    with storage.begin() as uow:
        first, second, third = add(uow, "1"), add(uow, "2"), add(uow, "3")
        [taken_off] = uow.directives.assignees(third.id)
        uow.directives.put_assignees([taken_off.model_copy(update={"removed": True})])
        mine = person(uow)
        assert [directive.id for directive, _, _ in uow.directives.owed_by(GROUP, mine, 9)] == [second.id, first.id]
        assert [directive.id for directive, _, _ in uow.directives.owed_by(GROUP, mine, 2)][:1] == [second.id]
        assert uow.directives.owed_by(GROUP, person(uow, OTHER), 9) == []
        for _ in range(12):
            assert uow.directives.owes(GROUP, mine)
            assert not uow.directives.owes(GROUP, person(uow, OTHER))
        uow.directives.save(second.model_copy(update={"state": DirectiveState.DONE}))
        assert [directive.id for directive, _, _ in uow.directives.owed_by(GROUP, mine, 9)] == [first.id]
        uow.directives.save(second)
        assert [directive.id for directive, _, _ in uow.directives.owed_by(GROUP, mine, 9)] == [second.id, first.id]


def test_an_answer_counts_once_and_is_forgotten_when_its_message_is_recalled(storage: Storage) -> None:
    with storage.begin() as uow:
        directive = add(uow, due=START + DAY)
        [given] = uow.directives.assignees(directive.id)
        late = answer(uow, given, "12", at=START + 3 * HOUR, kind=AnswerKind.REPORTED)
        assert uow.directives.add_answer(late)
        assert not uow.directives.add_answer(late)
        assert uow.directives.add_answer(answer(uow, given, "11"))
        assert [one.message_key for one in uow.directives.answers(given.id)] == ["11", "12"]
        assert uow.directives.answers_by_message(GROUP, "12") == [late]
        reported = settle(uow, given)
        assert (reported.received_at, reported.reported_at) == (START + HOUR, START + 3 * HOUR)
        uow.directives.forget_answers(GROUP, "12")
        assert settle(uow, reported).reported_at is None
        uow.directives.forget_answers(GROUP, "11")
        assert settle(uow, reported).silent


def test_answers_to_a_message_that_turns_out_to_be_a_directive_wait_for_it(storage: Storage) -> None:
    with storage.begin() as uow:
        directive = add(uow)
        [given] = uow.directives.assignees(directive.id)
        waiting = answer(uow, given, "12", directive_id=None, assignee_id=None, target_key="7")
        assert uow.directives.add_answer(waiting)
        assert not uow.directives.add_answer(waiting)
        assert uow.directives.take_waiting_answers(GROUP, "8") == []
        assert uow.directives.take_waiting_answers(GROUP, "7") == [waiting]
        assert uow.directives.take_waiting_answers(GROUP, "7") == []


def test_the_overview_shows_the_longest_overdue_first(storage: Storage) -> None:
    now = START + DAY
    with storage.begin() as uow:
        without, soon, overdue = add(uow, "1"), add(uow, "2", due=now + HOUR), add(uow, "3", due=now - HOUR)
        longest = add(uow, "4", due=now - 2 * HOUR)
        uow.directives.put_assignees([assignee(uow, overdue, due=now + HOUR, uid=OTHER)])
        lines, count, late, _ = uow.directives.overview(GROUP, now, 9)
        assert late == 2
        assert [line.directive.id for line in lines] == [longest.id, overdue.id, soon.id, without.id]
        assert (count, [line.overdue for line in lines]) == (4, [1, 1, 0, 0])
        assert [line.addressees for line in lines] == [1, 2, 1, 1]
        assert [line.deadlines.due_at for line in lines] == [now - 2 * HOUR, now - HOUR, now + HOUR, None]
        assert lines[1].deadlines.last_due_at == now + HOUR
        [given] = uow.directives.assignees(longest.id)
        uow.directives.add_answer(answer(uow, given, "12", kind=AnswerKind.REPORTED))
        settle(uow, given)
        lines, count, *_ = uow.directives.overview(GROUP, now, 2)
        assert ([line.directive.id for line in lines], count) == ([overdue.id, soon.id], 4)
        lines = uow.directives.overview(GROUP, now, 9).lines
        assert {line.directive.id: (line.answered, line.reported) for line in lines}[longest.id] == (1, 1)
        [silent] = uow.directives.assignees(soon.id)
        uow.directives.add_answer(answer(uow, silent, "13", kind=AnswerKind.REPORTED, way=AnswerWay.BY_HAND))
        settle(uow, silent)
        lines = uow.directives.overview(GROUP, now, 9).lines
        closed = {line.directive.id: (line.answered, line.reported) for line in lines}[soon.id]
        assert closed == (0, 0), "closed by somebody else, without a word of its own"


def test_nobody_is_overdue_who_is_not_in_the_group_and_said_nothing(storage: Storage) -> None:
    with storage.begin() as uow:
        away, both = add(uow, "1", due=START), add(uow, "2", due=START)
        for one in uow.directives.assignees(away.id):
            uow.directives.put_assignees([one.model_copy(update={"person_ids": ()})])
        uow.directives.put_assignees([assignee(uow, both, due=START).model_copy(update={"person_ids": ()})])
        page = uow.directives.overview(GROUP, START + DAY, 9)
        assert (page.total, page.overdue) == (2, 1)
        assert {line.directive.id: (line.overdue, line.addressees) for line in page.lines} == {
            away.id: (0, 1),
            both.id: (1, 2),
        }
        figures = uow.directives.figures(GROUP, START - DAY, START + DAY, START + DAY)
        assert (figures.overdue, figures.absent) == (1, 2)


def test_a_deadline_that_was_over_when_set_asks_for_a_report_and_makes_nobody_late(storage: Storage) -> None:
    missed = DirectiveItem(text="báo cáo trước 9h", missed_at=START)
    own, plain = START + 3 * DAY, DirectiveItem(text="biết và chỉ đạo")
    with storage.begin() as uow:
        directive, reported, other = (add(uow, key, items=(missed, plain)) for key in "123")
        uow.directives.put_assignees([assignee(uow, directive, due=own, uid=OTHER)])
        for one, kind in ((directive, AnswerKind.RECEIVED), (reported, AnswerKind.REPORTED)):
            given = uow.directives.assignees(one.id)[0]
            uow.directives.add_answer(answer(uow, given, f"a{one.id}", kind=kind))
            settle(uow, given)
        uow.directives.put_assignees([assignee(uow, reported).model_copy(update={"item": 1})])
        [given, extended] = uow.directives.assignees(directive.id)
        assert (given.missed_at, given.settled, given.may_be_reminded(START)) == (START, False, True)
        assert (extended.missed_at, given.is_overdue(own)) == (None, False)
        undated = [add(uow, key).id for key in "45"]
        late = add(uow, "6", due=START + HOUR)
        everything = [directive.id, other.id, late.id, *reversed(undated), reported.id]
        for most in (1, 3, 9):
            lines = uow.directives.overview(GROUP, START + DAY, most).lines
            assert [line.directive.id for line in lines] == everything[:most]
        page = uow.directives.overview(GROUP, START + DAY, 1)
        assert (page.missed, page.overdue) == ((directive.code, other.code), 1)
        [line] = page.lines
        assert (line.deadlines.due_at, line.deadlines.missed_at, line.deadlines.undated) == (own, START, True)


def test_deadlines_are_found_of_what_is_not_settled(storage: Storage) -> None:
    with storage.begin() as uow:
        directive, other = add(uow, "1", due=START + DAY), add(uow, "2", due=START + 2 * DAY)
        dropped = add(uow, "3", due=START + DAY)
        uow.directives.save(dropped.model_copy(update={"state": DirectiveState.DROPPED}))
        [given] = uow.directives.assignees(directive.id)
        assert uow.directives.with_due(GROUP, START, START + 3 * DAY) == [
            (directive, given),
            (other, *uow.directives.assignees(other.id)),
        ]
        assert uow.directives.with_due(GROUP, START, START + DAY) == []
        uow.directives.add_answer(answer(uow, given, "12", kind=AnswerKind.REPORTED))
        settle(uow, given)
        assert [one.id for one, _ in uow.directives.with_due(GROUP, START, START + 3 * DAY)] == [other.id]


def test_who_has_seen_a_directive_is_noted_once_and_forgotten_in_time(storage: Storage) -> None:
    with storage.begin() as uow:
        directive = add(uow)
        uow.directives.note_seen(directive.id, [person(uow), person(uow, OTHER)], START + HOUR)
        uow.directives.note_seen(directive.id, [person(uow)], START + 2 * HOUR)
        [given] = uow.directives.assignees(directive.id)
        assert given.seen_at == START + HOUR
        assert uow.directives.forget_receipts(START + HOUR) == 0
        assert uow.directives.forget_receipts(START + 2 * HOUR) == 1
        assert uow.directives.assignees(directive.id)[0].seen_at is None


def test_proposals_and_figures_count_what_is_valid(storage: Storage) -> None:
    now = START + 2 * DAY
    with storage.begin() as uow:
        proposal = add(uow, "1", state=DirectiveState.PROPOSED)
        assert uow.directives.proposed(GROUP) == [proposal]
        add(uow, "2", due=START + DAY)
        late = add(uow, "3", due=START + HOUR)
        [given] = uow.directives.assignees(late.id)
        uow.directives.add_answer(answer(uow, given, "12", at=START + 2 * HOUR, kind=AnswerKind.REPORTED))
        settle(uow, given)
        uow.directives.save(add(uow, "4").model_copy(update={"state": DirectiveState.DROPPED}))
        assert uow.directives.figures(GROUP, START + HOUR, now, now).given == 0
        assert uow.directives.figures(GROUP, START - HOUR, START, now).given == 0
        figures = uow.directives.figures(GROUP, START, now, now)
        assert (figures.given, figures.proposed, figures.dropped, figures.asked) == (2, 1, 1, 2)
        assert (figures.late, figures.overdue, figures.silent, figures.answered) == (1, 1, 1, 1)
        assert figures.first_answer_minutes == 120
        assert (figures.questions, figures.questions_yes, figures.questions_no) == (0, 0, 0)
        for code in (proposal.code, late.code, "CĐ4"):
            uow.audit.append("directive.proposed", at=START, actor_id=None, group_id=GROUP, subject=code, detail={})
        figures = uow.directives.figures(GROUP, START, now, now)
        assert (figures.questions, figures.questions_yes, figures.questions_no) == (3, 1, 1)
        assert [len(asked) for _, asked in uow.directives.given(GROUP, START, now)] == [1, 1, 1, 1]
        [silent] = uow.directives.assignees(proposal.id + 1)
        uow.directives.add_answer(answer(uow, silent, "13", kind=AnswerKind.REPORTED, way=AnswerWay.BY_HAND))
        settle(uow, silent)
        closed = uow.directives.figures(GROUP, START, now, now)
        assert (closed.closed, closed.in_time, closed.answered, closed.first_answer_minutes) == (1, 0, 1, 120)
        uow.directives.forget_answers(GROUP, "13")
        settle(uow, silent)
        [agency] = figures.agencies
        assert (agency.name, agency.asked, agency.late, agency.overdue, agency.waiting) == ("Sở Mẫu", 2, 1, 1, 0)
