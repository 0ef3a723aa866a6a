"""Display names as clause 3.2 wants them: "Họ và tên - Chức vụ".

Three outcomes: valid; fixable, where everything is there and only the form is wrong; invalid, where something is
missing and the member has to be asked. The names of all peoples of the province are names: syllables are never called
wrong, and only what exists with marks alone, a family name or a title, can lack marks.
"""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.diacritics.legacy import read_legacy
from zalo_governor.text.names.faults import (
    INITIALS,
    LONGEST_NAME,
    looks_like_name,
    missing_marks,
    wrong_name,
    wrong_title,
)
from zalo_governor.text.names.vocabulary import NameWords
from zalo_governor.text.normalise import normalise, unpasted


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
    typed = unicodedata.normalize("NFC", unpasted(name).text).translate(_SAME)
    clean = normalise(typed).text
    if clean != typed:
        return _with_form(" ".join(clean.split()), "homoglyph", words)
    if found := _EMAIL.search(clean) or _AT.search(clean):
        return _without(clean, found, "email", words)
    plain = " ".join("".join(c if _ordinary(c) else " " for c in clean).split())
    if plain != " ".join(clean.split()):
        plain = " ".join(_ORNAMENT.sub(" ", plain).split())
        reading = _with_form(plain, "decor", words)
        return reading._replace(reason="nickname_emoji") if _read(plain, words).reason == "nickname" else reading
    return _read(plain, words)


def _with_form(clean: str, reason: str, words: NameWords) -> NameReading:
    """The reading of a name of which something had to be mended or taken away first."""
    inner = _read(clean, words)
    if inner.outcome is Outcome.INVALID:
        return NameReading(Outcome.INVALID, reason)
    return NameReading(Outcome.FIXABLE, reason, inner.proposal or clean)


def _without(name: str, found: re.Match[str], reason: str, words: NameWords) -> NameReading:
    rest = _EMPTY_BRACKETS.sub(" ", f"{name[: found.start()]} {name[found.end() :]}")
    return _with_form(" ".join(rest.split()).strip(_AROUND), reason, words)


def _read(name: str, words: NameWords) -> NameReading:
    letters = sum(map(str.isalpha, name))
    digits = any(map(str.isdecimal, name))
    if not name:
        return _invalid("empty")
    if phone := _phone(name):
        return _without(name, phone, "phone_in_title" if name.lstrip("(+")[0].isdecimal() else "phone", words)
    if letters <= 1:
        return _invalid("digits" if digits else "single")
    if _TRAILING_SIGN.search(name):
        return _invalid("no_title_dash")
    name = _LEADING_BRACKET.sub(r"\1 - \2", _GLUED_RANK.sub(r"\1 ", _COMRADE.sub("Đc ", name)))
    aside = _ASIDE.sub(" ", name)
    if aside != name and (reading := _with_form(aside, "wrong_sep", words)).proposal:
        return reading
    behind_rank = len(words.split_rank(name)[0])
    dashes = [match for match in _DASH.finditer(name) if match.start() >= behind_rank]
    others = [match for match in _OTHER_SIGN.finditer(name) if match.start() >= behind_rank]
    readings = [_parts(name[: match.start()], name[match.end() :], None, words) for match in dashes]
    readings += [
        _parts(name[: match.start()], name[match.end() :].rstrip(") ]}"), "wrong_sep", words)
        for match in others
        if not (dashes and match[0] == ",")
    ]
    readings += [_agency_first(name, match, words) for match in [*dashes, *others][:_AGENCY_WITHIN]]
    if readings:
        return min(readings, key=lambda reading: _ORDER.index(reading.outcome))
    return _unseparated(name, words)


def _phone(name: str) -> re.Match[str] | None:
    return next((run for run in _PHONE.finditer(name) if sum(map(str.isdecimal, run[0])) >= _PHONE_DIGITS), None)


def _parts(left: str, right: str, form: str | None, words: NameWords) -> NameReading:
    """The reading of a name cut in two; `form` says what is wrong with the sign between them."""
    left, right = left.strip(), right.strip(" ,.-–—")
    if not left or not right:
        return _invalid("no_title")
    rank, person = words.split_rank(left)
    if words.any_title(person):
        return _title_first(left, right, words)
    if words.agency(left):
        return _invalid(_agency_and(right, words))
    if any(map(str.isdecimal, left)):
        named = " ".join(part for part in left.split() if part.isalpha() or "'" in part)
        inner = _parts(named, right, form, words) if named != left else _invalid("digits")
        fine = inner.outcome is not Outcome.INVALID
        return _fixable("digits", inner.proposal or f"{named} - {right}") if fine else _invalid("digits")
    return _name_first(rank, person, right, form, words)


def _title_first(left: str, right: str, words: NameWords) -> NameReading:
    if words.any_title(right):
        return _invalid("dup_title")
    if words.agency(right):
        return _invalid("title_only")
    rank, person = words.split_rank(right)
    if reason := missing_marks(person, left, words):
        return _invalid(reason)
    if looks_like_name(person) and len(person.split()) > 1:
        return _fixable("reversed", f"{rank} {_cased(person)} - {left}")
    return _invalid("reversed")


def _agency_and(right: str, words: NameWords) -> str:
    """Why an office and something else make no name."""
    if words.any_title(right):
        return "title_only"
    return "org_only" if words.agency(right) else "org_not_title"


