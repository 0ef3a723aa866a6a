"""`python -m tests.bench names`: accuracy and speed of the display name rule (clause 3.2)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tests.bench.texts.measuring import pace, share, timed
from tests.bench.texts.name_sets import HELD, RIGHT, LabelledName, NameSet, development_names, shipped_names
from zalo_governor.cli.check import subject_event
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.findings import Finding
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.rules.checks.display_name import DisplayNameRule
from zalo_governor.rules.loader import load_rulebook

_PEOPLES = "ok_peoples"


def names(
    data: Annotated[Path | None, typer.Option(help="Folder with names*.jsonl of labelled names, measured too.")] = None,
    config_dir: Annotated[Path | None, typer.Option(help="Folder with rules/, quy-che.yaml and content/.")] = None,
) -> None:
    """Measure clause 3.2 with counts and 95 % intervals: on the shipped names, and on those of a folder.

    A line of the folder's files is {"name", "label", "reason"}; labels are valid and invalid. Wrongly judged names are
    listed, except in the held-back half of the shipped names, of which only the reasons are shown.
    """
    config = config_dir or shipped_config()
    rule = next(rule for rule in load_rulebook(config).engine.rules if isinstance(rule, DisplayNameRule))
    own = shipped_names(config)
    peoples = {one.family for one in own if one.reason == _PEOPLES}
    sets = [NameSet(part, [one for one in own if one.part == part]) for part in dict.fromkeys(o.part for o in own)]
    for labelled in [*sets, *(development_names(data) if data else [])]:
        for line in _report_on(labelled, rule, peoples):
            typer.echo(line)
        typer.echo("")


def _report_on(labelled: NameSet, rule: DisplayNameRule, peoples: set[str]) -> Iterator[str]:
    items = labelled.items
    yield f"== {labelled.title}: {len(items)} names"
    found, times = timed([item.name for item in items], lambda name: _finding(rule, name))
    right = [(item, finding) for item, finding in zip(items, found, strict=True) if item.valid]
    wrong = [(item, finding) for item, finding in zip(items, found, strict=True) if not item.valid]
    verdicts = sum(item.valid is (finding is None) for item, finding in zip(items, found, strict=True))
    yield f"right verdict              {share(verdicts, len(items))}"
    yield f"right names flagged        {share(sum(finding is not None for _, finding in right), len(right))}"
    theirs = [finding for item, finding in right if item.reason == _PEOPLES or item.family in peoples]
    yield f"  of the province's peoples{share(sum(finding is not None for finding in theirs), len(theirs))}"
    yield f"wrong names found          {share(sum(finding is not None for _, finding in wrong), len(wrong))}"
    reasons = sum(_reason(finding) == item.reason for item, finding in wrong)
    yield f"right reason               {share(reasons, len(wrong))}"
    if meant := [(item.proposal, finding) for item, finding in wrong if item.proposal]:
        hits = sum(finding is not None and finding.suggestion == proposal for proposal, finding in meant)
        yield f"right proposal             {share(hits, len(meant))}"
    yield f"time                       {pace(times.processor)}"
    yield from _confusions(list(zip(items, found, strict=True)))


def _finding(rule: DisplayNameRule, name: str) -> Finding | None:
    return next(iter(rule.check(subject_event({"name": name}), NO_CONTEXT)), None)


def _reason(finding: Finding | None) -> str | None:
    return finding.reason if finding else RIGHT


def _confusions(judged: Sequence[tuple[LabelledName, Finding | None]]) -> Iterator[str]:
    """Return lines that count expected and found reasons of wrongly judged names, with the names unless held back."""
    hidden: Counter[tuple[str, str | None]] = Counter()
    for item, finding in judged:
        meant = RIGHT if item.valid else item.reason
        proposed = finding.suggestion if finding else None
        if _reason(finding) == meant and (item.proposal in {None, proposed} or item.valid):
            continue
        if item.part == HELD:
            hidden[item.reason, _reason(finding)] += 1
        else:
            yield f"  {item.reason} taken for {_reason(finding)}: {item.name!r} -> {proposed!r}"
    for (meant_as, taken_for), count in hidden.items():
        yield f"  {meant_as} taken for {taken_for}: {count}" + (" (proposal)" if meant_as == taken_for else "")
