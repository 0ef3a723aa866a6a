"""Display names as clause 3.2 wants them: "Họ và tên - Chức vụ".

Three outcomes: valid; fixable, where everything is there and only the form is wrong; invalid, where something is
missing and the member has to be asked. The names of all peoples of the province are names: syllables are never called
wrong, and only a family name that exists with marks alone, or a title, can lack marks.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks, split_tone
from zalo_governor.text.fold import fold
from zalo_governor.text.legacy import read_legacy
from zalo_governor.text.normalise import normalise


class Outcome(StrEnum):
    """What a display name is."""

    VALID = "valid"
    FIXABLE = "fixable"
    INVALID = "invalid"


class NameReading(NamedTuple):
    """The verdict on a display name."""

    outcome: Outcome
    reason: str = "ok"
    proposal: str | None = None
    """For FIXABLE: the exact name to take."""


Phrase = tuple[str, ...]


class NameWords:
    """What is known of titles, offices and family names; every list in proper spelling."""

    def __init__(
        self, titles: Sequence[str], short_titles: Sequence[str], agencies: Sequence[str], honorifics: Sequence[str],
        surnames: Sequence[str], trade: Sequence[str],
    ) -> None:  # fmt: skip
        self.titles = frozenset(map(_phrase, titles))
        self.bare_titles = frozenset(_bare(title) for title in self.titles)
        self.short_titles = frozenset(map(str.upper, short_titles))
        self.agencies = frozenset(map(_phrase, agencies))
        # A single bare word says nothing: "Phong Thổ" is a place and no "phòng".
        self.bare_agencies = frozenset(_bare(agency) for agency in self.agencies if len(agency) > 1) - self.agencies
        self.honorifics = frozenset(map(_phrase, honorifics))
        self.surnames = frozenset(_canonical(surname) for surname in surnames)
        plain = {surname for surname in self.surnames if surname.isascii()}
        self.bare_surnames = frozenset(map(fold, self.surnames)) - plain
        self.trade = frozenset(map(_phrase, trade))


def read_name(name: str, words: NameWords) -> NameReading:
    """The verdict on one display name; of an absurdly long one, on how it begins. What it proposes is itself valid."""
    reading = _as_it_stands(name[:_LONGEST_DISPLAY_NAME], words)
    if reading.proposal is None:
        return reading
    # With its signs mended, a name may turn out to be in an old encoding as well.
    again = _as_it_stands(reading.proposal, words)
    if again.outcome is Outcome.VALID:
        return reading
    mended = again.proposal is not None and _as_it_stands(again.proposal, words).outcome is Outcome.VALID
    return reading._replace(proposal=again.proposal) if mended else _invalid(reading.reason)


def _as_it_stands(name: str, words: NameWords) -> NameReading:
    legacy = read_legacy(name)
    if legacy:
        return _with_form(legacy.text, legacy.encoding if legacy.encoding != "tcvn3" else "legacy", words)
    clean = normalise(name).text
    typed = unicodedata.normalize("NFC", name).translate(_D_FORMS)
    if clean != typed:
        hidden = any(unicodedata.category(character) == "Cf" for character in name)
        return _with_form(" ".join(clean.split()), "zwsp" if hidden else "homoglyph", words)
    plain = " ".join("".join(c if _ordinary(c) else " " for c in clean).split())
    if plain != " ".join(clean.split()):
        reading = _with_form(plain, "decor", words)
        return reading._replace(reason="nickname_emoji") if _read(plain, words).reason == "nickname" else reading
    return _read(plain, words)


def _with_form(clean: str, reason: str, words: NameWords) -> NameReading:
    """The reading of a name whose letters had to be cleaned first."""
    inner = _read(clean, words)
    if inner.outcome is Outcome.INVALID:
        return NameReading(Outcome.INVALID, reason)
    return NameReading(Outcome.FIXABLE, reason, inner.proposal or clean)


def _read(name: str, words: NameWords) -> NameReading:
    letters = sum(map(str.isalpha, name))
    if not name:
        return _invalid("empty")
    if "@" in name:
        return _invalid("email")
    if sum(map(str.isdecimal, name)) >= _PHONE_DIGITS:
        return _invalid("phone_in_title" if name[0].isdecimal() else "phone")
    if letters <= 1:
        return _invalid("single" if letters else "digits")
    if _TRAILING_DASH.search(name):
        return _invalid("no_title_dash")
    readings = [_parts(name[: m.start()], name[m.end() :], None, words) for m in _DASH.finditer(name)]
    for match in _OTHER_SIGN.finditer(name):
        if readings and match[0] == ",":
            continue
        right = name[match.end() :].rstrip(") ]}")
        readings.append(_parts(name[: match.start()], right, "wrong_sep", words))
    if readings:
        return min(readings, key=lambda reading: _ORDER.index(reading.outcome))
    return _unseparated(name, words)


def _parts(left: str, right: str, form: str | None, words: NameWords) -> NameReading:
    """The reading of a name cut in two; `form` says what is wrong with the sign between them."""
    left, right = left.strip(), right.strip(" ,.-")
    if not left or not right:
        return _invalid("no_title")
    title_first = _is_title(_without_honorific(left, words), words)
    if title_first and not _is_title(right, words):
        if _looks_like_name(right, words) and len(right.split()) > 1:
            return _fixable("reversed", f"{_cased(right)} - {left}")
        return _invalid("title_only" if _is_agency(right, words) else "reversed")
    if title_first:
        return _invalid("dup_title")
    if any(map(str.isdecimal, left)):
        return _invalid("digits")
    reason = _missing_marks(left, right, words) or _wrong_title(left, right, words) or _wrong_name(left, words)
    if reason:
        return _invalid(reason)
    cased = _cased(left)
    if cased != left:
        return _fixable("allcaps_name" if left.isupper() else "lower_name", f"{cased} - {right}")
    return _fixable(form, f"{left} - {right}") if form else NameReading(Outcome.VALID)


def _unseparated(name: str, words: NameWords) -> NameReading:
    parts = name.split()
    if _is_title(name, words):
        for cut in range(1, len(parts) - 2):
            head, tail = " ".join(parts[:cut]), parts[cut:]
            named = _canonical(tail[0]) in words.surnames and all(part[0].isupper() for part in tail)
            if named and len(tail) <= _LONGEST_NAME and _is_exact_title(head, words):
                return _fixable("reversed", f"{_cased(' '.join(tail))} - {head}")
        alone = len(parts) == _TITLE_AND_GIVEN and parts[0].upper() in words.short_titles
        return _invalid("reversed" if alone else "title_only")
    for cut in range(2, min(len(parts), _LONGEST_NAME + 1)):
        if _is_title(" ".join(parts[cut:]), words):
            left, right = " ".join(parts[:cut]), " ".join(parts[cut:])
            reason = _missing_marks(left, right, words) or _wrong_name(left, words)
            return _invalid(reason) if reason else _fixable("no_sep", f"{_cased(left)} - {right}")
    if _is_agency(name, words):
        return _invalid("org_only")
    if len(parts) == 1 and parts[0].isupper():
        return _invalid("initials")
    surname = _canonical(parts[0])
    if fold(parts[0]) in words.bare_surnames and not has_marks(name):
        return _invalid("no_diacritics")
    return _invalid("no_title" if surname in words.surnames and len(parts) > 1 else "nickname")


def _missing_marks(left: str, right: str, words: NameWords) -> str | None:
    bare_title = not _is_exact_title(right, words) and _starts(_bare(_phrase(right)), words.bare_titles)
    bare_agency = any(_starts(_phrase(right)[start:], words.bare_agencies) for start in range(len(_phrase(right))))
    family = _without_honorific(left, words).split()[:1]
    bare_name = bool(family) and _canonical(family[0]) in words.bare_surnames
    if not (bare_title or bare_agency or bare_name):
        return None
    return "partial_diacritics" if has_marks(left + right) else "no_diacritics"


def _wrong_title(left: str, right: str, words: NameWords) -> str | None:
    if _is_title(right, words):
        return None
    phrase = _phrase(right)
    if any(phrase[start : start + size] in words.trade for start in range(len(phrase)) for size in (1, 2)):
        return "shop"
    if _is_agency(right, words):
        return "org_not_title"
    if _phrase(left) == phrase:
        return "dup_name"
    if right.isascii() and not _vietnamese(left, words):
        return "english"
    return "place_not_title" if all(word[0].isupper() for word in right.split()) else "joke_title"


def _wrong_name(left: str, words: NameWords) -> str | None:
    name = _without_honorific(left, words)
    parts = name.split()
    if _INITIALS.search(name) or (len(parts) == 1 and name.isupper()):
        return "initials"
    if len(parts) == 1 and "'" not in name and "’" not in name:
        return "given_only"
    if len(parts) > _LONGEST_NAME:
        return "nickname"
    return None if _looks_like_name(name, words) else "nickname"


def _looks_like_name(name: str, words: NameWords) -> bool:
    return all(_NAME_WORD.fullmatch(part) for part in _without_honorific(name, words).split())


def _without_honorific(name: str, words: NameWords) -> str:
    """The name without rank and degrees: "Đại tá", "BS CKII"."""
    parts = name.split()
    while len(parts) > 1:
        for size in (2, 1):
            if _phrase(" ".join(parts[:size])) in words.honorifics and len(parts) > size:
                parts = parts[size:]
                break
        else:
            break
    return " ".join(parts)


def _is_title(text: str, words: NameWords) -> bool:
    """Whether a title stands at the beginning of the text, or of a part of it after a comma; marks may be missing."""
    return _is_exact_title(text, words) or _starts(_bare(_phrase(text)), words.bare_titles)


def _is_exact_title(text: str, words: NameWords) -> bool:
    for part in _TITLE_PARTS.split(text):
        pieces = part.split(maxsplit=1)
        first = next(iter(pieces), "").rstrip(".")
        if first.upper() in words.short_titles and not first.istitle():
            return True
        if _starts(_phrase(part), words.titles):
            return True
    return False


def _is_agency(text: str, words: NameWords) -> bool:
    phrase = _phrase(text)
    return _starts(phrase, words.agencies) or _starts(_bare(phrase), words.bare_agencies)


def _starts(phrase: Phrase, known: frozenset[Phrase]) -> bool:
    return any(phrase[:size] in known for size in range(min(len(phrase), _LONGEST_PHRASE), 0, -1))


def _vietnamese(left: str, words: NameWords) -> bool:
    first = left.split(maxsplit=1)[0]
    return has_marks(left) or _canonical(first) in words.surnames or fold(first) in words.bare_surnames


def _cased(name: str) -> str:
    """A name in capitals or in small letters as names are written."""
    return name.title() if name.isupper() or name.islower() else name


def _phrase(text: str) -> Phrase:
    return tuple(_canonical(word) for word in _WORD.findall(text))


def _bare(phrase: Phrase) -> Phrase:
    return tuple(fold(word).rstrip("0123456789") for word in phrase)


def _canonical(word: str) -> str:
    """In small letters, the tone mark as a digit behind it: "ủy" and "uỷ" become the same."""
    toneless, tone = split_tone(word.lower())
    return toneless + (str(ord(tone) % 10) if tone else "")


def _ordinary(character: str) -> bool:
    return character.isalnum() or character in _SIGNS


def _invalid(reason: str) -> NameReading:
    return NameReading(Outcome.INVALID, reason)


def _fixable(reason: str, proposal: str) -> NameReading:
    return NameReading(Outcome.FIXABLE, reason, " ".join(proposal.split()))


_ORDER = (Outcome.VALID, Outcome.FIXABLE, Outcome.INVALID)
_PHONE_DIGITS = 8
_LONGEST_DISPLAY_NAME = 300
"""Several times what Zalo takes; every sign in a name is tried as the one that cuts it in two."""
_LONGEST_NAME = 6
_LONGEST_PHRASE = 6
_TITLE_AND_GIVEN = 2
_SIGNS = frozenset(" -–—|/,:()_•~·.&'’@+;[]")
_D_FORMS = {ord("Ð"): "Đ", ord("Ɖ"): "Đ", ord("ð"): "đ", 0xA0: " "}
_DASH = re.compile(r"\s*[-–—]\s*")
_OTHER_SIGN = re.compile(r"\s*[|/,:(_•~·\[;]\s*")
_TRAILING_DASH = re.compile(r"[-–—|/,:_]\s*$")
_TITLE_PARTS = re.compile(r"[,;+]| - ")
_INITIALS = re.compile(r"(?:^|[\s.])[^\W\d_]{1,2}\.[^\W\d_]")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WORD = re.compile(r"[^\W_]+(?:[&][^\W_]+)*")
