"""The table of commands: every command × everybody × every place × every state of a case, taken from the registry."""

from datetime import UTC, datetime

import pytest

from tests.unit.features.command_table import TABLE
from tests.unit.features.desk import GROUP, PEOPLE, SEALED, UNMARKED, Desk, to
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.delivery import DeliveryState
from zalo_governor.features.chat.command_book import commands_by_word
from zalo_governor.features.registry import COMMANDS as KINDS

COMMANDS = commands_by_word(Desk().policy, KINDS)
PLACES = ["private", "group"]
SECRET = "lời không ai được thấy lại"


def test_every_command_has_its_row_and_no_other() -> None:
    assert TABLE.keys() == COMMANDS.keys()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("word", COMMANDS)
def test_who_may_is_answered_in_private_and_who_may_not_is_refused_and_logged(word: str, who: str, place: str) -> None:
    row, desk = TABLE[word], Desk()
    desk.say(who, row.line, place=place)
    posted = desk.take()
    private = to(posted, who)
    in_group = [notice.text for notice in posted if notice.is_group]
    if who in row.people:
        assert row.without_cases in private[0]
        assert len(in_group) == (place == "group")
        assert all("\n" not in text and "riêng" in text for text in in_group)
        assert (desk.actions()[-1], desk.store.audited[-1]["subject"]) == ("command", word)
    else:
        assert posted == [notice for notice in posted if notice.thread_id != GROUP]
        assert len(private) == 1
        above = who in {"leader", "leadership"}
        refused = "thuộc phần việc của vai trò khác" if above else "không thuộc quyền của đồng chí"
        assert f"lệnh /{word} {refused}" in private[0]
        assert (desk.actions(), desk.store.audited[-1]["subject"]) == (["command.refused"], word)
    assert desk.store.audited[-1]["place"] == place
    assert desk.store.audited[-1]["actor"] == desk.person(who).id


@pytest.mark.parametrize("sealed", [False, True], ids=["light", "sealed"])
@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("word", COMMANDS)
def test_a_case_moves_as_the_table_says_for_those_alone_who_may(word: str, state: CaseState, *, sealed: bool) -> None:
    row = TABLE[word]
    for who in PEOPLE:
        for place in PLACES:
            desk = _with_a_case(state, sealed=sealed)
            desk.say(who, row.line, place=place)
            moves = row.moves if who in row.people else None
            goes = moves and state in moves.out_of and who in moves.by and (who, state) not in moves.except_for
            after = (moves.sealed if sealed else moves.light) if moves and goes else state
            assert desk.states() == [after]
            moved = [entry["action"] for entry in desk.store.audited].count("case.moved")
            assert moved == (after is not state)
            assert to(desk.take(), who)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("word", COMMANDS)
def test_no_command_shows_anybody_what_a_sealed_case_is_about(word: str, state: CaseState) -> None:
    """Whatever the store were to hand out: what a sealed case must not have is not asked for."""
    rest = TABLE[word].line.partition(" ")[2]
    for who in PEOPLE:
        desk = _with_a_case(state, sealed=True)
        desk.store.excerpts[1] = desk.store.suggestions[1] = desk.store.reasons[1] = SECRET
        for place in PLACES:
            for line in (f"/{word} {rest}", f"/{word}", f"/{word} VP1", f"/{word} tất cả"):
                desk.say(who, line, place=place)
        assert not [notice for notice in desk.take() if SECRET in notice.text]
        assert SECRET not in repr(desk.store.audited)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("word", COMMANDS)
def test_a_command_with_a_suspected_secret_in_it_is_not_carried_out(word: str, place: str) -> None:
    desk = _with_a_case(CaseState.REMINDED, sealed=False)
    before = desk.store.book.copy()
    desk.say("admin", f"{TABLE[word].line} {SECRET}", SEALED, place=place)
    assert {case_id: desk.store.book[case_id] for case_id in before} == before
    assert "command" not in desk.actions()
    assert not [notice for notice in desk.take() if SECRET in notice.text]
    assert SECRET not in repr(desk.store.audited)


@pytest.mark.parametrize("word", COMMANDS)
def test_a_slip_is_overlooked_only_where_the_command_says_so(word: str) -> None:
    row, desk = TABLE[word], _with_a_case(CaseState.REMINDED, sealed=False)
    rest = row.line.partition(" ")[2]
    desk.say("admin", f"/{word}w {rest}", place="private")
    (text,) = to(desk.take(), "admin")[:1]
    if COMMANDS[word].forgiving:
        assert (desk.actions()[-1], desk.store.audited[-1]["subject"]) == ("command", word)
    else:
        assert desk.actions()[-1] == "command.unknown"
        assert desk.states() == ["reminded"]
        if "admin" in row.people:
            assert f"/{word}" in text


def _with_a_case(state: CaseState, *, sealed: bool) -> Desk:
    desk = Desk()
    if sealed:
        desk.seal("member")
    else:
        desk.say("member", "noi dung", UNMARKED)
    desk.store.book[1] = desk.store.book[1].model_copy(update={"state": state})
    desk.store.deliveries[1] = DeliveryState.PENDING
    desk.store.audited.clear()
    desk.take()
    return desk


@pytest.mark.parametrize("word", COMMANDS)
def test_every_answer_tells_the_time_of_viet_nam(word: str) -> None:
    """Half past midnight in Viet Nam is still the evening before in UTC."""
    desk = Desk()
    desk.now = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    desk.say("member", "noi dung", UNMARKED)
    desk.store.book[1] = desk.store.book[1].model_copy(update={"leader_told_at": desk.now, "leader_told_by": 3})
    for who in PEOPLE:
        desk.say(who, TABLE[word].line, place="private")
        desk.say(who, f"/{word}", place="private")
    said = "\n".join(notice.text for notice in desk.take())
    assert "17:30 24/11/2026" not in said
    assert "17:30" not in said
    if word in {"vipham", "xem", "trinh", "baocao", "suco", "gopy"}:
        assert "25/11/2026" in said
