"""Which processes of this machine belong to a folder."""

from __future__ import annotations

import os
from pathlib import Path


def processes_of(folder: Path) -> list[str]:
    """The command lines of processes whose command or environment names the folder."""
    told = [_told(process) for process in Path("/proc").iterdir() if _is_other(process)]
    return [command for command, all_told in told if str(folder) in all_told]


def _is_other(process: Path) -> bool:
    return process.name.isdigit() and int(process.name) != os.getpid()


def _told(process: Path) -> tuple[str, str]:
    try:
        command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        environment = (process / "environ").read_bytes()
    except OSError:  # it has ended, or is not ours
        return "", ""
    return command, command + environment.decode(errors="replace")
