"""The stages of a tick, each a function that may be run, repeated and killed alone.

Each opens the store for a short time, leaves what it made whole, and returns a report
with `to_json()`. Commands and DAGs call these and nothing below them.
"""

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
