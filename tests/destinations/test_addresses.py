from __future__ import annotations

import pytest

from headcount.destinations.addresses import fault_of_address, require_base_url
from headcount.destinations.errors import MisconfiguredError


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.walkme.com", "api.walkme.com"),
        ("https://eu-api.walkme.com:8443/base", "eu-api.walkme.com:8443"),
    ],
)
def test_https_origin_is_taken(url: str, host: str) -> None:
    assert require_base_url("walkme", url, stand_in=False) == host


@pytest.mark.parametrize(
    "url",
    [
        "http://api.walkme.com",
        "http://169.254.169.254",
        "file:///etc/passwd",
        "https://user:pw@api.walkme.com",
        "https://api.walkme.com/?x=1",
        "https://api.walkme.com/#x",
        "https://",
        "https://[::1",
        "https://api.walkme.com:port",
        "api.walkme.com",
        "",
    ],
)
def test_other_urls_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(MisconfiguredError, match="base_url") as raised:
        require_base_url("walkme", url, stand_in=False)
    assert "pw" not in str(raised.value)


def test_http_is_for_stand_ins_only() -> None:
    assert require_base_url("walkme", "http://127.0.0.1:1", stand_in=True)
    with pytest.raises(MisconfiguredError):
        require_base_url("walkme", "http://127.0.0.1:1", stand_in=False)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104 - to be refused
        "100.64.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "fe80::1%eth0",
        "fd00::1",
    ],
)
def test_private_address_is_not_talked_to(address: str) -> None:
    assert "not on the public internet" in str(
        fault_of_address(address, stand_in=False)
    )


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1"]
)
def test_stand_in_is_on_this_machine_or_nowhere(address: str) -> None:
    assert fault_of_address(address, stand_in=False) is None
    assert "not on this machine" in str(fault_of_address(address, stand_in=True))
    assert fault_of_address("127.0.0.1", stand_in=True) is None
    assert fault_of_address("::ffff:127.0.0.1", stand_in=True) is None
