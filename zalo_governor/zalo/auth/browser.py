"""The browser that the program presents to Zalo: user agent, the headers that must match it, and the browser's id.

Everything else is derived from the user agent, which is stored with the session, so that all requests of a session seem
to come from one browser. Zalo ties cookies to the user agent, and shows the device under the name that the headers
`sec-ch-ua…` give (zalo-protocol.md, 14.8).
"""

import hashlib
import re
import uuid

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
"""User agent of a new session; a stored session keeps its own."""

_LANGUAGES = "vi-VN,vi;q=0.9,en;q=0.8"
_CHROMIUM = re.compile(r"\bChrome/(\d+)")
_BRANDS = (("Edg/", "Microsoft Edge"), ("OPR/", "Opera"), ("Chrome/", "Google Chrome"))
_PLATFORMS = (
    ("Android", "Android"),
    ("CrOS", "Chrome OS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
# A Chromium adds a brand that does not exist. Its spelling, its version and the order of the brands change with the
# browser's version, by a fixed rule.
_NOISE = " (:-./);=?_"
_NOISE_VERSIONS = ("8", "99", "24")
_ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


def new_imei(user_agent: str) -> str:
    """Return a new imei (browser id) in Zalo Web's form: `<uuid4>-<md5 of the user agent>` (zalo-protocol.md, 2.1)."""
    return f"{uuid.uuid4()}-{hashlib.md5(user_agent.encode(), usedforsecurity=False).hexdigest()}"


def browser_headers(user_agent: str) -> dict[str, str]:
    """Return the headers by which a browser with this user agent describes itself, the same in all its requests.

    The headers `sec-ch-ua…` are left out for browsers that are not built on Chromium.
    """
    headers = {"User-Agent": user_agent, "Accept-Language": _LANGUAGES}
    if not (found := _CHROMIUM.search(user_agent)):
        return headers
    platform = next((name for mark, name in _PLATFORMS if mark in user_agent), "Unknown")
    return headers | {
        "sec-ch-ua": _brands(user_agent, int(found[1])),
        "sec-ch-ua-mobile": "?1" if "Mobile" in user_agent else "?0",
        "sec-ch-ua-platform": f'"{platform}"',
    }


def _brands(user_agent: str, version: int) -> str:
    brand = next(name for mark, name in _BRANDS if mark in user_agent)
    noise = f"Not{_NOISE[version % len(_NOISE)]}A{_NOISE[(version + 1) % len(_NOISE)]}Brand"
    listed = [""] * 3
    named = ((noise, _NOISE_VERSIONS[version % 3]), ("Chromium", str(version)), (brand, str(version)))
    for place, (name, number) in zip(_ORDERS[version % 6], named, strict=True):
        listed[place] = f'"{name}";v="{number}"'
    return ", ".join(listed)
