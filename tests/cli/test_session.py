import os
import pty
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.cli.conftest import Call
from tests.shop import Shop

from headcount.cli import main

COMMAND = [sys.executable, "-m", "headcount"]


@pytest.fixture
def tty() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def read_all(end: int) -> str:
    os.set_blocking(end, False)
    chunks = []
    try:
        while chunk := os.read(end, 65536):
            chunks.append(chunk)
    except BlockingIOError:
        pass
    return b"".join(chunks).decode()


def test_terminal_shows_progress_and_colours(shop: Shop, tty: tuple[int, int]) -> None:
    ours, theirs = tty

    subprocess.run(
        [*COMMAND, "run", "--project", str(shop.folder)],
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm"},
        check=True,
    )

    seen = read_all(ours)
    assert "Evaluating the segments" in seen
    assert "\x1b[32mActive" in seen


def test_json_stands_alone_beside_progress(shop: Shop, tty: tuple[int, int]) -> None:
    ours, theirs = tty

    done = subprocess.run(
        [*COMMAND, "run", "--project", str(shop.folder), "--json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm"},
        check=True,
    )

    assert done.stdout.startswith(b'{"at": ')
    assert done.stdout.count(b"\n") == 1
    assert "Evaluating the segments" in read_all(ours)


@pytest.mark.parametrize(("typed", "code"), [("buyers", 0), ("yes", 2), ("\x04", 2)])
def test_delete_asks_for_the_id(
    shop: Shop, tty: tuple[int, int], *, typed: str, code: int
) -> None:
    main(["run", "--project", str(shop.folder), "--json"])
    ours, theirs = tty
    os.write(ours, f"{typed}\n".encode())

    done = subprocess.run(
        [*COMMAND, "delete", "buyers", "--project", str(shop.folder)],
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code
    assert "its id can never be used again" in done.stderr
    assert (shop.folder / "segments" / "buyers.yaml").exists() is bool(code)


def test_clock_that_cannot_be_read_is_wrong_usage(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADCOUNT_NOW", "half past nine")

    answer = call("run")

    assert answer.code == 2
    assert "half past nine" in answer.error["message"]
