"""`python -m tests.faults.planted [WORD]`: is every wrong reading caught by the tests?

Each fault of `wrong_readings` (those whose name has WORD in it) is planted in a copy of
the package, and the golden cases are asked of that copy, then Hypothesis if they all
agree. Prints one line a fault; exits 1 when one is missed. Takes some minutes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.suite import WRONG
from tests.faults.wrong_readings import FAULTS, Fault

ROOT = Path(__file__).parents[2]
PLANTED_IN = ("src/headcount", "sql")
AT_ONCE = 2


class MovedAnchorError(Exception):
    """The code that a fault is planted in is not there any more, or is there twice."""

    def __init__(self, fault: Fault, found: int) -> None:
        self.fault = fault
        super().__init__(
            f"{fault.name!r}: its anchor stands {found} times in {fault.file}, not once"
        )


def planted(fault: Fault, source: str) -> str:
    """The source with the fault in it."""
    found = source.count(fault.anchor)
    if found != 1:
        raise MovedAnchorError(fault, found)
    return source.replace(fault.anchor, fault.replacement)


def plant(fault: Fault, folder: Path) -> None:
    """A copy of the package with the fault in it is in `folder`."""
    for part in PLANTED_IN:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    path = folder / fault.file
    path.write_text(planted(fault, path.read_text()))


def catch(fault: Fault) -> tuple[bool, str]:
    """Whether the tests notice the fault, and what noticed it first."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        plant(fault, folder)
        path = os.pathsep.join([str(folder / "src"), str(ROOT)])
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.suite"],
            env={**os.environ, "PYTHONPATH": path, "TZ": "Pacific/Auckland"},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode not in {0, WRONG}:
        return False, f"broken: {done.stderr.strip().splitlines()[-1]}"
    return done.returncode == WRONG, done.stdout or "nothing"


def results(faults: list[Fault]) -> Iterator[tuple[Fault, bool, str]]:
    """Each fault with its verdict, in order, as soon as it is known."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for fault, verdict in zip(faults, pool.map(catch, faults), strict=True):
            yield fault, *verdict


def main(word: str = "") -> int:
    """Print the table; 0 when every fault was caught."""
    faults = [fault for fault in FAULTS if word in fault.name]
    missed = 0
    for fault, is_caught, by in results(faults):
        missed += not is_caught
        verdict = "caught" if is_caught else "MISSED"
        sys.stdout.write(f"{verdict}  {fault.name:<60} {by}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(faults) - missed} of {len(faults)} caught\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
