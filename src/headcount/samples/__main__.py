"""`python -m headcount.samples DIR` writes the month's files into DIR."""

from __future__ import annotations

import sys
from pathlib import Path

from headcount.samples.webhook import write_month

if __name__ == "__main__":
    for path in write_month(Path(sys.argv[1])):
        sys.stdout.write(f"{path}: {path.stat().st_size:,} bytes\n")
