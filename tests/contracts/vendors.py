"""The vendors that every contract is tried on: each a stand-in and its adapter.

A new vendor is one more entry of VENDORS.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from headcount.definitions.settings import DestinationSettings
from headcount.destinations.base import Destination, SegmentRef
from headcount.destinations.http import Timeouts
from headcount.destinations.load import load_destination
from headcount.destinations.secrecy import ignore_secret
from headcount.destinations.walkme import WalkMe
from headcount.standins.process import StandIn, running_standin
from headcount.sync.retry import Pace

MakeOptions = Callable[[StandIn], Mapping[str, Any]]

VENDORS: Mapping[str, MakeOptions] = {
    "walkme": lambda standin: {"base_url": standin.url, "stand_in": True},
}


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor as one test sees it: an account of its own."""

    standin: StandIn
    options: Mapping[str, Any]
    account: str = field(default_factory=lambda: str(uuid.uuid4()))
    on_secret: Callable[[str], None] = ignore_secret

    def connect(self, **options: Any) -> Destination:
        """A destination of this account's vendor."""
        settings = DestinationSettings(
            name=self.standin.vendor,
            type=self.standin.vendor,
            options={**self.options, **options},
        )
        return load_destination(settings, self.standin, on_secret=self.on_secret)

    def segment(self, segment_id: str = "stuck-trials", **fields: Any) -> SegmentRef:
        """A segment of this account."""
        given = {"name": segment_id.title(), "system": "crm", **fields}
        return SegmentRef(segment_id, system_guid=self.account, **given)

    def order(self, *faults: str) -> None:
        """The next calls meet these faults."""
        self.standin.order(*faults)

    def segments(self) -> list[dict[str, Any]]:
        """What the vendor holds for this account."""
        account = self.account.replace("-", "")
        return [s for s in self.standin.read_segments() if s["account"] == account]

    def members(self, segment_id: str = "stuck-trials") -> list[str] | None:
        """Who is in the segment there, sorted; None when there is none."""
        for segment in self.segments():
            if segment["external_id"] == segment_id:
                return list(segment["user_ids"])
        return None

    def requests(self) -> list[dict[str, Any]]:
        """The calls that this account's segments had, oldest first."""
        return [r for r in self.standin.read_requests() if self.account in r["path"]]


@pytest.fixture(scope="session", params=VENDORS)
def standin(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """A running stand-in without faults but those that a test orders."""
    with running_standin(request.param, options=("--slow", "1.5")) as running:
        yield running


@pytest.fixture
def vendor(standin: StandIn) -> Iterator[Vendor]:
    """A vendor with an empty account."""
    yield Vendor(standin, VENDORS[standin.vendor](standin))
    standin.order()


@pytest.fixture
def destination(vendor: Vendor) -> Iterator[Destination]:
    """The vendor's adapter as the project file would make it."""
    with closing(vendor.connect()) as connected:
        yield connected


def impatient(vendor: Vendor, *, read_s: float) -> WalkMe:
    """An adapter that waits only so long for a reply."""
    return WalkMe.connect(
        vendor.standin.vendor,
        options=vendor.options,
        login=vendor.standin,
        elapsed_s=time.monotonic,
        timeouts=Timeouts(read_s=read_s),
    )


class QuickTime:
    """A clock on which sleeping takes no time."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def elapsed_s(self) -> float:
        """Real seconds and those slept."""
        return time.monotonic() + sum(self.slept)

    def pace(self) -> Pace:
        """The pace of a push in this time, without chance."""
        return Pace(self.elapsed_s, self.slept.append, lambda: 0.5)
