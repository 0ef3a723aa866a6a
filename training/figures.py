"""Shares by writer: the mean over all writers and the worst writer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """The share of one measure: mean over the writers and the worst one."""

    measure: str
    mean: float
    worst: float
    lines: int

    def shown(self) -> str:
        """Return the figure as tab-separated text."""
        return f"{self.measure}\t{self.mean:.4f}\t{self.worst:.4f}\t{self.lines}"


class Shares:
    """Counts of hits by measure and writer; for measures that begin with `ALARM`, a high share is the worst."""

    def __init__(self) -> None:
        self._hits: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))

    def add(self, measure: str, writer: str, hit: bool) -> None:
        """Count one message of a writer under a measure, as a hit or not."""
        self._hits[measure][writer].append(hit)

    def figures(self) -> Iterator[Figure]:
        """Return the figures in the order in which the measures were first counted."""
        for measure, of in self._hits.items():
            shares = [sum(hits) / len(hits) for hits in of.values()]
            worst = max(shares) if measure.startswith(ALARM) else min(shares)
            yield Figure(measure, sum(shares) / len(shares), worst, sum(map(len, of.values())))


def write_figures(figures: Iterable[Figure], command: str, target: Path) -> str:
    """Write the figures as a table to `target`, and return the text without its leading comment."""
    rows = (
        "\n".join(["measure\tmean over writers\tworst writer\tlines", *(figure.shown() for figure in figures)]) + "\n"
    )
    target.write_text(f"# Made by `{command}`.\n{rows}", encoding="utf-8")
    return rows


ALARM = "alarm: "
