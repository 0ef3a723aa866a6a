"""Disguises with which people hide a word from filters, for measuring whether the rules recognise the word.

Every function takes correct Vietnamese text and returns it disguised, without random choices.
"""

import re
import unicodedata
from collections.abc import Callable

from zalo_governor.text.alphabet import ACUTE, DOT, GRAVE, HOOK, TILDE
from zalo_governor.text.fold import fold

_BREVE, _HAT, _HORN = "\u0306", "\u0302", "\u031b"


def nfd(text: str) -> str:
    """Decompose letters and diacritics (Unicode NFD)."""
    return unicodedata.normalize("NFD", text)


def bare(text: str) -> str:
    """Remove diacritics; capitals stay."""
    folded = fold(text)
    return "".join(low.upper() if letter.isupper() else low for low, letter in zip(folded, text, strict=True))


def tcvn3(text: str) -> str:
    """Encode the text for the old ABC fonts (TCVN3) and return it as it looks in Latin-1."""
    return text.translate(_TCVN3)


def telex(text: str) -> str:
    """Return the keys typed in the Telex input method, not composed to letters."""
    return _WORD.sub(lambda match: _type_keys(match[0], _TELEX_SHAPES, _TELEX_TONES), text)


def vni_keys(text: str) -> str:
    """Return the keys typed in the VNI input method, not composed to letters."""
    return _WORD.sub(lambda match: _type_keys(match[0], _VNI_SHAPES, _VNI_TONES), text)


def viqr(text: str) -> str:
    """Write diacritics as signs behind the letter (VIQR)."""
    return "".join(
        {"đ": "dd", "Đ": "DD"}.get(letter) or "".join(_VIQR.get(part, part) for part in _shape_first(letter))
        for letter in text
    )


def entities(text: str) -> str:
    """Replace every second letter by an HTML entity."""
    return "".join(f"&#{ord(c)};" if at % 2 == 0 and c.isalpha() else c for at, c in enumerate(text))


def stretched(text: str) -> str:
    """Repeat the last letter of each word."""
    return " ".join(word + word[-1:] * 3 for word in text.split(" "))


def overridden(text: str) -> str:
    """Reverse the text and add a direction override that displays it forwards."""
    return "\u202e" + text[::-1] + "\u202c"


def hidden(text: str, disguise: Callable[[str], str]) -> str:
    """Disguise only the words of the text that name a secrecy level."""
    return LEVEL.sub(lambda match: disguise(match[0]), text)


def _between(sign: str) -> Callable[[str], str]:
    return lambda text: " ".join(sign.join(word) for word in text.split(" "))


def _replace_letters(table: dict[str, str]) -> Callable[[str], str]:
    """Return a function that replaces base letters by `table` and keeps their diacritics."""
    return lambda text: "".join(table.get(part, part) for part in unicodedata.normalize("NFD", text))


def _replace_letters_without_diacritics(table: dict[str, str]) -> Callable[[str], str]:
    return lambda text: "".join(table.get(letter, letter) for letter in bare(text))


def _alphabet(upper: int, lower: int) -> dict[str, str]:
    return {chr(65 + at): chr(upper + at) for at in range(26)} | {chr(97 + at): chr(lower + at) for at in range(26)}


def _shape_first(letter: str) -> str:
    """Order a letter's parts as letter, hat or horn, tone; NFD itself puts the dot below before the hat."""
    return "".join(sorted(unicodedata.normalize("NFD", letter), key=lambda part: part in _TONES_IN_ORDER))


def _type_keys(word: str, shapes: dict[str, str], tones: dict[str, str]) -> str:
    out, tone = "", ""
    for letter in word.replace("đ", "d" + shapes["đ"]).replace("Đ", "D" + shapes["đ"]):
        for part in unicodedata.normalize("NFD", letter):
            if part in tones:
                tone = tones[part]
            elif part == _HAT:
                out += shapes[_HAT] or out[-1].lower()
            else:
                out += shapes.get(part, part)
    return out + tone


