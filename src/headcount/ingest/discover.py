"""Which files a source names: local ones by a pattern, remote ones by a URL.

Source: interface.md §2, faults.md §5, no. 29. Matched names are used as they are found,
never as patterns. A symbolic link may not lead out of the folder that the pattern
names before its first wildcard.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fsspec.core  # type: ignore[import-untyped]  # it ships no types

from headcount.definitions.settings import Source
from headcount.errors import DataError

SCHEME = "://"
# What filesystems call the mark of a file's version, the surest first.
VERSIONS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "created")


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on this machine that must lie, links followed, in the folder `base`."""

    match: str
    path: Path
    base: Path

    @property
    def name(self) -> str:
        """The path as text: bytes that are not UTF-8 are written out."""
        return os.fsencode(self.match).decode("utf-8", "backslashreplace")

    def stamp(self) -> str:
        """Size, times and inode; raises DataError when the file is not ours to read."""
        if not self.path.resolve().is_relative_to(self.base.resolve()):
            reason = (
                f"a symbolic link that leads out of {self.base.name}; put a copy there"
            )
            raise DataError(self.name, reason)
        if not self.path.is_file():
            raise DataError(self.name, "not a regular file")
        seen = self.path.stat()
        return f"{seen.st_size}:{seen.st_mtime_ns}:{seen.st_ctime_ns}:{seen.st_ino}"

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """The file itself."""
        yield self.path


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of an object store or another filesystem that fsspec knows."""

    name: str

    def stamp(self) -> str:
        """Size and version, as the store states them."""
        with _of_one_kind():
            files, path = fsspec.core.url_to_fs(self.name)
            files.invalidate_cache()
            info: dict[str, Any] = files.info(path)
        version = next((info[key] for key in VERSIONS if key in info), "")
        return f"{info['size']}:{version}"

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """A copy, fetched for the block."""
        with TemporaryDirectory(prefix="headcount-") as folder:
            local = Path(folder) / "fetched"
            with _of_one_kind():
                files, path = fsspec.core.url_to_fs(self.name)
                files.get_file(path, str(local))
            yield local


SourceFile = LocalFile | RemoteFile


def discover(source: Source, folder: Path) -> list[SourceFile]:
    """The files that the source's path names now, sorted by name.

    A relative path starts at the project `folder`. Hidden files are not matched, and
    folders are none. Raises DataError or OSError when nothing can be listed.
    """
    if SCHEME in source.path:
        return _discover_remote(source.path)
    named = folder / source.path
    # A name that exists is meant literally, whatever wildcards it seems to hold.
    is_literal = os.path.lexists(named)
    matches = (
        [source.path]
        if is_literal
        else glob(source.path, root_dir=folder, recursive=True)  # noqa: PTH207
    )
    base = named.parent if is_literal else folder / _fixed_part(source.path)
    files = (LocalFile(match, folder / match, base) for match in sorted(matches))
    return [file for file in files if not file.path.is_dir()]


def _discover_remote(url: str) -> list[SourceFile]:
    try:
        files, path = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise DataError(url, f"this kind of URL cannot be read: {error}") from error
    with _of_one_kind():
        files.invalidate_cache()
        matches = files.glob(path) if has_magic(path) else [path]
    names = sorted(files.unstrip_protocol(match) for match in matches)
    return [RemoteFile(name) for name in names]


@contextmanager
def _of_one_kind() -> Iterator[None]:
    """Whatever a store's client raises is an OSError.

    fsspec hands on what each client raises, and clients are the user's choice: a store
    that is away, or turns us away, must not keep the other sources from being read.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise ConnectionError(str(error)) from error


def _fixed_part(pattern: str) -> Path:
    """The folders of the pattern before its first wildcard."""
    fixed = Path()
    for part in Path(pattern).parts[:-1]:
        if has_magic(part):
            break
        fixed /= part
    return fixed
