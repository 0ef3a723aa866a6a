"""Recognises hosts that imitate those of the State (gov.vn), of Zalo, of a bank or of a large service."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from zalo_governor.text.edit_distance import slips
from zalo_governor.text.links.addresses import Site, in_latin, split_host
from zalo_governor.text.links.lists import Brand, LinkLists, shape_of


class Likeness(NamedTuple):
    """What makes a host look like another one."""

    reasons: frozenset[str]
    """`gov`, `brand`: whom it imitates; `letters`, `misspelt`, `foreign_suffix`, `inside`: how; `lure`: bait words."""
    certain: bool
    """True if hardly any honest owner would choose such a name."""


def find_likeness(host: str, lists: LinkLists) -> Likeness | None:
    """Return how a host that is not trusted imitates the State or a brand; None if it does not.

    `host` is in lower case with its punycode decoded. The surest of several likenesses is returned.
    """
    plain = in_latin(host)
    site = _site_of(plain, lists)
    found = [likeness for likeness in _likenesses(host, plain, site, lists) if likeness]
    if not found:
        return None
    return max(found, key=lambda likeness: likeness.certain)


def mixes_scripts(host: str) -> bool:
    """Return whether one label of the host has letters of Latin script and of another one, as in zаlo with Cyrillic а.

    Unicode Technical Standard 39 calls such labels not single-script; Vietnamese letters are Latin.
    """
    return not host.isascii() and any(len(_scripts_of(label)) > 1 for label in host.split("."))


def is_in_foreign_script(host: str) -> bool:
    """Return whether the host has letters that are not of Latin script."""
    return not host.isascii() and any(_scripts_of(label) - {"LATIN"} for label in host.split("."))


def _site_of(plain: str, lists: LinkLists) -> Site:
    """Return the parts of the host; in a domain where anybody can publish, the publisher's name is the subdomain."""
    if shared := lists.shared_domain(plain):
        chosen = plain[: -len(shared) - 1]
        return Site(tuple(chosen.split(".")) if chosen else (), "", shared)
    return split_host(plain)


def _likenesses(host: str, plain: str, site: Site, lists: LinkLists) -> tuple[Likeness | None, ...]:
    if plain != host and lists.is_trusted(plain):
        return (Likeness(frozenset({_whose(plain), "letters"}), certain=True),)
    return (
        _like_government(plain, site, lists),
        _like_owned_domain(plain, site, lists),
        _like_brand(host, site, lists),
        _brand_in_subdomain(site, lists),
        _office_or_lure(site, lists),
    )


def _like_government(plain: str, site: Site, lists: LinkLists) -> Likeness | None:
    shapes = [shape_of(label) for label in plain.split(".")]
    inside = {"gov", "inside"}
    if any(pair == ("gov", "vn") for pair in pairwise(shapes[:-1])):
        return Likeness(frozenset(inside), certain=True)
    if shape_of(site.domain) == "gov":
        vietnamese = site.suffix.endswith("vn")
        spelling = {"letters"} if site.domain != "gov" else {"foreign_suffix"}
        if not vietnamese and len(site.suffix) == _COUNTRY and spelling == {"foreign_suffix"}:
            return None  # Other states have gov as a name under their suffix: gov.ky.
        return Likeness(frozenset({"gov"} | spelling), certain=vietnamese)
    if site.domain in _MISSPELT_GOV and site.suffix == "vn":
        return Likeness(frozenset({"gov", "misspelt"}), certain=False)
    own_labels = [*site.subdomain, site.domain]
    parts = [[shape_of(part) for part in re.split("[-_]", label)] for label in own_labels]
    if any(map(_VIETNAM_IN_LABEL.search, own_labels)):
        return Likeness(frozenset(inside), certain=True)
    if any("gov" in label for label in parts):
        named = any(part in lists.by_shape for label in parts for part in label)
        return Likeness(frozenset(inside), certain=named or site.suffix == "vn")
    return None


def _like_owned_domain(plain: str, site: Site, lists: LinkLists) -> Likeness | None:
    """Compare the registered domain as a whole with the brands' domains, and look for these inside the host."""
    registered = f"{site.domain}.{site.suffix}" if site.domain else ""
    real = lists.owned_shapes.get(".".join(map(shape_of, registered.split("."))))
    if real and real != registered:
        return Likeness(frozenset({_whose(real), "letters"}), certain=True)
    if inside := lists.owned_domain_inside(plain):
        return Likeness(frozenset({_whose(inside), "inside"}), certain=True)
    return None


