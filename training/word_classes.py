"""Make the classes of words that stand beside the same words: `python -m training.word_classes FILE…`.

The files are corpora of Vietnamese, one sentence a line, which do not ship; the project's own chat is added. Writes
`zalo_governor/text/word.clusters`, a row for each class: its number, that of the coarse class that holds it, its words.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import svds

from training.directives import lines, reply_lines
from zalo_governor.rules.loader import read_lines
from zalo_governor.text.normalise import normalise

_HERE = Path(__file__).parent
_TABLE = _HERE.parent / "zalo_governor" / "text" / "word.clusters"
_SENTENCES_OF_A_CORPUS = 400_000
_WORDS, _NEIGHBOURS, _LEAST = 6000, 2000, 8
_OWN_COUNTS = 4
"""How many times a line of the project's own chat counts."""
_DIMENSIONS, _COARSE, _FINE = 64, 40, 160
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")


def main() -> None:
    """Count which words stand beside each other in the corpora; write the classes."""
    sentences = [_TOKEN.findall(text.lower()) for text in _texts(sys.argv[1:])]
    counted = Counter(word for sentence in sentences for word in sentence)
    words = [word for word, count in counted.most_common(_WORDS) if count >= _LEAST]
    places = _places(sentences, words)
    _, coarse = kmeans2(places, _COARSE, iter=40, minit="++", seed=7)
    _, fine = kmeans2(places, _FINE, iter=40, minit="++", seed=7)
    rows: dict[tuple[int, int], list[str]] = {}
    for word, one, other in zip(words, fine, coarse, strict=True):
        rows.setdefault((int(one), int(other)), []).append(word)
    said = (f"{one} {other} {' '.join(members)}\n" for (one, other), members in sorted(rows.items()))
    _TABLE.write_text("".join(said), encoding="utf-8")


def _texts(corpora: Iterable[str]) -> Iterator[str]:
    for path in corpora:
        with Path(path).open(encoding="utf-8") as file:
            yield from (normalise(row).text for row in islice(file, _SENTENCES_OF_A_CORPUS))
    own = [text for path in sorted((_HERE / "corpus").rglob("*.txt")) for text in read_lines(path)]
    own += [line.text for line in lines()] + [line.reply for line in reply_lines()]
    for text in own:
        yield from [normalise(text).text] * _OWN_COUNTS


def _places(sentences: Iterable[list[str]], words: list[str]) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Return a point for each word: words are near each other that have the same neighbours on the same side."""
    row_of = {word: at for at, word in enumerate(words)}
    column_of = {word: at for at, word in enumerate(words[:_NEIGHBOURS])}
    begin, width = len(column_of), len(column_of) + 2
    pairs: Counter[tuple[int, int]] = Counter()
    for sentence in sentences:
        columns = [begin, *(column_of.get(word, -1) for word in sentence), begin + 1]
        for at, word in enumerate(sentence):
            row, left, right = row_of.get(word), columns[at], columns[at + 2]
            if row is not None and left >= 0:
                pairs[row, left] += 1
            if row is not None and right >= 0:
                pairs[row, width + right] += 1
    found = np.array([(*pair, count) for pair, count in sorted(pairs.items())], dtype=np.float64)
    of_row, of_column, count = found[:, 0].astype(int), found[:, 1].astype(int), found[:, 2]
    whole = np.bincount(of_row, count)[of_row] * np.bincount(of_column, count)[of_column] / count.sum()
    told = coo_matrix((np.maximum(0.0, np.log(count / whole)), (of_row, of_column)), shape=(len(words), 2 * width))
    directions, strengths, _ = svds(told.tocsr(), k=_DIMENSIONS, random_state=7)
    points = directions * np.sqrt(strengths)
    return np.asarray(points / (np.linalg.norm(points, axis=1, keepdims=True) + 1e-9))


if __name__ == "__main__":
    main()
