"""The letters of Vietnamese: twelve vowels, five tone marks and đ, all in Unicode NFC.

A letter's *diacritics* are its tone mark (as in "ạ") and its vowel mark (as in "â", "ơ", "đ"); "ậ" has both.
"""

import unicodedata

VOWELS = "aăâeêioôơuưy"
GRAVE, ACUTE, TILDE, HOOK, DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
TONES = (GRAVE, ACUTE, TILDE, HOOK, DOT)

_ORDER = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONE_ORDER = ("", GRAVE, HOOK, TILDE, ACUTE, DOT)
_LETTER_RANK = {letter: 0x110000 + place for place, letter in enumerate(_ORDER)}
"""Letter -> its rank for sorting, behind all characters that are not Vietnamese letters."""

_TONED = {
    unicodedata.normalize("NFC", vowel + tone): (vowel, tone)
    for lower in VOWELS
    for vowel in (lower, lower.upper())
    for tone in TONES
}
MARKED_LETTERS = frozenset(_TONED) | frozenset("ăâêôơưđĂÂÊÔƠƯĐ")
"""All Vietnamese letters with a tone or vowel mark, in both cases: exactly the Vietnamese letters outside ASCII."""


def split_tone(word: str) -> tuple[str, str]:
    """Split a word into (the word without its tone mark, the tone mark as a combining character).

    "mật" gives "mât" and the dot below. The mark is "" if the word has none. Vowel marks ("â", "ơ") and case are kept.
    """
    for position, letter in enumerate(word):
        if pair := _TONED.get(letter):
            return word[:position] + pair[0] + word[position + 1 :], pair[1]
    return word, ""


def sort_key(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Return a key by which Vietnamese names and words sort as in a Vietnamese list; upper and lower case are the same.

    Word by word, the letters count first, in the order of the alphabet (a, ă, â, … d, đ, …), then the tone.
    """
    words = map(split_tone, unicodedata.normalize("NFC", text).lower().split())
    return tuple(
        (tuple(_LETTER_RANK.get(letter, ord(letter)) for letter in word), _TONE_ORDER.index(tone))
        for word, tone in words
    )


def has_marks(word: str) -> bool:
    """Return whether a word or text contains a Vietnamese letter with diacritics (a tone or vowel mark)."""
    return not word.isascii() and not MARKED_LETTERS.isdisjoint(word)
