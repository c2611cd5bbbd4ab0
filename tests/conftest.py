"""What every test shares: a local clock far from UTC, and how hard Hypothesis looks.

`pytest --hypothesis-profile=long` searches longer; `ci` is what runs otherwise.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from headcount.standins.process import StandIn, running_standin

# Where a naive time is wrong by half a day, and summer time runs the other way round.
os.environ["TZ"] = "Pacific/Auckland"
time.tzset()

settings.register_profile(
    "ci",
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("ci"), max_examples=20_000)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def lasting_walkme() -> Iterator[StandIn]:
    """One WalkMe for the whole session; to be emptied for each test."""
    with running_standin("walkme") as running:
        yield running


@pytest.fixture(scope="session")
def lasting_workstation() -> Iterator[StandIn]:
    """Likewise WalkMe's notifications; users with `bad` in their id are refused."""
    with running_standin("walkme-notification", options=("--poison", "bad")) as running:
        yield running


@pytest.fixture
def workstation(lasting_workstation: StandIn) -> StandIn:
    """WalkMe's notifications, that nobody was told before."""
    lasting_workstation.forget()
    return lasting_workstation
