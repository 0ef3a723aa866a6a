"""Lists by which links are judged: trusted domains, ones where anybody can publish, bad ones, shorteners, brands."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from zalo_governor.text.edit_distance import deletions
from zalo_governor.text.links.addresses import in_latin, parents
from zalo_governor.text.wrong_line import WrongLineError


class Brand(NamedTuple):
    """A name that deceivers imitate, of an agency, bank or large service."""

    name: str
    """The name as in its domain, in lower case: `vietcombank`."""
    distinctive: bool
    """False for a name that others use as well, such as `momo`: it never makes a link certainly dangerous."""
    domains: tuple[str, ...]
    """The domains that really belong to it; addresses in them are trusted."""


class LinkLists:
    """The lists of domains and names by which links are judged; immutable.

    Args:
        trusted: domains whose owners publish everything in them, such as `gov.vn`; subdomains are included.
        shared: domains where anybody can publish files or pages, such as `drive.google.com`.
        dangerous: domains known as dangerous.
        shorteners: domains of services that shorten addresses, so that the target is not visible.
        brands: lines of a name, a tab, and the domains that belong to it, separated by spaces; a name with a question
            mark behind it is not distinctive.

    Raises:
        ValueError: a line is malformed. The message quotes the line, which is from a file of the office.
    """

    def __init__(
        self,
        *,
        trusted: Iterable[str],
        shared: Iterable[str],
        dangerous: Iterable[str],
        shorteners: Iterable[str],
        brands: Iterable[str],
    ) -> None:
        self.brands = tuple(_read_brand(line) for line in brands)
        self._owned = frozenset(domain for brand in self.brands for domain in brand.domains)
        self._trusted = frozenset(map(_read_domain, trusted)) | self._owned
        self._shared = frozenset(map(_read_domain, shared))
        self._dangerous = frozenset(map(_read_domain, dangerous))
        self._shorteners = frozenset(map(_read_domain, shorteners))
        self.by_shape = {shape_of(brand.name): brand for brand in reversed(self.brands)}
        self.owned_shapes = {".".join(map(shape_of, domain.split("."))): domain for domain in self._owned}
        self._listed = self._trusted | self._shared | self._shorteners
        self._one_letter_less = _index_omissions(self.brands)
        long_names = sorted((shape_of(brand.name) for brand in self.brands if brand.distinctive), key=len, reverse=True)
        self.names = re.compile("|".join(re.escape(name) for name in long_names) or "(?!)")
        """Finds the name of a distinctive brand (as `shape_of` returns it) inside a longer label."""

    def is_trusted(self, host: str) -> bool:
        """Return whether the host belongs to a trusted domain, or to one of the brands.

        If it also belongs to a domain where anybody can publish, the longer of the two domains decides.
        """
        trusted = next((parent for parent in parents(host) if parent in self._trusted), "")
        return len(trusted) > len(self.shared_domain(host))

    def is_dangerous(self, host: str) -> bool:
        """Return whether the host belongs to a domain known as dangerous."""
        return any(parent in self._dangerous for parent in parents(host))

    def is_shortener(self, host: str) -> bool:
        """Return whether the host belongs to a service that shortens addresses."""
        return any(parent in self._shorteners for parent in parents(host))

    def shared_domain(self, host: str) -> str:
        """Return the domain, of those where anybody can publish, to which the host belongs; "" if to none."""
        return next((parent for parent in parents(host) if parent in self._shared), "")

    def owned_domain_inside(self, host: str) -> str:
        """Return the brand's domain that is inside the host, not at its end: `zalo.me` in `zalo.me.mau.top`; or ""."""
        labels = host.split(".")
        for start in range(len(labels) - 2):
            for end in range(start + 2, min(start + _MOST_LABELS + 1, len(labels))):
                if (inside := ".".join(labels[start:end])) in self._owned:
                    return inside
        return ""

    def listed_domain_inside(self, labels: Sequence[str]) -> str:
        """Return the listed domain (not a dangerous one) that a host imitates: `zoom.us` in `zoom-us.mau`; "" if none.

        `labels` are those of the host without its suffix. Domains of fewer than six characters are ignored.
        """
        pieces = [piece for label in labels for piece in label.split("-")]
        for start in range(len(pieces) - 1):
            for end in range(start + 2, min(start + _MOST_LABELS, len(pieces)) + 1):
                inside = ".".join(pieces[start:end])
                if len(inside) >= _SHORTEST_INSIDE and inside in self._listed:
                    return inside
        return ""

    def near(self, label: str) -> Iterable[Brand]:
        """Return the brands whose names may differ from the label by one typing error (see `edit_distance.slips`)."""
        return dict.fromkeys(brand for key in deletions(label) for brand in self._one_letter_less.get(key, ()))


def shape_of(label: str) -> str:
    """Return a key that is equal for labels that look alike: `zaIo`, `za1o` and `zal0` are `zalo`, `rn` is `m`.

    It is for comparing only: ordinary letters are changed too, such as "i" to "l".
    """
    plain = in_latin(label.lower()).translate(_LOOKALIKE_CHARACTERS)
    return plain.replace("rn", "m").replace("vv", "w").replace("cl", "d").replace("-", "").replace("_", "")


def _index_omissions(brands: Iterable[Brand]) -> Mapping[str, Sequence[Brand]]:
    """Return the brands by name and by each form of the name with one letter left out; no names under four letters."""
    index: defaultdict[str, list[Brand]] = defaultdict(list)
    for brand in brands:
        if len(brand.name) >= _SHORTEST_INDEXED:
            for key in set(deletions(brand.name)):
                index[key].append(brand)
    return index


def _read_brand(line: str) -> Brand:
    name, tab, domains = line.strip().partition("\t")
    if not tab or not _NAME.fullmatch(name):
        raise WrongLineError(line, "phải là tên, một dấu tab, rồi các tên miền thật cách nhau bằng dấu cách")
    return Brand(name.rstrip("?"), not name.endswith("?"), tuple(_read_domain(one, line) for one in domains.split()))


def _read_domain(written: str, line: str | None = None) -> str:
    domain = written.strip().lower()
    if not _DOMAIN.fullmatch(domain):
        raise WrongLineError(
            written if line is None else line,
            f"{written!r} phải là một tên miền, ví dụ mau.gov.vn, không kèm http:// và đường dẫn",
        )
    return domain


_SHORTEST_INDEXED = 4
_SHORTEST_INSIDE = 6
_MOST_LABELS = 5
"""Most labels of a domain of a brand."""
_NAME = re.compile(r"[a-z0-9-]{3,40}\??")
_DOMAIN = re.compile(r"(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_][\w-]{1,62}")
_LOOKALIKE_CHARACTERS = str.maketrans("0i1|!3456789q2@$", "olllleasbtbggzas")
