"""Checks display names against clause 3.2: "Họ và tên - Chức vụ" (full name - job title).

Three outcomes: valid; fixable, if everything is there and only the form is wrong; invalid, if something is missing and
the member has to be asked. Names of all ethnic groups of the province are accepted: no syllable is called wrong, and
only family names and job titles that are always written with diacritics can be reported as lacking them.
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
    """Outcome of checking a display name: valid, wrong only in its form (a correction is proposed), or incomplete."""

    VALID = "valid"
    FIXABLE = "fixable"
    INVALID = "invalid"


class NameReading(NamedTuple):
    """Result of checking a display name: the outcome, a code for what is wrong ("ok" if nothing), a corrected name."""

    outcome: Outcome
    reason: str = "ok"
    proposal: str | None = None
    """For FIXABLE: the corrected display name; None otherwise."""


def read_name(name: str, words: NameWords) -> NameReading:
    """Check one display name against the form "full name - job title"; at most its first 300 characters are read.

    If the result proposes a corrected name, that name passes the check.
    """
    reading = _check_once(name[:_LONGEST_DISPLAY_NAME], words)
    if reading.proposal is None:
        return reading
    # A corrected name may need a second correction, for example if it is in an old encoding too.
    again = _check_once(reading.proposal, words)
    if again.outcome is Outcome.VALID:
        return reading
    mended = again.proposal is not None and _check_once(again.proposal, words).outcome is Outcome.VALID
    return reading._replace(proposal=again.proposal) if mended else _invalid(reading.reason)


def _check_once(name: str, words: NameWords) -> NameReading:
    legacy = read_legacy(name)
    if legacy:
        return _check_corrected(legacy.text, legacy.encoding if legacy.encoding != "tcvn3" else "legacy", words)
    typed = unicodedata.normalize("NFC", unpasted(name).text).translate(_INDISTINGUISHABLE)
    clean = normalise(typed).text
    if clean != typed:
        return _check_corrected(" ".join(clean.split()), "homoglyph", words)
    if found := _EMAIL.search(clean) or _AT.search(clean):
        return _check_without_match(clean, found, "email", words)
    plain = " ".join("".join(c if _is_ordinary(c) else " " for c in clean).split())
    if plain != " ".join(clean.split()):
        plain = " ".join(_ORNAMENT.sub(" ", plain).split())
        reading = _check_corrected(plain, "decor", words)
        return (
            reading._replace(reason="nickname_emoji") if _check_cleaned(plain, words).reason == "nickname" else reading
        )
    return _check_cleaned(plain, words)


def _check_corrected(clean: str, reason: str, words: NameWords) -> NameReading:
    """Check the corrected name `clean`, and report `reason`, the code of the fault that was corrected before.

    The result is never VALID, because the name as shown has this fault.
    """
    inner = _check_cleaned(clean, words)
    if inner.outcome is Outcome.INVALID:
        return NameReading(Outcome.INVALID, reason)
    return NameReading(Outcome.FIXABLE, reason, inner.proposal or clean)


def _check_without_match(name: str, found: re.Match[str], reason: str, words: NameWords) -> NameReading:
    rest = _EMPTY_BRACKETS.sub(" ", f"{name[: found.start()]} {name[found.end() :]}")
    return _check_corrected(" ".join(rest.split()).strip(_AROUND), reason, words)


def _check_cleaned(name: str, words: NameWords) -> NameReading:
    letters = sum(map(str.isalpha, name))
    digits = any(map(str.isdecimal, name))
    if not name:
        return _invalid("empty")
    if phone := _find_phone(name):
        return _check_without_match(
            name, phone, "phone_in_title" if name.lstrip("(+")[0].isdecimal() else "phone", words
        )
    if letters <= 1:
        return _invalid("digits" if digits else "single")
    if _TRAILING_SIGN.search(name):
        return _invalid("no_title_dash")
    name = _LEADING_BRACKET.sub(r"\1 - \2", _GLUED_RANK.sub(r"\1 ", _COMRADE.sub("Đc ", name)))
    aside = _BRACKETED_ASIDE.sub(" ", name)
    if aside != name and (reading := _check_corrected(aside, "wrong_sep", words)).proposal:
        return reading
    behind_rank = len(words.split_rank(name)[0])
    dashes = [match for match in _DASH.finditer(name) if match.start() >= behind_rank]
    others = [match for match in _OTHER_SIGN.finditer(name) if match.start() >= behind_rank]
    readings = [_check_parts(name[: match.start()], name[match.end() :], None, words) for match in dashes]
    readings += [
        _check_parts(name[: match.start()], name[match.end() :].rstrip(") ]}"), "wrong_sep", words)
        for match in others
        if not (dashes and match[0] == ",")
    ]
    readings += [_check_agency_first(name, match, words) for match in [*dashes, *others][:_MOST_AGENCY_CUTS]]
    if readings:
        return min(readings, key=lambda reading: _ORDER.index(reading.outcome))
    return _check_unseparated(name, words)


def _find_phone(name: str) -> re.Match[str] | None:
    return next((run for run in _PHONE.finditer(name) if sum(map(str.isdecimal, run[0])) >= _PHONE_DIGITS), None)


def _check_parts(left: str, right: str, form: str | None, words: NameWords) -> NameReading:
    """Check a display name split at a separator into `left` (person) and `right` (job title), or the other way round.

    `form` is the reason code to report if the separator is not the required dash; None if it is.
    """
    left, right = left.strip(), right.strip(" ,.-–—")
    if not left or not right:
        return _invalid("no_title")
    rank, person = words.split_rank(left)
    if words.any_title(person):
        return _check_title_first(left, right, words)
    if words.agency(left):
        return _invalid(_agency_reason(right, words))
    if any(map(str.isdecimal, left)):
        named = " ".join(part for part in left.split() if part.isalpha() or "'" in part)
        inner = _check_parts(named, right, form, words) if named != left else _invalid("digits")
        fine = inner.outcome is not Outcome.INVALID
        return _fixable("digits", inner.proposal or f"{named} - {right}") if fine else _invalid("digits")
    return _check_name_first(rank, person, right, form, words)


def _check_title_first(left: str, right: str, words: NameWords) -> NameReading:
    if words.any_title(right):
        return _invalid("dup_title")
    if words.agency(right):
        return _invalid("title_only")
    rank, person = words.split_rank(right)
    if reason := missing_marks(person, left, words):
        return _invalid(reason)
    if looks_like_name(person) and len(person.split()) > 1:
        return _fixable("reversed", f"{rank} {_capitalise(person)} - {left}")
    return _invalid("reversed")


def _agency_reason(right: str, words: NameWords) -> str:
    """Return the reason code for a display name that begins with an agency instead of a person's name.

    The code depends on whether `right`, the rest of the display name, is a job title, another agency or something else.
    """
    if words.any_title(right):
        return "title_only"
    return "org_only" if words.agency(right) else "org_not_title"


def _check_agency_first(name: str, cut: re.Match[str], words: NameWords) -> NameReading:
    """Check a display name for the order agency, person, job title, if the agency ends at the separator `cut`.

    An example is "Sở Y tế - Lò Văn Mẫu - Giám đốc" (health department, name, director).
    """
    agency, rest = name[: cut.start()], name[cut.end() :]
    if not words.agency(agency) or words.title(agency):
        return _invalid("org_not_title")
    readings = [_check_parts(rest[: m.start()], rest[m.end() :], "reversed", words) for m in _ANY_SIGN.finditer(rest)]
    found = next((reading for reading in readings if reading.outcome is Outcome.FIXABLE), None)
    return _fixable("reversed", f"{found.proposal} {agency.strip()}") if found else _invalid("org_not_title")


def _check_name_first(rank: str, person: str, right: str, form: str | None, words: NameWords) -> NameReading:
    title = right
    first, _, others = person.partition(" ")
    addressed = bool(others) and words.address(first)
    if addressed and " " not in others:
        return _invalid("given_only")
    if addressed and words.surname(others.split()[0]):
        person, form = others, "honorific"
    elif addressed and not words.surname(first):
        return _invalid("nickname")
    left = f"{rank} {person}".strip()
    if words.foreign_title(title) and not words.any_title(title):
        return _invalid("english")
    reason = missing_marks(person, title, words) or wrong_title(left, title, words) or wrong_name(person, words)
    if reason:
        return _invalid(reason)
    proposal = f"{rank} {_capitalise(person)} - {title}"
    return _fixable(form, proposal) if form else NameReading(Outcome.VALID)


def _check_unseparated(name: str, words: NameWords) -> NameReading:
    parts = name.split()
    _, person = words.split_rank(name)
    surname = words.surname(person.split()[0])
    if words.any_title(name):
        return _check_title_without_separator(parts, words)
    if words.trade(name) and not surname:
        return _invalid("shop")
    if words.agency(name):
        return _invalid("org_only")
    for cut in range(2, len(parts)):
        left, right = " ".join(parts[:cut]), " ".join(parts[cut:])
        if cut <= LONGEST_NAME and words.any_title(right):
            reading = _check_parts(left, right, "no_sep", words)
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


def _check_title_without_separator(parts: list[str], words: NameWords) -> NameReading:
    """Check a display name that begins with a job title and has no separator; the person's name may follow the title.

    `parts` are the words of the display name.
    """
    for cut in range(1, len(parts) - 1):
        head, tail = " ".join(parts[:cut]), parts[cut:]
        named = words.surname(tail[0]) and all(part[0].isupper() for part in tail)
        if named and len(tail) <= LONGEST_NAME and words.title(head) and not words.agency(" ".join(tail)):
            if len(tail) == _TWO and words.any_title(" ".join(parts[: cut + 1])):
                continue
            return _fixable("reversed", f"{_capitalise(' '.join(tail))} - {head}")
    last = parts[-1]
    given = last.istitle() and not words.agency(last) and words.title(" ".join(parts[:-1]))
    return _invalid("reversed" if given and not _has_shorter_title(parts, words) else "title_only")


def _has_shorter_title(parts: list[str], words: NameWords) -> bool:
    """Return whether a display name still begins with a job title if its last two or more words are left out.

    Its last word is then likelier part of an agency's name after the title than a person's name. `parts` are the words
    of the display name.
    """
    return any(words.title(" ".join(parts[:cut])) for cut in range(1, len(parts) - 1))


def _capitalise(person: str) -> str:
    """Return the name with each word that is all in capitals or in lower case capitalised as in personal names."""
    return " ".join(
        word.title() if word[0].islower() or (len(word) > 1 and word.isupper()) else word for word in person.split()
    )


def _is_ordinary(character: str) -> bool:
    return character.isalnum() or character in _SIGNS


def _invalid(reason: str) -> NameReading:
    return NameReading(Outcome.INVALID, reason)


def _fixable(reason: str, proposal: str) -> NameReading:
    return NameReading(Outcome.FIXABLE, reason, " ".join(proposal.split()))


_ORDER = (Outcome.VALID, Outcome.FIXABLE, Outcome.INVALID)
_PHONE_DIGITS = 8
_LONGEST_DISPLAY_NAME = 300
"""Longest display name that is checked, in characters; several times Zalo's limit. Each separator in it costs time."""
_TWO = 2
_MOST_AGENCY_CUTS = 3
"""How many separators are tried as the end of an agency's name at the start; each try splits the rest anew."""
_SIGNS = frozenset(" -–—|/\\,:()_•~·.&'’@+;[]")
_AROUND = " -–—|/\\,:;_•~·.+<>([{"
_INDISTINGUISHABLE = {ord("Ð"): "Đ", ord("Ɖ"): "Đ", ord("ð"): "đ"} | dict.fromkeys(
    (0x2010, 0x2011, 0x2012, 0x2015, 0x2212), "-"
)
"""Letters and dashes that look exactly like the right ones, which replace them without a fault being reported."""
_DASH = re.compile(r"\s*[-–—]+\s*")
_OTHER_SIGN = re.compile(r"\s*(?:[|/\\,:(_•~·\[;+]|(?<=\w{2})\.(?=\s))\s*")
_ANY_SIGN = re.compile(r"\s*[-–—|/\\,:(_•~·\[;+]+\s*")
_TRAILING_SIGN = re.compile(r"[-–—|/,:_]\s*$")
_LEADING_BRACKET = re.compile(r"^[(\[]([^)\]]+)[)\]]\s*(?=\w)(.*)$")
_BRACKETED_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*(?=[-–—])")
_EMPTY_BRACKETS = re.compile(r"[(\[<{]\s*(?:[Đđ][Tt]|[Ss][Đđ][Tt]|[Tt]el)?\s*[:.]?\s*[)\]>}]")
_ORNAMENT = re.compile(r"[•·~_]+")
_COMRADE = re.compile(r"^[ĐđDd]/[Cc]\.?\s+")
_GLUED_RANK = re.compile(r"^(\w{2,4}\.)(?=[^\W\d_]{2})")
_EMAIL = re.compile(r"\S+@\S+\.\w+\S*")
_AT = re.compile(r"@")
_PHONE = re.compile(r"(?:(?:S?ĐT|Tel|Zalo|DĐ)\s*[:.]?\s*)?\+?\d[\d\s.()-]{6,}\d", re.IGNORECASE)
