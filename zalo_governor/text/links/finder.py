"""Finds links in a text: with scheme, with `www.`, as bare domain names, and defanged ones such as `hxxp` and `[.]`."""

import re
from typing import NamedTuple

from zalo_governor.text.links.addresses import in_latin, refang, split_address, split_host
from zalo_governor.text.normalise import unpasted


class Link(NamedTuple):
    """A link in a text."""

    address: str
    """The address without invisible characters, `hxxp` made `http` and `[.]` a dot."""
    start: int
    end: int
    """Offsets [start, end) of the link in the text as it was typed, in code points."""


def find_links(text: str) -> tuple[Link, ...]:
    """Return all links in a text, in order; e-mail addresses, file names, numbers and abbreviations do not count."""
    if not _MAY_HOLD.search(text):
        return ()
    cleaned = unpasted(text)
    links = []
    for found in _CANDIDATE.finditer(cleaned.text):
        if found["mail"]:
            continue
        written = _without_punctuation(found[0])
        if found["bare"] and not _is_bare_link(written):
            continue
        start, end = cleaned.span(found.start(), found.start() + len(written))
        links.append(Link(refang(written), start, end))
    return tuple(links)


def _without_punctuation(written: str) -> str:
    """Return a link without the punctuation of the sentence around it, such as a full stop or closing bracket."""
    while written and written[-1] in _CLOSING:
        opening = _BRACKETS.get(written[-1])
        if opening and written.count(opening) >= written.count(written[-1]):
            break
        written = written[:-1]
    return written


def _is_bare_link(written: str) -> bool:
    """Return whether a piece of text without scheme that looks like `domain.tld/path` is a link."""
    address = split_address(written)
    host = in_latin(address.host)
    has_path = len(address.rest) > 1 or ":" in written
    labels = host.split(".")
    if all(label.isdecimal() for label in labels):
        # Numbers with dots are dates, versions, sums of money and the like.
        if len(labels) != _OCTETS or any(int(label) > _LAST_BYTE for label in labels):
            return False
        return bool(_SERVER.search(written)) or _is_like_no_other_number(labels)
    if host.startswith("www."):
        return len(labels) > 2
    site = split_host(host)
    if not site.domain or (site.domain.isdecimal() and not has_path):
        return False
    if has_path or site.suffix.endswith("vn"):
        # Abbreviations are joined by dots too: "T.VN", "Q.BT/VP"; short addresses are in small letters: t.ly/mau.
        return len(site.domain) > 1 or written[:_COUNTRY].islower()
    if site.suffix in _FILE_ENDINGS or (address.host != host and len(site.suffix) == _COUNTRY):
        return False
    # "TS.BS", "Sở.TT": abbreviations that end like the suffix of a country.
    return len(site.suffix) > _COUNTRY or len(site.domain) > (
        _COUNTRY if refang(written)[-_COUNTRY:].islower() else _TITLE
    )


def _is_like_no_other_number(labels: list[str]) -> bool:
    """Return whether four numbers with dots fit no date, version or sum of money: they are an IP address."""
    grouped = all(len(label) == _GROUP for label in labels[1:])
    return not grouped and sum(int(label) > _LAST_OF_DATE for label in labels) > 1


_OCTETS = 4
_LAST_BYTE = 255
_GROUP = 3
_LAST_OF_DATE = 31
_COUNTRY = 2
"""Length of the suffix of a country."""
_TITLE = 3
"""Most letters of an abbreviated title or degree in capitals, such as "BS" in "TS.BS"."""
_SERVER = re.compile(r":\d{2,5}(?:/|$)|/[a-z]", re.IGNORECASE)
_CLOSING = frozenset(".,;:!?…)]}>'\"»”’*_~")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_FILE_ENDINGS = frozenset(
    {"zip", "mov", "md", "py", "sh", "ai", "ps", "pl", "rs", "so", "cc", "app", "cab", "foo", "cad"}
)
"""Public suffixes that file names end with as well; a bare name with one is a link only with a path."""
_DOT = r"(?:[.。．｡․]|[\[({](?:\.|dot|chấm|cham)[\])}])"
_LETTERS = r"\w\-\u0300-\u036f"
_LABEL = rf"[^\W_][{_LETTERS}]{{0,62}}+"
_MAY_HOLD = re.compile(
    r"[.。．｡․:/\\\[({](?:(?<=[.。．｡․])[^\W_]|(?<=:)[^\s\d]|(?<=[/\\])[/\\]|(?<=[\[({])(?:\.|dot|ch))", re.IGNORECASE
)
_REST = r"[^\s<>\"“”«»|]*"
_CANDIDATE = re.compile(
    rf"(?i:(?:h(?:tt|xx|\*\*)ps?(?:\[:\]|:)[/\\]{{1,3}}|(?<!\w)(?:ftps?|file|smb|intent|itms-services|zalo|market)://"
    rf"|(?<!\w)(?:javascript|vbscript):(?=\S)|(?<!\w)data:(?=text/html|application/)"
    rf"|(?<!\w)(?:search-ms|ms-[a-z][a-z-]{{1,20}}):(?=\S)){_REST}"
    # An e-mail address; with a path behind it, browsers read a host after a user name.
    rf"|(?<![{_LETTERS}.@/+])(?P<mail>[\w.+\-]{{1,64}}@{_LABEL}(?:{_DOT}{_LABEL}){{0,9}}+(?!/))"
    rf"|(?<![\w\u0300-\u036f.@\\+])(?P<bare>(?:[\w.+\-]{{1,64}}@)?{_LABEL}(?:{_DOT}{_LABEL}){{1,20}}"
    rf"(?![{_LETTERS}@])(?::\d{{1,5}}(?!\d))?(?:[/?#\\]{_REST})?))"
)
