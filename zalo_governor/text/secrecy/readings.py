"""Decodes a text that may hide a secrecy-level word: old encodings, raw keystrokes, text written backwards.

Each decoding is tried only if a quick check finds a sign of it, so that harmless messages cost no time.
"""

import re
import unicodedata
from collections.abc import Iterator

from zalo_governor.text.alphabet import ACUTE, DOT, GRAVE, HOOK, MARKED_LETTERS, TILDE
from zalo_governor.text.diacritics.legacy import read_legacy
from zalo_governor.text.syllables import is_syllable


def other_readings(text: str, normalised: str, *, changed: bool) -> Iterator[str]:
    """Yield the text in each other reading that may reveal a hidden secrecy-level word (such as "mật", secret).

    The text is decoded from old encodings and raw keystrokes, cleared of look-alike letters, or read backwards.

    Args:
        text: the text as received.
        normalised: the text after `normalise`.
        changed: whether normalising changed the text; old encodings and look-alike letters are searched for only then.
    """
    if changed and (legacy := read_legacy(text)):
        yield legacy.text
    if changed and _ODD_LETTER.search(normalised):
        yield _ODD_LETTER.sub(lambda odd: _plain_letter(odd[0]), normalised)
    lower = normalised.lower()
    if ("ật" in lower or "mạt" in lower or "🇲" in lower) and _ALMOST.search(lower):
        yield _ALMOST.sub("mật", normalised)
    if _KEYS.search(lower):
        yield _WORD.sub(_composed, normalised)
    if ("tậm" in lower or "tam" in lower) and _BACKWARDS.search(normalised):
        yield _BACKWARDS.sub(lambda match: match[0][::-1], normalised)
        yield normalised[::-1]


def undressed(normalised: str) -> Iterator[tuple[str, bool]]:
    """Yield (the text with word disguises such as "m.ậ.t" undone, whether only a few of its words were disguised).

    Undone are separators between letters, digits in place of letters, and repeated letters; in a second result, line
    breaks too (with False). If only a few words are disguised, the writer probably wants to hide just those.
    """
    joined = _RUN_OF_LETTERS.sub(lambda run: "".join(filter(str.isalpha, run[0])), normalised)
    joined = _HELD_KEY.sub(r"\1", _GAP.sub(" ", joined))
    plain = _MIXED.sub(lambda word: word[0].translate(_LEET), joined)
    if plain != normalised:
        yield plain, 2 * len(_DRESSED.findall(normalised)) < len(_CHUNKS.findall(plain))
    if normalised.count("\n") > 1:
        yield _SPACE.sub(" ", plain), False


def other_typings(text: str, normalised: str, *, changed: bool) -> Iterator[str]:
    """Yield other readings of a message that may reveal harmful content: decoded, or without signs inside words.

    A message is decoded from an old encoding, or from raw keystrokes of an input method if many words look like such.

    Args:
        text: the message as received.
        normalised: the message after `normalise`.
        changed: whether normalising changed the message; old encodings are searched for only then.
    """
    if changed and (legacy := read_legacy(text)):
        yield legacy.text
    start = normalised[:_START]
    if len([*filter(_TYPED_WORD.fullmatch, _CHUNKS.findall(start))]) > _SOME:
        yield _WORD.sub(_composed, normalised)
    if len(_SPLIT.findall(start)) > _SOME:
        yield _SPLIT.sub("", normalised)


def _composed(match: re.Match[str]) -> str:
    """Return the syllable that these Telex, VNI or VIQR keystrokes produce; the keystrokes unchanged if none."""
    word = match[0]
    if word.endswith(".") and (shorter := _composed_word(word[:-1])) != word[:-1]:
        return f"{shorter}."
    whole = _composed_word(word)
    if whole == word and "." in word:  # "t.maatj" is two words, "ma^.t" is one.
        return ".".join(map(_composed_word, word.split(".")))
    return whole


def _composed_word(word: str) -> str:
    if len(word) > _LONGEST or (word.isalpha() and is_syllable(word) and "oo" not in word.lower()):
        return word
    for shapes, tones in _WAYS:
        rest = word
        tone = ""
        for key, mark in tones.items():
            if key in rest.lower():
                at = rest.lower().rfind(key)
                rest, tone = rest[:at] + rest[at + 1 :], mark
                break
        for keys, letter in shapes.items():
            rest = re.sub(re.escape(keys), letter, rest, flags=re.IGNORECASE)
        whole = _with_tone(rest, tone)
        if whole.isalpha() and is_syllable(whole):
            return _with_shape(whole)
    return word


def _with_shape(word: str) -> str:
    """Return the level word if only its circumflex is missing: "mật" for "mạt" (from "ma5t"); other words unchanged."""
    meant = _MEANT.get(word.lower(), word)
    return meant.upper() if word.isupper() and len(word) > 1 else meant


def _plain_letter(odd: str) -> str:
    """Return the letter that this odd one looks like ("m" for "ḿ"), without its non-Vietnamese diacritics."""
    base = unicodedata.normalize("NFD", odd)[0]
    return _LOOKS_LIKE.get(odd) or (base if base.isascii() else odd)


