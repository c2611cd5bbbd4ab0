from __future__ import annotations

import base64

import pytest

from headcount.destinations.secrecy import Secrecy, fault_of_secret


def test_secret_is_starred_in_every_form() -> None:
    told: list[str] = []
    secrecy = Secrecy(told.append)

    secrecy.keep("s3cret/+ value")
    secrecy.keep("s3cret/+ value")

    in_base64 = base64.b64encode(b"s3cret/+ value").decode()
    forms = ["s3cret/+ value", in_base64, "s3cret%2F%2B%20value", "s3cret%2F%2B+value"]
    assert secrecy.scrub(" ".join(forms)) == "*** *** *** ***"
    assert sorted(told) == sorted(forms)


def test_longer_secret_goes_before_one_inside_it() -> None:
    secrecy = Secrecy()
    secrecy.keep("abcdefgh")
    secrecy.keep("abcdefgh-and-more")

    assert secrecy.scrub("abcdefgh-and-more") == "***"


@pytest.mark.parametrize(
    ("secret", "fault"),
    [
        (None, "is missing"),
        ("", "is missing"),
        ("short", "is shorter than 8 characters"),
        ("long enough\r\nX-Injected: 1", "has a line break or another character"),
        ("long enoügh", "has a line break or another character"),
    ],
)
def test_unusable_secret_is_named_not_shown(secret: str | None, fault: str) -> None:
    assert str(fault_of_secret(secret)).startswith(fault)
    assert fault_of_secret("long enough") is None
