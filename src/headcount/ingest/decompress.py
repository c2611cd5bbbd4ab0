"""The bytes inside a plain, gzip or zstd file, verified to the end and bounded.

Source: faults.md §5. The first bytes decide, not the name. No engine opens a packed
file itself: DuckDB accepts a wrong checksum and a missing end, a bomb aborts Polars.
Here each step yields at most some tens of megabytes, whatever the file holds.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import zstandard

from headcount.errors import DataError

Packing = Literal["gzip", "zstd", "plain"]

BLOCK_BYTES = 4 << 20
# What is left behind the end of a member is copied: of much input with many members,
# again and again.
GZIP_INPUT_BYTES = 1 << 16
# A zstd block of 4 bytes can hold 128 KiB: so much input becomes 64 MiB at most.
ZSTD_INPUT_BYTES = 2048
MAX_WINDOW_LOG = 27  # what `zstd` itself unpacks unasked: 128 MiB
MAX_RATIO = 200  # real logs stay below 50
RATIO_FROM_BYTES = 8 << 20  # smaller outputs harm nobody, however well they pack

WINDOW_ERROR = "requires too much memory"  # as zstd words it
GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
SKIPPABLE = 0x50
OTHERS = {
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7-zip",
    b"\x04\x22\x4d\x18": "lz4",
}


def packing_of(path: Path, name: str) -> Packing:
    """How the file is packed, by its first bytes; another packer raises DataError."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(GZIP):
        return "gzip"
    if _is_zstd(head):
        return "zstd"
    for magic, packer in OTHERS.items():
        if head.startswith(magic):
            raise DataError(name, f"packed with {packer}; send it plain, .gz or .zst")
    return "plain"


def read_blocks(path: Path, name: str) -> Iterator[bytes]:
    """The unpacked bytes in order; `name` is what a DataError calls the file.

    All but the last block have BLOCK_BYTES. Who has read them all knows that the stream
    was whole: checksums right, nothing missing, nothing behind it, not expanded beyond
    reason.
    """
    packing = packing_of(path, name)
    size = path.stat().st_size
    with path.open("rb") as file:
        match packing:
            case "gzip":
                yield from _evened(_bounded(_gunzip(file, name), size, name))
            case "zstd":
                yield from _evened(_bounded(_unzstd(file, name), size, name))
            case "plain":
                yield from _read(file, BLOCK_BYTES)


def _evened(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of BLOCK_BYTES."""
    held = bytearray()
    for block in blocks:
        held += block
        while len(held) >= BLOCK_BYTES:
            yield bytes(held[:BLOCK_BYTES])
            del held[:BLOCK_BYTES]
    if held:
        yield bytes(held)


def _bounded(blocks: Iterator[bytes], size: int, name: str) -> Iterator[bytes]:
    total = 0
    for block in blocks:
        total += len(block)
        if total > RATIO_FROM_BYTES and total > MAX_RATIO * size:
            reason = (
                f"it expands to more than {MAX_RATIO} times its {size} bytes, like a "
                "decompression bomb; if it is real, send it unpacked or in parts"
            )
            raise DataError(name, reason)
        yield block


def _gunzip(file: BinaryIO, name: str) -> Iterator[bytes]:
    stream = zlib.decompressobj(wbits=31)
    left = b""
    for block in _read(file, GZIP_INPUT_BYTES):
        left += block
        while left:
            if stream.eof:
                left = left.lstrip(b"\0")  # padding, which gzip itself accepts
                if len(left) < len(GZIP):
                    break
                _require_start(name, "gzip", is_start=left.startswith(GZIP))
                stream = zlib.decompressobj(wbits=31)
            yield from _inflated(stream, left, name)
            left = stream.unused_data
    _require_start(name, "gzip", is_start=GZIP.startswith(left.rstrip(b"\0")))
    _require_end(name, "gzip", is_whole=stream.eof and not left)


def _inflated(stream: zlib._Decompress, packed: bytes, name: str) -> Iterator[bytes]:
    """All that `packed` yields, up to the end of its member."""
    while True:
        try:
            block = stream.decompress(packed, BLOCK_BYTES)
        except zlib.error as error:
            is_checksum = str(error).endswith(("data check", "length check"))
            raise _damaged(name, "gzip", error, is_checksum=is_checksum) from error
        yield block
        packed = stream.unconsumed_tail
        if stream.eof or (not packed and len(block) < BLOCK_BYTES):
            return


def _unzstd(file: BinaryIO, name: str) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor(max_window_size=1 << MAX_WINDOW_LOG)
    stream = unpacker.decompressobj()
    left = b""
    for block in _read(file, ZSTD_INPUT_BYTES):
        left += block
        while left:
            if stream.eof:
                if len(left) < len(ZSTD):
                    break
                _require_start(name, "zstd", is_start=_is_zstd(left))
                stream = unpacker.decompressobj()
            try:
                yield stream.decompress(left)
            except zstandard.ZstdError as error:
                _require_window(name, is_small=WINDOW_ERROR not in str(error))
                is_checksum = "checksum" in str(error)
                raise _damaged(name, "zstd", error, is_checksum=is_checksum) from error
            left = stream.unused_data if stream.eof else b""
    _require_start(name, "zstd", is_start=ZSTD.startswith(left))
    _require_end(name, "zstd", is_whole=stream.eof and not left)


def _read(file: BinaryIO, size: int) -> Iterator[bytes]:
    while block := file.read(size):
        yield block


def _is_zstd(head: bytes) -> bool:
    # Skippable frames have sixteen magic numbers, 0x184D2A50 to 0x184D2A5F.
    is_skippable = head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == SKIPPABLE
    return head.startswith(ZSTD) or is_skippable


def _require_start(name: str, packer: str, *, is_start: bool) -> None:
    if not is_start:
        raise DataError(name, f"garbage after the {packer} stream; send the file again")


def _require_window(name: str, *, is_small: bool) -> None:
    if not is_small:
        reason = (
            f"its zstd window is larger than {1 << MAX_WINDOW_LOG - 20} MiB, which "
            f"would all be held in memory; pack it with --long={MAX_WINDOW_LOG} or less"
        )
        raise DataError(name, reason)


def _require_end(name: str, packer: str, *, is_whole: bool) -> None:
    if not is_whole:
        raise DataError(name, f"truncated {packer}: its end is missing; send it again")


def _damaged(
    name: str, packer: str, error: Exception, *, is_checksum: bool
) -> DataError:
    what = f"its {packer} checksum is wrong" if is_checksum else f"damaged {packer}"
    return DataError(name, f"{what} ({error}); send the file again")
