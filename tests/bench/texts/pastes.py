"""Changes that devices and programs make to copied text: the same words in other code points."""

import re
import unicodedata
from collections.abc import Callable
from html.entities import codepoint2name

BLANKS = {
    "no-break space": "\u00a0",
    "narrow no-break space": "\u202f",
    "en quad": "\u2000",
    "en space": "\u2002",
    "em space": "\u2003",
    "figure space": "\u2007",
    "thin space": "\u2009",
    "hair space": "\u200a",
    "mathematical space": "\u205f",
    "ogham space": "\u1680",
    "ideographic space": "\u3000",
    "tab": "\t",
    "vertical tab": "\v",
    "next line": "\u0085",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "two blanks": "  ",
    "line break": "\n",
    "line break of Windows": "\r\n",
}
"""Characters and entities that replace blanks in pasted text, by name."""
HIDDEN = {
    "soft hyphen": "\u00ad",
    "zero-width space": "\u200b",
    "zero-width non-joiner": "\u200c",
    "zero-width joiner": "\u200d",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "left-to-right mark": "\u200e",
}
"""Invisible characters that occur within words, by name."""


def blanks_as(blank: str) -> Callable[[str], str]:
    """Return a function that replaces every blank in a text by `blank`."""
    return lambda text: text.replace(" ", blank)


def decimal_entities(text: str) -> str:
    """Replace every non-ASCII character by its decimal HTML entity."""
    return "".join(letter if letter.isascii() else f"&#{ord(letter)};" for letter in text)


def named_entities(text: str) -> str:
    """Replace non-ASCII characters by named HTML entities where HTML has a name, else by hexadecimal ones."""
    names = {letter: codepoint2name.get(ord(letter)) or f"#x{ord(letter):X}" for letter in text if not letter.isascii()}
    return "".join(f"&{names[letter]};" if letter in names else letter for letter in text)


def escaped_twice(text: str) -> str:
    """Replace non-ASCII characters by numeric HTML entities and escape their ampersands once more."""
    return decimal_entities(text).replace("&", "&amp;")


def hidden_in_words(sign: str) -> Callable[[str], str]:
    """Return a function that inserts `sign` into every word of several letters, as a soft hyphen would be."""
    return lambda text: _LONG_WORD.sub(lambda word: f"{word[0][:2]}{sign}{word[0][2:]}", text)


def hidden_behind_blanks(text: str) -> str:
    """Insert a zero-width space behind every blank."""
    return text.replace(" ", " \u200b")


def every_other_blank(text: str) -> str:
    """Replace every other blank by a no-break space, as Word does around numbers and signs."""
    parts = text.split(" ")
    return parts[0] + "".join(("\u00a0" if at % 2 else " ") + part for at, part in enumerate(parts[1:]))


def wrapped(text: str) -> str:
    """Break the text into lines of about six words, as copied from an e-mail or a PDF."""
    words = text.split(" ")
    return "\n".join(" ".join(words[at : at + _WORDS_ON_A_LINE]) for at in range(0, len(words), _WORDS_ON_A_LINE))


def isolated(text: str) -> str:
    """Enclose the text in the invisible direction isolates that phones add to left-to-right text."""
    return f"\u2068{text}\u2069"


def in_the_middle(what: str) -> Callable[[str], str]:
    """Return a function that inserts `what` behind the middle word of a text."""

    def put(text: str) -> str:
        words = text.split(" ")
        half = (len(words) + 1) // 2
        return " ".join([*words[:half], what, *words[half:]])

    return put


ON_ANY: dict[str, Callable[[str], str]] = {
    **{name: blanks_as(blank) for name, blank in BLANKS.items()},
    "every other blank no-break": every_other_blank,
    "no-break spaces around": lambda text: f"\u00a0{text}\u00a0",
    **{name: hidden_in_words(sign) for name, sign in HIDDEN.items()},
    "zero-width behind blanks": hidden_behind_blanks,
    "byte order mark in front": lambda text: "\ufeff" + text,
    "isolated": isolated,
    "decomposed (Mac)": lambda text: unicodedata.normalize("NFD", text),
    "&nbsp;": blanks_as("&nbsp;"),
    "&#7853;": decimal_entities,
    "&agrave;": named_entities,
    "&amp;#7853;": escaped_twice,
}
"""Changes that can happen to any text, names included."""
ON_MESSAGES: dict[str, Callable[[str], str]] = {
    "wrapped in lines": wrapped,
    "in quotation marks": lambda text: f"“{text}”",
    "file in brackets behind": lambda text: f"{text} (BC_tuan_12.docx)",
    "file behind": lambda text: f"{text} BC_tuan_12.docx",
    "file with blanks behind": lambda text: f"{text} Bao cao tuan 12.docx",
    "file in front": lambda text: f"BC_tuan_12.docx {text}",
    "file in the middle": in_the_middle("BC_tuan_12.docx"),
    "link behind": lambda text: f"{text} https://example.vn/a?id=7",
}
"""Changes that only happen to whole messages."""
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_WORDS_ON_A_LINE = 6
