from __future__ import annotations

import gzip
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from headcount.errors import DataError
from headcount.ingest.decompress import read_blocks

PACKERS = {"gzip": gzip.compress, "zstd": zstandard.compress}


def unpack(content: bytes) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        return b"".join(read_blocks(path, "file"))


@given(
    st.lists(st.binary(max_size=5000), min_size=1, max_size=5),
    st.sampled_from([*PACKERS]),
)
def test_parts_are_read_one_after_another(parts: list[bytes], packer: str) -> None:
    packed = b"".join(map(PACKERS[packer], parts))

    assert unpack(packed) == b"".join(parts)


@given(st.data(), st.sampled_from([*PACKERS]))
def test_no_cut_goes_unseen(data: st.DataObject, packer: str) -> None:
    packed = PACKERS[packer](os.urandom(3000))
    end = data.draw(st.integers(5, len(packed) - 1))

    with pytest.raises(DataError, match=f"truncated {packer}"):
        unpack(packed[:end])


@given(st.data())
def test_no_flipped_bit_changes_what_is_read_from_gzip(data: st.DataObject) -> None:
    """A few bits mean nothing: those after the last block, up to the next byte."""
    content = b"some text that repeats, " * 50
    packed = bytearray(gzip.compress(content))
    place = data.draw(st.integers(10, len(packed) - 1))
    packed[place] ^= 1 << data.draw(st.integers(0, 7))

    with suppress(DataError):
        assert unpack(bytes(packed)) == content


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("size", [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20])
def test_output_that_ends_with_a_step_is_whole(packer: str, size: int) -> None:
    content = os.urandom(1000) * (size // 1000 + 1)

    assert unpack(PACKERS[packer](content[:size])) == content[:size]


def test_large_random_file_is_read_in_steps() -> None:
    content = os.urandom(3 << 20)

    assert unpack(gzip.compress(content, compresslevel=1)) == content
