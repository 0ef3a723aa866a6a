"""Splits the address of a link into its parts, in the way browsers do it rather than strictly by RFC 3986."""

import ipaddress
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote

import idna

from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise


class Address(NamedTuple):
    """Parts of the address of a link, in which `hxxp` is read as `http` and `[.]` as a dot."""

    scheme: str
    """In lower case: `http` where none was written."""
    userinfo: str
    """The part before "@" in front of the host; "" if there is none."""
    host: str
    """In lower case, without a trailing dot, percent signs decoded, punycode decoded; "" if there is none."""
    rest: str
    """Path, query and fragment, as written; for a scheme without a host, everything after the scheme."""
    written_host: str
    """Host in lower case, as it was written."""


class Site(NamedTuple):
    """Parts of a host by the Public Suffix List: `cong.tinhmau.com.vn` is ("cong",), `tinhmau` and `com.vn`."""

    subdomain: tuple[str, ...]
    domain: str
    """The label registered under the suffix; "" if there is none."""
    suffix: str
    """The suffix under which names are registered; "" if the host has no known one."""


class IpHost(NamedTuple):
    """A host that is an IP address."""

    private: bool
    """True for an address in a local network, such as 192.168.1.1; False also in networks reserved for examples."""
    disguised: bool
    """True for a form that people do not use: decimal, hexadecimal, octal or shortened."""


def split_address(address: str) -> Address:
    """Split an address, with or without scheme. Any string is accepted; `host` is "" where none can be found."""
    refanged = refang(address).replace("\\", "/")
    found = _SCHEME.match(refanged)
    scheme = found[1].lower() if found else "http"
    after = refanged[found.end() :] if found else refanged
    if scheme not in _HOST_SCHEMES and not after.startswith("//"):
        return Address(scheme, "", "", after, "")
    after = after.lstrip("/") if scheme in _WEB_SCHEMES else after.removeprefix("//")
    end = next((at for at, letter in enumerate(after) if letter in "/?#"), len(after))
    authority, rest = after[:end], after[end:]
    userinfo, _, place = authority.rpartition("@")
    place = place.partition("]")[0] + "]" if place.startswith("[") else place.partition(":")[0]
    written = place.lower().rstrip(".")
    return Address(scheme, userinfo, _decode_host(written), rest, written)


def refang(address: str) -> str:
    """Return the address with `hxxp` as `http`, and all forms of dots and colons, such as `[.]`, as plain ones."""
    plain = _DOTS.sub(".", address.strip()).replace("[:]", ":")
    return _HXXP.sub(r"http\1:", plain)


def defang(address: str, most: int = 80) -> str:
    """Return the address in a form that no program makes clickable: `hxxps://zaIo[.]me/g/abc`.

    User name, query and fragment are left out, as they may hold personal data. At most `most` characters.
    """
    parts = split_address(address)
    path = re.split("[?#]", parts.rest, maxsplit=1)[0]
    scheme = parts.scheme.replace("tt", "xx") if parts.scheme in _WEB_SCHEMES else parts.scheme
    said = f"{scheme}://{parts.written_host}{path}" if parts.written_host else f"{scheme}:…"
    said = said.replace(".", "[.]")
    return said if len(said) <= most else said[: most - 1] + "…"


def split_host(host: str) -> Site:
    """Split a host into subdomain, registered label and public suffix; look-alike letters are made plain before."""
    parts = _extractor().extract_str(host, include_psl_private_domains=False)
    subdomain = tuple(parts.subdomain.split(".")) if parts.subdomain else ()
    return Site(subdomain, parts.domain if parts.suffix else "", parts.suffix)


@cache
def _extractor() -> Any:
    # Imported here, as the panel judges no link (5 MB). Without addresses of lists and without a cache, the list in the
    # package is used: no network access, no files.
    import tldextract  # noqa: PLC0415

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def in_latin(host: str) -> str:
    """Return the host with look-alike letters made Latin and without diacritics: Cyrillic "zаlo.me" is "zalo.me"."""
    return host if host.isascii() else fold(normalise(host).text).translate(_MORE_LOOKALIKES)


def parents(host: str) -> Iterator[str]:
    """Yield the host itself and its parent domains: `a.zalo.me`, `zalo.me`, `me`."""
    yield host
    at = host.find(".")
    while at >= 0:
        yield host[at + 1 :]
        at = host.find(".", at + 1)


def read_ip(host: str) -> IpHost | None:
    """Return what kind of IP address the host is, in any form that browsers accept; None for names.

    The forms are those of the WHATWG URL standard: one to four numbers, each decimal, 0x… or octal.
    """
    if host.startswith("["):
        try:
            six = ipaddress.IPv6Address(host.strip("[]").partition("%")[0])
        except ValueError:
            return None
        return IpHost(_is_private(six), disguised=False)
    if not _NUMBERS.fullmatch(host):
        return None
    parts = host.split(".")
    numbers = [_read_number(part) for part in parts]
    if any(value < 0 for value in numbers) or any(value > _LAST_BYTE for value in numbers[:-1]):
        return None
    last_limit = 256 ** (5 - len(parts))
    if numbers[-1] >= last_limit:
        return None
    value = numbers[-1] + sum(number << 8 * (3 - place) for place, number in enumerate(numbers[:-1]))
    four = ipaddress.IPv4Address(value)
    return IpHost(_is_private(four), disguised=str(four) != host)


def _is_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_private and not any(address in network for network in _FOR_EXAMPLES)


def _read_number(part: str) -> int:
    """Return the value of a decimal, hexadecimal or octal number; -1 if it is none."""
    try:
        if part.startswith("0x"):
            return int(part[2:] or "0", 16)
        return int(part, 8) if part.startswith("0") and part != "0" else int(part, 10)
    except ValueError:
        return -1


def _decode_host(written: str) -> str:
    host = unquote(unquote(written)).lower() if "%" in written else written
    if "xn--" in host:
        host = ".".join(_decode_label(label) for label in host.split("."))
    return host


def _decode_label(label: str) -> str:
    """Return the label with its punycode (RFC 3492) decoded; unchanged if that is impossible."""
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except UnicodeError:
        pass  # Not a name that may be registered, yet browsers may show it.
    try:
        return label[4:].encode("ascii").decode("punycode").lower()
    except UnicodeError:
        return label


_WEB_SCHEMES = frozenset({"http", "https"})
_HOST_SCHEMES = _WEB_SCHEMES | {"ftp", "ftps"}
_LAST_BYTE = 255
_FOR_EXAMPLES = tuple(map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+-]{1,29}):(?!\d{1,5}(?:[/?#]|$))")
_HXXP = re.compile(r"^h(?:xx|\*\*|tt)p(s?):", re.IGNORECASE)
_DOTS = re.compile(r"[。．｡․]|[\[({](?:\.|dot|chấm|cham)[\])}]", re.IGNORECASE)
# Rare in texts, so that `normalise` leaves them, yet registered to imitate names.
_MORE_LOOKALIKES = str.maketrans("łøħŧƶӏіɩոօսհցզѡгпɢʟɴʙᴢᴠʀɪǥ", "lohtzliinouhgqwrnglnbzvrig")
_NUMBERS = re.compile(r"(?:0x[0-9a-f]{0,8}|\d{1,12})(?:\.(?:0x[0-9a-f]{0,8}|\d{1,12})){0,3}")
