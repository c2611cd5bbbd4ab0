"""What the builder does with a definition's text: calculate, review, save.

Sizes and plans are computed from the published data, on the mirror of the store: exact
for the instant of the publication, and never in a tick's way. Saving writes the one
file; the next tick takes it up.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import unified_diff
from hashlib import sha256
from pathlib import Path

from headcount.definitions.load import (
    Loaded,
    find_definition_files,
    load_definition,
    load_files,
)
from headcount.definitions.model import SEGMENT_ID, Definition
from headcount.errors import DefinitionError, Fault, StateError, UsageError
from headcount.evaluate.preview import Preview, preview
from headcount.evaluate.proposal import SegmentProposal, propose
from headcount.pipeline.survey import read_registry
from headcount.project import Project
from headcount.rules.compile import compile_definition, references
from headcount.store.files import write_atomically
from headcount.store.mirror import open_mirror, read_published_at
from headcount.store.sightings import read_seen
from headcount.store.unseen import Unseen, find_unseen
from headcount.store.warehouse import Warehouse

MOST_BYTES = 256_000


class EditedMeanwhileError(StateError):
    """The file is not the one that the builder was opened with."""

    kind = "edited_meanwhile"

    def __init__(self, file: str) -> None:
        self.file = file
        super().__init__(
            f"{file} was changed by somebody else in the meantime: nothing was saved. "
            "Open the segment again and repeat your change"
        )


class TooLongError(UsageError):
    """The text is longer than a definition's file may be."""

    kind = "too_long"

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        super().__init__(f"{size_bytes:,} bytes are too long for a definition")


class BadIdError(UsageError):
    """The id cannot be the name of a file."""

    kind = "bad_id"

    def __init__(self, segment_id: str) -> None:
        self.segment_id = segment_id
        super().__init__(
            f"{segment_id!r} is no id: 1 to 64 of a-z, 0-9 and -, not beginning with -"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """The file that a definition is saved to; `base` is its hash when it was opened.

    `base` empty: there must be no such file yet.
    """

    file: str
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What saving would do: the text, how it differs, what a tick would make of it."""

    definition: Definition | None
    faults: tuple[Fault, ...]
    difference: tuple[str, ...]
    at: datetime | None = None
    proposals: tuple[SegmentProposal, ...] = ()
    unseen: tuple[Unseen, ...] = ()

    @property
    def may_be_saved(self) -> bool:
        """Whether a tick would take it as it is."""
        return not self.faults and all(one.edit != "refused" for one in self.proposals)


def place_of(project: Project, segment_id: str, file: str | None = None) -> Place:
    """Where a segment's definition stands, or, of a new one, will stand."""
    if not SEGMENT_ID.fullmatch(segment_id):
        raise BadIdError(segment_id)
    if file:
        return Place(file, _hash(project.folder / file))
    folder = project.segments_folder.relative_to(project.folder)
    return Place((folder / f"{segment_id}.yaml").as_posix())


def calculate(project: Project, place: Place, text: str) -> Preview:
    """The exact size of the text's definition as of the publication.

    Raises DefinitionError with the faults of the text.
    """
    with _drafted(place, text) as path:
        definition = load_definition(path, project.settings, file=place.file)
    with open_mirror(project.analytics_path, system=definition.system) as mirror:
        at = read_published_at(mirror)
        return preview(mirror, definition, project.settings.systems, at=at)


def review(project: Project, place: Place, text: str) -> Review:
    """What the next tick would make of the text in the place of its file.

    All faults, also those that show beside the other definitions. Without published
    data there are no figures.
    """
    with _drafted(place, text) as path, _mirror(project, path) as mirror:
        loaded = load_files(
            _beside(project, place, path),
            project.settings,
            root=project.folder,
            registry=read_registry(mirror),
        )
        found = Review(
            definition=_definition(loaded, path),
            faults=tuple(
                replace(fault, file=place.file)
                for fault in loaded.faults
                if fault.file == str(path)
            ),
            difference=tuple(_difference(project, place, text)),
        )
        is_published = project.analytics_path.exists()
        if found.definition is None or not is_published:
            return found
        return _planned(project, mirror, loaded, found)


def _planned(
    project: Project, mirror: Warehouse, loaded: Loaded, found: Review
) -> Review:
    """The review with what a tick would make of the segment, and of those after it."""
    assert found.definition is not None  # noqa: S101 - the caller has looked
    at = read_published_at(mirror)
    wanted = _with_dependents(found.definition.id, loaded)
    proposal = propose(mirror, loaded, project.settings.systems, at=at, only=wanted)
    return replace(
        found,
        at=at,
        proposals=proposal.segments,
        unseen=find_unseen(read_seen(mirror), [found.definition]),
    )


def _definition(loaded: Loaded, draft: Path) -> Definition | None:
    """The draft's definition, None when it is faulty."""
    ours = (one for one in loaded.definitions if one.file == str(draft))
    return next((one.definition for one in ours), None)


def save(project: Project, place: Place, text: str) -> None:
    """The text is the file; EditedMeanwhileError when that is another by now."""
    path = project.folder / place.file
    if _hash(path) != place.base:
        raise EditedMeanwhileError(place.file)
    with write_atomically(path) as aside:
        aside.write_text(text, encoding="utf-8")


def read_text(project: Project, file: str) -> str:
    """What stands in a definition's file now; empty when it is gone."""
    path = project.folder / file
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@contextmanager
def _drafted(place: Place, text: str) -> Iterator[Path]:
    """The text in a file of the place's own name, outside the project."""
    if len(text.encode()) > MOST_BYTES:
        raise TooLongError(len(text.encode()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(place.file).name
        path.write_text(text, encoding="utf-8")
        yield path


def _mirror(project: Project, path: Path) -> Warehouse:
    """The published data of the draft's system, or an empty store without any."""
    if not project.analytics_path.exists():
        return Warehouse.in_memory()
    try:
        system = load_definition(path, project.settings).system
    except DefinitionError:
        system = None
    return open_mirror(project.analytics_path, system=system)


def _beside(project: Project, place: Place, draft: Path) -> Iterator[Path]:
    """The project's files, with the draft in its place or as the last."""
    replaced = project.folder / place.file
    files = find_definition_files(project.segments_folder)
    yield from (draft if file == replaced else file for file in files)
    if replaced not in files:
        yield draft


def _with_dependents(segment_id: str, loaded: Loaded) -> set[str]:
    """The segment, and those whose rules lead to it."""
    uses = {
        one.definition.id: references(compile_definition(one.definition))
        for one in loaded.definitions
    }
    found = {segment_id}
    while more := {one for one, used in uses.items() if used & found} - found:
        found |= more
    return found


def _difference(project: Project, place: Place, text: str) -> Iterator[str]:
    """The lines that change, as `diff -u` shows them; none of a new file."""
    if place.base:
        old = read_text(project, place.file).splitlines()
        yield from list(unified_diff(old, text.splitlines(), lineterm="", n=2))[2:]


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
