"""The project folder, its settings, and the secrets that stand beside it.

The only reader of headcount.yaml and of the environment (the clock's apart).
Source: interface.md §2.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from headcount.definitions.faults import sorted_faults
from headcount.definitions.load import (
    Loaded,
    LoadedDefinition,
    Registry,
    file_name,
    find_definition_files,
    load_definitions,
    load_drafts,
    load_files,
)
from headcount.definitions.loaded import EMPTY
from headcount.definitions.mistakes import nearest, quote
from headcount.definitions.project_file import FILE_NAME, read_project_file
from headcount.definitions.settings import Settings
from headcount.definitions.yaml_reader import Document
from headcount.errors import DefinitionError, Fault, StateError, UsageError
from headcount.store.memory import Memory

if TYPE_CHECKING:
    from headcount.store.warehouse import Warehouse

HOME_VARIABLE = "HEADCOUNT_HOME"
CONNECTION_VARIABLE = "HEADCOUNT_CONN_"


class NoProjectError(UsageError):
    """There is no headcount.yaml where the project should be."""

    kind = "no_project"

    def __init__(self, folder: Path, *, said_by: str) -> None:
        self.folder = folder
        self.said_by = said_by
        super().__init__(
            f"no {FILE_NAME} in {folder} ({said_by}). Name the project's folder with "
            f"--project or {HOME_VARIABLE}, or make one with `headcount init`"
        )


class MissingConnectionError(StateError):
    """A connection that headcount.yaml names is not in the environment."""

    kind = "missing_connection"

    def __init__(self, connection: str, *, variable: str) -> None:
        self.connection = connection
        self.variable = variable
        super().__init__(
            f"no connection {connection!r}: set {variable} to "
            '{"login": …, "password": …} or to a URI'
        )


class UnreadableConnectionError(StateError):
    """The variable of a connection holds neither JSON nor a URI; it is not repeated."""

    kind = "unreadable_connection"

    def __init__(self, connection: str, *, variable: str, fault: str) -> None:
        self.connection = connection
        self.variable = variable
        self.fault = fault
        super().__init__(
            f"{variable} cannot be read: {fault}. It holds a URI, or JSON with login, "
            "password, host, port, schema and extra"
        )


@dataclass(frozen=True, slots=True)
class ConnectionSecrets:
    """What a destination needs to log in; its repr tells nothing of it."""

    name: str
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    host: str | None = field(default=None, repr=False)
    port: int | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a sound headcount.yaml, and where the rest of it is kept."""

    folder: Path
    settings: Settings
    document: Document | None = field(default=None, repr=False, compare=False)

    @property
    def segments_folder(self) -> Path:
        """Where the definitions are."""
        return self.folder / self.settings.segments_folder

    @property
    def store_path(self) -> Path:
        """The pipeline's own database."""
        return self.folder / "warehouse" / "headcount.duckdb"

    @property
    def memory(self) -> Memory:
        """What a process that works on it may take."""
        return Memory(self.settings.memory_bytes)

    def open_store(self, *, wait_s: float = 60.0) -> Warehouse:
        """The store, held alone, within the memory that the project may take.

        Raises what `Warehouse.open` raises.
        """
        # `check` reads a project and has no time to import DuckDB.
        from headcount.store.warehouse import Warehouse  # noqa: PLC0415

        return Warehouse.open(self.store_path, wait_s=wait_s, memory=self.memory)

    @property
    def lock_path(self) -> Path:
        """Held by the one process that has the store open."""
        return self.store_path.with_name(f"{self.store_path.name}.lock")

    @property
    def events_folder(self) -> Path:
        """The Parquet files of events that analysts read."""
        return self.store_path.parent / "events"

    @property
    def snapshots_folder(self) -> Path:
        """One folder a segment, one Parquet file a tick that changed it."""
        return self.folder / "snapshots"

    @property
    def exports_folder(self) -> Path:
        """Finished CSV, XLSX and Parquet files."""
        return self.folder / "exports"

    @property
    def analytics_path(self) -> Path:
        """The analysts' database, replaced whole."""
        return self.folder / "analytics.duckdb"

    def connection(self, name: str) -> ConnectionSecrets:
        """The secrets of the connection, out of its environment variable.

        MissingConnectionError names the variable; no error repeats what it holds.
        """
        variable = connection_variable(name)
        held = os.environ.get(variable, "").strip()
        if not held:
            raise MissingConnectionError(name, variable=variable)
        try:
            read = _from_json(held) if held.startswith("{") else _from_uri(held)
            return ConnectionSecrets(name=name, **read)
        except _UnreadableError as error:
            fault = str(error)
        raise UnreadableConnectionError(name, variable=variable, fault=fault)


def connection_variable(name: str) -> str:
    """The variable of a connection: `walkme-default` is in `…_WALKME_DEFAULT`."""
    return CONNECTION_VARIABLE + re.sub(r"[^A-Z0-9_]", "_", name.upper())


class _UnreadableError(Exception):
    """Why a connection cannot be read, without a word of what it holds."""


