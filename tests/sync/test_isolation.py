"""Bad users are found by halving, exactly, and within limits."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.sync.isolation import FREE, Isolation, Refusal, TooManyRefusedError


@dataclass
class Vendor:
    """Refuses any request with a bad user in it; keeps what it took."""

    bad: set[str]
    most: int = 10**9
    held: set[str] = field(default_factory=set)

    def send(self, user_ids: list[str]) -> Refusal | None:
        if len(user_ids) > self.most:
            return Refusal("too many", is_too_large=True)
        if self.bad & set(user_ids):
            return Refusal("bad id")
        self.held |= set(user_ids)
        return None


def search(users: list[str], vendor: Vendor) -> Isolation:
    isolation = Isolation("vendor", len(users))
    isolation.attempt(users, vendor.send)
    return isolation


def users(count: int) -> list[str]:
    return [f"user-{number:05}" for number in range(count)]


@given(size=st.integers(1, 60), data=st.data())
def test_exactly_the_bad_are_found_and_the_others_taken(
    size: int, data: st.DataObject
) -> None:
    all_of_them = users(size)
    few = max(1, size // 10)
    bad = data.draw(st.sets(st.sampled_from(all_of_them), max_size=few))
    vendor = Vendor(bad)

    found = search(all_of_them, vendor)

    assert set(found.rejects) == bad
    assert vendor.held == set(all_of_them) - bad
    assert found.taken + len(found.rejects) == size


@pytest.mark.parametrize("bad", [1, 5, 50])
def test_search_costs_less_than_halving_both_ways(bad: int) -> None:
    chance = random.Random(bad)  # noqa: S311
    all_of_them = users(1_000)

    found = search(all_of_them, Vendor(set(chance.sample(all_of_them, bad))))

    assert len(found.rejects) == bad
    assert found.requests <= 2 * bad * math.log2(1_000 / bad) + 2 * bad + 1


def test_all_bad_is_given_up_early() -> None:
    all_of_them = users(25_000)

    with pytest.raises(TooManyRefusedError, match="Are these the ids it knows") as told:
        search(all_of_them, Vendor(set(all_of_them)))
    assert told.value.settled <= FREE


def test_request_that_is_too_large_is_halved_and_nobody_blamed() -> None:
    vendor = Vendor(set(), most=30)

    found = search(users(100), vendor)

    assert (found.rejects, found.requests) == ({}, 7)
    assert vendor.held == set(users(100))


def test_named_users_are_believed_and_the_rest_is_said_again() -> None:
    said: list[list[str]] = []

    def send(user_ids: list[str]) -> Refusal | None:
        said.append(user_ids)
        return Refusal("no", {"b": "unknown"}) if "b" in user_ids else None

    isolation = Isolation("vendor", 3)
    isolation.attempt(["a", "b", "c"], send)

    assert said == [["a", "b", "c"], ["a", "c"]]
    assert isolation.rejects == {"b": "unknown"}


def test_found_are_told_once() -> None:
    isolation = Isolation("vendor", 2)

    isolation.settle(["b"], Refusal("no"), lambda _: None)

    assert [isolation.pop_found(), isolation.pop_found()] == [{"b": "no"}, {}]
