"""Decoders of Vietnamese encodings from before Unicode, for text that was read as Latin-1 or Windows-1252.

The tables are the published ones of TCVN3 (ABC), VNI-Windows, VISCII 1.1, VPS and Windows-1258. A decoder converts any
text, even one that was never in its encoding; `text.diacritics.legacy` decides whether the result makes sense.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from zalo_governor.text.alphabet import ACUTE, DOT, GRAVE, HOOK, TILDE

_ROWS = ("a", "â", "ă", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y")


def _table(codes: str, order: tuple[str, ...], more: Mapping[str, str]) -> dict[str, str]:
    """Return the conversion table of an old encoding: from each character, as read in Latin-1, to the letter meant.

    Args:
        codes: for each vowel of `_ROWS`, its five characters with tone marks in the old encoding; a space where the
            encoding lacks the letter.
        order: the tone marks of these five characters, in order.
        more: characters for other letters -> the letter meant.
    """
    table = dict(more)
    for at, code in enumerate(codes.replace("\n", "")):
        if code != " ":
            table[code] = unicodedata.normalize("NFC", _ROWS[at // 5] + order[at % 5])
    return table


def _shown(table: Mapping[str, str]) -> dict[int, str]:
    """Return the conversion table of an old encoding keyed by code point, as `str.translate` needs it.

    A character U+0080 to U+009F is entered twice: as this control character, and as the character that Windows-1252
    displays for it. The typographic signs of `_TYPOGRAPHY` are left out.
    """
    shown = {ord(code): letter for code, letter in table.items()}
    for code, letter in table.items():
        if "\x80" <= code <= "\x9f":
            shown[ord(code.encode("latin-1").decode("cp1252", "replace"))] = letter
    for sign in _TYPOGRAPHY:
        shown.pop(ord(sign), None)
    return shown


_TYPOGRAPHY = "\ufffd–—‘’“”…•™€"
"""Typographic signs that old encodings use as letters; not decoded, because today's texts are full of them."""
_GRAVE_FIRST = (GRAVE, ACUTE, HOOK, TILDE, DOT)
_TCVN3 = _shown(
    _table(
        "µ¸¶·¹ÇÊÈÉË»¾¼½ÆÌÐÎÏÑÒÕÓÔÖ×ÝØÜÞßãáâäåèæçéêíëìîïóñòôõøö÷ùúýûüþ",
        _GRAVE_FIRST,
        dict(zip("¨©ª«¬\u00ad®¡¢£¤¥¦§", "ăâêôơưđĂÂÊÔƠƯĐ", strict=True)),
    )
)
_VISCII_LOWER = (
    "\xe0\xe1\xe4\xe3\xd5\xa5\xa4\xa6\xe7\xa7\xa2\xa1\xc6\xc7\xa3\xe8\xe9\xeb\xa8\xa9\xab\xaa\xac\xad\xae"
    "\xec\xed\xef\xee\xb8\xf2\xf3\xf6\xf5\xf7\xb0\xaf\xb1\xb2\xb5\xb6\xbe\xb7\xde\xfe\xf9\xfa\xfc\xfb\xf8"
    "\xd7\xd1\xd8\xe6\xf1\xcf\xfd\xd6\xdb\xdc"
)  # fmt: skip
_VISCII_UPPER = (
    "\xc0\xc1\xc4\xc3\x80\x85\x84\x86\x06\x87\x82\x81\x02\x05\x83\xc8\xc9\xcb\x88\x89\x8b\x8a\x8c\x8d\x8e"
    "\xcc\xcd\x9b\xce\x98\xd2\xd3\x99\xa0\x9a\x90\x8f\x91\x92\x93\x96\x95\x97\xb3\x94\xd9\xda\x9c\x9d\x9e"
    "\xbb\xba\xbc\xff\xb9\x9f\xdd\x14\x19\x1e"
)  # fmt: skip
_VISCII = _shown(
    {code: letter.upper() for code, letter in _table(_VISCII_UPPER, _GRAVE_FIRST, {}).items()}
    | _table(
        _VISCII_LOWER,
        _GRAVE_FIRST,
        dict(zip("\xe2\xe5\xea\xf4\xbd\xdf\xf0\xc2\xc5\xca\xd4\xb4\xbf\xd0", "âăêôơưđÂĂÊÔƠƯĐ", strict=True)),
    )
)
_VPS_LOWER = (
    "\xe0\xe1\xe4\xe3\xe5\xc0\xc3\xc4\xc5\xc6\xa2\xa1\xa3\xa4\xa5\xe8\xe9\xc8\xeb\xcb\x8a\x89\x8b\xcd\x8c"
    "\xec\xed\xcc\xef\xce\xf2\xf3\xd5\xf5\x86\xd2\xd3\xb0\x87\xb6\xa9\xa7\xaa\xab\xae\xf9\xfa\xfb\xdb\xf8"
    "\xd8\xd9\xba\xbb\xbf\xff\x9a\x9b\xcf\x9c"
)  # fmt: skip
_VPS_UPPER = (
    "\x80\xc1\x81\x82 \x84\x83\x85  \x8e\x8d\x8f  \xd7\xc9\xde\xfe \x93\x90\x94\x95 "
    "\xb5\xb4\xb7\xb8 \xbc\xb9\xbd\xbe \x97\x96\x98\x99 \x9e\x9d\x9f\xa6 \xa8\xda\xd1\xac "
    "\xaf\xad\xb1  \xb2\xdd\xfd\xb3 "
)  # fmt: skip
_VPS = _shown(
    {code: letter.upper() for code, letter in _table(_VPS_UPPER, _GRAVE_FIRST, {}).items()}
    | _table(
        _VPS_LOWER,
        _GRAVE_FIRST,
        dict(zip("\xe2\xe6\xea\xf4\xd6\xdc\xc7\xc2\x88\xd4\xf7\xd0\xf1", "âăêôơưđÂĂÔƠƯĐ", strict=True)),
    )
)
_VNI_MARKS = {"": "øùûõï", "ê": "èéúüë", "â": "àáåãä"}
_VNI = {
    **{
        vowel + code: unicodedata.normalize("NFC", hat + tone)
        for vowel, hats in {"a": ("a", "ă", "â"), "e": ("e", "", "ê"), "o": ("o", "", "ô"), "u": ("u", "", "")}.items()
        for hat, codes in zip(hats, _VNI_MARKS.values(), strict=True)
        if hat
        for code, tone in zip(codes, _GRAVE_FIRST, strict=True)
    },
    **{
        vowel + code: unicodedata.normalize("NFC", hat + tone)
        for vowel, hat in (("ô", "ơ"), ("ö", "ư"), ("y", "y"))
        for code, tone in zip("øùûõï", _GRAVE_FIRST, strict=True)
    },
    "aâ": "â", "aê": "ă", "eâ": "ê", "oâ": "ô", "ô": "ơ", "ö": "ư", "ñ": "đ",
    "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ",
}  # fmt: skip
_VNI_PAIR = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)), re.IGNORECASE)
_NOT_IN_CP1252 = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})
_CP1258 = str.maketrans(
    {
        "\xcc": GRAVE, "\xec": ACUTE, "\xd2": HOOK, "\xde": TILDE, "\xf2": DOT,
        "\xe3": "ă", "\xc3": "Ă", "\xf5": "ơ", "\xd5": "Ơ", "\xfd": "ư", "\xdd": "Ư", "\xf0": "đ", "\xd0": "Đ",
    }
)  # fmt: skip


