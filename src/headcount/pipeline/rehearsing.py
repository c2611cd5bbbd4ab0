"""A project against stand-ins of its destinations: who plays whom, and a copy for it.

A rehearsal needs a project of its own: what a stand-in was told stands in the ledger as
if the vendor had it.
"""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from headcount.definitions.destination_file import OPTIONS
from headcount.definitions.mistakes import nearest
from headcount.definitions.project_file import FILE_NAME
from headcount.errors import ProjectExistsError, UnknownDestinationError, UsageError
from headcount.project import Project, connection_variable
from headcount.standins.faults import Fault, parse_rates
from headcount.standins.process import StandIn, running_standin

HOST = "127.0.0.1"


class PortTakenError(UsageError):
    """Somebody listens on a port that a stand-in is to have."""

    kind = "port_taken"

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__(f"port {port} is taken; name the first of others with --port")


class FaultRatesError(UsageError):
    """What the stand-ins are to do wrong cannot be read."""

    kind = "fault_rates"

    def __init__(self, text: str) -> None:
        self.text = text
        self.kinds = list(Fault)
        super().__init__(
            f"faults {text!r} are neither a rate like 0.3 nor NAME=RATE,… of "
            f"{', '.join(Fault)}; together at most 1"
        )


def require_rates(text: str) -> dict[Fault, float]:
    """The chance of each fault that `text` names; FaultRatesError when it is none."""
    try:
        return parse_rates(text)
    except ValueError:
        raise FaultRatesError(text) from None


@dataclass(frozen=True, slots=True)
class Role:
    """A destination, or a vendor that no project names yet."""

    destination: str
    type: str
    connection: str


@dataclass(frozen=True, slots=True)
class Part:
    """A destination that a running stand-in plays."""

    role: Role
    standin: StandIn

    @property
    def base_url(self) -> str:
        """What headcount.yaml says of its address."""
        path = f"/hooks/{self.role.destination}" if self.role.type == "webhook" else ""
        return self.standin.url + path

    @property
    def variable(self) -> str:
        """Where its connection is looked for outside Airflow."""
        return connection_variable(self.role.connection)

    @property
    def value(self) -> str:
        """The connection, for headcount and for Airflow."""
        kind = self.role.type.replace("-", "_")
        held = {
            "conn_type": "headcount_webhook" if kind == "webhook" else kind,
            "login": self.standin.login,
            "password": self.standin.password,
        }
        return json.dumps(held)

    def to_json(self) -> dict[str, Any]:
        """What a program needs to rehearse against it."""
        return {
            "destination": self.role.destination,
            "type": self.role.type,
            "base_url": self.base_url,
            "connection": self.role.connection,
            "variable": self.variable,
            "value": self.value,
            "holds": f"{self.standin.url}/_standin/",
        }


def roles_of(project: Project | None, names: Sequence[str]) -> list[Role]:
    """The destinations of the project, else all vendors; only the named, if any are.

    UnknownDestinationError for a name that is no destination, and no vendor.
    """
    vendors = {
        kind: Role(kind, kind, f"{kind.replace('-', '_')}_default") for kind in OPTIONS
    }
    known = (
        {
            name: Role(name, one.type, one.connection or name)
            for name, one in project.settings.destinations.items()
        }
        if project
        else vendors
    )
    everybody = vendors | known
    for name in names:
        if name not in everybody:
            raise UnknownDestinationError(name, nearest=nearest(name, everybody))
    return [everybody[name] for name in names or known or vendors]


@contextmanager
def playing(
    roles: Sequence[Role],
    *,
    first_port: int,
    options: Sequence[str] = (),
    keep: Path | None = None,
) -> Iterator[tuple[Part, ...]]:
    """Each role is played on a port of this machine for as long as the block lasts.

    `options` are those of `python -m headcount.standins`. With `keep`, a folder, what
    they hold is still there the next time.
    """
    ports = range(first_port, first_port + len(roles))
    for port in ports:
        _require_free(port)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield tuple(
            Part(
                role,
                stack.enter_context(
                    running_standin(
                        role.type,
                        state_file=keep and keep / f"{role.destination}.json",
                        options=("--port", str(port), *options),
                    )
                ),
            )
            for role, port in zip(roles, ports, strict=True)
        )


def write_copy(project: Project, folder: Path, parts: Sequence[Part]) -> None:
    """`folder` is a project of the same definitions and files, with other addresses.

    It has a store of its own and reads the project's landing folders where they are.
    """
    if (folder / FILE_NAME).exists():
        raise ProjectExistsError(folder)
    document = project.document
    tree = {} if document is None else dict(document.tree)
    sources = [_from_anywhere(one, project.folder) for one in tree.get("sources", ())]
    played = {part.role.destination: part for part in parts}
    destinations = {
        name: one | {"base_url": played[name].base_url} if name in played else one
        for name, one in tree.get("destinations", {}).items()
    }
    written = tree | {
        "sources": sources,
        "destinations": destinations,
        "segments": "segments/",
    }
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(project.segments_folder, folder / "segments", dirs_exist_ok=True)
    text = json.dumps(written, indent=2, ensure_ascii=False, default=_to_number)
    heading = f"# A rehearsal of {project.folder.resolve()}\n"
    (folder / FILE_NAME).write_text(f"{heading}{text}\n", encoding="utf-8")


def _require_free(port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            raise PortTakenError(port) from None


def _from_anywhere(source: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The source with a path that means the same files from any folder."""
    path = source["path"]
    is_url = "://" in path
    return {**source, "path": path if is_url else str(folder.resolve() / path)}


def _to_number(value: Any) -> int | float:
    """A number of YAML as JSON has it."""
    if not isinstance(value, Decimal):
        raise TypeError(value)
    return int(value) if value == int(value) else float(value)
