"""Comparison of a rule's findings on stored messages now with those that were recorded at the time."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import BaseModel


class Sample(NamedTuple):
    """One event on which the rule's findings differ from the recorded ones."""

    entry: int
    """Number of the inbox entry."""
    label: str
    """Label and severity of the finding: `no_diacritics:minor`."""
    cases: tuple[str, ...]
    """Codes of the rule's cases to which the event belongs."""
    text: str | None
    """Text of the message; None if it was not requested or may not be shown."""


class ReplayReport(BaseModel):
    """Result of re-running one rule: counts, and a few samples of the differences."""

    rule_id: str
    checked: int = 0
    """Number of inbox entries on which the rule was run."""
    sealed: int = 0
    """Number of sealed entries, which cannot be checked again because their content is not stored."""
    unparsable: int = 0
    failed: int = 0
    """Number of entries on which the rule raised an exception."""
    same: Counter[str] = Counter()
    """`label:severity` -> number of findings both recorded and found again; `suspect` ones open no case."""
    new: Counter[str] = Counter()
    """`label:severity` -> number of findings made now that were not recorded."""
    gone: Counter[str] = Counter()
    """`label:severity` -> number of recorded findings that are no longer made."""
    new_samples: list[Sample] = []
    gone_samples: list[Sample] = []


class Replay:
    """Collector of a `ReplayReport`, entry by entry, in constant memory."""

    def __init__(self, rule_id: str, samples: int) -> None:
        self.report = ReplayReport(rule_id=rule_id)
        self._samples = samples

    def compare(
        self,
        entry: int,
        now: Sequence[str],
        before: Sequence[str],
        cases: tuple[str, ...],
        text: Callable[[], str | None],
    ) -> None:
        """Add one inbox entry to the report: the rule's `label:severity` findings now, and those recorded before.

        `text` returns the text that may be shown; it is called only for entries that become samples.
        """
        report = self.report
        report.checked += 1
        made, recorded = Counter(now), Counter(before)
        report.same += made & recorded
        for difference, tally, samples in (
            (made - recorded, report.new, report.new_samples),
            (recorded - made, report.gone, report.gone_samples),
        ):
            tally.update(difference)
            for label in difference:
                if len(samples) < self._samples:
                    samples.append(Sample(entry, label, cases, text()))
