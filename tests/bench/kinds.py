"""Which kind of message a text is, by the templates of the catalogue."""

import re
from collections.abc import Iterator
from string import Formatter

from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.templates import TextId

_ADDRESS = re.compile("đồng chí|ông/bà", re.IGNORECASE)
_LEAST_FIXED = 12
"""Templates with fewer fixed letters are parts of messages, not messages."""


def kind_of(catalogue: Catalogue, text: str) -> TextId | None:
    """Return the message id whose template gives the text; None for a part of a message.

    Of several, it is one that begins with fixed letters, and has most of them.
    """
    plain = _ADDRESS.sub("đồng chí", text)
    fits = [(rank, kind) for kind, rank, fixed in _templates(catalogue) if _made_of(plain, fixed)]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _templates(catalogue: Catalogue) -> Iterator[tuple[TextId, tuple[bool, int], list[str]]]:
    """Yield each message id with its rank and the fixed parts of its template, between the fields."""
    for kind in catalogue:
        template = _ADDRESS.sub("đồng chí", catalogue.template(kind).text)
        parts = list(Formatter().parse(template))
        # Sentences that were left out take the blanks around them with them.
        fixed = [part[0].strip() for part in parts] + ([""] if parts[-1][1] else [])
        letters = sum(map(len, fixed))
        if letters >= _LEAST_FIXED:
            yield kind, (bool(fixed[0]), letters), fixed


def _made_of(text: str, fixed: list[str]) -> bool:
    """Return whether the text begins and ends with the first and last fixed part, with the others between in order."""
    if not (text.startswith(fixed[0]) and text.endswith(fixed[-1])) or (len(fixed) == 1 and text != fixed[0]):
        return False
    place, end = len(fixed[0]), len(text) - len(fixed[-1])
    for part in fixed[1:-1]:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return place <= end
