"""The failure matrix (docs/delivery-matrix.md), held cell by cell to the delivery promise."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.delivery.matrix import DOC, DONE, FOREVER, LASTS, REFUSING, Cell, document, outcome, play_all
from tests.acceptance.delivery.stage import BEGIN, FALLBACK, Fault, Kind, Played, make_database

pytestmark = pytest.mark.timeout(900)  # the first test waits until all cells are played
MINUTE = timedelta(minutes=1)
SENDERS_HANG = timedelta(seconds=21)
"""While a send to one person hangs, the next one waits."""
DESK = ("admin", "staff")
URGENT = (Kind.SECRET, Kind.OUTSIDER)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[Cell, Played]:
    return play_all(make_database(tmp_path_factory.mktemp("matrix")))


def first(played: Played, *who: str) -> timedelta | None:
    """How long after the event the first of these people knew."""
    return min((told.at - BEGIN for told in played.told if told.who in who), default=None)


def within(cell: Cell, found: timedelta | None, limit: timedelta) -> None:
    assert found is not None, f"nobody of them learns it: {cell}"
    assert found <= limit, f"after {found}: {cell}"


def pause(cell: Cell) -> timedelta:
    """The longest pause after code 221, in which no private message is sent to anybody."""
    return 10 * MINUTE if cell.fault is Fault.TOO_MANY else timedelta()


def test_nobody_reads_a_thing_twice_unless_it_says_so(played: dict[Cell, Played]) -> None:
    for cell, came in played.items():
        for who in {told.who for told in came.told}:
            texts = [told.text for told in came.told if told.who == who]
            assert len(texts) == len(set(texts)), f"{who}: {cell}"


def test_nothing_that_did_not_arrive_is_invisible(played: dict[Cell, Played]) -> None:
    for cell, came in played.items():
        if cell.lasts is FOREVER and cell.fault not in DONE and _concerns(cell):
            assert came.counts.failed or came.counts.waiting, cell
        assert came.untold == 0, cell


def test_a_state_does_not_say_that_a_member_was_reminded_who_was_not(played: dict[Cell, Played]) -> None:
    for cell, came in played.items():
        if cell.kind is not Kind.ANSWER:
            reached = any(told.who == "member" for told in came.told)
            assert set(came.states.values()) == ({"reminded"} if reached else {"new"}), cell


@pytest.mark.parametrize("kind", URGENT)
def test_an_urgent_alert_reaches_a_person_within_minutes_or_goes_another_way(
    played: dict[Cell, Played], kind: Kind
) -> None:
    for cell, came in played.items():
        if cell.kind is not kind:
            continue
        if cell.whom != "all of the desk" or cell.fault in DONE:
            within(cell, first(came, *DESK), SENDERS_HANG * 2)
        elif cell.fault in REFUSING - {Fault.NOT_FROM_YOU}:  # which is tried once more after two minutes
            for way in ("reader", FALLBACK):
                within(cell, first(came, way), MINUTE)
        elif cell.lasts == timedelta(seconds=45):
            within(cell, first(came, *DESK), 3 * MINUTE)
        else:
            for way in ("reader", FALLBACK):
                within(cell, first(came, way), 4 * MINUTE)


@pytest.mark.parametrize("kind", [Kind.SECRET, Kind.OUTSIDER, Kind.UNMARKED])
def test_what_zalo_takes_again_arrives_within_ten_minutes_of_it(played: dict[Cell, Played], kind: Kind) -> None:
    """A light notice within half an hour."""
    slack = 31 * MINUTE if kind is Kind.UNMARKED else 11 * MINUTE
    for cell, came in played.items():
        if cell.kind is kind and cell.lasts is not FOREVER and cell.fault not in REFUSING:
            for who in DESK if cell.whom.endswith("of the desk") else ("member",):
                within(cell, first(came, who), cell.lasts + slack)


def test_whom_a_request_does_not_reach_the_desk_is_told(played: dict[Cell, Played]) -> None:
    for cell, came in played.items():
        if cell.whom == "member" and cell.lasts is FOREVER and cell.fault not in DONE and cell.kind is not Kind.ANSWER:
            told = [one.at - BEGIN for one in came.told if one.who in DESK and "chưa đến được" in one.text]
            limit = 5 * MINUTE if cell.kind in URGENT else timedelta(hours=14)
            within(cell, min(told, default=None), limit + pause(cell))


def test_a_leader_who_is_not_reached_is_told_of_by_the_desk(played: dict[Cell, Played]) -> None:
    for cell, came in played.items():
        if cell.whom == "leader" and cell.kind is Kind.SECRET and cell.lasts is FOREVER and cell.fault not in DONE:
            told = [one.at - BEGIN for one in came.told if one.who in DESK and "chưa đến được" in one.text]
            within(cell, min(told, default=None), 20 * MINUTE + pause(cell))


def test_an_answer_comes_within_minutes_of_the_end_of_the_trouble_or_not_at_all(played: dict[Cell, Played]) -> None:
    for cell, came in played.items():
        if cell.kind is Kind.ANSWER and cell.fault not in REFUSING and cell.lasts is not FOREVER:
            slack = 11 if cell.fault is Fault.TOO_MANY else 2
            within(cell, first(came, cell.asker), cell.lasts + slack * MINUTE)
        if cell.kind is Kind.ANSWER and cell.fault not in DONE and cell.lasts is FOREVER and _concerns(cell):
            assert first(came, cell.asker) is None, cell


def test_the_page_says_what_is_so(played: dict[Cell, Played]) -> None:
    outcomes = {cell: outcome(cell, came) for cell, came in played.items()}
    assert DOC.read_text("utf-8") == document(outcomes), "make it anew: python -m tests.acceptance.delivery.matrix"


def _concerns(cell: Cell) -> bool:
    """Whether anything is to be sent to whom it fails for."""
    if cell.kind is Kind.ANSWER:
        return True
    return cell.whom != "leader" or cell.kind is Kind.SECRET


def test_the_matrix_is_whole(played: dict[Cell, Played]) -> None:
    assert len(played) == len(Fault) * 4 * len(LASTS) * len(Kind) == 624
    assert Path(DOC).exists()


def test_what_was_not_played_comes_out_alike(played: dict[Cell, Played], tmp_path: Path) -> None:
    """Cells that took over what came of another, played after all: some, another every time."""
    own: dict[int, Cell] = {}
    taken = [cell for cell, came in played.items() if own.setdefault(id(came), cell) != cell]
    database = make_database(tmp_path)
    for cell in random.sample(taken, 6):
        assert cell.play(database) == played[cell], cell
