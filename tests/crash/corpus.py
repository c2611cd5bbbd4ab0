"""Event files of every fate, the same for the same seed: what crash tests ingest."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import zstandard

from headcount.definitions.settings import Columns, Settings, Source, System

START = datetime(2026, 5, 1, tzinfo=UTC)
NOW = START + timedelta(days=31)
SETTINGS = Settings(
    systems={name: System(name, ZoneInfo("UTC")) for name in ("acme", "shop")},
    sources=(
        Source("app", "acme", "landing/app/*", "native", attributes=("plan",)),
        Source("web", "acme", "landing/web/*", "native", id_namespace="web"),
        Source(
            "clicks",
            "shop",
            "landing/clicks/*.csv",
            "csv",
            columns=Columns("uid", "ts", event="action"),
        ),
    ),
    destinations={},
)


def dice_of(seed: int) -> random.Random:
    """Dice that fall the same way each time."""
    return random.Random(seed)  # noqa: S311


def write_corpus(folder: Path, *, seed: int, rows: int) -> None:
    """Files of every fate lie in `folder`: loaded, duplicate, refused, growing."""
    dice = dice_of(seed)
    first = _native(dice, rows)
    overlapping = first[rows // 2 :] + _native(dice, rows // 2)
    files = {
        "app/1.ndjson.gz": gzip.compress(_lines(first), mtime=0),
        "app/2.ndjson.zst": zstandard.compress(_lines(overlapping)),
        "app/3-again.ndjson": _lines(first),
        "app/4-torn.gz": gzip.compress(_lines(first), mtime=0)[:-20],
        "app/5-growing.ndjson": _lines(first)[:-3],
        "web/1.ndjson": _lines([*_native(dice, rows), "{}", "bad"]),
        "clicks/1.csv": _csv(dice, rows),
        "clicks/2.csv": _csv(dice, 0),
    }
    for name, content in files.items():
        path = folder / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _native(dice: random.Random, rows: int) -> list[str]:
    return [json.dumps(_row(dice, rows)) for _ in range(rows)]


def _row(dice: random.Random, rows: int) -> dict[str, Any]:
    at = START + timedelta(seconds=dice.randrange(30 * 86_400))
    who = {"user_id": f"u{dice.randrange(rows // 4 + 1)}", "timestamp": at.isoformat()}
    if dice.random() < 0.1:
        plan = dice.choice(["trial", "pro", None])
        return {**who, "type": "attributes", "attributes": {"plan": plan}}
    event = {**who, "event": dice.choice(["play", "complete"])}
    if dice.random() < 0.7:
        event["event_id"] = str(dice.randrange(rows))
    return {**event, "properties": {"n": dice.randrange(9), "plan": "free"}}


def _csv(dice: random.Random, rows: int) -> bytes:
    cells = ((f"c{dice.randrange(99)}", dice.randrange(10**9)) for _ in range(rows))
    return _lines(["uid,ts,action", *(f"{uid},{at},click" for uid, at in cells)])


def _lines(rows: list[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()
