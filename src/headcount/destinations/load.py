"""The adapter for an entry of headcount.yaml. A new vendor is two more lines here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from difflib import get_close_matches
from typing import TypeVar

from headcount import clock
from headcount.definitions.settings import DestinationSettings
from headcount.destinations import appcues, clevertap, walkme, webhook
from headcount.destinations.appcues import Appcues
from headcount.destinations.base import Abilities, Destination, Login
from headcount.destinations.clevertap import CleverTap
from headcount.destinations.errors import MisconfiguredError
from headcount.destinations.notifier import Manner, Notifier
from headcount.destinations.profile import read_profile
from headcount.destinations.secrecy import ignore_secret
from headcount.destinations.walkme import WalkMe
from headcount.destinations.walkme_notification import WalkMeNotification
from headcount.destinations.webhook import Webhook

K = TypeVar("K")

VENDORS: Mapping[str, Callable[..., Destination]] = {
    "walkme": WalkMe.connect,
    "appcues": Appcues.connect,
    "clevertap": CleverTap.connect,
    "webhook": Webhook.connect,
}
NOTIFIERS: Mapping[str, type[WalkMeNotification]] = {
    "walkme-notification": WalkMeNotification,
}

Profile = walkme.Profile | appcues.Profile | clevertap.Profile | webhook.Profile

PROFILES: Mapping[str, type[Profile]] = {
    "walkme": walkme.Profile,
    "appcues": appcues.Profile,
    "clevertap": clevertap.Profile,
    "webhook": webhook.Profile,
}


def read_abilities(settings: DestinationSettings) -> Abilities | None:
    """What the destination can take and do; None when it holds no segments.

    Needs no login. Raises MisconfiguredError for an option that cannot be right.
    """
    profile = PROFILES.get(settings.type)
    if profile is None:
        return None
    return read_profile(settings.name, profile, settings.options).abilities


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
    return _kind_of(settings, VENDORS)(
        settings.name,
        options=settings.options,
        login=login,
        elapsed_s=elapsed_s,
        on_secret=on_secret,
    )


def load_notifier(
    settings: DestinationSettings,
    login: Login,
    *,
    elapsed_s: Callable[[], float] = clock.elapsed_s,
    on_secret: Callable[[str], None] = ignore_secret,
) -> Notifier:
    """As `load_destination`, for a destination whose users are told of something."""
    return _kind_of(settings, NOTIFIERS).connect(
        settings.name,
        options=settings.options,
        login=login,
        elapsed_s=elapsed_s,
        on_secret=on_secret,
    )


def try_login(settings: DestinationSettings, login: Login) -> bool:
    """Whether the vendor was asked, and let us in; False: it cannot just be asked.

    Raises DestinationError when it did not, or when there is nobody to ask.
    """
    load = load_notifier if settings.told_of else load_destination
    with closing(load(settings, login)) as connected:
        return connected.try_login()


def read_manner(settings: DestinationSettings) -> Manner:
    """Whom a notifier tells of what, known without its connection."""
    kind = _kind_of(settings, NOTIFIERS)
    return kind.read_manner(settings.name, settings.options)


def _kind_of(settings: DestinationSettings, kinds: Mapping[str, K]) -> K:
    kind = kinds.get(settings.type)
    if kind is not None:
        return kind
    nearest = get_close_matches(settings.type, kinds, n=1)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    fault = f"type {settings.type!r} is none of {', '.join(sorted(kinds))}{hint}"
    raise MisconfiguredError(settings.name, fault)
