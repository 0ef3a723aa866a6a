"""Judges the address of a link by its form and by lists; no request is ever made to it (clause 4.4)."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

from zalo_governor.text.links.addresses import Address, IpHost, defang, read_ip, split_address
from zalo_governor.text.links.finder import Link
from zalo_governor.text.links.lists import LinkLists
from zalo_governor.text.links.lookalikes import find_likeness, is_in_foreign_script, mixes_scripts


class LinkDanger(NamedTuple):
    """Why a link may be dangerous."""

    label: str
    """Kind of danger, one of `LABELS`."""
    certain: bool
    """True if honest links hardly ever look like this; False if a person has to check first."""
    reasons: frozenset[str]
    """Codes of all reasons, some of `REASONS`."""


class JudgedLink(NamedTuple):
    """A dangerous address from a place that has addresses instead of text, such as a QR code or a document."""

    address: str
    """The address in a form that is not clickable (see `defang`)."""
    danger: LinkDanger


LABELS = (
    "dangerous_link", "lookalike_link", "program_link", "hidden_link", "command_link", "short_link", "group_invitation",
)  # fmt: skip
"""Kinds of danger; if a link has several of the same certainty, the first of them is its label.

In this order: a domain known as dangerous; one that imitates another; a program to install; a host that is hidden; a
scheme that starts something on the reader's device; a shortened address; an invitation to another group on Zalo.
"""
REASONS = frozenset(
    {
        "listed", "gov", "brand", "letters", "misspelt", "foreign_suffix", "inside", "lure", "mixed_scripts",
        "foreign_script", "program", "script_file", "ip", "ip_disguised", "userinfo", "encoded_host", "long_host",
        "scheme", "shortened", "invitation", "forwards",
    }
)  # fmt: skip


def judge_link(link: Link | str, lists: LinkLists) -> LinkDanger | None:
    """Return why a link may be dangerous; None if nothing is known against it."""
    return _judge(split_address(link if isinstance(link, str) else link.address), lists, _DEEPEST)


def judge_links(addresses: Iterable[str], lists: LinkLists) -> list[JudgedLink]:
    """Return the dangerous ones of the addresses, each once, in order; for links in documents and QR codes."""
    judged = ((address, judge_link(address, lists)) for address in dict.fromkeys(addresses))
    return [JudgedLink(defang(address), danger) for address, danger in judged if danger]


def join_dangers(dangers: Iterable[LinkDanger | None]) -> LinkDanger | None:
    """Join several dangers into one, with the label of the surest and gravest and all reasons; None if given none."""
    found = [danger for danger in dangers if danger]
    if not found:
        return None
    worst = min(found, key=lambda danger: (not danger.certain, LABELS.index(danger.label)))
    return worst._replace(reasons=frozenset().union(*(danger.reasons for danger in found)))


def _judge(address: Address, lists: LinkLists, depth: int) -> LinkDanger | None:
    if address.scheme not in _WEB:
        return _judge_scheme(address)
    host = address.host
    if not host:
        return None
    if len(host) > _LONGEST_VALID:
        return _judge_host_form(address)
    inner = _judge_forwarded(address, lists, depth)
    number = read_ip(host)
    if number:
        return join_dangers((_judge_ip(number), _judge_userinfo(address), _judge_download(address), inner))
    if lists.is_dangerous(host):
        return join_dangers((_danger("dangerous_link", True, "listed"), inner))
    if lists.is_trusted(host):
        return join_dangers((_judge_invitation(address), _judge_userinfo(address), inner))
    if lists.is_shortener(host):
        return join_dangers((_danger("short_link", False, "shortened"), _judge_userinfo(address), inner))
    return join_dangers(
        (
            _judge_likeness(_named_host(address), lists),
            _judge_download(address),
            _judge_userinfo(address),
            _judge_host_form(address),
            inner,
        )
    )


def _danger(label: str, certain: bool, *reasons: str) -> LinkDanger:
    return LinkDanger(label, certain, frozenset(reasons))


def _judge_scheme(address: Address) -> LinkDanger | None:
    """Judge schemes that do not open a page: some run code or start programs on the reader's device."""
    scheme = address.scheme
    if scheme in _RUNNING or scheme.startswith("ms-msdt"):
        return _danger("command_link", True, "scheme")
    if scheme == "data" and re.match(r"\s*(?:text/html|application/(?:x-|octet|hta|xhtml|java))", address.rest):
        return _danger("command_link", True, "scheme")
    if scheme in {"file", "smb"}:
        shared = re.match(r"/{2,3}([^/:]+)/", address.rest)
        host = address.host or (shared[1] if shared else "")
        if "." in host and not _is_private(host):
            # Windows sends the user's password hash to any such server.
            return _danger("command_link", True, "scheme")
        return _danger("program_link", False, "program") if _PROGRAM.search(unquote(address.rest)) else None
    return _danger("command_link", False, "scheme") if scheme in _STARTING or scheme.startswith("ms-") else None


