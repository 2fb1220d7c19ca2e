"""Where a request comes from: the one answer for sign-in, limits, the access log and web logs."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address

from django.conf import settings
from django.http import HttpRequest

# A household or an office gets a /64 at least, a tunnel or a server up to a /48.
HOUSEHOLD, PROVIDER_LOT = 64, 48


def client_address(request: HttpRequest) -> str | None:
    """The caller's address, believing only as many proxies as the operator declared.

    Each declared proxy adds the address that called it at the end of X-Forwarded-For; what stands
    before that was typed by the caller. None when nothing there is an address.
    """
    found = _parsed(_as_told_by_proxies(request)) or _parsed(request.META.get("REMOTE_ADDR", ""))
    return str(found) if found else None


def client_network(
    request: HttpRequest, ipv6_prefix: int = HOUSEHOLD, ipv4_prefix: int = 32
) -> str:
    """The address for counting: a caller counts as its whole network. Empty when unknown."""
    address = client_address(request)
    if address is None:
        return ""
    prefix = ipv6_prefix if ":" in address else ipv4_prefix
    network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    return address if network.num_addresses == 1 else str(network)


def _as_told_by_proxies(request: HttpRequest) -> str:
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    trusted = settings.TRUSTED_PROXY_COUNT
    # Fewer hops than proxies: somebody came in behind the outer one, which added none.
    return hops[-min(trusted, len(hops))].strip() if trusted > 0 else ""


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Without port, brackets or zone; an IPv4 address in IPv6 clothes is the IPv4 address."""
    bare = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