_WORD = re.compile(r"[^\W_]+")
_TONES_IN_ORDER = (ACUTE, GRAVE, HOOK, TILDE, DOT)
_TELEX_SHAPES = {_BREVE: "w", _HORN: "w", _HAT: "", "đ": "d"}
_TELEX_TONES = dict(zip(_TONES_IN_ORDER, "sfrxj", strict=True))
_VNI_SHAPES = {_BREVE: "8", _HORN: "7", _HAT: "6", "đ": "9"}
_VNI_TONES = dict(zip(_TONES_IN_ORDER, "12345", strict=True))
_VIQR = {_BREVE: "(", _HORN: "+", _HAT: "^", **dict(zip(_TONES_IN_ORDER, "'`?~.", strict=True))}
_TCVN3_LETTERS = {
    "à": "µ", "á": "¸", "ả": "¶", "ã": "·", "ạ": "¹", "ằ": "»", "ắ": "¾", "ẳ": "¼", "ẵ": "½", "ặ": "Æ",
    "ầ": "Ç", "ấ": "Ê", "ẩ": "È", "ẫ": "É", "ậ": "Ë", "è": "Ì", "é": "Ð", "ẻ": "Î", "ẽ": "Ï", "ẹ": "Ñ",
    "ề": "Ò", "ế": "Õ", "ể": "Ó", "ễ": "Ô", "ệ": "Ö", "ì": "×", "í": "Ý", "ỉ": "Ø", "ĩ": "Ü", "ị": "Þ",
    "ò": "ß", "ó": "ã", "ỏ": "á", "õ": "â", "ọ": "ä", "ồ": "å", "ố": "è", "ổ": "æ", "ỗ": "ç", "ộ": "é",
    "ờ": "ê", "ớ": "í", "ở": "ë", "ỡ": "ì", "ợ": "î", "ù": "ï", "ú": "ó", "ủ": "ñ", "ũ": "ò", "ụ": "ô",
    "ừ": "õ", "ứ": "ø", "ử": "ö", "ữ": "÷", "ự": "ù", "ỳ": "ú", "ý": "ý", "ỷ": "û", "ỹ": "ü", "ỵ": "þ",
    "ă": "¨", "â": "©", "ê": "ª", "ô": "«", "ơ": "¬", "ư": "\u00ad", "đ": "®",
    "Ă": "¡", "Â": "¢", "Ê": "£", "Ô": "¤", "Ơ": "¥", "Ư": "¦", "Đ": "§",
}  # fmt: skip
_TCVN3 = str.maketrans(
    _TCVN3_LETTERS | {letter.upper(): code for letter, code in _TCVN3_LETTERS.items() if len(code) and letter in "ậệốộ"}
)
_CYRILLIC = dict(zip("aceopxyABEKMHOPCTX", "асеорхуАВЕКМНОРСТХ", strict=True))
_GREEK = dict(zip("aoutABEMHOPTXY", "αουτΑΒΕΜΗΟΡΤΧΥ", strict=True))

ON_WORD: dict[str, Callable[[str], str]] = {
    "spaced": lambda text: "   ".join(" ".join(word) for word in text.split(" ")),
    "dotted": _between("."),
    "dashes": _between("-"),
    "underscore": _between("_"),
    "zero_width": _between("\u200b"),
    "soft_hyphen": _between("\u00ad"),
    "emoji": _between("🔴"),
    "newline": _between("\n"),
    "struck_out": lambda text: "".join(letter + "\u0336" for letter in text),
    "cyrillic": _replace_letters(_CYRILLIC),
    "greek": _replace_letters(_GREEK),
    "full_width": _replace_letters(_alphabet(0xFF21, 0xFF41)),
    "mathematical": _replace_letters(_alphabet(0x1D400, 0x1D41A)),
    "circled": _replace_letters_without_diacritics(_alphabet(0x24B6, 0x24D0)),
    "leet": _replace_letters_without_diacritics(
        {"o": "0", "i": "1", "a": "4", "e": "3", "t": "7", "T": "7", "O": "0", "A": "4"}
    ),
    "leet_at": _replace_letters_without_diacritics({"a": "@", "A": "@", "o": "0", "i": "1"}),
    "entities": entities,
    "stretched": stretched,
    "reversed": lambda text: text[::-1],
    "override": overridden,
}
"""Disguises that people apply to a single word, by name."""

ON_LINE: dict[str, Callable[[str], str]] = {
    "bare": bare,
    "bare_lower": fold,
    "nfd": nfd,
    "tcvn3": tcvn3,
    "telex": telex,
    "vni_keys": vni_keys,
    "viqr": viqr,
    "reversed_line": lambda text: text[::-1],
    "entities_line": lambda text: "".join(f"&#x{ord(c):x};" if c.isalpha() else c for c in text),
}
"""Disguises of the whole message, by name."""

LEVEL = re.compile(r"(?:(?:tối|tuyệt) )?mật", re.IGNORECASE)
"""Matches the words that name a secrecy level (clause 4.1): mật (secret), tối mật, tuyệt mật (top secret)."""
