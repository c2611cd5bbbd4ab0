"""Which addresses may be called (faults.md §2 SSRF, §5 item 37).

A destination is one https origin out of headcount.yaml, on the public internet. One
exception is asked for by name: `stand_in: true` allows this machine and no other.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from headcount.destinations.errors import MisconfiguredError


def require_base_url(destination: str, url: str, *, stand_in: bool) -> str:
    """The host (and port) of `url`; MisconfiguredError says what is wrong with it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise MisconfiguredError(destination, "base_url is not a URL") from None
    if parts.username is not None or parts.password is not None:
        fault = "holds a user name or password; those belong into the connection"
    elif parts.scheme != "https" and not (stand_in and parts.scheme == "http"):
        fault = "must begin with https:// (or http:// beside `stand_in: true`)"
    elif not host or parts.query or parts.fragment:
        fault = "must be a host and at most a path"
    else:
        return f"{host}:{port}" if port else host
    raise MisconfiguredError(destination, f"base_url {fault}")


def fault_of_address(address: str, *, stand_in: bool) -> str | None:
    """Why the connected `address` must not be talked to; None when it may be."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if stand_in:
        return None if ip.is_loopback else f"not on this machine ({ip})"
    return None if ip.is_global else f"not on the public internet ({ip})"