def _with_tone(word: str, tone: str) -> str:
    vowels = [at for at, letter in enumerate(word) if letter.lower() in _VOWELS]
    if not tone or not vowels:
        return word
    marked = [at for at in vowels if word[at].lower() in "ăâêôơư"]
    at = marked[-1] if marked else vowels[0]
    return word[:at] + unicodedata.normalize("NFC", word[at] + tone) + word[at + 1 :]


_MEANT = {"mạt": "mật", "tói": "tối", "tuyẹt": "tuyệt"}
_LOOKS_LIKE = {"ʍ": "m", "ɯ": "m", "ʇ": "t", "†": "t", "‡": "t", "ŧ": "t", "ɱ": "m", "ḿ": "m", "Ⓜ": "M"}
_ODD_LETTER = re.compile(
    f"[{''.join(_LOOKS_LIKE)}]|(?![{''.join(sorted(MARKED_LETTERS))}])[\u00c0-\u024f\u1e00-\u1eff]"
)
_RUN_OF_LETTERS = re.compile(
    r"(?<![^\W_])(?<![@$])(?![đĐ]/[cC](?![^\W_]))[^\W\d_]((?:[^\w@$]|_){1,3})[^\W\d_](?![^\W_]|[@$])(?:\1[^\W\d_](?![^\W_]|[@$]))*"
)
"""Single letters with the same separator between them: "m.ậ.t"."""
_GAP = re.compile(r"  +")
_HELD_KEY = re.compile(r"([^\W\d_])\1{2,}")
_MIXED = re.compile(
    r"(?<![\w@$])(?!\d+[^\W\d_]{0,2}\b)(?=[\d@$]{0,4}[^\W\d_])(?=[^\W\d_]{0,8}[\d@$])[\w@$]{2,9}(?![\w@$])"
)
_LEET = str.maketrans("013457@$", "oieastas")
_DRESSED = re.compile(rf"{_RUN_OF_LETTERS.pattern}|\w*([^\W\d_])\2{{2,}}\w*|{_MIXED.pattern}")
_CHUNKS = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s+")
_START = 400
"""How many characters at the start of a message are read to find out how it was typed."""
_SOME = 2
_TYPED_WORD = re.compile(
    r"(?=[a-z0-9]*[aeiouy])(?:[b-df-hj-np-tv-xz]*(?:[aeiouy]*(?:aa|ee|oo|aw|ow|uw|[aeou][678])[aeiouywcmnghpt0-9]*[sfrxj1-5]?"
    r"|[aeiouy]+[cmnghpt]*[sfrxj])|dd[a-z]+)",
    re.IGNORECASE,
)
"""A word that looks like raw Telex or VNI keystrokes. English text has a few such words, typed keystrokes many."""
_SPLIT = re.compile(r"[.,;:'\"_*-](?<=[^\W\d_].)[.,;:'\"_*-]*(?=[^\W\d_])")
"""Signs between two letters. The expression begins with a sign, which makes it fast."""
_LONGEST = 12
_VOWELS = frozenset("aăâeêioôơuưy")
_IN_ORDER = (ACUTE, GRAVE, HOOK, TILDE, DOT)
_WAYS = (
    (
        {"dd": "đ", "aa": "â", "ee": "ê", "oo": "ô", "uow": "ươ", "aw": "ă", "ow": "ơ", "uw": "ư"},
        dict(zip("sfrxj", _IN_ORDER, strict=True)),
    ),
    (
        {"d9": "đ", "a6": "â", "e6": "ê", "o6": "ô", "a8": "ă", "uo7": "ươ", "o7": "ơ", "u7": "ư"},
        dict(zip("12345", _IN_ORDER, strict=True)),
    ),
    (
        {"dd": "đ", "a^": "â", "e^": "ê", "o^": "ô", "a(": "ă", "u+o+": "ươ", "o+": "ơ", "u+": "ư"},
        dict(zip("'`?~.", _IN_ORDER, strict=True)),
    ),
)
_WORD = re.compile(r"[A-Za-zâêô](?:[A-Za-zâêô0-9^(+'`?~]|\.(?=[A-Za-z])){0,14}\.?")
_KEYS = re.compile(r"m(?:aat[kc]?j|aajt|a\^t?\.t?|a65t|a6t5|a5t|ajt|at[j5]|â(?:tj|t5|jt))")
_ALMOST = re.compile(r"(?<![^\W_])(?:rnật|mậtj|(?<=tối )mạt|(?<=tuyệt )mạt|🇲🇦🇹)(?![^\W_])", re.IGNORECASE)
"""The word "mật" in letters that look like its own, with one more key, or with one mark missing after its prefix."""
_BACKWARDS = re.compile(r"(?<![^\W_])[tT][ậẬ][mM](?:\s+(?:[iI][ốỐ][tT]|[tT][ệỆ][yY][uU][tT]))?(?![^\W_])"
    r"|(?<![^\W_])tam\s+(?:iot|teyut)(?![^\W_])", re.IGNORECASE)  # fmt: skip
