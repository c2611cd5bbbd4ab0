"""The `headcount` command; `main` runs one inside a process that goes on living."""

from headcount.cli.entry import entry_point, main

__all__ = ["entry_point", "main"]
