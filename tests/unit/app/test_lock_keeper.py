"""The lock of the account is looked after, and the log says when another process has it."""

import pytest
from structlog.testing import capture_logs

from zalo_governor.app import lock_keeper
from zalo_governor.app.lock_keeper import LockKeeper


def test_the_log_says_once_that_another_process_has_the_lock_and_once_that_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lock_keeper, "_EVERY_SECONDS", 0.001)
    answers = [True, None, False, None, False, True, True]

    def keep() -> bool | None:
        now = answers.pop(0)
        if not answers:
            keeper.stop()
        return now

    keeper = LockKeeper(keep)
    with capture_logs() as logged:
        keeper.run()
    assert [line["event"] for line in logged] == ["lock_lost", "lock_taken_again"]
