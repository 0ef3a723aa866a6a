"""Two processes never run one account on one database."""

import pytest

from zalo_governor.store.database import Database
from zalo_governor.store.instance import InstanceLock, OtherInstanceError


def test_the_second_is_refused_until_the_first_lets_go(database: Database) -> None:
    first, second = InstanceLock(database, "700"), InstanceLock(database, "700")
    first.take()
    with pytest.raises(OtherInstanceError, match="700"):
        second.take()
    first.release()
    second.take()
    second.release()


def test_another_account_may_run_beside_it(database: Database) -> None:
    first, other = InstanceLock(database, "700"), InstanceLock(database, "701")
    first.take()
    other.take()
    first.release()
    other.release()
