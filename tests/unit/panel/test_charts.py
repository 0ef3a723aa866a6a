"""Bars as long as their numbers."""

from zalo_governor.panel.charts import bars


def test_the_longest_bar_fills_the_drawing_and_the_others_are_in_proportion() -> None:
    chart = bars([("khoản 1", [10]), ("khoản 2", [5]), ("khoản 3", [0])], ["vụ việc"], upright=False)
    assert [bar.width for bar in chart.bars] == [300, 150, 0]
    assert [label.text for label in chart.labels] == ["khoản 1", "khoản 2", "khoản 3"]
    assert all(bar.x + bar.width <= chart.width and bar.y + bar.height <= chart.height for bar in chart.bars)


def test_two_series_stand_side_by_side_and_nothing_is_no_division_by_zero() -> None:
    chart = bars([("02/11", [0, 0]), ("03/11", [0, 0])], ["tin", "vụ việc"], upright=True)
    assert [bar.series for bar in chart.bars] == [0, 1, 0, 1]
    assert len({bar.x for bar in chart.bars}) == 4
    assert all(bar.height == 0 for bar in chart.bars)
