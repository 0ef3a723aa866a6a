"""When a session counts as dead, when it lives again, and when the program may log in by itself."""

import pytest

from tests.unit.storage.stored import HandClock
from zalo_governor.zalo.http.session_life import SessionLife

SEND, READ = "/api/message/sms", "/api/group/getmg-v2"


class Time:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def code_of(life: SessionLife) -> int | None:
    """Zalo's code for a session that is dead, None for one that lives."""
    return life.dead.code if life.dead else None


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def life(time: Time) -> SessionLife:
    return SessionLife(HandClock(), time)


def test_code_600_is_a_dead_session_at_once_and_nobody_logs_in_for_it(life: SessionLife, time: Time) -> None:
    life.call_refused(SEND, 600)
    assert code_of(life) == 600
    time.seconds += 100_000
    assert not life.may_log_in


@pytest.mark.parametrize("code", [102, 401])
def test_an_expired_key_is_renewed_and_dead_only_where_that_did_not_help(life: SessionLife, code: int) -> None:
    life.call_refused(SEND, code)
    assert code_of(life) is None
    assert life.may_log_in
    life.logged_in()
    life.call_refused(SEND, code)
    assert code_of(life) == code


def test_a_key_that_expires_again_after_it_had_counted_is_renewed_again(life: SessionLife) -> None:
    for _ in range(3):
        life.call_refused(SEND, 102)
        life.logged_in()
        life.call_accepted(SEND)
    assert code_of(life) is None


def test_a_login_that_zalo_refuses_is_tried_again_once_a_minute(life: SessionLife, time: Time) -> None:
    life.login_begins()
    life.login_refused(102)
    assert code_of(life) == 102
    may_log_in = [life.may_log_in]
    time.seconds += 60
    assert [*may_log_in, life.may_log_in] == [False, True]
    life.logged_in()
    assert code_of(life) is None


def test_invalid_login_1005_is_final(life: SessionLife, time: Time) -> None:
    life.login_refused(-1005)
    time.seconds += 100_000
    assert not life.may_log_in


def test_after_a_takeover_nobody_logs_in(life: SessionLife) -> None:
    life.taken_over = True
    assert not life.may_log_in
    life.taken_over = False
    assert life.may_log_in


def test_while_it_is_dead_a_refused_call_is_tried_now_and_then_only(life: SessionLife, time: Time) -> None:
    life.call_refused(SEND, 600)
    assert life.refusal(SEND) == life.dead
    assert life.refusal(READ) is None
    time.seconds += 30
    assert life.refusal(SEND) is None


def test_another_call_that_succeeds_does_not_make_it_live_as_long_as_the_refused_one_may_come_again(
    life: SessionLife, time: Time
) -> None:
    life.call_refused(SEND, 600)
    life.call_accepted(READ)
    assert code_of(life)
    life.call_accepted(SEND)
    assert code_of(life) is None
    life.call_refused(SEND, 600)
    time.seconds += 121
    life.call_accepted(READ)
    assert code_of(life) is None
    assert life.may_log_in


def test_one_of_the_refused_calls_that_is_accepted_shows_that_it_lives(life: SessionLife) -> None:
    for path in (SEND, READ):
        life.call_refused(path, 600)
    life.call_accepted(SEND)
    assert code_of(life) is None


def test_a_frame_of_the_socket_that_says_so_counts_until_any_call_succeeds(life: SessionLife) -> None:
    life.call_refused("", 600)
    assert code_of(life)
    life.call_accepted(READ)
    assert code_of(life) is None
