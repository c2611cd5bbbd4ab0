"""The stages of a tick, each a function that may be run, repeated and killed alone.

Each opens the store for a short time, leaves what it made whole, and returns a report
with `to_json()`. Commands and DAGs call these and nothing below them. A stage is
imported when it is asked for: a command that looks at the store needs none that pushes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headcount.pipeline.backfilling import backfill
    from headcount.pipeline.exporting import export, export_due, export_segments
    from headcount.pipeline.forgetting import forget, undo_forget
    from headcount.pipeline.maintenance import maintain
    from headcount.pipeline.notifying import alert
    from headcount.pipeline.pushing import push, pushes_due
    from headcount.pipeline.rebuilding import rebuild
    from headcount.pipeline.reconciling import reconcile, reconcile_in_turn
    from headcount.pipeline.stages import evaluate, ingest, measure, publish, retract
    from headcount.pipeline.tick import run_tick
    from headcount.pipeline.verification import verify

__all__ = [
    "alert",
    "backfill",
    "evaluate",
    "export",
    "export_due",
    "export_segments",
    "forget",
    "ingest",
    "maintain",
    "measure",
    "publish",
    "push",
    "pushes_due",
    "rebuild",
    "reconcile",
    "reconcile_in_turn",
    "retract",
    "run_tick",
    "undo_forget",
    "verify",
]

_STAGES = {
    "backfilling": ["backfill"],
    "exporting": ["export", "export_due", "export_segments"],
    "forgetting": ["forget", "undo_forget"],
    "maintenance": ["maintain"],
    "notifying": ["alert"],
    "pushing": ["push", "pushes_due"],
    "rebuilding": ["rebuild"],
    "reconciling": ["reconcile", "reconcile_in_turn"],
    "stages": ["evaluate", "ingest", "measure", "publish", "retract"],
    "tick": ["run_tick"],
    "verification": ["verify"],
}
_MODULES = {name: module for module, names in _STAGES.items() for name in names}


def __getattr__(name: str) -> Any:
    """The stage of that name, imported."""
    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
