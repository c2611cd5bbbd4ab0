"""`headcount demo`: the whole way on sample data, through the real DAGs."""

from headcount.demo.report import DemoReport
from headcount.demo.run import run_demo

__all__ = ["DemoReport", "run_demo"]
