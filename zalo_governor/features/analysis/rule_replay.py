"""Comparison of the findings that a rule makes on stored messages now with those recorded when they were judged."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import BaseModel


class Sample(NamedTuple):
    """One stored event on which the rule's findings now differ from those recorded earlier, as an example."""

    entry: int
    """Number of the event's entry in the inbox (the table of everything received)."""
    label: str
    """Label and severity of the differing finding: `no_diacritics:minor`."""
    cases: tuple[str, ...]
    """Codes of the rule's cases to which the event belongs, such as `VP12`."""
    text: str | None
    """Text of the message; None if the caller did not ask for texts, or if the text may not be shown."""


class ReplayReport(BaseModel):
    """Result of running one rule again on stored messages: numbers of equal, new and missing findings, and samples."""

    rule_id: str
    checked: int = 0
    """Number of inbox entries on which the rule was run."""
    sealed: int = 0
    """Number of sealed entries (suspected state secrets): their content is not stored, so the rule cannot be run."""
    unparsable: int = 0
    """Number of entries that could not be parsed into an event."""
    failed: int = 0
    """Number of entries on which the rule raised an exception."""
    same: Counter[str] = Counter()
    """`label:severity` -> number of findings both recorded and made again; severity `suspect` opens no case."""
    new: Counter[str] = Counter()
    """`label:severity` -> number of findings made now that were not recorded."""
    gone: Counter[str] = Counter()
    """`label:severity` -> number of recorded findings that are no longer made."""
    new_samples: list[Sample] = []
    """A few of the events with findings counted in `new`."""
    gone_samples: list[Sample] = []
    """A few of the events with findings counted in `gone`."""


class Replay:
    """Builder of a `ReplayReport` for one rule: call `compare` for each stored event, then read `report`.

    At most `samples` samples are kept of each kind of difference (new findings, missing findings).
    """

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
        """Compare the rule's findings on one stored event, made now and recorded before; add the result to the report.

        Args:
            entry: number of the event's entry in the inbox (the table of everything received).
            now: `label:severity` of each finding that the rule makes now, such as `no_diacritics:minor`.
            before: `label:severity` of each finding that was recorded when the event was judged first.
            cases: codes of the rule's cases to which the event belongs, such as `VP12`.
            text: returns the message's text, or None if it may not be shown; called only if the event becomes a sample.
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
