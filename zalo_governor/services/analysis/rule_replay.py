"""A rule tried again on what was heard: what it would find now, held against what was recorded of it then."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import BaseModel


class Sample(NamedTuple):
    """One event on which the rule says something else now."""

    entry: int
    """The inbox entry."""
    label: str
    """With its severity: `no_diacritics:minor`."""
    cases: tuple[str, ...]
    """Codes of the rule's cases that it belongs to."""
    text: str | None
    """What was said; None where it was not asked for, or may not be shown."""


class ReplayReport(BaseModel):
    """Counts alone, and a few samples."""

    rule_id: str
    checked: int = 0
    """Entries on which the rule was tried."""
    sealed: int = 0
    """Entries of which nothing is kept: they cannot be checked again."""
    unparsable: int = 0
    failed: int = 0
    """Entries on which the rule raised."""
    same: Counter[str] = Counter()
    """Label with severity -> findings that were recorded and are made again. What is `suspect` makes no case."""
    new: Counter[str] = Counter()
    """The same of findings that were not recorded."""
    gone: Counter[str] = Counter()
    """The same of findings that were recorded and are made no longer."""
    new_samples: list[Sample] = []
    gone_samples: list[Sample] = []


class Replay:
    """Adds up; what it remembers does not grow with what it is given."""

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
        """One entry: labels and severities of the rule's findings now, and as they were recorded.

        `text` gives what may be shown of it, and is asked for samples alone.
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
