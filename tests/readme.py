"""The README's blocks, and a shell to run them in as a reader would.

A fence's words after the language say what it is: a `yaml` block names the file it
shows, `sh demo` and `sh tests` are the two commands, `text` is the picture; `sh`
blocks run in a scratch copy, `sql` and `python` in the project that they leave.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(.+?)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)

# What stands for uv on a machine where everything is installed already.
SHIMS = {"pip": "exit 0", "uv": '[ "$1" = run ] && shift; exec "$@"'}


def blocks(kind: str) -> list[str]:
    return [body for name, body in FENCES if name == kind]


def only(kind: str) -> str:
    (body,) = blocks(kind)
    return body


def furnish(folder: Path) -> None:
    """The folder has the sample data in it, and no network to install from."""
    # A copy: `cp -r` would follow no link, and work on the repository's own.
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / "bin").mkdir()
    for name, body in SHIMS.items():
        shim = folder / "bin" / name
        shim.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        shim.chmod(0o755)


def run(script: str, folder: Path, **environment: str) -> str:
    """What a shell says to the script; its exit code must be 0."""
    return run_aloud(script, folder, **environment).stdout


def run_aloud(
    script: str, folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """As `run`, with what it says of its progress."""
    path = f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | {"PATH": path, "TMPDIR": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done
