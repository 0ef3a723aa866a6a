"""Measure the rule of clause 4.1 on writers excluded from its training: `python -m training.measure_secrecy`.

The writers are split into parts; each part is judged by tables trained on the others, with the rule file's thresholds.
Prints the figures and writes them to `config/content/secrecy-left-out.tsv`; `python -m tests.bench content` shows them.
"""

import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from random import Random

from training.changes import KINDS
from training.content_sets import LEFT_OUT
from training.disguises import LEVEL, ON_LINE, ON_WORD, hidden
from training.figures import ALARM, Figure, Shares, write_figures
from training.ngrams import fit, left_out
from training.secrecy import GLANCE, VERDICT, Line, examples, glances, lines, shipped_rule
from zalo_governor.config.shipped import shipped_config
from zalo_governor.rules.checks.classified import ClassifiedRule, Tables
from zalo_governor.text.fold import fold
from zalo_governor.text.ngrams import NgramModel

FOLDS = 3
_CHANGED_STEP = 8
"""Every n-th found message is also tested with each kind of harmless change and disguise."""


def main(target: Path) -> None:
    """Measure, print the figures and write them to `target`."""
    sys.stdout.write(write_figures(measured(FOLDS), "python -m training.measure_secrecy", target))


def measured(folds: int) -> Iterator[Figure]:
    """Compute all figures by cross-validation over the writers in `folds` parts."""
    config = shipped_config()
    rule, known = shipped_rule(config), lines(config)
    seen = list(glances(known))
    # Chat lines are selected once with the full model: the selection reveals nothing about left-out writers.
    learnt = list(examples(rule, known, NgramModel(fit(seen, GLANCE))))
    shares = Shares()
    for (part, glance), (_, verdict) in zip(
        left_out(seen, folds, GLANCE), left_out(learnt, folds, VERDICT), strict=True
    ):
        judge = _with_tables(rule, Tables(verdict, glance))
        _count(judge, [line for line in known if line.group in part], shares)
    return shares.figures()


def _with_tables(rule: ClassifiedRule, tables: Tables) -> ClassifiedRule:
    """Return a copy of the rule that uses these tables."""

    class LeftOut(ClassifiedRule):
        @cached_property
        def tables(self) -> Tables:
            return tables

    return LeftOut(
        clause=rule.clause, severity=rule.severity, maturity=rule.maturity, parameters=rule.parameters,
        lexicons=rule.lexicons,
    )  # fmt: skip


def _count(judge: ClassifiedRule, of_part: Iterable[Line], shares: Shares) -> None:
    caught = 0
    for line in of_part:
        label = _label(judge, line.text)
        name = _KINDS.get(line.kind) or _NAMES.get(line.label, "ordinary lines")
        alarm = "" if line.leaks else ALARM
        shares.add(f"{alarm}{name} called classified", line.group, label == "classified")
        shares.add(f"{alarm}{name} called classified or look", line.group, label in _NOTICED)
        if not line.leaks:
            unmarked = _label(judge, fold(line.text))
            shares.add(f"{alarm}{name} without marks called classified", line.group, unmarked == "classified")
            shares.add(f"{alarm}{name} without marks called classified or look", line.group, unmarked in _NOTICED)
        if line.leaks:
            shares.add("leaks read in full", line.group, judge.may_speak(line.text))
            shares.add(f"leaks, {line.kind}: called classified", line.group, label == "classified")
            shares.add(f"leaks, {line.kind}: called classified or look", line.group, label in _NOTICED)
        if line.leaks and line.kind not in _KINDS and label == "classified":
            caught += 1
            if caught % _CHANGED_STEP == 0:
                _count_changed(judge, line, shares)


def _count_changed(judge: ClassifiedRule, line: Line, shares: Shares) -> None:
    dice = Random(line.text)
    for kind, changes in KINDS.items():
        text = dice.choice(changes)(line.text)
        shares.add(f"still classified, {kind}", "all", _label(judge, text) == "classified")
    if _label(judge, fold(line.text)) == "classified":
        for kind in ("greeting", "mention"):
            text = dice.choice(KINDS[kind])(fold(line.text))
            shares.add(f"still classified without marks, {kind}", "all", _label(judge, text) == "classified")
    if LEVEL.search(line.text):
        for name, disguise in ON_WORD.items():
            text = hidden(line.text, disguise)
            shares.add(f"still classified, hidden: {name}", "all", _label(judge, text) == "classified")
        for name, disguise in ON_LINE.items():
            shares.add(f"still classified, hidden: {name}", "all", _label(judge, disguise(line.text)) == "classified")


def _label(judge: ClassifiedRule, text: str) -> str:
    finding = judge.look(text)
    return finding.label if finding else ""


_NOTICED = frozenset({"classified", "look"})
_KINDS = {"disguised": "leaks in disguise", "hint": "leaks by a hint"}
"""Kinds of leaks that are no plain ones."""
_NAMES = {"leak": "plain leaks", "talk": "talk about the rule", "clean": "hard clean lines"}


if __name__ == "__main__":
    main(shipped_config() / "content" / LEFT_OUT)
