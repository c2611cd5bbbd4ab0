"""`python -m headcount.runtime.scheduler_process`: the scheduler, ready to fork tasks.

LocalExecutor forks every task from it. What is imported here a task has in memory as it
begins; else each would spend a second of CPU on it. Importing is all that is done: a
fork of Polars or DuckDB at work would wait for its threads for ever.
"""

from __future__ import annotations

import runpy
import sys

from headcount.pipeline import alert, run_tick  # noqa: F401 - imported to be there


def main() -> None:
    """`airflow scheduler` has run until it was ended."""
    sys.argv = ["airflow", "scheduler", "--skip-serve-logs"]
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
