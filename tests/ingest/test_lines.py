from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from headcount.errors import DataError
from headcount.ingest.lines import MAX_LINE_BYTES, Line, read_lines
from tests.crash.corpus import dice_of


def read(path: Path, content: bytes) -> list[tuple[int, Line]]:
    path.write_bytes(content)
    chunks = read_lines(path, "file")
    return [numbered for chunk in chunks for numbered in chunk.numbered()]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_lines_keep_their_numbers_over_all_steps(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    dice = dice_of(1)
    lines = [f"{n} " + "é" * dice.randrange(3000) for n in range(1000)]

    found = read(tmp_path / "file", pack("\n".join([*lines, ""]).encode()))

    assert found == list(enumerate(lines, 1))


def test_line_that_is_not_utf8_stays_bytes_and_the_others_text(tmp_path: Path) -> None:
    found = read(tmp_path / "file", b"a\n\xe9\n\xc3\xa9\n")

    assert found == [(1, "a"), (2, b"\xe9"), (3, "é")]


def test_only_newlines_end_lines(tmp_path: Path) -> None:
    text = "a\u2028b\x0bc\x85d\re"

    assert read(tmp_path / "file", f"{text}\n".encode()) == [(1, text)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("end", [b"", b"\n", b"\nnext\n"])
def test_longest_line_is_read_and_a_longer_one_refused(
    pack: Callable[[bytes], bytes], end: bytes, tmp_path: Path
) -> None:
    longest = b"x" * MAX_LINE_BYTES

    assert read(tmp_path / "file", pack(longest + end))[0] == (1, longest.decode())

    with pytest.raises(DataError, match="longer than 1 MiB"):
        read(tmp_path / "file", pack(longest + b"x" + end))


def test_file_without_lines_has_none(tmp_path: Path) -> None:
    assert read(tmp_path / "file", b"") == []
    assert read(tmp_path / "file", b"\xef\xbb\xbf") == []
