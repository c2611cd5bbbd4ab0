"""Which names of a definition the log does not have."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from headcount.definitions.load import load_definition
from headcount.definitions.settings import Settings, System
from headcount.store.sightings import SeenAttribute, SeenEvent, SeenSystem
from headcount.store.unseen import Unseen, find_unseen

AT = datetime(2026, 5, 1, tzinfo=UTC)


def key(name: str) -> SeenAttribute:
    return SeenAttribute(name, 1, AT, AT, ())


SEEN = SeenSystem(
    "acme",
    (
        SeenEvent("purchase", 3, AT, AT, (key("amount"), key("cart"))),
        SeenEvent("page view", 3, AT, AT, (key("url.path"),)),
    ),
    (key("plan"),),
)


def unseen(folder: Path, rules: str) -> list[Unseen]:
    path = folder / "one.yaml"
    path.write_text(f"name: One\nsystem: acme\nrules: {rules}\n", encoding="utf-8")
    settings = Settings({"acme": System("acme", ZoneInfo("UTC"))}, (), {})
    return list(find_unseen([SEEN], [load_definition(path, settings)]))


@pytest.mark.parametrize(
    "rules",
    [
        "[{event: purchase, where: {cart.total: 2}, sum: {of: amount, gt: 1}}]",
        "[{event: page*, where: {url.path: /}, first: true}]",
        "[{event: [purchase, page view], where: {amount: 1}}]",
        "[{sequence: [{event: page view}, {event: purchase}]}]",
        "[{attribute: plan, is: pro}, {attribute: plan.name, is: pro}]",
        "[{everyone: true}]",
    ],
)
def test_nothing_is_told_of_names_that_are_there(tmp_path: Path, rules: str) -> None:
    assert unseen(tmp_path, rules) == []


@pytest.mark.parametrize(
    ("rules", "kind", "name", "nearest"),
    [
        ("[{event: Purchse}]", "event", "Purchse", "purchase"),
        ("[{event: pages*}]", "event", "pages*", None),
        ("[{event: [purchase, buy]}]", "event", "buy", None),
        ("[{not: {event: purchas}}]", "event", "purchas", "purchase"),
        ("[{event: purchase, where: {amout: 1}}]", "property", "amout", "amount"),
        ("[{event: page view, where: {url: /}}]", "property", "url", None),
        (
            "[{event: purchase, distinct: {of: carts, gt: 1}}]",
            "property",
            "carts",
            "cart",
        ),
        (
            "[{sequence: [{event: purchase}, {event: purchase}], same: cat}]",
            "property",
            "cat",
            "cart",
        ),
        ("[{attribute: Plans, is: x}]", "attribute", "Plans", "plan"),
    ],
)
def test_name_that_is_not_there_is_told_once_with_the_nearest(
    tmp_path: Path, rules: str, kind: str, name: str, nearest: str | None
) -> None:
    (found,) = unseen(tmp_path, rules)

    assert (found.kind, found.name, found.nearest) == (kind, name, nearest)
    assert found.message.startswith("one: acme has never seen the ")


def test_properties_of_an_unseen_event_are_not_told_too(tmp_path: Path) -> None:
    (found,) = unseen(tmp_path, "[{event: refund, where: {reason: x}}]")

    assert found.message == "one: acme has never seen the event 'refund'"


def test_system_without_rows_has_seen_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("name: O\nsystem: beta\nrules: [{event: buy}]\n", encoding="utf-8")
    settings = Settings({"beta": System("beta", ZoneInfo("UTC"))}, (), {})

    (found,) = find_unseen([SEEN], [load_definition(path, settings)])

    assert found.system == "beta"
