"""How many of the facts that living clients know of Zalo (zalo-protocol.md, 14) this build handles.

`python -m tests.bench wire` prints the facts with what shows each, and their number: *handled*; *tolerated*, which are
understood and only recorded; *unknown*, which nothing shows, or which the corpus shows not to hold.
"""

from collections import Counter

from rich.console import Console
from rich.table import Table

from tests.wire.corpus import STATES, Fact, differences, facts, lines


def main() -> None:
    """Read the corpus and print the table."""
    console = Console()
    table = Table("fact", "mark", "says", "state", "shown by")
    states: Counter[str] = Counter()
    corpus = [(line.fact, f"{line.file}:{line.number}", differences(line)) for line in lines()]
    for fact in facts():
        shown = [(place, found) for number, place, found in corpus if number == fact.fact]
        broken = [place for place, found in shown if found]
        state = "unknown" if broken else fact.state
        states[state] += 1
        table.add_row(fact.fact, fact.mark, fact.says, state, _shown(fact, [place for place, _ in shown], broken))
    console.print(table)
    console.print(f"{sum(states.values())} facts: " + ", ".join(f"{states[state]} {state}" for state in STATES))


def _shown(fact: Fact, places: list[str], broken: list[str]) -> str:
    if broken:
        return "does not hold: " + ", ".join(broken)
    files = Counter(place.partition(":")[0] for place in places)
    return "\n".join([*(f"{file}, {count} x" for file, count in files.items()), *fact.tests]) or fact.why