def _agency_first(name: str, cut: re.Match[str], words: NameWords) -> NameReading:
    """Whether an office, a person and a title stand there in this order: "Sở Y tế - Lò Văn Mẫu - Giám đốc"."""
    agency, rest = name[: cut.start()], name[cut.end() :]
    if not words.agency(agency) or words.title(agency):
        return _invalid("org_not_title")
    readings = [_parts(rest[: m.start()], rest[m.end() :], "reversed", words) for m in _ANY_SIGN.finditer(rest)]
    found = next((reading for reading in readings if reading.outcome is Outcome.FIXABLE), None)
    return _fixable("reversed", f"{found.proposal} {agency.strip()}") if found else _invalid("org_not_title")


def _name_first(rank: str, person: str, right: str, form: str | None, words: NameWords) -> NameReading:
    title = right
    first, _, others = person.partition(" ")
    addressed = bool(others) and words.address(first)
    if addressed and " " not in others:
        return _invalid("given_only")
    if addressed and words.surname(others.split()[0]):
        person, form = others, "honorific"
    left = f"{rank} {person}".strip()
    if words.foreign_title(title) and not words.any_title(title):
        return _invalid("english")
    reason = missing_marks(person, title, words) or wrong_title(left, title, words) or wrong_name(person, words)
    if reason:
        return _invalid(reason)
    proposal = f"{rank} {_cased(person)} - {title}"
    if _cased(person) != person:
        shouted = any(len(word) > 1 and word.isupper() for word in person.split())
        return _fixable("allcaps_name" if shouted else "lower_name", proposal)
    return _fixable(form, proposal) if form else NameReading(Outcome.VALID)


def _unseparated(name: str, words: NameWords) -> NameReading:
    parts = name.split()
    _, person = words.split_rank(name)
    surname = words.surname(person.split()[0])
    if words.any_title(name):
        return _title_and_name(parts, words)
    if words.trade(name) and not surname:
        return _invalid("shop")
    if words.agency(name):
        return _invalid("org_only")
    for cut in range(2, len(parts)):
        left, right = " ".join(parts[:cut]), " ".join(parts[cut:])
        if cut <= LONGEST_NAME and words.any_title(right):
            reading = _parts(left, right, "no_sep", words)
            return reading if reading.proposal is None else reading._replace(reason="no_sep")
        if surname and cut + 1 < len(parts) and words.agency(right):
            return _invalid("org_not_title")
    if len(parts) == 1 and name.isupper():
        return _invalid("initials")
    if INITIALS.search(person):
        return _invalid("initials")
    if words.stripped_name(person) and not has_marks(person):
        return _invalid("no_diacritics")
    return _invalid("no_title" if surname and " " in person else "nickname")


def _title_and_name(parts: list[str], words: NameWords) -> NameReading:
    """A title with or without a person behind it, and no sign between them."""
    for cut in range(1, len(parts) - 1):
        head, tail = " ".join(parts[:cut]), parts[cut:]
        named = words.surname(tail[0]) and all(part[0].isupper() for part in tail)
        if named and len(tail) <= LONGEST_NAME and words.title(head) and not words.agency(" ".join(tail)):
            if len(tail) == _TWO and words.any_title(" ".join(parts[: cut + 1])):
                continue
            return _fixable("reversed", f"{_cased(' '.join(tail))} - {head}")
    last = parts[-1]
    given = last.istitle() and not words.agency(last) and words.title(" ".join(parts[:-1]))
    return _invalid("reversed" if given and not _more_than_title(parts, words) else "title_only")


def _more_than_title(parts: list[str], words: NameWords) -> bool:
    """Whether more than a bare title stands before the last word, so that it may be the name of an office."""
    return any(words.title(" ".join(parts[:cut])) for cut in range(1, len(parts) - 1))


def _cased(person: str) -> str:
    """A name of which words are in capitals or in small letters, as names are written."""
    return " ".join(
        word.title() if word[0].islower() or (len(word) > 1 and word.isupper()) else word for word in person.split()
    )


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
_TWO = 2
_AGENCY_WITHIN = 3
"""An office in front is looked for before one of so many signs: what follows is cut in its turn."""
_SIGNS = frozenset(" -–—|/\\,:()_•~·.&'’@+;[]")
_AROUND = " -–—|/\\,:;_•~·.+<>([{"
_SAME = {ord("Ð"): "Đ", ord("Ɖ"): "Đ", ord("ð"): "đ"} | dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2015, 0x2212), "-")
"""Letters and dashes that nobody can tell from the right ones."""
_DASH = re.compile(r"\s*[-–—]+\s*")
_OTHER_SIGN = re.compile(r"\s*(?:[|/\\,:(_•~·\[;+]|(?<=\w{2})\.(?=\s))\s*")
_ANY_SIGN = re.compile(r"\s*[-–—|/\\,:(_•~·\[;+]+\s*")
_TRAILING_SIGN = re.compile(r"[-–—|/,:_]\s*$")
_LEADING_BRACKET = re.compile(r"^[(\[]([^)\]]+)[)\]]\s*(?=\w)(.*)$")
_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*(?=[-–—])")
_EMPTY_BRACKETS = re.compile(r"[(\[<{]\s*(?:[Đđ][Tt]|[Ss][Đđ][Tt]|[Tt]el)?\s*[:.]?\s*[)\]>}]")
_ORNAMENT = re.compile(r"[•·~_]+")
_COMRADE = re.compile(r"^[ĐđDd]/[Cc]\.?\s+")
_GLUED_RANK = re.compile(r"^(\w{2,4}\.)(?=[^\W\d_]{2})")
_EMAIL = re.compile(r"\S+@\S+\.\w+\S*")
_AT = re.compile(r"@")
_PHONE = re.compile(r"(?:(?:S?ĐT|Tel|Zalo|DĐ)\s*[:.]?\s*)?\+?\d[\d\s.()-]{6,}\d", re.IGNORECASE)
