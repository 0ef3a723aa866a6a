"""Make the classes of words that stand beside the same words: `python -m training.word_classes`.

Reads the shipped counts of neighbouring words (`counts.tsv.xz`) and the project's own lines. Writes
`zalo_governor/text/word.clusters`, a row for each class: its number, that of the coarse class that holds it, its words.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import svds

from training.counting import count
from training.directives import lines, reply_lines
from training.shipped import own_lines, read_counts
from zalo_governor.text.diacritics.language import BEGIN, NUMBER, UNKNOWN

_TABLE = Path(__file__).parent.parent / "zalo_governor" / "text" / "word.clusters"
_WORDS, _NEIGHBOURS = 6000, 2000
_OWN_COUNTS = 10
"""How many times a line of the project's own counts: they are chat, the other counts are of statutes and Wikipedia."""
_DIMENSIONS, _COARSE, _FINE = 64, 40, 160


def main() -> None:
    """Write the classes."""
    own = count([*own_lines(), *(line.text for line in lines()), *(line.reply for line in reply_lines())])
    counts = read_counts().plus(own, _OWN_COUNTS, 0)
    words = [word for word, _ in counts.singles.most_common(_WORDS) if word not in {BEGIN, NUMBER, UNKNOWN}]
    places = _places(words, counts.pairs)
    _, coarse = kmeans2(places, _COARSE, iter=40, minit="++", seed=7)
    _, fine = kmeans2(places, _FINE, iter=40, minit="++", seed=7)
    rows: dict[tuple[int, int], list[str]] = {}
    for word, one, other in zip(words, fine, coarse, strict=True):
        rows.setdefault((int(one), int(other)), []).append(word)
    said = (f"{one} {other} {' '.join(members)}\n" for (one, other), members in sorted(rows.items()))
    _TABLE.write_text("".join(said), encoding="utf-8")


def _places(
    words: list[str], pairs: Mapping[tuple[str, str], int]
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Return a point for each word: words are near each other that have the same neighbours on the same side."""
    row_of = {word: at for at, word in enumerate(words)}
    column_of = {word: at for at, word in enumerate([BEGIN, NUMBER, UNKNOWN, *words[:_NEIGHBOURS]])}
    counted: Counter[tuple[int, int]] = Counter()
    for (before, after), often in pairs.items():
        if after in row_of and before in column_of:
            counted[row_of[after], column_of[before]] += often
        if before in row_of and after in column_of:
            counted[row_of[before], len(column_of) + column_of[after]] += often
    found = np.array([(*pair, often) for pair, often in sorted(counted.items())], dtype=np.float64)
    of_row, of_column, seen = found[:, 0].astype(int), found[:, 1].astype(int), found[:, 2]
    expected = np.bincount(of_row, seen)[of_row] * np.bincount(of_column, seen)[of_column] / seen.sum()
    shape = (len(words), 2 * len(column_of))
    told = coo_matrix((np.maximum(0.0, np.log(seen / expected)), (of_row, of_column)), shape=shape)
    directions, strengths, _ = svds(told.tocsr(), k=_DIMENSIONS, random_state=7)
    points = directions * np.sqrt(strengths)
    return np.asarray(points / (np.linalg.norm(points, axis=1, keepdims=True) + 1e-9))


if __name__ == "__main__":
    main()
