"""Pictures of groups: fetched once, kept as a small thumbnail and a hash by which two of them can be compared."""

from typing import NamedTuple

BITS = 64
"""Of a likeness."""
ALIKE = 6
"""Two pictures that differ in no more bits are the same one, written anew or in another size."""


class Looked(NamedTuple):
    """What was made of a picture."""

    likeness: str
    """Perceptual hash (difference hash), 16 hexadecimal digits."""
    thumbnail: bytes
    """A small JPEG."""


def difference(one: str, other: str) -> int:
    """In how many of 64 bits two likenesses differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
