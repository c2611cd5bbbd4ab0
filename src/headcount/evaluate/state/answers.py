"""What was found out about the values of small tables, carried to the next tick.

A tick asks about the values that are new only. Answers belong to the files that the
values stood in: tables that were written anew are asked again.
"""

from __future__ import annotations

import json
import logging
import zipfile
from pathlib import Path

import numpy as np

from headcount.store.columns.arrays import AnyArray, Mask
from headcount.store.columns.reader import Columns
from headcount.store.files import write_atomically

log = logging.getLogger(__name__)

FILE = "answers.npz"
ARRAY = "arr_{}"  # as NumPy names them: the index, then the answers in its order

Lasting = dict[tuple[int, str], Mask]


def write_answers(folder: Path, answers: Lasting, columns: Columns) -> None:
    """The answers are in the folder, in place of those before."""
    tables = {str(code): columns.tables[code].digests for code, _ in answers}
    keys = list(answers)
    index = {
        "tables": tables,
        "keys": keys,
        "lengths": [len(answers[key]) for key in keys],
    }
    text = np.frombuffer(json.dumps(index).encode(), dtype=np.uint8)
    with write_atomically(folder / FILE) as aside, aside.open("wb") as file:
        np.savez(file, text, *(np.packbits(answers[key]) for key in keys))


def read_answers(folder: Path, columns: Columns) -> Lasting:
    """The answers that still hold for the columns; none when they cannot be read."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        with np.load(path) as found:
            index = json.loads(found[ARRAY.format(0)].tobytes())
            return {
                (code, question): _unpacked(found[ARRAY.format(i)], length)
                for i, ((code, question), length) in enumerate(
                    zip(index["keys"], index["lengths"], strict=True), start=1
                )
                if _still_holds(columns, code, index["tables"][str(code)])
            }
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        log.warning("answers damaged, values are asked again reason=%s", error)
        return {}


def _unpacked(bits: AnyArray, length: int) -> Mask:
    answers: Mask = np.unpackbits(bits, count=length).view(np.bool_)
    return answers


def _still_holds(columns: Columns, code: int, digests: list[str]) -> bool:
    """Whether the table begins with the files that were asked about."""
    table = columns.tables.get(code)
    return table is not None and table.digests[: len(digests)] == digests
