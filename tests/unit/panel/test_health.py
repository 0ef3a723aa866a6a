"""The page of health says what `doctor` finds in words of its own."""

from collections import Counter

from zalo_governor.doctor.registry import CHECKS
from zalo_governor.panel.pages.health import AREAS


def test_each_check_belongs_to_one_area() -> None:
    assert Counter(one for ids in AREAS.values() for one in ids) == Counter(check.id for check in CHECKS)