def _like_brand(host: str, site: Site, lists: LinkLists) -> Likeness | None:
    """Compare the label that somebody registered with the brands' names."""
    label = site.domain
    if not label:
        return None
    shape = shape_of(label)
    brand = lists.by_shape.get(shape)
    if brand is not None:
        if label != brand.name or host != in_latin(host):
            return Likeness(frozenset({"brand", "letters"}), certain=brand.distinctive)
        if not brand.distinctive:
            return None
        return Likeness(frozenset({"brand", "foreign_suffix"}), certain=not site.suffix.endswith("vn"))
    for near in lists.near(label):
        if slips(label, near.name, 1) == 1 and _may_be_misspelt(label, near, site):
            certain = near.distinctive and len(near.name) >= _LONG_NAME
            return Likeness(frozenset({"brand", "misspelt"}), certain=certain)
    return _brand_in_label(label, shape, site, lists)


def _brand_in_label(label: str, shape: str, site: Site, lists: LinkLists) -> Likeness | None:
    """Look for a brand's name inside a longer label, such as `vietcombank-nhanqua`."""
    found = lists.names.search(shape)
    parts = re.split("[-_]", label)
    words = [shape_of(part) for part in parts]
    for part, word in zip(parts, words, strict=True):
        brand = lists.by_shape.get(word)
        if brand and part != brand.name and len(part) >= _SHORTEST_ALTERED and any(map(str.isdecimal, part)):
            return Likeness(frozenset({"brand", "letters"}), certain=brand.distinctive)
    if found is None:
        others = [word for word in words if word not in lists.by_shape]
        lures = (
            _BAIT.search("".join(others))
            or _LIKE_SUFFIXES.intersection(others)
            or site.suffix in _CHEAP
            or any(map(str.isdecimal, label))
        )
        if len(others) < len(words) and lures:
            return Likeness(frozenset({"brand", "inside"}), certain=False)
        return None
    rest = shape[: found.start()] + shape[found.end() :]
    lures = (
        bool(_BAIT.search(f"{rest}.{''.join(map(shape_of, site.subdomain))}") or lists.names.search(rest))
        or rest in _LIKE_SUFFIXES
        or any(map(str.isdecimal, label))
    )
    as_a_word = found[0] in words
    short = len(found[0]) < _LONG_ENOUGH_INSIDE
    if short and not as_a_word and not lures:
        return None
    return Likeness(frozenset({"brand", "inside"}), certain=lures and (as_a_word or not short))


def _office_or_lure(site: Site, lists: LinkLists) -> Likeness | None:
    """Look for listed domains, names of State agencies and bait words before a suffix that their owners rarely use."""
    labels = [label for label in (*site.subdomain, site.domain) if label]
    if inside := lists.listed_domain_inside(labels):
        return Likeness(frozenset({_whose(inside), "inside"}), certain=False)
    if site.suffix.endswith("vn") and site.domain:
        return None
    name = ".".join(map(shape_of, labels))
    if _OFFICE.search(name) or any(label.startswith("vn-") for label in labels[1:] if labels[0] != "www"):
        return Likeness(frozenset({"gov", "inside"}), certain=False)
    cheap = not site.domain or site.suffix in _CHEAP
    if site.suffix in _FOR_GAMBLING or (cheap and _LURE.search(name)):
        return Likeness(frozenset({"lure"}), certain=False)
    return None


def _may_be_misspelt(label: str, brand: Brand, site: Site) -> bool:
    """Return whether one typing error in the label suffices to take it for the brand.

    Short names are near to too many others: there, only a letter too many before the same suffix counts: zaloo.me.
    """
    if len(brand.name) >= _SHORTEST_MISSPELT:
        return True
    return len(label) > len(brand.name) and f"{brand.name}.{site.suffix}" in brand.domains


def _brand_in_subdomain(site: Site, lists: LinkLists) -> Likeness | None:
    """Look for a brand's name in front of a foreign domain, such as `zalo.mau-login.com`."""
    continued = site.domain.startswith(_CONTINUED)
    lures = continued or bool(_BAIT.search(shape_of(site.domain)))
    anybodys = not site.domain
    suspicious = continued or site.suffix in _CHEAP or _LURE.search(shape_of(site.domain))
    for label in site.subdomain:
        for part in {label, *re.split("[-_]", label)}:
            brand = lists.by_shape.get(shape_of(part))
            if brand is None:
                continue
            altered = part != brand.name
            if not brand.distinctive and not altered and not suspicious:
                continue
            if site.suffix.endswith("vn") and not altered and not lures and not anybodys:
                continue  # "zalo.tinhmau.vn": an office's own page on the service.
            reasons = {"brand", "inside"} | ({"letters"} if altered else set())
            return Likeness(frozenset(reasons), certain=brand.distinctive and (altered or lures or anybodys))
    return None


