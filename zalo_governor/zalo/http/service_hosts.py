"""The hosts of Zalo's services: those that the login names, and the fixed ones where it names none."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog

from zalo_governor.zalo.errors import ForbiddenHostError
from zalo_governor.zalo.http.transport import checked_service_url

log = structlog.get_logger(__name__)

_SERVICES = {
    "tt-chat1-wpa.chat.zalo.me": "chat",
    "tt-chat2-wpa.chat.zalo.me": "chat",
    "tt-convers-wpa.chat.zalo.me": "conversation",
    "tt-files-wpa.chat.zalo.me": "file",
    "tt-friend-wpa.chat.zalo.me": "friend",
    "tt-group-wpa.chat.zalo.me": "group",
    "groupboard-wpa.chat.zalo.me": "group_board",
    "tt-group-cm.chat.zalo.me": "group_cloud_message",
    "tt-profile-wpa.chat.zalo.me": "profile",
    "reaction.chat.zalo.me": "reaction",
}
"""Host in the URLs of this program and of zlapi -> name of its service in Zalo's map."""


class ServiceHosts:
    """The present hosts of Zalo's services, from the map `zpw_service_map_v3` of the login (zalo-protocol.md, 2.5).

    `routed`: the setting `zalo.route_to` replaces Zalo by a server on this machine.
    """

    def __init__(self, *, routed: bool) -> None:
        self._routed = routed
        self._bases: dict[str, str] = {}
        """Host in our URLs -> the base URL (scheme, host, perhaps a path) to use instead."""

    def learn(self, service_map: object) -> None:
        """Use the hosts that a login's answer names in its field `zpw_service_map_v3` (service -> URLs).

        A URL whose host is not one of Zalo's is not used. The number of hosts that differ from the fixed ones is logged
        when it changes.
        """
        named = service_map if isinstance(service_map, Mapping) else {}
        allowed = {service: self._first_allowed(service, named.get(service)) for service in set(_SERVICES.values())}
        bases = {
            host: base
            for host, service in _SERVICES.items()
            if (base := allowed[service]) is not None and base != f"https://{host}"
        }
        if bases != self._bases:
            log.info("service_hosts_differ", count=len(bases))
        self._bases = bases

    def route(self, url: str) -> str:
        """Return the URL with the host that Zalo named for its service; the URL itself if Zalo named none."""
        if not self._bases:
            return url
        host = urlsplit(url).netloc
        base = self._bases.get(host)
        return url if base is None else base + url.removeprefix(f"https://{host}")

    def _first_allowed(self, service: str, urls: object) -> str | None:
        for url in urls if isinstance(urls, list) else [urls]:
            if not isinstance(url, str) or not url:
                continue
            try:
                return checked_service_url(url, routed=self._routed).rstrip("/")
            except ForbiddenHostError as error:
                log.error("service_host_refused", service=service, error=error)
        return None