def _is_private(host: str) -> bool:
    number = read_ip(host.lower())
    return number is not None and number.private


def _judge_ip(number: IpHost) -> LinkDanger | None:
    if number.disguised:
        return _danger("hidden_link", True, "ip_disguised")
    return None if number.private else _danger("hidden_link", False, "ip")


def _judge_userinfo(address: Address) -> LinkDanger | None:
    """Return the danger of a user name before "@" in an address, which people take for the host; None without one."""
    if not address.userinfo:
        return None
    return _danger("hidden_link", "." in unquote(address.userinfo), "userinfo")


def _judge_invitation(address: Address) -> LinkDanger | None:
    if address.host.removeprefix("www.") != "zalo.me" or not address.rest.lower().startswith("/g/"):
        return None
    return _danger("group_invitation", False, "invitation")


def _named_host(address: Address) -> str:
    """Return the host; for Google Sites, with the page's name from the path in front of it."""
    named = _PAGE_NAME.match(address.rest) if address.host == "sites.google.com" else None
    return f"{named[1].lower()}.{address.host}" if named else address.host


def _judge_likeness(host: str, lists: LinkLists) -> LinkDanger | None:
    likeness = find_likeness(host, lists)
    reasons = set(likeness.reasons) if likeness else set()
    certain = likeness is not None and likeness.certain
    if mixes_scripts(host):
        reasons.add("mixed_scripts")
        certain = True
    if not reasons and (is_in_foreign_script(host) or "xn--" in host):
        reasons.add("foreign_script")
    return LinkDanger("lookalike_link", certain, frozenset(reasons)) if reasons else None


def _judge_download(address: Address) -> LinkDanger | None:
    rest = unquote(unquote(address.rest)) if "%" in address.rest else address.rest
    if _PROGRAM.search(rest):
        return _danger("program_link", True, "program")
    return _danger("program_link", False, "script_file") if _SCRIPT_FILE.search(rest) else None


def _judge_host_form(address: Address) -> LinkDanger | None:
    if _ENCODED.search(address.written_host):
        return _danger("hidden_link", True, "encoded_host")
    if len(address.host) > _LONGEST_HOST or address.host.count(".") >= _MOST_DOTS:
        return _danger("hidden_link", False, "long_host")
    if _OF_MACHINES.search(address.host):
        return _danger("hidden_link", False, "ip")
    return None


def _judge_forwarded(address: Address, lists: LinkLists, depth: int) -> LinkDanger | None:
    """Judge the address that an address carries in its path or query, to which its page may forward the reader."""
    if not depth or "http" not in address.rest.lower():
        return None
    found = _FORWARDED.search(unquote(address.rest) if "%" in address.rest else address.rest)
    danger = _judge(split_address(found[0]), lists, depth - 1) if found else None
    return danger and danger._replace(reasons=danger.reasons | {"forwards"})


_WEB = frozenset({"http", "https", "ftp", "ftps"})
_RUNNING = frozenset({"javascript", "vbscript", "search-ms", "hcp", "mhtml", "jar"})
_STARTING = frozenset({"intent", "itms-services"})
_DEEPEST = 2
_OF_MACHINES = re.compile(
    r"\.(?:nip\.io|sslip\.io|duckdns\.org|ddns\.net|hopto\.org|zapto\.org|sytes\.net|no-ip\.(?:org|biz)|dynu\.net"
    r"|trycloudflare\.com|ngrok(?:-free)?\.(?:app|dev|io)|loca\.lt|serveo\.net)$"
)
"""Services that give anybody's machine a name, so that the name tells no more than a bare IP address."""
_PAGE_NAME = re.compile(r"/(?:view|site)/([\w-]{1,60})(?=[/?#]|$)")
_LONGEST_HOST = 80
_MOST_DOTS = 7
_LONGEST_VALID = 253
"""Most characters of a name by RFC 1035; browsers open no longer one."""
_ENCODED = re.compile("%[0-9a-f]{2}")
_FORWARDED = re.compile(r"https?(?::|%3a)[^\s&]+", re.IGNORECASE)
_ENDS = r"(?=$|[?#&;,]|/(?:file|download)?$)"
_PROGRAM = re.compile(
    r"\.(?:apk|xapk|apks|exe|msi|msix|scr|bat|cmd|pif|vbs|vbe|hta|ps1|lnk|wsf)" + _ENDS, re.IGNORECASE
)
_SCRIPT_FILE = re.compile(r"\.(?:js|jse|jar|dmg|pkg|ipa|mobileconfig|iso|img|reg)" + _ENDS, re.IGNORECASE)
