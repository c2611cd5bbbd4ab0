"""Rows of users who were erased: skipped, whatever file brings them again.

Source: interface.md §3: the user stays out until `forget --undo`.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from headcount.ingest.batch import REJECTS, Batch
from headcount.store.tombstones import Tombstones

SKIPPED = "of a user who was erased"
BLANK = "it named a user who was erased"


def frames_without_erased(
    batch: Batch, tombstones: Tombstones
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The frames of the batch as `Batch.frames`, and its skips, without these users.

    Where nobody was erased it costs nothing; else each user of the batch is hashed
    once. Rejects that name one keep their line and not a word of it.
    """
    if not tombstones:
        yield from batch.frames()
        return
    batch.rejects = [_blanked(one, tombstones) for one in batch.rejects]
    skipped: set[int] = set()
    for name, frame in batch.frames():
        if frame.schema.names() == list(REJECTS):
            yield name, frame
            continue
        erased = tombstones.among(frame.get_column("user_id").unique())
        is_erased = pl.col("user_id").is_in(erased)
        skipped.update(frame.filter(is_erased).get_column("line"))
        yield name, frame.filter(~is_erased)
    if skipped:
        batch.skips[SKIPPED] += len(skipped)


def _blanked(
    reject: tuple[int, str, str], tombstones: Tombstones
) -> tuple[int, str, str]:
    line, reason, raw = reject
    if tombstones.is_named_in(raw) or tombstones.is_named_in(reason):
        return line, BLANK, ""
    return reject
