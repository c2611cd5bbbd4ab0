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


def path_on(base_url: str, url: str) -> str | None:
    """The path of `url` below `base_url`; None when it leads to another origin.

    A path alone is one on this origin.
    """
    base = urlsplit(base_url)
    try:
        parts = urlsplit(url)
        is_ours = not parts.netloc or (
            (parts.scheme, parts.hostname, parts.port)
            == (base.scheme, base.hostname, base.port)
        )
    except ValueError:
        return None
    prefix = base.path.rstrip("/")
    if not is_ours or not parts.path.startswith(f"{prefix}/") or "@" in parts.netloc:
        return None
    return parts.path.removeprefix(prefix)


def fault_of_address(address: str, *, stand_in: bool) -> str | None:
    """Why the connected `address` must not be talked to; None when it may be."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if stand_in:
        return None if ip.is_loopback else f"not on this machine ({ip})"
    return None if ip.is_global else f"not on the public internet ({ip})"
