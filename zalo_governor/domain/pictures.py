"""Pictures of groups: what is stored of a picture, and comparing two pictures by their perceptual hashes."""

from typing import NamedTuple

BITS = 64
"""Number of bits of a perceptual hash."""
ALIKE = 6
"""Two pictures whose hashes differ in at most this many bits count as the same picture (recompressed or resized)."""


class Looked(NamedTuple):
    """What is stored of a group's picture: its perceptual hash and a thumbnail."""

    likeness: str
    """Perceptual hash (difference hash), 16 hexadecimal digits."""
    thumbnail: bytes
    """A small JPEG."""


def difference(one: str, other: str) -> int:
    """Return the number of bits, of 64, in which two perceptual hashes (16 hexadecimal digits) differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
