"""Each night: what lies about is swept, snapshots thinned, the store compacted.

Erasures that had to wait are tried again. It may be killed anywhere and repeated.

Source: interface.md §4 (`maintain_warehouse`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from headcount.destinations.secrecy import ignore_secret
from headcount.pipeline.exporting import sweep_old_exports
from headcount.pipeline.forgetting import Receipt, finish_erasures
from headcount.pipeline.stages import measure, publish
from headcount.project import Project
from headcount.store.files import sweep_temporaries
from headcount.store.retention import Compaction, compact_store, thin_snapshots
from headcount.store.snapshots import sweep_snapshots, write_manifests


@dataclass(frozen=True, slots=True)
class MaintenanceReport:
    """What is gone: temporary folders, snapshots nothing names, old exports.

    `thinned` snapshots were older than is to be kept. The conditions of `measured`
    segments were measured. `erasure` None: none waited.
    """

    temporaries: int
    snapshots: int
    thinned: int
    exports: int
    measured: int
    compaction: Compaction
    erasure: Receipt | None

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self) | {
            "erasure": self.erasure.to_json() if self.erasure else None
        }


def maintain(
    project: Project,
    *,
    now: datetime,
    on_secret: Callable[[str], None] = ignore_secret,
) -> MaintenanceReport:
    """The project is swept and takes no more room than it must; all is published."""
    folder = project.snapshots_folder
    erasure = finish_erasures(project, now=now, on_secret=on_secret)
    with project.open_store() as warehouse:
        swept = sum(
            map(sweep_temporaries, [project.exports_folder, *folder.glob("*/")])
        )
        write_manifests(warehouse, folder)
        snapshots = sweep_snapshots(warehouse, folder)
        keep = project.settings.snapshots
        thinned = thin_snapshots(warehouse, folder, keep, now=now)
        compaction = compact_store(warehouse)
    exports = sweep_old_exports(project, now=now)
    measured = measure(project)
    publish(project, now=now)
    return MaintenanceReport(
        swept, snapshots, thinned, exports, measured, compaction, erasure
    )
