from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import duckdb
import polars as pl
import pytest

from headcount.errors import (
    DiskFullError,
    MemoryLimitError,
    StoreBusyError,
    StoreUnreadableError,
    StoreVersionError,
)
from headcount.store.warehouse import Warehouse

HOLD = """
import sys, pathlib
from headcount.store.warehouse import Warehouse
with Warehouse.open(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

HOLD_WITHOUT_OUR_LOCK = """
import duckdb, sys
con = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""

WRITE_AND_DIE = """
import os, sys, pathlib
from headcount.store.warehouse import Warehouse
warehouse = Warehouse.open(pathlib.Path(sys.argv[1]))
rows = "SELECT n, 's' || n FROM range(5000) AS t(n)"
warehouse.con.execute("INSERT INTO systems " + rows)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse" / "headcount.duckdb"


def systems(warehouse: Warehouse) -> list[tuple[int, str]]:
    return warehouse.con.execute("FROM systems ORDER BY ALL").fetchall()


def test_store_is_created_whole_when_missing(path: Path) -> None:
    with Warehouse.open(path) as warehouse:
        assert systems(warehouse) == []

    assert sorted(file.name for file in path.parent.iterdir()) == [
        "headcount.duckdb",
        "headcount.duckdb.lock",
    ]


def test_rows_are_kept_when_opened_again(path: Path) -> None:
    with Warehouse.open(path) as warehouse, warehouse.transaction() as con:
        con.execute("INSERT INTO systems VALUES (1, 'acme')")

    with Warehouse.open(path) as warehouse:
        assert systems(warehouse) == [(1, "acme")]


def test_transaction_keeps_nothing_when_it_raises() -> None:
    with Warehouse.in_memory() as warehouse:
        with suppress(KeyboardInterrupt), warehouse.transaction() as con:
            con.execute("INSERT INTO systems VALUES (1, 'acme')")
            raise KeyboardInterrupt

        assert systems(warehouse) == []


def test_transaction_keeps_nothing_when_a_statement_fails() -> None:
    with Warehouse.in_memory() as warehouse:
        with suppress(duckdb.ConstraintException), warehouse.transaction() as con:
            con.execute("INSERT INTO systems VALUES (1, 'acme')")
            con.execute("INSERT INTO systems VALUES (1, 'other')")

        assert systems(warehouse) == []


def test_second_open_names_the_holder_when_it_waited_in_vain(path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout
        child.stdout.readline()

        with pytest.raises(StoreBusyError) as busy:
            Warehouse.open(path, wait_s=0.2)

    assert f"held by process {child.pid} (" in str(busy.value)
    Warehouse.open(path, wait_s=0).close()


def test_killed_holder_lets_the_next_one_in(path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout
        child.stdout.readline()
        child.kill()
        child.wait()

        Warehouse.open(path, wait_s=0).close()


def test_foreign_client_is_named_when_it_holds_the_file(path: Path) -> None:
    Warehouse.open(path).close()
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD_WITHOUT_OUR_LOCK, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout
        child.stdout.readline()

        with pytest.raises(StoreBusyError, match=rf"\(PID {child.pid}\)"):
            Warehouse.open(path, wait_s=0.2)


def test_damaged_log_is_kept_when_it_cannot_be_replayed(path: Path) -> None:
    subprocess.run([sys.executable, "-c", WRITE_AND_DIE, str(path)], check=False)
    log = path.with_name(path.name + ".wal")
    damaged = bytearray(log.read_bytes())
    damaged[len(damaged) // 2] ^= 255
    log.write_bytes(damaged)
    before = path.read_bytes()

    with pytest.raises(StoreUnreadableError, match="replaying WAL"):
        Warehouse.open(path)

    assert log.read_bytes() == damaged
    assert path.read_bytes() == before


def test_open_refuses_when_only_the_log_is_there(path: Path) -> None:
    path.parent.mkdir()
    path.with_name(path.name + ".wal").write_bytes(b"log")

    with pytest.raises(StoreUnreadableError, match=r"its \.wal file is not"):
        Warehouse.open(path)


def test_open_refuses_what_is_no_store(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)

    with pytest.raises(StoreUnreadableError, match="keep both"):
        Warehouse.open(path)

    assert path.read_bytes() == b"not a database" * 1000


def test_open_refuses_a_store_of_a_newer_version(path: Path) -> None:
    with Warehouse.open(path) as warehouse:
        warehouse.con.execute("INSERT INTO schema_version VALUES (999, 'later')")

    with pytest.raises(StoreVersionError, match="has schema 999"):
        Warehouse.open(path)


def test_session_is_in_utc_whatever_the_process_has() -> None:
    with Warehouse.in_memory() as warehouse:
        zone = warehouse.con.execute("SELECT current_setting('TimeZone')").fetchall()

    assert zone == [("UTC",)]


def test_full_memory_is_told_with_what_to_do() -> None:
    with Warehouse.in_memory() as warehouse:
        warehouse.con.execute("SET memory_limit = '20MB'")
        warehouse.con.execute("SET temp_directory = ''")
        big = "CREATE TEMP TABLE big AS SELECT range, hash(range) FROM range(9000000)"

        with pytest.raises(MemoryLimitError, match="Run again when"):
            create(warehouse, big)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_is_told_with_what_to_do() -> None:
    with Warehouse.in_memory() as warehouse:
        with pytest.raises(DiskFullError, match="Make room, then run again"):
            create(warehouse, "COPY (FROM range(999999)) TO '/dev/full' (FORMAT csv)")

        assert systems(warehouse) == []


def create(warehouse: Warehouse, statement: str) -> None:
    with warehouse.transaction() as con:
        con.execute(statement)


def test_spilled_files_of_a_killed_process_are_removed(path: Path) -> None:
    Warehouse.open(path).close()
    spill = path.with_name(path.name + ".tmp")
    spill.mkdir()
    (spill / "duckdb_temp_1_0_storage_DEFAULT-0.tmp").write_bytes(b"left over")

    Warehouse.open(path).close()

    assert not spill.exists()


def test_no_progress_bar_mixes_with_what_commands_print() -> None:
    with Warehouse.in_memory() as warehouse:
        query = "SELECT current_setting('enable_progress_bar')"

        assert warehouse.con.execute(query).fetchall() == [(False,)]


def test_frame_is_a_view_while_it_is_lent() -> None:
    with Warehouse.in_memory() as warehouse:
        with warehouse.lend(lent=pl.DataFrame({"n": [1, 2]})):
            assert warehouse.con.execute("SELECT sum(n) FROM lent").fetchall() == [(3,)]

        with pytest.raises(duckdb.CatalogException):
            warehouse.con.execute("FROM lent")


def test_a_rewritten_store_is_the_same_and_holds_no_deleted_byte(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.duckdb"
    with Warehouse.open(path) as warehouse:
        insert = "INSERT INTO users (system_code, user_code, user_id) VALUES (0, ?, ?)"
        warehouse.con.execute(insert, [0, "stays-here-7f3a"])
        warehouse.con.execute(insert, [1, "goes-away-91bc"])
        warehouse.con.execute("CHECKPOINT")
        warehouse.con.execute("DELETE FROM users WHERE user_code = 1")

        warehouse.rewrite()

        with pytest.raises(duckdb.ConstraintException):
            warehouse.con.execute(insert, [9, "stays-here-7f3a"])
        assert warehouse.rows("store/read_version") != [(-1,)]
        with pytest.raises(StoreBusyError):
            Warehouse.open(path, wait_s=0.0)
    content = path.read_bytes()
    assert b"stays-here-7f3a" in content
    assert b"goes-away-91bc" not in content
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "store.duckdb",
        "store.duckdb.lock",
    ]
