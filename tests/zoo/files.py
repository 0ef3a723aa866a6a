"""The table of the zoo: name and content of each file, and the dangers that have to be found, no more and no fewer.

A label with "?" is a danger that is not certain.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tests.zoo import bad, clean, documents
from zalo_governor.domain.attachments import NotChecked


class ZooFile(NamedTuple):
    """A test file and what a scan has to say of it."""

    name: str
    content: bytes
    labels: frozenset[str]
    not_checked: frozenset[NotChecked] = frozenset()


def bad_files() -> Iterator[ZooFile]:
    """Yield files of the bad kinds."""
    for name, content, labels in bad.ROWS:
        yield ZooFile(name, content, frozenset(labels.split()))
    for name, content, labels, reason in bad.NOT_WHOLLY_READ:
        yield ZooFile(name, content, frozenset(labels.split()), frozenset({reason}))
    for name, content, labels in documents.ROWS:
        yield ZooFile(name, content, frozenset(labels.split()))


def clean_files() -> Iterator[ZooFile]:
    """Yield files of everyday kinds, in which nothing may be found."""
    for name, content in clean.ROWS:
        reason = clean.NOT_READ.get(name)
        yield ZooFile(name, content, frozenset(), frozenset({reason} if reason else ()))


def files() -> Iterator[ZooFile]:
    """Yield the whole zoo."""
    yield from bad_files()
    yield from clean_files()
