"""The order in which a conversation is judged."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pipeline.made import admitted
from zalo_governor.domain.inbound import Source, place_of
from zalo_governor.pipeline.ordering import DISORDERLY_MS, HOLD_BACK_MS, RECOVERY_HOLD_MS, EventOrdering


def test_an_orderly_lane_holds_nothing_back() -> None:
    lanes = EventOrdering()
    lanes.add([admitted(1, key="11", at_ms=1000), admitted(2, key="12", at_ms=1001)], now_ms=1001)
    assert [(item.entry.key, late) for item, late in lanes.take(1001)] == [("11", False), ("12", False)]
    assert lanes.size == 0


def test_what_comes_in_one_batch_is_judged_in_the_order_it_was_said() -> None:
    lanes = EventOrdering()
    lanes.add([admitted(1, key="9", at_ms=3000), admitted(2, key="8", at_ms=1000)], now_ms=4000)
    taken = lanes.take(4000 + HOLD_BACK_MS)
    assert [(item.entry.key, late) for item, late in taken] == [("8", False), ("9", False)]


def test_the_same_millisecond_is_ordered_by_number() -> None:
    lanes = EventOrdering()
    lanes.add([admitted(1, key="100", at_ms=5), admitted(2, key="99", at_ms=5)], now_ms=5)
    assert [item.entry.key for item, _ in lanes.take(5 + HOLD_BACK_MS)] == ["99", "100"]


def test_a_time_yet_to_come_makes_nothing_late_that_is_said_until_then() -> None:
    lanes = EventOrdering()
    lanes.add([admitted(1, key="1", at_ms=3_600_000)], now_ms=1000)
    assert lanes.take(1000)
    lanes.add([admitted(2, key="2", at_ms=2000, received_ms=2010)], now_ms=2010)
    assert [late for _, late in lanes.take(2010 + HOLD_BACK_MS)] == [False]


def test_what_comes_after_its_turn_is_late_and_makes_the_lane_careful() -> None:
    lanes = EventOrdering()
    lanes.add([admitted(1, key="2", at_ms=2000)], now_ms=2000)
    assert lanes.take(2000)
    lanes.add([admitted(2, key="1", at_ms=1000, received_ms=2010)], now_ms=2010)
    assert lanes.take(2010) == []
    assert lanes.wait_ms(2010) == HOLD_BACK_MS
    [(item, late)] = lanes.take(2010 + HOLD_BACK_MS)
    assert (item.entry.key, late) == ("1", True)


def test_a_careful_lane_calms_down() -> None:
    lanes = EventOrdering()
    lanes.add([admitted(1, key="2", at_ms=2000), admitted(2, key="1", at_ms=1000)], now_ms=0)
    lanes.take(HOLD_BACK_MS)
    now = DISORDERLY_MS + 1
    lanes.add([admitted(3, key="3", at_ms=now, received_ms=now)], now_ms=now)
    assert len(lanes.take(now)) == 1


def test_a_lane_waits_for_backfill_but_not_for_ever() -> None:
    lanes = EventOrdering()
    lanes.hold("bot", "group", now_ms=0)
    lanes.add([admitted(1, key="2", at_ms=2000)], now_ms=10)
    assert lanes.take(10) == []
    lanes.add([admitted(2, key="1", at_ms=1000)], now_ms=20)
    lanes.release("bot", "group")
    assert [item.entry.key for item, _ in lanes.take(20 + HOLD_BACK_MS)] == ["1", "2"]
    lanes.hold("bot", "group", now_ms=1000)
    lanes.add([admitted(3, key="3", at_ms=3000, received_ms=1000)], now_ms=1000)
    assert len(lanes.take(1000 + RECOVERY_HOLD_MS)) == 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 50)), max_size=60), st.integers(1, 7))
def test_every_entry_has_its_turn_once_and_each_take_is_in_order(entries: list[tuple[int, int]], step: int) -> None:
    lanes = EventOrdering()
    now, out = 0, []
    for number, (thread, at) in enumerate(entries):
        now += step * 37
        lanes.add([admitted(number, key=str(number), at_ms=at, thread_id=str(thread), received_ms=now)], now)
        taken = lanes.take(now)
        per_thread: dict[str, list[tuple[int, int]]] = {}
        for item, _ in taken:
            per_thread.setdefault(item.entry.thread_id, []).append((item.entry.at_ms, int(item.entry.key)))
        assert all(places == sorted(places) for places in per_thread.values())
        out += taken
    out += lanes.take(now + HOLD_BACK_MS + DISORDERLY_MS)
    assert sorted(item.id for item, _ in out) == list(range(len(entries)))
    assert lanes.size == 0


def test_a_clock_set_back_holds_nobody_for_longer_than_was_meant() -> None:
    lanes = EventOrdering()
    hour = 3_600_000
    lanes.add(
        [
            admitted(1, key="2", at_ms=2000, received_ms=hour),
            admitted(2, key="1", at_ms=1000, received_ms=hour),
        ],
        now_ms=hour,
    )
    lanes.hold("bot", "group", now_ms=hour)
    assert lanes.take(hour) == []
    assert [item.entry.key for item, _ in lanes.take(1000)] == ["1", "2"]


def test_what_a_sweep_finds_by_our_own_fast_clock_makes_no_message_late() -> None:
    lanes = EventOrdering()
    swept = admitted(1, key="a" * 24, at_ms=900_000)
    lanes.add([swept._replace(entry=swept.entry._replace(source=Source.SWEEP))], now_ms=900_000)
    assert [late for _, late in lanes.take(900_000)] == [False]
    lanes.add([admitted(2, key="1", at_ms=600_000, received_ms=600_010)], now_ms=900_001)
    assert [(item.entry.key, late) for item, late in lanes.take(900_001)] == [("1", False)]


def test_where_our_own_clock_is_behind_most_messages_say_so_and_are_believed() -> None:
    lanes = EventOrdering()
    ahead = 20 * 60_000
    said = [admitted(n, key=str(n), at_ms=1_000 + n + ahead, received_ms=1_000 + n) for n in (0, 1, 2, 3, 5)]
    lanes.add(said, now_ms=1_010)
    assert [late for _, late in lanes.take(1_010)] == [True, True, False, False, False]
    lanes.add([admitted(4, key="4", at_ms=1_004 + ahead, received_ms=1_011)], now_ms=1_012)
    assert [late for _, late in lanes.take(1_500)] == [True]


def test_one_message_from_the_future_is_out_of_its_turn_and_makes_nobody_else_late() -> None:
    lanes = EventOrdering()
    times = [1_001, 1_002, 90_000_000, 1_004, 1_005]
    lanes.add([admitted(n, key=str(n), at_ms=at, received_ms=1_000 + n) for n, at in enumerate(times)], now_ms=1_010)
    taken = lanes.take(1_010 + HOLD_BACK_MS)
    assert [item.entry.key for item, late in taken if late] == ["2"]
    assert len(taken) == len(times)
    lanes.add([admitted(9, key="9", at_ms=70_000, received_ms=70_001)], now_ms=70_002)
    assert [late for _, late in lanes.take(70_500)] == [False]


_MINUTE = 60_000
_wrong = st.sampled_from((0, 0, 0, 2_000, 90_000, -90_000, 20 * _MINUTE, -20 * _MINUTE, 10**10, -(10**11)))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Source),
            st.integers(0, 500),
            _wrong,
            _wrong,
            st.sampled_from(("wait", "wait", "take", "hold", "release", "start anew")),
        ),
        max_size=80,
    )
)
def test_whatever_the_clocks_do_all_that_is_not_late_stands_in_order(
    said: list[tuple[Source, int, int, int, str]],
) -> None:
    lanes, in_turn, true_ms = EventOrdering(), [(0, 0, "")], 10**12
    for number, (source, pause_ms, zalo_wrong, ours_wrong, then) in enumerate(said):
        true_ms += pause_ms
        now_ms = true_ms + ours_wrong
        item = admitted(number, key=str(number % 37), at_ms=true_ms + zalo_wrong, received_ms=now_ms)
        lanes.add([item._replace(entry=item.entry._replace(source=source))], now_ms)
        match then:
            case "hold":
                lanes.hold("bot", "group", now_ms)
            case "release":
                lanes.release("bot", "group")
            case "start anew":
                lanes = EventOrdering()
                lanes.remember("bot", "group", max(in_turn))
            case _:
                pass
        taken = lanes.take(now_ms + HOLD_BACK_MS if then == "take" else now_ms)
        in_turn += [
            place_of(item.entry.at_ms, item.entry.key)
            for item, late in taken
            if not late and item.entry.source is not Source.SWEEP
        ]
    assert in_turn == sorted(in_turn)
