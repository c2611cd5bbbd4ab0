"""The scheduler has in memory what each of its tasks would import."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import sys
import headcount.runtime.scheduler_process
wanted = "duckdb polars headcount.pipeline.stages headcount.pipeline.pushing"
missing = set(wanted.split()) - set(sys.modules)
assert not missing, missing
"""


def test_what_a_tick_needs_is_loaded():
    subprocess.run([sys.executable, "-c", LOADED], check=True)
