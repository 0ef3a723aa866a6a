"""The dresses in which people hide a word, put on by program: for measuring what the rules undo.

Every function takes a proper Vietnamese text and gives it back disguised; nothing here is random.
"""

import re
import unicodedata
from collections.abc import Callable

from zalo_governor.text.alphabet import ACUTE, DOT, GRAVE, HOOK, TILDE
from zalo_governor.text.fold import fold

_BREVE, _HAT, _HORN = "\u0306", "\u0302", "\u031b"


def nfd(text: str) -> str:
    """Letters and marks apart."""
    return unicodedata.normalize("NFD", text)


def bare(text: str) -> str:
    """Without marks, capitals kept."""
    folded = fold(text)
    return "".join(low.upper() if letter.isupper() else low for low, letter in zip(folded, text, strict=True))


def tcvn3(text: str) -> str:
    """As the ABC fonts encode it, seen as Latin-1."""
    return text.translate(_TCVN3)


def telex(text: str) -> str:
    """The keys of Telex typing, never composed."""
    return _WORD.sub(lambda match: _typed(match[0], _TELEX_SHAPES, _TELEX_TONES), text)


def vni_keys(text: str) -> str:
    """The keys of VNI typing, never composed."""
    return _WORD.sub(lambda match: _typed(match[0], _VNI_SHAPES, _VNI_TONES), text)


def viqr(text: str) -> str:
    """Marks as signs behind the letter."""
    return "".join(
        {"đ": "dd", "Đ": "DD"}.get(letter) or "".join(_VIQR.get(part, part) for part in _shape_first(letter))
        for letter in text
    )


def entities(text: str) -> str:
    """Every second letter as an HTML entity."""
    return "".join(f"&#{ord(c)};" if at % 2 == 0 and c.isalpha() else c for at, c in enumerate(text))


def stretched(text: str) -> str:
    """The last letter of each word held down."""
    return " ".join(word + word[-1:] * 3 for word in text.split(" "))


def overridden(text: str) -> str:
    """Written backwards, shown forwards by a direction override."""
    return "\u202e" + text[::-1] + "\u202c"


def hidden(text: str, disguise: Callable[[str], str]) -> str:
    """The text with the telling words of clause 4.1 in disguise."""
    return LEVEL.sub(lambda match: disguise(match[0]), text)


def _between(sign: str) -> Callable[[str], str]:
    return lambda text: " ".join(sign.join(word) for word in text.split(" "))


def _letters(table: dict[str, str]) -> Callable[[str], str]:
    """Replaces base letters, whatever marks they bear, and leaves the marks where they are."""
    return lambda text: "".join(table.get(part, part) for part in unicodedata.normalize("NFD", text))


def _bare_letters(table: dict[str, str]) -> Callable[[str], str]:
    return lambda text: "".join(table.get(letter, letter) for letter in bare(text))


def _alphabet(upper: int, lower: int) -> dict[str, str]:
    return {chr(65 + at): chr(upper + at) for at in range(26)} | {chr(97 + at): chr(lower + at) for at in range(26)}


def _shape_first(letter: str) -> str:
    """Letter, hat or horn, tone; NFD itself puts the dot below before the hat."""
    return "".join(sorted(unicodedata.normalize("NFD", letter), key=lambda part: part in _TONES_IN_ORDER))


def _typed(word: str, shapes: dict[str, str], tones: dict[str, str]) -> str:
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
    "cyrillic": _letters(_CYRILLIC),
    "greek": _letters(_GREEK),
    "full_width": _letters(_alphabet(0xFF21, 0xFF41)),
    "mathematical": _letters(_alphabet(0x1D400, 0x1D41A)),
    "circled": _bare_letters(_alphabet(0x24B6, 0x24D0)),
    "leet": _bare_letters({"o": "0", "i": "1", "a": "4", "e": "3", "t": "7", "T": "7", "O": "0", "A": "4"}),
    "leet_at": _bare_letters({"a": "@", "A": "@", "o": "0", "i": "1"}),
    "entities": entities,
    "stretched": stretched,
    "reversed": lambda text: text[::-1],
    "override": overridden,
}
"""Disguises that people put on the telling word alone."""

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
"""Disguises of the whole message."""

LEVEL = re.compile(r"(?:(?:tối|tuyệt) )?mật", re.IGNORECASE)
"""The telling words of clause 4.1."""
