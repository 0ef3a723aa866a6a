"""Slips of the finger: how far what was typed is from a word that is known."""


def slips(typed: str, word: str, most: int) -> int:
    """Letters left out, put in, mistaken, or swapped with a neighbour, `most` + 1 where there are more.

    The distance of optimal string alignment, for words of a few letters.
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
