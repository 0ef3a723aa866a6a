"""What the bench measures beside the real program still is that program."""

from pathlib import Path

from tests.bench.pipeline import Stubbed
from tests.rig import rig


def test_the_program_without_rules_hears_and_judges_and_finds_nothing(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.program = Stubbed
        made.start_bot()
        made.say("de nghi cac dong chi gui bao cao truoc ngay mai")
        made.until(lambda: made.judged() == 1, "it is judged")
        assert made.cases() == []
        assert made.stop_bot() == 0
