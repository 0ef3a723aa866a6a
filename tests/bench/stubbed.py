"""`python -m tests.bench.stubbed run …`: the program with a rulebook that holds no rules."""

from pathlib import Path
from unittest.mock import patch

from zalo_governor.cli import main
from zalo_governor.rules.engine import Engine
from zalo_governor.rules.loader import Rulebook, load_rulebook


def _without_rules(rules_dir: Path) -> Rulebook:
    return load_rulebook(rules_dir)._replace(engine=Engine([]))


def _no_process(_rules_dir: Path) -> list[str]:
    return ["there-are-no-rules"]


with (
    patch("zalo_governor.app.configuration.load_rulebook", _without_rules),
    patch("zalo_governor.app.bootstrap.command", _no_process),
):
    main()
