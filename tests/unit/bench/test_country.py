"""The invented week of `python -m tests.bench scale`."""

from statistics import median

from tests.bench.country import groups_of, morning, writing_weight

DAY = 24 * 60
COUNT = 2_000


def written(days: range, begin: int, end: int) -> float:
    """How much is written on these days of the week (0 is Monday) between two minutes of the day."""
    return sum(writing_weight(day * DAY + minute) for day in days for minute in range(begin, end))


def test_a_week_has_its_peaks_in_office_hours_and_little_at_night_and_at_the_weekend() -> None:
    week = written(range(7), 0, DAY)
    peaks = written(range(5), 450, 540) + written(range(5), 810, 900)
    assert 0.4 < peaks / week < 0.6
    assert written(range(5, 7), 0, DAY) / week < 0.05
    assert written(range(7), 0, 420) / week < 0.02


def test_groups_have_20_to_500_members_and_are_the_same_each_time() -> None:
    sizes = [group.members for group in groups_of(1_000)]
    assert min(sizes) >= 20
    assert max(sizes) == 500
    assert 60 < median(sizes) < 110
    assert groups_of(1_000) == groups_of(1_000)


def test_a_morning_has_bursts_files_violations_and_directives() -> None:
    said = morning(groups_of(100), COUNT)
    assert len(said) == COUNT
    assert said == sorted(said)
    assert 0.02 < sum(not one.text for one in said) / COUNT < 0.05
    assert sum(one.text.isascii() for one in said if one.text) > 0
    assert any(one.uid == one.group.uid(0) for one in said)
    soon = sum(
        any(other.group == one.group and other.second - one.second < 60 for other in said[place + 1 : place + 40])
        for place, one in enumerate(said)
    )
    assert soon > COUNT / 2
