"""What the bench measures beside the real program still is that program."""

from pathlib import Path

import pytest

from docs.images import take_scale
from tests.bench.pipeline import Stubbed
from tests.bench.scale import STEPS, scale_in_small
from tests.postgresql import NoServerError
from tests.rig import rig


def test_the_program_without_rules_hears_and_judges_and_finds_nothing(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.program = Stubbed
        made.start_bot()
        made.say("de nghi cac dong chi gui bao cao truoc ngay mai")
        made.until(lambda: made.judged() == 1, "it is judged")
        assert made.cases() == []
        assert made.stop_bot() == 0


def test_the_size_of_a_country_can_be_tried_in_small(tmp_path: Path) -> None:
    try:
        figures = scale_in_small(tmp_path)
    except NoServerError as error:
        pytest.skip(str(error))
    measured = {name.removeprefix("scale_2_"): value for name, value in figures.items()}
    for name in ("start_seconds", "report_seconds", "cases_seconds", "cpu_seconds", "growth_mb", "bot_pss_mb"):
        assert measured[name]
    assert measured["retention_rows_bodies"]
    assert (measured["stored_ms_p99"] or 0) <= (measured["judged_ms_p99"] or 0)
    everywhere = {f"scale_{step.name}_{name}": value or 0.0 for step in STEPS for name, value in measured.items()}
    for chart in take_scale._CHARTS:
        assert list(take_scale._chart(everywhere, *chart)), "each figure of the picture is measured"
