"""The columns of a file against the columns its source maps.

Source: faults.md §5, no. 30. A missing column refuses the file and shows the
difference; one nobody asked for is ignored with a note.
"""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches

from headcount.definitions.settings import Columns, Source
from headcount.errors import DataError
from headcount.ingest.mapping import is_record_source, used_names


def require_columns(
    found: list[str], source: Source, columns: Columns, name: str
) -> None:
    """Return when each column is there, and once; raises DataError."""
    twice = [column for column, times in Counter(found).items() if times > 1]
    if twice:
        reason = f"columns are there twice: {_listed(twice)}; name each once"
        raise DataError(name, reason)
    missing = [column for column in used_names(source, columns) if column not in found]
    if missing:
        hinted = ", ".join(_hinted(column, found) for column in missing)
        reason = (
            f"columns are missing: {hinted}; the file has {_listed(found)}. "
            f"Send them, or change `columns` of source {source.name!r}"
        )
        raise DataError(name, reason)


def ignored_columns(found: list[str], source: Source, columns: Columns) -> list[str]:
    """The columns that the map leaves out, in file order."""
    chosen = columns.attributes if is_record_source(source) else columns.properties
    if chosen is None:
        return []
    used = used_names(source, columns)
    return [column for column in found if column not in used]


def _hinted(column: str, found: list[str]) -> str:
    nearest = get_close_matches(column, found, n=1)
    return f"{column!r} (did it become {nearest[0]!r}?)" if nearest else repr(column)


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names))
