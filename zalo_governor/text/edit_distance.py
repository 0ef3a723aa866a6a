"""Edit distance between short words, for finding typing errors."""

from collections.abc import Iterator


def slips(typed: str, word: str, most: int) -> int:
    """Count the typing errors (slips) between two words; `most` + 1 if there are more than `most`.

    An error is a letter omitted, added, replaced or swapped with a neighbour (optimal string alignment distance).
    """
    if abs(len(typed) - len(word)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(word) + 1))
    for row, letter in enumerate(typed, 1):
        here = [row]
        for column, wanted in enumerate(word, 1):
            best = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == word[column - 2] and typed[row - 2] == wanted:
                best = min(best, before[column - 2] + 1)
            here.append(best)
        if min(here) > most:
            return most + 1
        before, above = above, here
    return min(above[-1], most + 1)


def deletions(word: str) -> Iterator[str]:
    """Yield the word, and the word with each one of its letters left out.

    Two words that have none of these forms in common differ by more than one typing error.
    """
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]
