"""Secrets that are used but not read by accident: starred in errors and logs."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote, quote_plus

MIN_CHARS = 8  # Airflow masks a value everywhere: "a" would star every a


def ignore_secret(_: str) -> None:
    """Nobody outside wants to be told of secrets."""


class Secrecy:
    """The secrets of one destination and all forms in which they travel.

    `on_secret` is called with every form before it is first used, so that a host that
    masks its logs (Airflow's `mask_secret`) knows them.
    """

    def __init__(self, on_secret: Callable[[str], None] = ignore_secret) -> None:
        self._forms: set[str] = set()
        self._on_secret = on_secret

    def keep(self, secret: str) -> None:
        """From now on `secret` is starred in every text, however it is encoded."""
        in_base64 = base64.b64encode(secret.encode()).decode()
        for form in {secret, in_base64, quote(secret, safe=""), quote_plus(secret)}:
            if form not in self._forms:
                self._forms.add(form)
                self._on_secret(form)

    def scrub(self, text: str) -> str:
        """The text with every kept secret starred."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, "***")
        return text


def fault_of_secret(secret: str | None) -> str | None:
    """Why `secret` cannot be used, in words that do not repeat it; None when it can."""
    if not secret:
        return "is missing"
    if len(secret) < MIN_CHARS:
        return f"is shorter than {MIN_CHARS} characters"
    if not (secret.isascii() and secret.isprintable()):
        return "has a line break or another character that no header can carry"
    return None
