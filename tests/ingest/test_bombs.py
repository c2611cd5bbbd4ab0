"""Small files that unpack to much, or slowly, cost little memory and time."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.ingest.landing import event, lines

MEBIBYTE = 1 << 20
ROOT = Path(__file__).parents[2]
ROW = lines(event())
LONG_ROW = lines(event(properties={"text": "x" * 500}))

MOST_SECONDS = 10.0
MOST_MB = 400.0  # each of the first three would take gigabytes


def with_wide_window(content: bytes) -> bytes:
    """The content as `zstd --long=31` packs it from a pipe."""
    wide = zstandard.ZstdCompressionParameters(window_log=31)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    return packer.compress(content) + packer.flush()


RATIO = (
    "it expands to more than 200 times its {} bytes, like a decompression bomb; "
    "if it is real, send it unpacked or in parts"
)
LINES = (
    "it holds more lines than packed bytes, like a decompression bomb; "
    "if it is real, send it unpacked or in parts"
)
BOMBS = {
    "one line of 2 GiB.gz": (
        gzip.compress(b"x" * 16 * MEBIBYTE) * 128,
        "a line is longer than 1 MiB; rows are that long by mistake only",
    ),
    "2 GiB of rows in 200 kB.zst": (
        zstandard.compress(LONG_ROW * (64 * MEBIBYTE // len(LONG_ROW))) * 32,
        RATIO,
    ),
    "1 GiB of line ends.gz": (gzip.compress(b"\n" * 64 * MEBIBYTE) * 16, LINES),
    "empty objects.zst": (zstandard.compress(b"{}\n" * MEBIBYTE), LINES),
    "window of 2 GiB.zst": (
        with_wide_window(ROW),
        "its zstd window is larger than 128 MiB, which would all be held in memory; "
        "pack it with --long=27 or less",
    ),
    "many empty members.gz": (gzip.compress(b"") * 50_000 + gzip.compress(ROW), None),
    "many empty frames.zst": (
        zstandard.compress(b"") * 50_000 + zstandard.compress(ROW),
        None,
    ),
    "cut in a large block.zst": (
        zstandard.compress(ROW * (3 * MEBIBYTE // len(ROW)))[:-3],
        "truncated zstd: its end is missing; send it again",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("bombs")
    (folder / "app").mkdir()
    for name, (content, _) in BOMBS.items():
        (folder / "app" / name).write_bytes(content)
    command = [sys.executable, "-m", "tests.ingest.bounded", str(folder)]
    ended = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(ended.stdout))


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_answered(name: str, told: dict[str, dict[str, Any]]) -> None:
    content, reason = BOMBS[name]
    wanted = reason and reason.format(len(content))

    assert told[name]["reason"] == wanted
    assert told[name]["status"] == ("refused" if wanted else "loaded")
    assert told[name]["rows"] == (0 if wanted else 1)


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_costs_little(name: str, told: dict[str, dict[str, Any]]) -> None:
    assert len(BOMBS[name][0]) < 4 * MEBIBYTE
    assert told[name]["grown_mb"] < MOST_MB
    assert told[name]["seconds"] < MOST_SECONDS
