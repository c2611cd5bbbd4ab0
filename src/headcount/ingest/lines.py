"""The numbered lines of a text file: UTF-8, ended by newlines, of bounded length.

Source: faults.md §5. A line that is not UTF-8 stays bytes, so that its row alone is
rejected; what makes the whole file unreadable raises DataError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from headcount.errors import DataError
from headcount.ingest.decompress import packing_of, read_blocks

Line = str | bytes
Chunk = tuple[int, list[Line]]
"""The number of its first line (from 1), and some consecutive lines."""

MAX_LINE_BYTES = 1 << 20
CHUNK_LINES = 20_000
FREE_LINES = 100_000  # so many harm nobody, however well they pack
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class GrowingError(DataError):
    """The file is still being written: it is left for the next run."""


def read_lines(path: Path, name: str) -> Iterator[Chunk]:
    """The lines of the file, some thousands at a time, without their line ends."""
    most = max(path.stat().st_size, FREE_LINES)
    number = 1
    for block in _whole_lines(_as_utf8(read_blocks(path, name), name), name):
        lines = _decoded(block, name)
        if number + len(lines) > most + 1:
            raise _too_many(name)
        for start in range(0, len(lines), CHUNK_LINES):
            yield number + start, lines[start : start + CHUNK_LINES]
        number += len(lines)


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
    """The same bytes, cut after newlines only; the last piece may lack its own."""
    held: list[bytes] = []
    held_bytes = 0
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join([*held, block[:end]])
            held, held_bytes = [], 0
        held.append(block[end:])
        held_bytes += len(block) - end
        if held_bytes > MAX_LINE_BYTES:
            raise _too_long(name)
    if held_bytes:
        yield b"".join(held)


def _decoded(block: bytes, name: str) -> list[Line]:
    if len(block) > MAX_LINE_BYTES:
        _require_short_lines(block, name)
    try:
        lines: list[Line] = [*block.decode().split("\n")]
    except UnicodeDecodeError:
        lines = [_text_or_bytes(line) for line in block.split(b"\n")]
    if not lines[-1]:
        lines.pop()
    return lines


def _text_or_bytes(line: bytes) -> Line:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line


def _require_short_lines(block: bytes, name: str) -> None:
    if max(map(len, block.split(b"\n"))) > MAX_LINE_BYTES:
        raise _too_long(name)


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