def _whose(domain: str) -> str:
    return "gov" if domain == "gov.vn" or domain.endswith(".gov.vn") else "brand"


def _scripts_of(label: str) -> set[str]:
    """Return the scripts of the label's letters, by the first word of their names in Unicode: LATIN, CYRILLIC …"""
    return {unicodedata.name(letter, "UNKNOWN").partition(" ")[0] for letter in label if letter.isalpha()}


_COUNTRY = 2
_SHORTEST_MISSPELT = 6
_SHORTEST_ALTERED = 4
_LONG_NAME = 8
_LONG_ENOUGH_INSIDE = 6
_MISSPELT_GOV = frozenset({"govn", "govv", "goov", "ggov", "gouv", "gqv", "goy", "gobv", "gvo", "ogv"})
_VIETNAM_IN_LABEL = re.compile("[gq][o0]v[-_]?(?:vn(?![a-z])|viet-?nam)")
_LURES = (
    "login", "signin", "verify", "otp", "kyc", "wallet", "airdrop", "uudai", "ruttien",
    "dangnhap", "xacminh", "xacthuc", "capnhat", "baomat", "khuyenmai", "nhanqua", "quatang", "tangqua", "trian",
    "trungthuong", "nhantien", "nhanthuong", "hoantien", "vayvon", "vaynhanh", "vaytien", "napthe", "naptien",
    "khoiphuc", "mokhoa", "khieunai", "kichhoat", "nangcap", "sinhtrac", "dinhdanh", "thanhtoan", "tracuu",
    "nhiemvu", "kiemtien", "doithuong", "nhacai", "taixiu", "nohu", "casino", "phatnguoi", "nopphat", "dienluc",
)  # fmt: skip
_BAIT_WORDS = (
    *_LURES, "secure", "security", "support", "online", "update", "account", "hotro", "baocao", "giahan", "hoadon",
    "phat", "thuong", "qua", "app", "vip", "vote", "binhchon", "event", "sukien", "gift", "free", "bonus",
    "docs", "drive", "forms", "meeting", "banking", "digibank", "tuyendung", "donhang", "giaohang",
    "buukien", "mobile", "shop",
)  # fmt: skip
_OFFICE_WORDS = (
    "ubnd", "uyban", "hdnd", "congan", "cccd", "cancuoc", "dinhdanh", "dancuquocgia", "dichvucong", "dvcquocgia",
    "vneid", "vssid", "bhxh", "baohiemxahoi", "thuedientu", "cucthue", "hoanthue", "csgt",
    "thuenhanuoc", "hochieu", "tuphap", "socongthuong", "soxaydung", "sogddt",
    "khobac", "sotaichinh", "sonoivu", "soyte", "sogiaoduc", "bonoivu", "boyte", "botaichinh", "vienkiemsat", "toaan",
    "thihanhan", "nganhangnhanuoc", "chinhphu", "quochoi",
)  # fmt: skip


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(shape_of, words), key=len, reverse=True)))


_BAIT = _any_of(_BAIT_WORDS)
_LURE = _any_of(_LURES)
_OFFICE = _any_of(_OFFICE_WORDS)
_CHEAP = frozenset(
    ("top", "xyz", "icu", "cyou", "click", "vip", "bar", "cc", "club", "online", "site", "shop", "live", "link", "fun",
     "life", "world", "store", "space", "website", "pw", "tk", "ml", "ga", "cf", "gq", "sbs", "cfd", "lol", "rest",
     "monster", "info", "asia", "win", "buzz", "today", "ws", "me", "app", "pro", "work", "support")
)  # fmt: skip
"""Suffixes under which a name costs next to nothing, so that deceivers use many."""
_FOR_GAMBLING = frozenset({"bet", "casino", "poker", "loan", "bingo"})
_CONTINUED = ("com-", "vn-", "net-", "me-", "org-")
"""Beginnings of a label that make the name before it look like a domain: `vietcombank.com-vn.cc`."""
_LIKE_SUFFIXES = frozenset(
    map(shape_of, ("vn", "com", "me", "net", "comvn", "vietnam", "quocgia", "web", "chat", "pc", "vi"))
)
