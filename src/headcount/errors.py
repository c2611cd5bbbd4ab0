"""The error tree: classed by who must act, facts in, message out.

HeadcountError
├── UsageError         the caller of a command: exit 2
├── DefinitionError    the author of a YAML file: exit 2, all faults at once
├── DataError          the producer of a file: the file is refused
├── StateError         the operator: store, snapshot and ledger disagree or are busy
├── EvaluationError    one segment of a tick: it becomes Failed, the others go on
├── HeldError          a guard: waits for a person, exit 3
└── SyncError          a destination; `retry` says whether trying again can help
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


class HeadcountError(Exception):
    """Base of every error this package raises on purpose; `kind` names it in JSON."""

    kind = "error"


class UsageError(HeadcountError):
    """The command was called with something that cannot be meant."""

    kind = "usage"


class UnknownSegmentError(UsageError):
    """No registered segment has this id."""

    kind = "unknown_segment"

    def __init__(self, segment_id: str, *, nearest: str | None = None) -> None:
        self.segment_id = segment_id
        self.nearest = nearest
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            f"no segment {segment_id!r}{hint} (`headcount list` shows all)"
        )


class NoSegmentError(UsageError):
    """A command that works on one segment was given none."""

    kind = "no_segment"

    def __init__(self) -> None:
        super().__init__("name the SEGMENT that is to be told in full")


class UnknownEventError(UsageError):
    """No event of this name is in the log."""

    kind = "unknown_event"

    def __init__(self, event: str, *, nearest: str | None = None) -> None:
        self.event = event
        self.nearest = nearest
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            f"no event {event!r} was ever seen{hint} (`headcount events` shows all)"
        )


class UnknownUserError(UsageError):
    """The system has never seen this user."""

    kind = "unknown_user"

    def __init__(self, user_id: str, system: str) -> None:
        self.user_id = user_id
        self.system = system
        super().__init__(
            f"system {system!r} has never seen user {user_id!r}; ids are exact text"
        )


class UnknownAttributeError(UsageError):
    """No user has ever had this attribute."""

    kind = "unknown_attribute"

    def __init__(self, attribute: str, *, nearest: str | None = None) -> None:
        self.attribute = attribute
        self.nearest = nearest
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            f"no user has ever had an attribute {attribute!r}{hint} "
            "(`headcount events` shows all)"
        )


class UnknownColumnError(UsageError):
    """The table of segments has no such column."""

    kind = "unknown_column"

    def __init__(self, column: str, *, nearest: str | None = None) -> None:
        self.column = column
        self.nearest = nearest
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        super().__init__(f"the table of segments has no column {column!r}{hint}")


class UnknownAnswerError(UsageError):
    """No ready question to the analysts' database has this name."""

    kind = "unknown_answer"

    def __init__(self, answer: str, *, names: list[str]) -> None:
        self.answer = answer
        self.names = names
        super().__init__(f"no answer {answer!r}; there are {', '.join(names)}")


class UnknownFileError(UsageError):
    """The ledger has no file of this path."""

    kind = "unknown_file"

    def __init__(self, path: str, *, nearest: str | None = None) -> None:
        self.path = path
        self.nearest = nearest
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        super().__init__(f"no file {path!r} was ever ingested{hint}")


class NotLoadedFileError(UsageError):
    """The file was looked at and brought no rows: there is nothing to take out."""

    kind = "not_loaded"

    def __init__(self, path: str, *, status: str) -> None:
        self.path = path
        self.status = status
        super().__init__(
            f"{path} was not loaded (it is {status}): there is nothing to take out"
        )


class UnknownDestinationError(UsageError):
    """headcount.yaml names no such destination."""

    kind = "unknown_destination"

    def __init__(self, destination: str, *, nearest: str | None = None) -> None:
        self.destination = destination
        self.nearest = nearest
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            f"no destination {destination!r}{hint} (headcount.yaml names them)"
        )


class NotConfirmedError(UsageError):
    """A deletion was not confirmed: nothing was changed."""

    kind = "not_confirmed"

    def __init__(self, segment_id: str) -> None:
        self.segment_id = segment_id
        super().__init__(
            f"{segment_id} was not deleted: type its id when asked (in a script, --yes)"
        )


class NobodyNamedError(UsageError):
    """`forget` was told nobody, or both a user and a file of them."""

    kind = "nobody_named"

    def __init__(self) -> None:
        super().__init__(
            "name one user, or --file FILE with one id a line; nothing else"
        )


