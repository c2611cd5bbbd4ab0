"""Files of an S3-compatible server, over HTTP on this machine."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace

import fsspec
import pytest
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

from tests.ingest.landing import Landing, event, lines

SOME = lines(event("u1"), event("u2"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server that keeps objects as S3 does."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[fsspec.AbstractFileSystem]:
    """The server as everybody's environment names it, with a bucket `landing`."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    S3FileSystem.clear_instance_cache()
    files = fsspec.filesystem("s3")
    files.mkdir("landing")
    yield files
    files.rm("landing", recursive=True)
    S3FileSystem.clear_instance_cache()


def test_objects_are_loaded_once(
    landing: Landing, bucket: fsspec.AbstractFileSystem
) -> None:
    bucket.pipe("landing/app/a.ndjson", SOME)
    bucket.pipe("landing/app/b.ndjson.gz", gzip.compress(lines(event("u3"))))
    bucket.pipe("landing/other.txt", b"not ours")
    landing.set(path="s3://landing/app/*")

    report = landing.ingest()

    assert [(file.path, file.accepted) for file in report.files] == [
        ("s3://landing/app/a.ndjson", 2),
        ("s3://landing/app/b.ndjson.gz", 1),
    ]
    assert landing.ingest().files == ()


def test_changed_object_is_reported(
    landing: Landing, bucket: fsspec.AbstractFileSystem
) -> None:
    landing.set(path="s3://landing/a.ndjson")
    bucket.pipe("landing/a.ndjson", SOME)
    landing.ingest()
    bucket.pipe("landing/a.ndjson", lines(event("u4")))

    assert [file.status for file in landing.ingest().files] == ["changed"]


def test_object_with_wildcards_in_its_name_is_loaded(
    landing: Landing, bucket: fsspec.AbstractFileSystem
) -> None:
    bucket.pipe("landing/app/[1]?.ndjson", SOME)
    landing.set(path="s3://landing/app/*")

    assert [file.accepted for file in landing.ingest().files] == [2]


def test_store_that_is_away_is_told_of_and_the_others_are_read(
    landing: Landing, bucket: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    S3FileSystem.clear_instance_cache()
    landing.put("a", SOME)
    far = replace(landing.sources[0], name="far", path="s3://landing/*.ndjson")
    landing.sources = (far, *landing.sources)

    away, near = landing.ingest().files

    assert (away.status, near.accepted) == ("refused", 2)
    assert away.reason is not None
    assert away.reason.startswith(
        "cannot be listed: Could not connect to the endpoint URL"
    )
