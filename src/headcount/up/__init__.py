"""`headcount up`: Airflow on this machine, on a project or on the sample one."""

from headcount.up.run import Started, run_up

__all__ = ["Started", "run_up"]
