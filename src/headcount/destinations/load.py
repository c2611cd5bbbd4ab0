"""The adapter for an entry of headcount.yaml. A new vendor is one more line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from headcount import clock
from headcount.definitions.settings import DestinationSettings
from headcount.destinations.appcues import Appcues
from headcount.destinations.base import Destination, Login
from headcount.destinations.clevertap import CleverTap
from headcount.destinations.errors import MisconfiguredError
from headcount.destinations.secrecy import ignore_secret
from headcount.destinations.walkme import WalkMe
from headcount.destinations.webhook import Webhook

Connect = Callable[..., Destination]

VENDORS: Mapping[str, Connect] = {
    "walkme": WalkMe.connect,
    "appcues": Appcues.connect,
    "clevertap": CleverTap.connect,
    "webhook": Webhook.connect,
}


def load_destination(
    settings: DestinationSettings,
    login: Login,
    *,
    elapsed_s: Callable[[], float] = clock.elapsed_s,
    on_secret: Callable[[str], None] = ignore_secret,
) -> Destination:
    """The destination that `settings` describe, to be closed by the caller.

    Nothing is sent yet. Raises MisconfiguredError for a type or an option that is not
    known, CredentialsError for a login that cannot be one.
    """
    connect = VENDORS.get(settings.type)
    if connect is None:
        raise MisconfiguredError(settings.name, _fault_of_type(settings.type))
    return connect(
        settings.name,
        options=settings.options,
        login=login,
        elapsed_s=elapsed_s,
        on_secret=on_secret,
    )


def _fault_of_type(name: str) -> str:
    nearest = get_close_matches(name, VENDORS, n=1)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    return f"type {name!r} is none of {', '.join(sorted(VENDORS))}{hint}"
