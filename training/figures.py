"""Shares by writers: the mean over them and the worst of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """One share, by writers."""

    measure: str
    mean: float
    worst: float
    lines: int

    def shown(self) -> str:
        """Tab-separated."""
        return f"{self.measure}\t{self.mean:.4f}\t{self.worst:.4f}\t{self.lines}"


class Shares:
    """How often something came true, by measure and writer; measures that begin with `ALARM` are worst where high."""

    def __init__(self) -> None:
        self._hits: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))

    def add(self, measure: str, writer: str, hit: bool) -> None:
        """Count one line."""
        self._hits[measure][writer].append(hit)

    def figures(self) -> Iterator[Figure]:
        """In the order in which they were first counted."""
        for measure, of in self._hits.items():
            shares = [sum(hits) / len(hits) for hits in of.values()]
            worst = max(shares) if measure.startswith(ALARM) else min(shares)
            yield Figure(measure, sum(shares) / len(shares), worst, sum(map(len, of.values())))


def write_figures(figures: Iterable[Figure], command: str, target: Path) -> str:
    """Write the table; what was written without its first comment."""
    rows = (
        "\n".join(["measure\tmean over writers\tworst writer\tlines", *(figure.shown() for figure in figures)]) + "\n"
    )
    target.write_text(f"# Made by `{command}`.\n{rows}", encoding="utf-8")
    return rows


ALARM = "alarm: "
