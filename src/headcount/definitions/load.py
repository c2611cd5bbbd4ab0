"""Definitions out of their files: every sound one, and every fault of the others.

Source: segments.md §1 (a definition), §5 (limits).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from headcount.definitions.check import check_together
from headcount.definitions.faults import faults_of
from headcount.definitions.frozen import Reading
from headcount.definitions.loaded import (
    EMPTY,
    FaultyFile,
    Loaded,
    LoadedDefinition,
    Registry,
)
from headcount.definitions.mistakes import describe
from headcount.definitions.model import Definition
from headcount.definitions.settings import Settings
from headcount.definitions.written import definition_from_json, definition_to_json
from headcount.definitions.yaml_reader import Document, read_yaml
from headcount.errors import DefinitionError, Fault

__all__ = [
    "FaultyFile",
    "Loaded",
    "LoadedDefinition",
    "Registry",
    "definition_from_json",
    "definition_to_json",
    "file_name",
    "find_definition_files",
    "load_definition",
    "load_definitions",
    "load_files",
]

SUFFIXES = {".yaml", ".yml"}


def load_definitions(
    folder: Path,
    settings: Settings | None,
    *,
    root: Path | None = None,
    registry: Registry = EMPTY,
) -> Loaded:
    """Every definition under `folder`, checked alone and together.

    Files are named relative to `root`, by default the folder's parent. Without
    `settings` nothing is compared with headcount.yaml, without `registry` with a store.
    """
    if not folder.is_dir():
        return Loaded((), (_no_folder(file_name(folder, root or folder.parent)),))
    files = find_definition_files(folder)
    return load_files(files, settings, root=root or folder.parent, registry=registry)


def load_files(
    files: Iterable[Path],
    settings: Settings | None,
    *,
    root: Path,
    registry: Registry = EMPTY,
) -> Loaded:
    """The definitions in `files`, checked alone and together, in the order given."""
    return _checked(_read_files(files, settings, root), settings, registry)


def load_drafts(
    drafts: Iterable[Path],
    files: Iterable[Path],
    settings: Settings | None,
    *,
    root: Path,
    registry: Registry = EMPTY,
) -> Loaded:
    """As `load_files` of both; a draft takes the place of the file of the same id."""
    drafted = _read_files(drafts, settings, root)
    replaced = set(map(_id_of, drafted))
    read = _read_files(files, settings, root)
    kept = [each for each in read if _id_of(each) not in replaced]
    return _checked([*kept, *drafted], settings, registry)


def _read_files(
    files: Iterable[Path], settings: Settings | None, root: Path
) -> list[LoadedDefinition | FaultyFile]:
    return [_read_file(path, settings, file=file_name(path, root)) for path in files]


def _id_of(read: LoadedDefinition | FaultyFile) -> str:
    return read.segment_id if isinstance(read, FaultyFile) else read.definition.id


def _checked(
    read: list[LoadedDefinition | FaultyFile],
    settings: Settings | None,
    registry: Registry,
) -> Loaded:
    return check_together(
        [each for each in read if isinstance(each, LoadedDefinition)],
        [each for each in read if isinstance(each, FaultyFile)],
        settings,
        registry,
    )


def load_definition(
    path: Path, settings: Settings | None, *, file: str | None = None
) -> Definition:
    """One file's definition, checked alone; DefinitionError holds all its faults."""
    read = _read_file(path, settings, file=file or str(path))
    if isinstance(read, FaultyFile):
        raise DefinitionError(list(read.faults))
    return read.definition


def find_definition_files(folder: Path) -> list[Path]:
    """The YAML files under `folder` by relative path; hidden ones are none."""
    found = {
        path.relative_to(folder): path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
    }
    return [
        found[relative]
        for relative in sorted(found, key=Path.as_posix)
        if not any(part.startswith(".") for part in relative.parts)
        and found[relative].is_file()
    ]


def _no_folder(name: str) -> FaultyFile:
    wanted = "the folder of definitions (`segments` of headcount.yaml)"
    fault = Fault(name, line=1, path="$", found="no such folder", wanted=wanted)
    return FaultyFile(name, segment_id="", faults=(fault,))


def file_name(path: Path, root: Path) -> str:
    """How faults call the file: relative to `root` where it lies inside, else as given.

    A file that is itself a link keeps its own name.
    """
    if path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    whole, root = path.parent.resolve() / path.name, root.resolve()
    inside = whole.is_relative_to(root)
    return (whole.relative_to(root) if inside else path).as_posix()


def _read_file(
    path: Path, settings: Settings | None, *, file: str
) -> LoadedDefinition | FaultyFile:
    document = read_yaml(path, file=file)
    if not isinstance(document.tree, dict):
        return FaultyFile(file, path.stem, tuple(_no_mapping(document)))
    tree = {"id": path.stem, **document.tree}
    document = replace(document, tree=tree)
    claimed = tree["id"] if isinstance(tree["id"], str) else path.stem
    try:
        definition = Definition.model_validate(tree, context=_reading(tree, settings))
    except ValidationError as error:
        faults = (*document.faults, *faults_of(error, document))
        return FaultyFile(file, claimed, faults)
    if document.faults:
        return FaultyFile(file, claimed, document.faults)
    return LoadedDefinition(definition, file, document.line_of(()), document)


def _no_mapping(document: Document) -> Iterator[Fault]:
    yield from document.faults
    if document.is_readable:
        found = describe(document.tree)
        yield document.fault((), found=found, wanted="a mapping of keys like name: …")


def _reading(tree: Mapping[str, Any], settings: Settings | None) -> Reading:
    system = tree.get("system")
    known = settings and isinstance(system, str) and settings.systems.get(system)
    return Reading(settings, known.timezone if known else UTC)
