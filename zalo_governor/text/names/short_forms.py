"""Shortens long display names for Zalo with the abbreviations of job titles and agencies that the organisation uses."""

import re
from collections.abc import Sequence

from zalo_governor.text.wrong_line import WrongLineError


class ShortForms:
    """List of the accepted abbreviations of job titles and agencies.

    Args:
        lines: each a long form, a tab and its short form; the case of the long form does not matter.

    Raises:
        WrongLineError: a line has no tab.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        pairs = []
        for line in lines:
            long, tab, short = line.partition("\t")
            if not tab:
                raise WrongLineError(line, "phải gồm dạng đầy đủ, một dấu tab, rồi dạng viết gọn")
            pairs.append((long.strip(), short.strip()))
        pairs.sort(key=lambda pair: -len(pair[0]))
        self._pairs = [(re.compile(rf"(?<!\w){re.escape(long)}(?!\w)", re.IGNORECASE), short) for long, short in pairs]

    def fit(self, name: str, longest: int) -> str:
        """Return the display name with its job title abbreviated as far as needed to have at most `longest` characters.

        The person's own name is never shortened, so the result may still be too long.
        """
        person, dash, title = name.partition(" - ")
        for long, short in self._pairs:
            if len(person + dash + title) <= longest:
                break
            title = long.sub(short, title)
        return person + dash + title
