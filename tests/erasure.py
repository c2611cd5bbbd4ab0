"""A search for texts in every byte of a project: as they lie, unpacked, and decoded.

`python -m tests.erasure FOLDER TEXT...` prints the files that hold one; 1 when any do.
"""

from __future__ import annotations

import gzip
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import polars as pl
import zstandard


def places_of(folder: Path, texts: Sequence[str]) -> list[str]:
    """The files under `folder` that hold one of the texts, in whatever form."""
    wanted = [text.encode() for text in texts]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(one in form for form in forms(path) for one in wanted)
    ]


def forms(path: Path) -> Iterator[bytes]:
    """The bytes of the file, its name, and what a reader of its format would see."""
    yield path.name.encode()
    content = path.read_bytes()
    yield content
    if content.startswith(b"PAR1"):
        yield repr(pl.read_parquet(path).rows()).encode()
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content.startswith(b"\x28\xb5\x2f\xfd"):
        yield zstandard.ZstdDecompressor().stream_reader(content).read()
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name) for name in book.namelist())
    elif content[8:12] == b"DUCK":
        yield from _tables(path)


def _tables(path: Path) -> Iterator[bytes]:
    """Every row of every table and view, as text."""
    with duckdb.connect(str(path), read_only=True) as con:
        names = con.execute("SELECT table_name FROM information_schema.tables")
        for (name,) in names.fetchall():
            yield repr(con.table(name).fetchall()).encode()


if __name__ == "__main__":
    found = places_of(Path(sys.argv[1]), sys.argv[2:])
    sys.stdout.writelines(f"{place}\n" for place in found)
    sys.exit(bool(found))