_OCTETS = {ord(bytes([code]).decode("cp1252")): code for code in range(0x80, 0xA0) if code not in _NOT_IN_CP1252}
_UTF8 = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _decode_vni(text: str) -> str:
    def letter(pair: re.Match[str]) -> str:
        meant = _VNI[pair[0].lower()]
        return meant if pair[0][0].islower() else meant.upper()

    return _VNI_PAIR.sub(letter, text)


def _decode_tcvn3(text: str) -> str:
    # Capitals have no codes of their own: a capital font displays the lower-case codes as capitals.
    decoded = text.translate(_TCVN3)
    plain = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return decoded.upper() if len(plain) > 1 and all(map(str.isupper, plain)) else decoded


def _decode_utf8(text: str) -> str:
    octets = text.translate(_OCTETS)
    parts: list[str] = []
    at = 0
    for found in _UTF8.finditer(octets):
        try:
            letter = found[0].encode("latin-1").decode()
        except UnicodeDecodeError:
            continue
        parts += text[at : found.start()], letter
        at = found.end()
    return unicodedata.normalize("NFC", "".join(parts) + text[at:])


DECODERS: dict[str, Callable[[str], str]] = {
    "tcvn3": _decode_tcvn3,
    "vni": _decode_vni,
    "viscii": lambda text: text.translate(_VISCII),
    "vps": lambda text: text.translate(_VPS),
    "cp1258": lambda text: unicodedata.normalize("NFC", text.translate(_CP1258)),
    "utf8": _decode_utf8,
}
"""Decoder by the name of the encoding (`Legacy.encoding`); `utf8` is UTF-8 that was wrongly read as Windows-1252."""
