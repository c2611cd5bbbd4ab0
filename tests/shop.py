"""A small project on disk, to be worked on by commands and by stages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from headcount.project import Project, open_project

TICK = datetime(2026, 5, 1, 9, 15, tzinfo=UTC)
NOW = TICK + timedelta(minutes=5)

SETTINGS = """\
systems:
  shop: {timezone: UTC, guid: 1e5afe51-2d2a-4b22-a60a-cf2d6c01d726}
sources:
  - {name: app, system: shop, path: landing/*.ndjson, format: native}
"""
WALKME = (
    "destinations:\n  walkme: {type: walkme, connection: walkme_default, "
    "base_url: https://api.walkme.com}\n"
)
BUYERS = "name: Buyers\nsystem: shop\nrules: [{event: buy}]\n"


@dataclass(frozen=True, slots=True)
class Shop:
    """A project whose events and definitions a test puts there."""

    folder: Path

    @property
    def project(self) -> Project:
        """The project as it is on disk now."""
        return open_project(self.folder)

    def settle(self, more: str = "") -> None:
        """headcount.yaml is there, with `more` at its end."""
        for name in ("landing", "segments"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "headcount.yaml").write_text(SETTINGS + more, encoding="utf-8")

    def define(self, segment_id: str, text: str) -> Path:
        """The definition of a segment is `text`."""
        path = self.folder / "segments" / f"{segment_id}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def land(self, name: str, *events: tuple[str, str, datetime]) -> None:
        """A file of events, each of a user, a name and an instant."""
        self.land_text(
            name,
            *(
                json.dumps({"user_id": u, "event": e, "timestamp": at.isoformat()})
                for u, e, at in events
            ),
        )

    def land_text(self, name: str, *lines: str) -> None:
        """A file of these lines."""
        path = self.folder / "landing" / f"{name}.ndjson"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def opened(folder: Path) -> Shop:
    """A shop with one segment, Ann who bought and Bob who only looked."""
    shop = Shop(folder)
    shop.settle()
    shop.define("buyers", BUYERS)
    hour_ago = TICK - timedelta(hours=1)
    shop.land("first", ("ann", "buy", hour_ago), ("bob", "look", hour_ago))
    return shop
