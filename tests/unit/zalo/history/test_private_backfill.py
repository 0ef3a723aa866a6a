"""What was written in private while nobody listened, in the order in which it was written."""

from tests.unit.pipeline.made import element
from zalo_governor.domain.connection import BackfillEnd
from zalo_governor.domain.inbound import Element, Source
from zalo_governor.zalo.history.private_backfill import PrivateBackfill


def private(key: str, at_ms: int) -> Element:
    return element(key, thread_id="person", is_group=False, at_ms=at_ms, source=Source.BACKFILL)


def test_two_messages_of_one_millisecond_come_in_the_order_of_their_numbers() -> None:
    first, second = private("9", 1000), private("10", 1000)
    backfill = PrivateBackfill(lambda: [second])
    backfill.asked()
    backfill.answer([private("1", 500), first, second])
    taken: list[str] = []
    end = backfill.recover(lambda heard: heard.key == "1", lambda found: taken.extend(one.key for one in found))
    assert taken == ["1", "9", "10"]
    assert end is BackfillEnd.REACHED
