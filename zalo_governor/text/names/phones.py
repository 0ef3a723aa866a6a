"""Parses Vietnamese telephone numbers as people and spreadsheets write them."""

import re


def read_phone(written: str) -> str | None:
    """Return the telephone number in the form +84…, None if the text is no valid Vietnamese number.

    Accepted are 09…, 84…, +84…, 0084…, numbers that lost their leading zero in a spreadsheet, spaces, dots, hyphens,
    and eleven-digit mobile numbers as used until 2018. Sources: Circular (Thông tư) 22/2014/TT-BTTTT and the conversion
    plan of the Ministry of Information and Communications of 2018.
    """
    digits = re.sub(r"[\s.()\-–\xa0]", "", written.strip().removesuffix(".0"))
    if not re.fullmatch(r"\+?\d+", digits):
        return None
    for prefix in ("+84", "0084", "84", "0"):
        if digits.startswith(prefix) and len(digits) - len(prefix) in _LENGTHS:
            return _format_national(digits.removeprefix(prefix).removeprefix("0"))
    return _format_national(digits) if not digits.startswith(("+", "0")) and len(digits) in _LENGTHS else None


def _format_national(number: str) -> str | None:
    if len(number) == _OLD_MOBILE and number[:3] in _NEW_PREFIXES:
        number = _NEW_PREFIXES[number[:3]] + number[3:]
    right = (number[0] in "35789" and len(number) == _MOBILE) or (number[0] == "2" and len(number) in _LENGTHS)
    return f"+84{number}" if right else None


_MOBILE = 9
_OLD_MOBILE = 10
_LENGTHS = (9, 10)
_NEW_PREFIXES = {
    **{f"16{digit}": f"3{digit}" for digit in "23456789"},
    "120": "70",
    "121": "79",
    "122": "77",
    "126": "76",
    "128": "78",
    "123": "83",
    "124": "84",
    "125": "85",
    "127": "81",
    "129": "82",
    "186": "56",
    "188": "58",
    "199": "59",
}