class FutureInstantError(UsageError):
    """`--at` names an instant the clock has not reached."""

    kind = "future_instant"

    def __init__(self, at: datetime, *, now: datetime) -> None:
        self.at = at
        self.now = now
        super().__init__(
            f"{at.isoformat()} has not come yet (now: {now.isoformat()}): "
            "name an instant that is not later than now"
        )


class ReversedInstantsError(UsageError):
    """Of two instants the later one was named first."""

    kind = "reversed_instants"

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start = start
        self.end = end
        super().__init__(
            f"{start.isoformat()} is after {end.isoformat()}: name the earlier first"
        )


class NotATickError(UsageError):
    """The instant is no whole quarter hour, where a tick was to be named."""

    kind = "not_a_tick"

    def __init__(self, at: datetime) -> None:
        self.at = at
        super().__init__(
            f"{at.isoformat()} is no tick: name a whole quarter hour, "
            "like 2026-05-01T09:15:00Z"
        )


class UnfitOptionsError(UsageError):
    """Options that say nothing without others, or nothing together."""

    kind = "unfit_options"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotEvaluatedThenError(UsageError):
    """The instant lies before the first evaluation of the segment."""

    kind = "not_evaluated_then"

    def __init__(
        self, segment_id: str, at: datetime, *, first_at: datetime | None
    ) -> None:
        self.segment_id = segment_id
        self.at = at
        self.first_at = first_at
        first = (
            f": it was first evaluated at {first_at.isoformat()}" if first_at else ""
        )
        super().__init__(
            f"segment {segment_id!r} has no membership at {at.isoformat()}{first}"
        )


class TooFewSegmentsError(UsageError):
    """What can only be told of several segments was asked of fewer than two."""

    kind = "too_few_segments"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} segment named: name two or more different ones")


class OtherSystemError(UsageError):
    """Segments of different systems have no users in common."""

    kind = "other_system"

    def __init__(self, segment: str, other: str, *, systems: tuple[str, str]) -> None:
        self.segment = segment
        self.other = other
        self.systems = systems
        super().__init__(
            f"{segment!r} is of system {systems[0]!r}, {other!r} of {systems[1]!r}: "
            "user ids are per system, compare segments of one"
        )


class ProjectExistsError(UsageError):
    """`init` was pointed at a folder that is a project already."""

    kind = "project_exists"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} has a headcount.yaml already: nothing was written. "
            "Name a folder without one"
        )


class QueryError(UsageError):
    """A question to the analysts' database cannot be answered as it was asked."""

    kind = "query"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the query was not run: {reason}")


class NotOneQueryError(QueryError):
    """What was asked is not one SELECT."""

    kind = "not_one_query"

    def __init__(self, statements: list[str]) -> None:
        self.statements = statements
        found = ", ".join(statements) or "no statement"
        super().__init__(f"found {found}; ask one SELECT at a time, this only reads")


class CellTooLongError(UsageError):
    """A text is longer than a cell of a spreadsheet, which would cut it silently."""

    kind = "cell_too_long"

    def __init__(self, cell: str, *, characters: int) -> None:
        self.cell = cell
        self.characters = characters
        super().__init__(
            f"{cell} has {characters:,} characters, a cell of XLSX holds 32,767: leave "
            "that column out, or export CSV or Parquet"
        )


class MissingFileError(UsageError):
    """A command was given a file that is not there."""

    kind = "missing_file"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is no file: name one that is there")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file, at one place."""

    file: str
    line: int
    path: str
    found: str
    wanted: str
    nearest: str | None = None

    def __str__(self) -> str:
        """Read as `file:line: $.path: found …; wanted …; did you mean …?`."""
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return (
            f"{self.file}:{self.line}: {self.path}: found {self.found}; "
            f"wanted {self.wanted}{hint}"
        )


class DefinitionError(HeadcountError):
    """Files a person wrote are faulty; holds every fault, by file and line."""

    kind = "definition"

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda f: (f.file, f.line, f.path))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class DataError(HeadcountError):
    """A whole file is refused; the others go on."""

    kind = "data"

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class StateError(HeadcountError):
    """What is on disk is missing, busy, or does not fit together."""

    kind = "state"


class NotEvaluatedError(StateError):
    """The segment has a definition and no membership yet."""

    kind = "not_evaluated"

    def __init__(self, segment_id: str) -> None:
        self.segment_id = segment_id
        super().__init__(
            f"segment {segment_id!r} was never evaluated with success: "
            "`headcount run` does it, `headcount status` says what is in the way"
        )


