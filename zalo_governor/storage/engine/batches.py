"""Long lists of ids, cut so that each piece fits into one SQL statement."""

from collections.abc import Iterator, Sequence

_IDS_PER_STATEMENT = 500


def in_batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the ids in order, in pieces of at most 500: databases limit the number of values in `column IN (…)`."""
    for start in range(0, len(ids), _IDS_PER_STATEMENT):
        yield ids[start : start + _IDS_PER_STATEMENT]
