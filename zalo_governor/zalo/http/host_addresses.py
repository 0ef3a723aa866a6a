"""IP addresses of hosts: resolves a name, and tells whether an address belongs to a host on the public internet."""

import ipaddress
import socket
from collections.abc import Callable, Sequence

Resolve = Callable[[str], Sequence[str]]
"""Function that returns the IP addresses of a host name; it raises OSError if the name cannot be resolved."""

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""The part of IPv6 in which public hosts lie (IANA IPv6 address space); outside are IPv4-mapped, NAT64, local ones."""
_TUNNELS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
"""6to4 and Teredo: addresses that contain an IPv4 address, which may be a private one."""


def resolve_host(host: str) -> list[str]:
    """Return all IP addresses of a host name, in the order in which the system prefers them.

    How long this takes is limited by the system's resolver (`options timeout` in resolv.conf, 5 s a try by default).

    Raises:
        OSError: the name cannot be resolved.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def is_public(address: str) -> bool:
    """Return whether an IP address is global unicast, that is, that of one host on the public internet.

    False for loopback, private, link-local, shared (CGNAT), multicast and reserved addresses, for IPv6 addresses that
    stand for an IPv4 address (mapped, NAT64, 6to4, Teredo), and for what is no address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not ip.is_reserved
    return (
        ip.scope_id is None and ip in _GLOBAL_UNICAST and ip.is_global and not any(ip in tunnel for tunnel in _TUNNELS)
    )
