"""What a connection says, checked before anything is sent."""

from __future__ import annotations

import base64

from headcount.destinations.base import Login
from headcount.destinations.errors import CredentialsError
from headcount.destinations.http import HttpClient
from headcount.destinations.secrecy import fault_of_secret


def require_login(http: HttpClient, login: Login) -> str:
    """The user name, key or id: no secret, but what a header can carry.

    Raises CredentialsError for one that cannot be one.
    """
    return _require(http, login.login, what="login")


def require_password(http: HttpClient, login: Login) -> str:
    """The secret; from here on it is starred in every text of this destination."""
    password = _require(http, login.password, what="password")
    http.secrecy.keep(password)
    return password


def to_basic(http: HttpClient, login: Login) -> str:
    """The value of the Authorization header for HTTP Basic, a secret too."""
    pair = f"{require_login(http, login)}:{require_password(http, login)}"
    encoded = base64.b64encode(pair.encode()).decode()
    http.secrecy.keep(encoded)
    return f"Basic {encoded}"


def _require(http: HttpClient, value: str | None, *, what: str) -> str:
    fault = fault_of_secret(value)
    if value is None or fault:
        fault = f"the {what} {fault}"
        raise CredentialsError(http.destination, host=http.host, fault=fault)
    return value
