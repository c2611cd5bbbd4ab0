"""Names of things outside the project: time zones, GUIDs, paths, addresses."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from headcount.definitions.mistakes import MistakeError, nearest, quote
from headcount.definitions.values import read_text, read_word

_GUID = re.compile(
    r"([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*"
)
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


def read_timezone(value: Any) -> ZoneInfo:
    """The IANA time zone of that name."""
    name = read_word(value)
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise MistakeError(
            found=quote(name),
            wanted="an IANA time zone like America/New_York",
            nearest=_nearest_zone(name),
        ) from None


def _nearest_zone(name: str) -> str | None:
    zones = available_timezones()
    by_city = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
    city = nearest(name.rpartition("/")[2].replace(" ", "_"), by_city)
    return nearest(name, zones) or (by_city[city] if city else None)


def read_guid(value: Any) -> str:
    """The GUID in lower case with hyphens, however it is written."""
    text = read_text(value)
    match = _GUID.fullmatch(text)
    if match is None:
        wanted = "a GUID of 32 hex digits, with or without hyphens"
        raise MistakeError(found=quote(text), wanted=wanted)
    return "-".join(match.groups()).lower()


def read_source_path(value: Any) -> str:
    """A path inside or outside the project, or a URL without a secret in it."""
    path = read_word(value)
    if "://" in path and "@" in path.partition("://")[2].partition("/")[0]:
        wanted = "no user or password in the URL: secrets live in connections"
        raise MistakeError(found="a URL with a login", wanted=wanted)
    return path


def read_base_url(value: Any) -> str:
    """A public https address, or one on this machine; names are resolved later."""
    text = read_word(value)
    url = _split(text)
    fault = _fault_of(url)
    if fault:
        found = "a URL with a login" if "@" in url.netloc else quote(text)
        raise MistakeError(found=found, wanted=fault)
    return text


def is_on_this_machine(url: str) -> bool:
    """Whether an address that `read_base_url` accepts leads to this machine."""
    return _is_loopback(_split(url).hostname or "")


def _split(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        _ = url.port, url.hostname
    except ValueError:
        raise MistakeError(found=quote(text), wanted="a URL") from None
    if _UNPRINTABLE.search(text):
        raise MistakeError(found=quote(text), wanted="a URL without blanks")
    return url


def _fault_of(url: SplitResult) -> str | None:
    """What is wanted instead; None when the address may be used."""
    host = url.hostname or ""
    if "@" in url.netloc:
        return "no user or password in it: secrets live in the connection"
    if url.scheme not in {"https", "http"} or not host:
        return "an address like https://api.example.com"
    if url.query or url.fragment:
        return "a host and at most a path, without ? and #"
    if _is_loopback(host):
        return None
    if url.scheme == "http":
        return "https:// (http:// only to 127.0.0.1, ::1 or localhost)"
    return _fault_of_host(host)


def _fault_of_host(host: str) -> str | None:
    try:
        address = ip_address(host)
    except ValueError:
        # 2130706433, 127.1 and 0x7f.1 are addresses to some clients.
        last = host.rstrip(".").rpartition(".")[2]
        is_number = re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last) is not None
        is_name = _HOST.fullmatch(host) and not is_number
        return None if is_name else "a host name, or an address in its usual form"
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is None and address.is_global and not address.is_multicast:
        return None
    return "an address on the public internet, or 127.0.0.1, ::1 or localhost"


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}
