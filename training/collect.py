"""Extract from corpora, which do not ship, the inputs that do: word counts, English words, features of sentences.

    python -m training.collect --laws laws.txt --wiki wiki.txt --english ewt.txt --names names/

The files hold one sentence per line. A twenty-fifth of the sentences is excluded from the counts; the features for
training the decision are computed from these. `training/README.md` says which corpora were used.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random
from zlib import crc32

import wordfreq

from training.counting import count, inventory
from training.observe import observe
from training.samples import Sample, samples_of
from training.shipped import own_lines, read_english, with_own_lines, write_counts, write_english, write_figures
from zalo_governor.text.diacritics.lattice import Reader


def main() -> None:
    """Read the corpora and write the three input files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("laws", "wiki", "english", "names"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    laws, wiki, english = (_lines(path) for path in (given.laws, given.wiki, given.english))
    kept = (line for line in laws + wiki if not _held_out(line))
    counts = count(kept, _SELDOM_OF_TRIPLES).without_pairs_below(_SELDOM)
    write_counts(counts)
    write_english(_english_words())
    samples = list(_samples(list(filter(_held_out, wiki)), list(filter(_held_out, laws)), english, given.names))
    reader = Reader(inventory(with_own_lines(counts, count(own_lines())), read_english()).language())
    write_figures(
        [observe(reader, sample.text) for sample in samples],
        [sample.violates for sample in samples],
        [sample.weight for sample in samples],
    )


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _held_out(line: str) -> bool:
    return crc32(line.encode()) % _PARTS == 0


def _english_words() -> dict[str, float]:
    shares = wordfreq.get_frequency_dict("en")
    plain = sorted((word for word in shares if word.isascii() and word.isalpha()), key=lambda w: (-shares[w], w))
    return {word: shares[word] for word in plain[:_ENGLISH_WORDS]}


def _samples(wiki: list[str], laws: list[str], english: list[str], names: Path) -> Iterator[Sample]:
    rng = Random(_SEED)
    prose = [line for line in wiki if not line.startswith("=")]
    rng.shuffle(prose)
    rng.shuffle(laws)
    for line in prose[:_WIKI_LINES] + laws[:_LAW_LINES]:
        yield from samples_of(line, rng, formal=True)
    for line in english:
        words = line.split()
        size = rng.choice((1, 2, 3, 4, 5, 8, 12, 30))
        start = rng.randrange(max(1, len(words) - size + 1))
        piece = " ".join(words[start : start + size])
        if piece.isascii():
            yield Sample(piece if rng.random() < 0.7 else piece.lower(), False)
    yield from _names(names, rng)


def _names(folder: Path, rng: Random) -> Iterator[Sample]:
    given = _lines(folder / "names_boy.txt") + _lines(folder / "names_girl.txt")
    surnames = [line.split("\t")[0] for line in _lines(folder / "surnames_uit_freq.tsv")[1:80]]
    for _ in range(1500):
        name = rng.choice(given)
        last = name.split()[-1]
        dressed = (
            name, f"{rng.choice(surnames)} {name}", f"Anh {last}", f"em {last}", f"{rng.choice(surnames)} A {last}"
        )  # fmt: skip
        yield Sample(rng.choice(dressed), False, 0.5)
    bare = sorted({name.split()[-1] for name in given if name.split()[-1].isascii()})
    for _ in range(800):
        yield Sample(rng.choice((", ", " ", " - ")).join(rng.sample(bare, rng.randrange(2, 6))), False, 0.5)
    for name in given:
        if name.isascii():
            yield Sample(rng.choice(("", "Lam ", "Anh ", "Kim ")) + name, False)
    for place in _lines(folder / "places_vn.txt"):
        if place.isascii() or rng.random() < 0.1:
            yield Sample(place, False)


_SEED = 2026
_PARTS = 25
_SELDOM = 2
_SELDOM_OF_TRIPLES = 4
_ENGLISH_WORDS = 15_000
_WIKI_LINES, _LAW_LINES = 27_000, 4_000


if __name__ == "__main__":
    main()
