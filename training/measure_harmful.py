"""Measure the rule of clause 4.2 on writers excluded from its training: `python -m training.measure_harmful`.

The writers are split into parts; each part is judged by a table trained on the others, with the rule file's thresholds.
Prints the figures and writes them to `config/content/harmful-left-out.tsv`; `python -m tests.bench content` shows them.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random

from training.changes import KINDS
from training.classes import left_out
from training.content_sets import HARMFUL_LEFT_OUT
from training.figures import ALARM, Figure, Shares, write_figures
from training.harmful import SETTINGS, Line, examples, lines, of_writers
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.findings import Severity
from zalo_governor.rules.checks.harmful import CLEAN, HarmfulRule
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.text.fold import fold
from zalo_governor.text.linear_classes import ClassModel

FOLDS = 9
_CHANGED_STEP = 4
"""Every n-th found message is also tested with each kind of harmless change."""


def main(target: Path) -> None:
    """Measure, print the figures and write them to `target`."""
    sys.stdout.write(write_figures(measured(FOLDS), "python -m training.measure_harmful", target))


def measured(folds: int) -> Iterator[Figure]:
    """Compute all figures by cross-validation over the writers in `folds` parts."""
    shares = Shares()
    of_writer: dict[str, list[Line]] = defaultdict(list)
    for line in of_writers():
        of_writer[line.group].append(line)
    for part, model in left_out(list(examples(lines())), folds, SETTINGS):
        judge = rule_with(model)
        for writer in sorted(part):
            _count(judge, of_writer[writer], shares)
    return shares.figures()


def rule_with(model: ClassModel | None = None) -> HarmfulRule:
    """Return the rule of clause 4.2 as configured, with the given model, or with the shipped one for None."""
    [rule] = [rule for rule in load_rulebook(shipped_config()).engine.rules if isinstance(rule, HarmfulRule)]
    return HarmfulRule(
        model=model, clause=rule.clause, severity=rule.severity, maturity=rule.maturity, parameters=rule.parameters,
        lexicons=rule.lexicons,
    )  # fmt: skip


def _count(judge: HarmfulRule, of_writer: list[Line], shares: Shares) -> None:
    caught = 0
    for line in of_writer:
        finding = judge.inspect(line.text)
        if line.label == CLEAN:
            hard = "ordinary chat" if line.kind == "chat" else "hard clean lines"
            shares.add(f"{ALARM}{hard} reach the admin", line.group, finding is not None)
            unmarked = judge.inspect(fold(line.text))
            shares.add(f"{ALARM}{hard} without marks reach the admin", line.group, unmarked is not None)
        else:
            shares.add("harmful lines reach the admin", line.group, finding is not None)
            shares.add(f"{line.kind}: reach the admin", line.group, finding is not None)
            unmarked = judge.inspect(fold(line.text))
            shares.add("harmful lines without marks reach the admin", line.group, unmarked is not None)
            if finding:
                shares.add("the category is right", line.group, finding.label == line.kind)
                caught += 1
                if caught % _CHANGED_STEP == 0:
                    _count_changed(judge, line, shares)
        if finding and finding.severity is not Severity.TRIAGE:
            shares.add("told to the member and harmful indeed", "all", line.label != CLEAN)


def _count_changed(judge: HarmfulRule, line: Line, shares: Shares) -> None:
    dice = Random(line.text)
    for kind, changes in KINDS.items():
        text = dice.choice(changes)(line.text)
        shares.add(f"still found, {kind}", "all", judge.inspect(text) is not None)


if __name__ == "__main__":
    main(shipped_config() / "content" / HARMFUL_LEFT_OUT)
