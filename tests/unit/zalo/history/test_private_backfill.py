"""The last messages of private conversations, where the queue does not prove that nothing is missing."""

import pytest

from tests.unit.pipeline.made import element
from zalo_governor.domain.connection import BackfillEnd
from zalo_governor.domain.inbound import Element, Source
from zalo_governor.zalo.errors import ZaloUnavailableError
from zalo_governor.zalo.history.private_backfill import recover_last_private


def private(key: str, at_ms: int) -> Element:
    return element(key, thread_id=f"person {key}", is_group=False, at_ms=at_ms, source=Source.BACKFILL)


def recovered(*last: Element, shows_all: bool = True) -> tuple[list[str], BackfillEnd]:
    """What is taken, and how it ends; message "1" was heard before."""
    taken: list[str] = []
    end = recover_last_private(
        lambda: [*last, element("group")],
        lambda heard: heard.key == "1",
        lambda found: taken.extend(one.key for one in found),
        shows_all=shows_all,
    )
    return taken, end


def test_two_messages_of_one_millisecond_come_in_the_order_of_their_numbers() -> None:
    assert recovered(private("10", 1000), private("9", 1000)) == (["9", "10"], BackfillEnd.EXHAUSTED)


def test_where_every_conversation_ends_with_what_was_heard_nothing_is_missing() -> None:
    assert recovered(private("1", 1000))[1] is BackfillEnd.REACHED


def test_what_was_said_before_the_bots_first_day_is_not_taken() -> None:
    # As is known of "1": its time is before that of everything stored.
    assert recovered(private("1", 1000), private("2", 2000)) == (["2"], BackfillEnd.EXHAUSTED)


@pytest.mark.parametrize("last", [[], [private("1", 1000)]], ids=["no conversation", "a known one"])
def test_after_a_new_login_conversations_that_are_not_shown_may_exist(last: list[Element]) -> None:
    assert recovered(*last, shows_all=False)[1] is BackfillEnd.EXHAUSTED


def test_where_zalo_does_not_answer_it_is_to_be_asked_again() -> None:
    def fail() -> list[Element]:
        raise ZaloUnavailableError("no answer", "/", sent=True)

    end = recover_last_private(fail, lambda heard: True, lambda found: None, shows_all=True)
    assert end is BackfillEnd.INTERRUPTED
