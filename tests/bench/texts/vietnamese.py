"""`python -m tests.bench vietnamese`: accuracy and speed of the diacritics rule (clause 3.1) on labelled messages."""

from pathlib import Path
from typing import Annotated

import typer

from tests.bench.texts.measuring import benign_set, labelled_sets, report_on
from tests.bench.texts.peers import PEERS
from zalo_governor.config.shipped import shipped_config
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.system.process import freeze_long_lived_objects


def vietnamese(
    data: Annotated[
        Path | None, typer.Option(help="Folder of labelled messages, *.jsonl and *.json; without it, our own samples.")
    ] = None,
    config_dir: Annotated[Path | None, typer.Option(help="Folder with rules/ and quy-che.yaml.")] = None,
    peers: Annotated[bool, typer.Option(help="Measure other programs on the same lines, where installed.")] = True,
) -> None:
    """Measure clause 3.1 on each file of a folder separately, with counts and 95 % intervals.

    A line is {"text", "label"}; labels are vi_ok, other_ok, vi_no_diacritics, vi_partial, vi_legacy. Lines with
    "amb": true are left out; "orig" is the text with its diacritics, for measuring the restoration.
    """
    config = config_dir or shipped_config()
    engine = load_rulebook(config).engine
    rule = next(rule for rule in engine.rules if isinstance(rule, DiacriticsRule))
    # As the rules process of a running bot does.
    engine.prepare()
    freeze_long_lived_objects()
    sets = labelled_sets(data) if data else [benign_set(config / "benign/messages.vi.txt")]
    for labelled in sets:
        for line in report_on(labelled, rule, PEERS if peers else ()):
            typer.echo(line)
        typer.echo("")
