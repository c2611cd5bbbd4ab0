from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from headcount.store.files import sha256_of, sweep_temporaries, write_atomically

WRITE_AND_WAIT = """
import sys, pathlib
from headcount.store.files import write_atomically
with write_atomically(pathlib.Path(sys.argv[1])) as aside:
    aside.write_text("half")
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_file_is_replaced_when_the_block_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    with write_atomically(path) as aside:
        aside.write_text("new")
        assert path.read_text() == "old"

    assert path.read_text() == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_file_stays_when_the_block_raises(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    with suppress(KeyboardInterrupt), write_atomically(path) as aside:
        aside.write_text("new")
        raise KeyboardInterrupt

    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 127 + "x")

    with write_atomically(path) as aside:
        aside.write_text("new")

    assert path.read_text() == "new"


def test_sweep_spares_a_living_writer_and_removes_a_killed_one(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE_AND_WAIT, str(tmp_path / "a.txt")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout
        child.stdout.readline()
        assert sweep_temporaries(tmp_path) == 0
        child.kill()
        child.wait()

    assert sweep_temporaries(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_sweep_of_a_missing_folder_finds_nothing(tmp_path: Path) -> None:
    assert sweep_temporaries(tmp_path / "none") == 0


def test_sha256_is_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")

    assert sha256_of(tmp_path / "a").startswith("ba7816bf8f01cfea")
