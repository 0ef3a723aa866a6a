"""The letters of Vietnamese: twelve vowels, five tone marks and đ, all in Unicode NFC."""

import unicodedata

VOWELS = "aăâeêioôơuưy"
GRAVE, ACUTE, TILDE, HOOK, DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
TONES = (GRAVE, ACUTE, TILDE, HOOK, DOT)

_TONED = {
    unicodedata.normalize("NFC", vowel + tone): (vowel, tone)
    for lower in VOWELS
    for vowel in (lower, lower.upper())
    for tone in TONES
}
MARKED_LETTERS = frozenset(_TONED) | frozenset("ăâêôơưđĂÂÊÔƠƯĐ")
"""All Vietnamese letters with diacritics, that is, outside ASCII."""


def split_tone(word: str) -> tuple[str, str]:
    """Return the word without its tone mark, and the mark ("" for the level tone). Case is kept."""
    for position, letter in enumerate(word):
        if pair := _TONED.get(letter):
            return word[:position] + pair[0] + word[position + 1 :], pair[1]
    return word, ""


def has_marks(word: str) -> bool:
    """Return whether the text contains a Vietnamese letter with diacritics."""
    return not word.isascii() and not MARKED_LETTERS.isdisjoint(word)
