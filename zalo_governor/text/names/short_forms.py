"""A long display name made short enough for Zalo, by the short forms of titles and offices that the office accepts."""

import re
from collections.abc import Sequence


class ShortForms:
    """Pairs of long and short forms.

    Args:
        lines: long form, a tab, short form; capitals do not matter in the long one.

    Raises:
        ValueError: a line has no tab.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        pairs = []
        for line in lines:
            long, tab, short = line.partition("\t")
            if not tab:
                raise ValueError(f"mỗi dòng phải gồm dạng đầy đủ, một dấu tab, dạng viết gọn; dòng sai: {line}")
            pairs.append((long.strip(), short.strip()))
        pairs.sort(key=lambda pair: -len(pair[0]))
        self._pairs = [(re.compile(rf"(?<!\w){re.escape(long)}(?!\w)", re.IGNORECASE), short) for long, short in pairs]

    def fit(self, name: str, longest: int) -> str:
        """The name with as many short forms in its title as it takes to have at most `longest` characters.

        The title's beginning counts, the person's own name is never shortened: it may stay longer.
        """
        person, dash, title = name.partition(" - ")
        for long, short in self._pairs:
            if len(person + dash + title) <= longest:
                break
            title = long.sub(short, title)
        return person + dash + title
