"""How pushes are dealt out to mapped tasks."""

from __future__ import annotations

import subprocess
import sys

import pytest

SHOW = """
from headcount.provider.tasks import in_portions, require_all_good

require_all_good(None, None)  # of tasks that a person marked as done nothing is known

due = [{"destination": d, "segment_id": s} for d, s in ("ax", "ay", "az", "bx", "by")]
for most in (5, 3, 2, 1):
    portions = in_portions(due, most=most)
    print("SHOWN", [p["destination"] + "".join(p["segment_ids"]) for p in portions])
print("SHOWN", in_portions([], most=1024))
"""


@pytest.mark.airflow
def test_more_pushes_than_tasks_go_several_to_a_task() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW], capture_output=True, text=True, check=True
    )

    shown = [line for line in done.stdout.splitlines() if line.startswith("SHOWN")]
    assert shown == [
        "SHOWN ['ax', 'ay', 'az', 'bx', 'by']",
        "SHOWN ['axy', 'az', 'bxy']",
        "SHOWN ['axyz', 'bxy']",
        "SHOWN ['axyz', 'bxy']",
        "SHOWN []",
    ]
