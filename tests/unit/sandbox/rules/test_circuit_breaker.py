"""A rule that hangs or crashes again and again is left out for a while."""

from zalo_governor.sandbox.rules.circuit_breaker import CircuitBreaker


def test_five_faults_within_ten_minutes_suspend_a_rule_for_ten_minutes() -> None:
    now = [0.0]
    faults = CircuitBreaker(lambda: now[0])
    for _ in range(4):
        faults.note("a")
        faults.note("b")
    now[0] = 599.0
    assert faults.suspended() == {}
    faults.note("a")
    assert faults.suspended() == {"a": "suspended: hung or crashed 5 times"}
    now[0] = 601.0
    faults.note("b")
    assert faults.suspended().keys() == {"a"}
    now[0] = 1199.5
    assert faults.suspended() == {}
