"""A sign of malware in the name or the structure of a file."""

from collections.abc import Iterable
from typing import NamedTuple


class Danger(NamedTuple):
    """A sign of malware in the name or the structure of a file (clause 4.4)."""

    label: str
    """Kind, such as `executable`, `disguised`, `macro`; each has a Vietnamese text for the admin."""
    certain: bool
    """True if innocent files never have this sign; False if a person has to check the file first."""
    page: int | None = None
    """Number of the page, slide or sheet, from 1; None where the format has none."""


def merge(dangers: Iterable[Danger]) -> list[Danger]:
    """Merge equal dangers: return one for each label and page, certain if any of them was."""
    merged: dict[tuple[str, int | None], Danger] = {}
    for danger in dangers:
        key = danger.label, danger.page
        if key not in merged or danger.certain:
            merged[key] = danger
    return list(merged.values())
