"""The numbered lines of a text file: UTF-8, ended by newlines, of bounded length.

Source: faults.md §5. A line that is not UTF-8 stays bytes, so that its row alone is
rejected; what makes the whole file unreadable raises DataError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from headcount.errors import DataError
from headcount.ingest.decompress import packing_of, read_blocks

Line = str | bytes
Numbered = tuple[int, Line]
NEWLINE = b"\n"
MAX_LINE_BYTES = 1 << 20
CHUNK_LINES = 20_000
FREE_LINES = 100_000  # so many harm nobody, however well they pack
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class GrowingError(DataError):
    """The file is still being written: it is left for the next run."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some consecutive lines of a file, each with its newline.

    `first` is the number of the first line; `ends` says where in `block` each one ends.
    """

    first: int
    block: bytes
    ends: NDArray[np.int64]

    @classmethod
    def starting(cls, first: int, block: bytes) -> Chunk:
        """The lines of a block that ends with a newline."""
        newlines = np.frombuffer(block, np.uint8) == NEWLINE[0]
        return cls(first, block, np.flatnonzero(newlines) + 1)

    def __len__(self) -> int:
        """How many lines there are."""
        return len(self.ends)

    def numbers(self) -> range:
        """The numbers of the lines."""
        return range(self.first, self.first + len(self))

    def longest(self) -> int:
        """The bytes of the longest line."""
        return int(np.diff(self.ends, prepend=0).max()) - len(NEWLINE)

    def parts(self) -> Iterator[Chunk]:
        """The same lines, CHUNK_LINES at a time."""
        if len(self) <= CHUNK_LINES:
            yield self
            return
        start = 0
        for place in range(0, len(self), CHUNK_LINES):
            ends = self.ends[place : place + CHUNK_LINES]
            end = int(ends[-1])
            yield Chunk(self.first + place, self.block[start:end], ends - start)
            start = end

    def line(self, number: int) -> Line:
        """The line of that number, without its newline."""
        place = number - self.first
        start = self.ends[place - 1] if place else 0
        return _text_or_bytes(self.block[start : self.ends[place] - len(NEWLINE)])

    def lines(self) -> Sequence[Line]:
        """All lines, without their newlines."""
        try:
            return [*self.block.decode().split("\n")][:-1]
        except UnicodeDecodeError:
            return [_text_or_bytes(line) for line in self.block.split(NEWLINE)][:-1]

    def numbered(self) -> Iterator[Numbered]:
        """All lines with their numbers, without their newlines."""
        return enumerate(self.lines(), self.first)

    def column(self) -> pl.Series:
        """All lines as text, with their newlines; those that are not UTF-8 empty."""
        offsets = np.concatenate(([0], self.ends))
        buffers = pa.py_buffer(offsets), pa.py_buffer(self.block)
        texts = pa.LargeStringArray.from_buffers(len(self), *buffers)
        try:
            texts.validate(full=True)
        except pa.ArrowInvalid:
            lines = self.lines()
            return pl.Series([line if isinstance(line, str) else "" for line in lines])
        return cast("pl.Series", pl.from_arrow(texts))


def read_lines(path: Path, name: str) -> Iterator[Chunk]:
    """The lines of the file, some thousands at a time.

    Raises DataError when a line is too long, or when there are too many.
    """
    most = max(path.stat().st_size, FREE_LINES)
    number = 1
    for block in _whole_lines(_as_utf8(read_blocks(path, name), name), name):
        chunk = Chunk.starting(number, block)
        if chunk.longest() > MAX_LINE_BYTES:
            raise _too_long(name)
        number += len(chunk)
        if number > most + 1:
            raise _too_many(name)
        yield from chunk.parts()


def require_terminated(path: Path, name: str, *, is_json: bool) -> None:
    """Return when the last line is ended, or the file is packed, which says so itself.

    Raises GrowingError (interface.md §2); DataError when waiting would not help.
    """
    if path.stat().st_size == 0 or packing_of(path, name) != "plain":
        return
    with path.open("rb") as file:
        head = file.readline(MAX_LINE_BYTES)
        file.seek(-1, 2)
        if file.read() == b"\n":
            return
    require_utf8(head, name)
    if is_json:
        require_one_value_a_line(head.decode(errors="replace"), name)
    reason = (
        "its last line has no line end, so it is still being written; "
        "it is loaded once it ends with a newline"
    )
    raise GrowingError(name, reason)


def require_utf8(head: bytes, name: str) -> None:
    """Return unless these first bytes are of UTF-16."""
    is_utf16 = head.startswith(UTF16_BOMS) or b"\0" in head[:2]
    if is_utf16:
        raise DataError(name, "looks like UTF-16; send it as UTF-8")


def require_one_value_a_line(head: str, name: str) -> None:
    """Return unless the first line begins an array, or an object over many lines."""
    start = head.strip()
    is_array = start == "[" or start.replace(" ", "").startswith("[{")
    is_spread = start == "{" or (start.startswith("{") and start.endswith(","))
    if is_array or is_spread:
        reason = (
            "not newline-delimited: it is one JSON array, or an object over many "
            "lines; write one JSON object a line (`jq -c '.[]'` does)"
        )
        raise DataError(name, reason)


def _as_utf8(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The same bytes without a byte order mark; UTF-16 raises DataError."""
    head = b""
    for block in blocks:
        head += block
        if len(head) >= len(UTF8_BOM):
            break
    require_utf8(head, name)
    yield head.removeprefix(UTF8_BOM)
    yield from blocks


def _whole_lines(blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The same bytes, cut after newlines only; a last line without one gets it."""
    held: list[bytes] = []
    held_bytes = 0
    for block in blocks:
        end = block.rfind(NEWLINE) + 1
        if end:
            yield b"".join([*held, block[:end]])
            held, held_bytes = [], 0
        held.append(block[end:])
        held_bytes += len(block) - end
        if held_bytes > MAX_LINE_BYTES:
            raise _too_long(name)
    if held_bytes:
        yield b"".join([*held, NEWLINE])


def _text_or_bytes(line: bytes) -> Line:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line


def _too_many(name: str) -> DataError:
    reason = (
        "it holds more lines than packed bytes, like a decompression bomb; "
        "if it is real, send it unpacked or in parts"
    )
    return DataError(name, reason)


def _too_long(name: str) -> DataError:
    mebibytes = MAX_LINE_BYTES >> 20
    reason = (
        f"a line is longer than {mebibytes} MiB; rows are that long by mistake only"
    )
    return DataError(name, reason)
