"""A small project of event files, ingested for real: what tests of ingest act on."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from headcount.definitions.settings import Settings, Source, System
from headcount.ingest.load import Progress
from headcount.ingest.report import FileReport, IngestReport
from headcount.ingest.sources import ingest_sources
from headcount.store.warehouse import Warehouse

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
AT = "2026-05-01T09:00:00Z"


def event(user_id: Any = "u1", name: Any = "play", at: Any = AT, **more: Any) -> str:
    """A native event as a line of NDJSON, without its line end."""
    row = {"user_id": user_id, "event": name, "timestamp": at, **more}
    return json.dumps(row, ensure_ascii=False)


def record(user_id: str, at: str = AT, **attributes: Any) -> str:
    """A native attribute record as a line of NDJSON, without its line end."""
    row = {"type": "attributes", "user_id": user_id, "timestamp": at}
    return json.dumps({**row, "attributes": attributes}, ensure_ascii=False)


def lines(*rows: str) -> bytes:
    """A whole text file of these lines."""
    return "".join(f"{row}\n" for row in rows).encode()


@dataclass
class Landing:
    """A project folder, one source `app` (`app/*`, native), a store in memory."""

    folder: Path
    warehouse: Warehouse
    sources: tuple[Source, ...] = (Source("app", "acme", "app/*", "native"),)

    def set(self, **changes: Any) -> None:
        """The first source has these settings instead."""
        self.sources = (replace(self.sources[0], **changes), *self.sources[1:])

    def put(self, name: str, content: bytes | str) -> Path:
        """The file `app/<name>` has this content."""
        path = self.folder / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def ingest(
        self, now: datetime = NOW, progress: Progress | None = None
    ) -> IngestReport:
        """All files of all sources are ingested."""
        systems = {source.system for source in self.sources}
        settings = Settings(
            systems={name: System(name, ZoneInfo("UTC")) for name in systems},
            sources=self.sources,
            destinations={},
        )
        return ingest_sources(
            self.warehouse, settings, self.folder, now=now, progress=progress
        )

    def load(self, content: bytes | str, name: str = "a.ndjson") -> FileReport:
        """The file is put there and ingested; the report of just this file."""
        self.put(name, content)
        (report,) = self.ingest().files
        return report

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the store."""
        return self.warehouse.con.execute(query).fetchall()

    def events(self) -> list[tuple[Any, ...]]:
        """(user, event, properties) of each event, in the order of ingest."""
        return self.ask(
            "SELECT user_id, event, properties FROM events JOIN users "
            "USING (system_code, user_code) JOIN event_names "
            "USING (system_code, event_code) ORDER BY position"
        )

    def attributes(self) -> list[tuple[Any, ...]]:
        """(user, key, value) of each attribute, in the order of ingest."""
        return self.ask(
            "SELECT user_id, key, value FROM attributes JOIN users "
            "USING (system_code, user_code) WHERE key IS NOT NULL "
            "ORDER BY position, key"
        )

    def instants(self) -> list[datetime]:
        """The instants of the events, in the order of ingest."""
        return [at for (at,) in self.ask('SELECT "at" FROM events ORDER BY position')]

    def rejects(self) -> list[tuple[int, str]]:
        """(line, reason) of each rejected row."""
        return self.ask("SELECT line, reason FROM rejected_rows ORDER BY ALL")
