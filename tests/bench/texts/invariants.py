"""`python -m tests.bench invariants`: effect of copying and pasting on the verdicts of clauses 3.1 and 3.2."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from tests.bench.texts.measuring import benign_set, labelled_sets
from tests.bench.texts.name_sets import development_names, shipped_names
from tests.bench.texts.pastes import ON_ANY, ON_MESSAGES
from zalo_governor.cli.check import subject_event
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.findings import Severity
from zalo_governor.rules.base import NO_CONTEXT, Rule
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.checks.display_name import DisplayNameRule
from zalo_governor.rules.loader import load_rulebook

_OLD_FONT = "vi_legacy"
"""Label that is not counted: texts in old fonts consist of signs that programs change when copying."""


class _Line(NamedTuple):
    text: str
    violates: bool


def invariants(
    data: Annotated[
        Path | None, typer.Option(help="Folder of labelled messages and names*.jsonl; without it, our own.")
    ] = None,
    config_dir: Annotated[Path | None, typer.Option(help="Folder with rules/, quy-che.yaml and content/.")] = None,
) -> None:
    """Measure false alarms and recall on the same texts, unchanged and as devices change them: blanks, entities …"""
    config = config_dir or shipped_config()
    engine = load_rulebook(config).engine
    marks = next(rule for rule in engine.rules if isinstance(rule, DiacriticsRule))
    names = next(rule for rule in engine.rules if isinstance(rule, DisplayNameRule))
    sets = labelled_sets(data) if data else [benign_set(config / "benign/messages.vi.txt")]
    messages = [
        _Line(item.text, item.violates) for labelled in sets for item in labelled.items if item.label != _OLD_FONT
    ]
    own = [name for named in development_names(data) for name in named.items] if data else shipped_names(config)
    shown = [_Line(name.name, not name.valid) for name in own]
    as_typed = {"as typed": str}
    for line in _table("3.1, messages", marks, "text", messages, as_typed | ON_ANY | ON_MESSAGES):
        typer.echo(line)
    for line in _table("3.2, names", names, "name", shown, as_typed | ON_ANY):
        typer.echo(line)


def _table(
    title: str, rule: Rule[Any], field: str, lines: Sequence[_Line], changes: dict[str, Callable[[str], str]]
) -> Iterator[str]:
    fine = [line.text for line in lines if not line.violates]
    wrong = [line.text for line in lines if line.violates]
    yield f"== clause {title}: {len(fine)} right, {len(wrong)} wrong"
    yield f"{'':<28} right ones flagged  wrong ones found"
    for name, change in changes.items():
        flagged, found = (
            sum(_flagged(rule, field, change(text)) for text in texts) / max(len(texts), 1) for texts in (fine, wrong)
        )
        yield f"{name:<28} {flagged:18.2%}  {found:16.2%}"


def _flagged(rule: Rule[Any], field: str, text: str) -> bool:
    found = next(iter(rule.check(subject_event({field: text}), NO_CONTEXT)), None)
    return found is not None and found.severity is not Severity.SUSPECT
