"""Judges a file of the zoo with everything inside it, as the scan does, but without the readers of documents."""

from pathlib import Path

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments import archives
from zalo_governor.sandbox.attachments.contents import Budget
from zalo_governor.sandbox.attachments.identify import Family, identify
from zalo_governor.sandbox.attachments.signatures import load_signatures
from zalo_governor.text.file_names.danger import Danger, merge

SIGNATURES = load_signatures([Path(__file__).parents[2] / "config" / "yara"])


def judge(content: bytes, name: str) -> tuple[frozenset[str], frozenset[NotChecked]]:
    """Return the labels of the dangers found, with "?" for those not certain, and the reasons of what was not read."""
    not_checked: set[NotChecked] = set()
    dangers = merge(_find_dangers(content, name, Budget(), not_checked, 0))
    labels = frozenset(danger.label + ("" if danger.certain else "?") for danger in dangers)
    return labels, frozenset(not_checked)


def _find_dangers(content: bytes, name: str, budget: Budget, not_checked: set[NotChecked], depth: int) -> list[Danger]:
    identified = identify(content, name)
    dangers = [*identified.dangers, *SIGNATURES.scan(content)]
    if identified.family is not Family.ARCHIVE:
        return dangers
    if depth == budget.depth:
        not_checked.add(NotChecked.LIMIT)
        return dangers
    contents = archives.read(content, budget, name)
    not_checked |= contents.not_checked
    dangers += contents.dangers
    for inner in contents.inner:
        dangers += _find_dangers(inner.content, inner.name, budget, not_checked, depth + 1)
    return dangers