class StoreBusyError(StateError):
    """Another process holds the store and did not let go within the deadline."""

    kind = "busy"

    def __init__(self, path: Path, *, waited_s: float, holder: str) -> None:
        self.path = path
        self.waited_s = waited_s
        self.holder = holder
        super().__init__(
            f"{path} is held by {holder}; waited {waited_s:g} s. "
            "Wait for that run to end, then try again"
        )


class StoreUnreadableError(StateError):
    """DuckDB cannot open the store, or cannot replay its write-ahead log."""

    kind = "unreadable"

    def __init__(self, path: Path, *, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path} cannot be opened: {reason}. Nothing was changed. Move it and "
            f"{path.name}.wal to another folder (keep both: memberships of the past "
            "are only there), then run again: all source files are read anew"
        )


class StoreVersionError(StateError):
    """The store was written by a newer headcount."""

    kind = "newer_store"

    def __init__(self, path: Path | None, *, version: int, newest: int) -> None:
        self.path = path
        self.version = version
        self.newest = newest
        super().__init__(
            f"{path} has schema {version}, this headcount knows up to {newest}. "
            "Install the newer headcount that wrote it, or restore the store from "
            "before the upgrade"
        )


class DiskFullError(StateError):
    """The transaction met a full disk and left nothing behind."""

    kind = "disk_full"

    def __init__(self, folder: Path, *, free_bytes: int) -> None:
        self.folder = folder
        self.free_bytes = free_bytes
        super().__init__(
            f"{folder}: the disk is full ({free_bytes} bytes free); everything "
            "committed before is kept. Make room, then run again"
        )


class NotPublishedError(StateError):
    """There is no analysts' database yet."""

    kind = "not_published"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is not there yet: `headcount run` publishes it")


class OldPublicationError(StateError):
    """The analysts' database was published by a version that knew less."""

    kind = "old_publication"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} was published by an older headcount: the next tick, or "
            "`headcount run`, publishes it anew"
        )


class ReadersBusyError(StateError):
    """Every connection to the analysts' database is in use and stayed so."""

    kind = "readers_busy"

    def __init__(self, *, waited_s: float) -> None:
        self.waited_s = waited_s
        super().__init__(
            f"all readers of the published data are busy; waited {waited_s:g} s. "
            "Try again in a moment"
        )


class SnapshotDamagedError(StateError):
    """A snapshot is missing, or is not the file that was committed."""

    kind = "damaged_snapshot"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} is not the file that the ledger describes. Restore it, or "
            "evaluate its tick again: `headcount evaluate --from T --to T --restate`"
        )


class RetractionBlockedError(StateError):
    """A file that shares rows with the one to be retracted cannot be read again."""

    kind = "retraction_blocked"

    def __init__(self, path: str, *, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"nothing was taken out: {path} holds some of the same rows and must be "
            f"read again, but {reason}. Put it back as it was, then try again"
        )


class TombstonesUnreadableError(StateError):
    """The file that says who was erased cannot be read."""

    kind = "tombstones_unreadable"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be read: nothing is ingested, or erased users might come "
            "back. Restore the file; only deleting it lets everybody in again"
        )


class RebuildBlockedError(StateError):
    """Files that the lost store had read are not what they were."""

    kind = "rebuild_blocked"
    most_named = 10

    def __init__(self, files: list[str]) -> None:
        self.files = files
        named = "; ".join(files[: self.most_named])
        rest = len(files) - self.most_named
        more = f" and {rest} more" if rest > 0 else ""
        super().__init__(
            f"nothing was changed: {len(files)} files cannot be read again: {named}"
            f"{more}. Put them back as they were, or rebuild with --partial without "
            "their rows"
        )


class MemoryLimitError(StateError):
    """A statement needed more memory than the store may take; nothing was changed."""

    kind = "memory_limit"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the memory for the store did not suffice: {reason}. Run again when "
            "other work on this machine has ended, or split the largest source file"
        )


class UnbalancedFileError(StateError):
    """Ingest lost count of a file's rows; nothing of the file was kept."""

    kind = "unbalanced_file"

    def __init__(self, path: str, *, rows: int, accounted: int) -> None:
        self.path = path
        self.rows = rows
        self.accounted = accounted
        super().__init__(
            f"{path}: {rows} rows were read and {accounted} accounted for; nothing of "
            "it was kept. This is a fault of headcount: please report it with the file"
        )


class EvaluationError(HeadcountError):
    """One segment cannot be evaluated at this tick; the reason is kept with it."""

    kind = "evaluation"


class HeldError(HeadcountError):
    """A guard holds the action until a person approves it."""

    kind = "held"


class SyncError(HeadcountError):
    """A call to a destination did not end well."""

    kind = "sync"
    retry = False