def _from_json(text: str) -> dict[str, Any]:
    try:
        held = json.loads(text)
        extra = held.get("extra") or {}
        extra = json.loads(extra) if isinstance(extra, str) else extra
        port = held.get("port")
    except ValueError:
        msg = "it is not valid JSON"
        raise _UnreadableError(msg) from None
    texts = {key: held.get(key) for key in ("login", "password", "host")}
    for key, value in texts.items():
        if not isinstance(value, str | None):
            msg = f"{key} is not text"
            raise _UnreadableError(msg)
    if not isinstance(extra, dict) or not isinstance(port, int | None):
        msg = "extra is not a mapping or port no number"
        raise _UnreadableError(msg)
    return {**texts, "port": port, "extra": extra}


def _from_uri(text: str) -> dict[str, Any]:
    try:
        uri = urlsplit(text)
        port = uri.port
        extra: dict[str, Any] = dict(parse_qsl(uri.query, keep_blank_values=True))
        if "__extra__" in extra:
            extra = json.loads(extra["__extra__"])
    except ValueError:
        msg = "it is not a valid URI"
        raise _UnreadableError(msg) from None
    if not uri.scheme or "://" not in text or not isinstance(extra, dict):
        msg = "it is not a valid URI"
        raise _UnreadableError(msg)
    parts = {"login": uri.username, "password": uri.password, "host": uri.hostname}
    plain = {
        key: None if part is None else unquote(part) for key, part in parts.items()
    }
    return {**plain, "port": port, "extra": extra}


def open_project(folder: Path | None = None) -> Project:
    """The project in `folder`, else in HEADCOUNT_HOME, else in the current folder.

    NoProjectError when there is none, DefinitionError with every fault of its file.
    """
    place = project_folder(folder)
    settings, document = read_project_file(place / FILE_NAME)
    return Project(place, settings, document)


def project_folder(folder: Path | None = None) -> Path:
    """The folder that `open_project` opens; its file need not be sound."""
    home = os.environ.get(HOME_VARIABLE)
    if folder is not None:
        place, said_by = folder, "the folder given"
    elif home:
        place, said_by = Path(home), HOME_VARIABLE
    else:
        place, said_by = Path.cwd(), "the current folder"
    place = place.expanduser()
    if not (place / FILE_NAME).is_file():
        raise NoProjectError(place, said_by=said_by)
    return place


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` found: the sound definitions asked for, and every fault.

    `project` is None when headcount.yaml itself is faulty; then its faults are here
    too, and the definitions were checked without it.
    """

    project: Project | None
    definitions: tuple[LoadedDefinition, ...]
    faults: tuple[Fault, ...]


def check_folder(
    folder: Path | None = None,
    *,
    files: Sequence[Path] = (),
    registry: Registry = EMPTY,
) -> CheckReport:
    """Every fault of a project, of its headcount.yaml and definitions, at once."""
    place = project_folder(folder)
    try:
        project = open_project(place)
    except DefinitionError as error:
        paths = files or find_definition_files(place / "segments")
        loaded = load_files(paths, None, root=place, registry=registry)
        faults = sorted_faults((*error.faults, *loaded.faults))
        return CheckReport(None, loaded.definitions, faults)
    return check_project(project, files=files, registry=registry)


def check_project(
    project: Project,
    *,
    files: Sequence[Path] = (),
    registry: Registry = EMPTY,
) -> CheckReport:
    """Every fault of the definitions, or of `files` beside the project's others.

    A file from elsewhere takes the place of the project's own of the same id, so that
    an edit can be checked before it is put there.
    """
    loaded = _load(project, files, registry)
    if not files:
        faults = (*loaded.faults, *_subscription_faults(project, loaded, registry))
        return CheckReport(project, loaded.definitions, sorted_faults(faults))
    names = {file_name(path, project.folder) for path in files}
    return CheckReport(
        project,
        tuple(each for each in loaded.definitions if each.file in names),
        tuple(fault for fault in loaded.faults if fault.file in names),
    )


def _load(project: Project, files: Sequence[Path], registry: Registry) -> Loaded:
    folder, settings, root = project.segments_folder, project.settings, project.folder
    own = {
        file_name(path, project.folder): path for path in find_definition_files(folder)
    }
    drafts = [path for path in files if file_name(path, project.folder) not in own]
    if not drafts:
        return load_definitions(folder, settings, root=root, registry=registry)
    return load_drafts(drafts, own.values(), settings, root=root, registry=registry)


def _ids(loaded: Loaded) -> set[str]:
    sound = {each.definition.id for each in loaded.definitions}
    return sound | {each.segment_id for each in loaded.faulty}


def _subscription_faults(
    project: Project, loaded: Loaded, registry: Registry
) -> list[Fault]:
    """Subscriptions of segments that are nowhere."""
    if project.document is None:
        return []
    known = _ids(loaded) | set(registry.systems)
    return [
        project.document.fault(
            ("exports", "subscriptions", index, "segment"),
            found=f"the unknown segment {quote(each.segment)}",
            wanted="the id of a segment of this project",
            nearest=nearest(each.segment, known),
        )
        for index, each in enumerate(project.settings.subscriptions)
        if each.segment not in known
    ]
