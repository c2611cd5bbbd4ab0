"""The vendors that every contract is tried on: each a stand-in and its adapter.

A new vendor is one more entry of VENDORS.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from headcount.definitions.settings import DestinationSettings
from headcount.destinations.base import Destination, Job, SegmentRef
from headcount.destinations.http import Timeouts
from headcount.destinations.load import VENDORS as CONNECT
from headcount.destinations.load import load_destination
from headcount.destinations.secrecy import ignore_secret
from headcount.standins.process import StandIn, running_standin
from headcount.sync.retry import Pace


@dataclass(frozen=True, slots=True)
class Kit:
    """How tests set up a vendor, and what its answers are good for.

    options          of headcount.yaml, for a stand-in and an account
    known_as         what our segment id is called there
    has_logins       an account is what one logs in to
    limits_batches   a request of more than `max_batch` users is refused
    refuses_twins    a second segment of our id is refused, not made
    reads_replies    more than a reply's status counts
    """

    options: Callable[[str, str], Mapping[str, Any]]
    known_as: str = "{}"
    has_logins: bool = False
    limits_batches: bool = True
    refuses_twins: bool = True
    reads_replies: bool = True


VENDORS: Mapping[str, Kit] = {
    "walkme": Kit(lambda url, _: {"base_url": url, "stand_in": True}),
    "appcues": Kit(
        lambda url, account: {
            "base_url": url,
            "stand_in": True,
            "account_id": account.replace("-", ""),
        },
        known_as="headcount segment {}",
        limits_batches=False,
        refuses_twins=False,
    ),
    "clevertap": Kit(
        lambda url, _: {"base_url": url, "stand_in": True}, has_logins=True
    ),
    "webhook": Kit(
        lambda url, account: {
            "base_url": f"{url}/hooks/{account.replace('-', '')}",
            "stand_in": True,
        },
        limits_batches=False,
        refuses_twins=False,
        reads_replies=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor as one test sees it: an account of its own."""

    standin: StandIn
    account: str = field(default_factory=lambda: str(uuid.uuid4()))
    on_secret: Callable[[str], None] = ignore_secret

    @property
    def kit(self) -> Kit:
        """What tests must know of this vendor."""
        return VENDORS[self.standin.vendor]

    @property
    def options(self) -> Mapping[str, Any]:
        """What headcount.yaml says of it."""
        return self.kit.options(self.standin.url, self.account)

    @property
    def login(self) -> StandIn:
        """What the connection says."""
        account = self.account.replace("-", "")
        return (
            replace(self.standin, login=account)
            if self.kit.has_logins
            else self.standin
        )

    def connect(self, **options: Any) -> Destination:
        """A destination of this account's vendor."""
        settings = DestinationSettings(
            name=self.standin.vendor,
            type=self.standin.vendor,
            options={**self.options, **options},
        )
        return load_destination(settings, self.login, on_secret=self.on_secret)

    def segment(self, segment_id: str = "stuck-trials", **fields: Any) -> SegmentRef:
        """A segment of this account."""
        given = {"name": segment_id.title(), "key": str(uuid.uuid4()), **fields}
        given.setdefault("system", "crm")
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
            if segment["external_id"] == self.kit.known_as.format(segment_id):
                return list(segment["user_ids"])
        return None

    def requests(self) -> list[dict[str, Any]]:
        """The calls that name this account in their path, oldest first."""
        bare = self.account.replace("-", "")
        requests = self.standin.read_requests()
        return [r for r in requests if bare in r["path"].replace("-", "")]

    def create(
        self, destination: Destination, user_ids: list[str], **fields: Any
    ) -> str:
        """The remote id of a new segment that holds these users."""
        segment = self.segment(**fields)
        if destination.abilities.creates_with_users:
            return destination.create(segment, user_ids)
        remote_id = destination.create(segment, [])
        self.add(destination, remote_id, user_ids)
        return remote_id

    def add(
        self, destination: Destination, remote_id: str, user_ids: list[str]
    ) -> None:
        """The users are members there."""
        self.settle(destination, destination.add(self.segment(), remote_id, user_ids))

    def catch_up(self, destination: Destination) -> None:
        """What the vendor took on without our seeing it is done: others have called."""
        if destination.abilities.can_find:
            for _ in range(3):
                destination.find(self.segment("another"))

    def settle(self, destination: Destination, job: Job | None) -> None:
        """What the destination works at is done."""
        while job is not None and not destination.is_done(job):
            pass


@pytest.fixture(scope="session", params=VENDORS)
def standin(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """A running stand-in without faults but those that a test orders."""
    with running_standin(request.param, options=("--slow", "1.5")) as running:
        yield running


@pytest.fixture
def vendor(standin: StandIn) -> Iterator[Vendor]:
    """A vendor with an empty account."""
    yield Vendor(standin)
    standin.order()


@pytest.fixture
def destination(vendor: Vendor) -> Iterator[Destination]:
    """The vendor's adapter as the project file would make it."""
    with closing(vendor.connect()) as connected:
        yield connected


def impatient(vendor: Vendor, *, read_s: float) -> Destination:
    """An adapter that waits only so long for a reply."""
    return CONNECT[vendor.standin.vendor](
        vendor.standin.vendor,
        options=vendor.options,
        login=vendor.login,
        elapsed_s=time.monotonic,
        timeouts=Timeouts(read_s=read_s),
    )


class QuickTime:
    """A clock on which sleeping takes no time; a stand-in's clock goes with it."""

    def __init__(self, standin: StandIn | None = None) -> None:
        self.slept: list[float] = []
        self._standin = standin

    def elapsed_s(self) -> float:
        """Real seconds and those slept."""
        return time.monotonic() + sum(self.slept)

    def pace(self) -> Pace:
        """The pace of a push in this time, without chance."""
        return Pace(self.elapsed_s, self.sleep, lambda: 0.5)

    def sleep(self, seconds: float) -> None:
        """So much time has gone by."""
        self.slept.append(seconds)
        if self._standin is not None:
            self._standin.skip(seconds)
