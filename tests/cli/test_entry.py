import logging
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Call
from tests.shop import TICK, Shop

from headcount.cli import main
from headcount.cli.entry import _command
from headcount.cli.failures import attended
from headcount.cli.session import Session, Shared
from headcount.errors import HeldError
from headcount.store.lock import hold_lock

COMMAND = [sys.executable, "-m", "headcount"]
HEAVY = "airflow", "polars", "duckdb"
NOT_FOR_A_LOOK = "airflow", "httpx", "fsspec", "xlsxwriter", "rich", "jinja2"


def test_every_command_takes_shared_options() -> None:
    for command in _command().commands.values():
        names = {name for parameter in command.params for name in parameter.opts}

        assert {"--project", "--json", "--debug"} <= names, command.name


def test_options_may_stand_before_the_command(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--project", str(shop.folder), "--json", "list"])

    assert code == 0
    assert capsys.readouterr().out.startswith('{"at": null, "segments": [')


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["lst"], "Did you mean 'list'"),
        (["list", "--colour"], "No such option: --colour"),
        (["members"], "Missing argument 'SEGMENT'"),
        (["export", "buyers", "--format", "pdf"], "pdf"),
        (["list", "--at", "yesterday"], "'yesterday' is not an ISO 8601 instant"),
        (["list", "--at", "2030-01-01"], "has not come yet"),
        (["members", "byers"], "did you mean 'buyers'?"),
    ],
)
def test_wrong_usage_exits_2(call: Call, argv: list[str], words: str) -> None:
    answer = call(*argv)

    assert answer.code == 2
    assert words in answer.error["message"]
    assert answer.err == ""


def test_error_is_one_line_on_stderr_for_a_person(call: Call) -> None:
    answer = call("members", "byers", person=True)

    assert answer.out == ""
    assert answer.err == (
        "headcount: no segment 'byers'; did you mean 'buyers'? "
        "(`headcount list` shows all)\n"
    )


def test_missing_project_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["list", "--project", str(tmp_path)])

    assert code == 2
    assert "headcount init" in capsys.readouterr().err


def test_unknown_error_is_told_without_traceback(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(Shared(folder=shop.folder, as_json=True))

    def body() -> int:
        return len(session.project.folder.parts) // 0

    code = attended(session, body)

    said = capsys.readouterr()
    log = shop.folder / "warehouse" / "headcount.log"
    assert code == 1
    assert '"kind": "internal"' in said.out
    assert "Traceback" not in said.out + said.err
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_debug_shows_traceback(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    main(["members", "nobody", "--project", str(shop.folder), "--debug"])

    assert "Traceback" in capsys.readouterr().err


def test_held_action_exits_3(capsys: pytest.CaptureFixture[str]) -> None:
    def body() -> int:
        msg = "25% of the members would leave"
        raise HeldError(msg)

    code = attended(Session(Shared(as_json=True)), body)

    assert code == 3
    assert '"kind": "held"' in capsys.readouterr().out


def test_unwritable_place_is_no_bug(call: Call, shop: Shop) -> None:
    (shop.folder / "warehouse").write_text("in the way", encoding="utf-8")

    answer = call("run")

    assert answer.code == 1
    assert answer.error["kind"] == "system"


def test_nothing_global_is_left_behind(call: Call, shop: Shop) -> None:
    def globals_now() -> tuple[Any, ...]:
        package, root = logging.getLogger("headcount"), logging.getLogger()
        return (
            dict(os.environ),
            Path.cwd(),
            list(package.handlers),
            list(root.handlers),
            package.level,
            signal.getsignal(signal.SIGINT),
            sys.excepthook,
        )

    before = globals_now()
    for argv in (["run"], ["members", "nobody"], ["list", "--bad"]):
        call(*argv)

    assert globals_now() == before


def test_threads_may_call_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _command.cache_clear()
    environment = dict(os.environ)

    with ThreadPoolExecutor(8) as pool:
        argvs = [["init", str(tmp_path / str(i)), "--json"] for i in range(16)]
        codes = list(pool.map(main, argvs))

    assert set(codes) == {0}
    assert dict(os.environ) == environment


@pytest.mark.parametrize(
    ("argv", "heavy"),
    [
        (["--help"], HEAVY),
        (["check", "--json"], HEAVY),
        (["preview", "segments/buyers.yaml", "--json"], NOT_FOR_A_LOOK),
        (["list", "--json"], NOT_FOR_A_LOOK),
    ],
)
def test_start_imports_nothing_heavy(
    shop: Shop, argv: list[str], heavy: tuple[str, ...]
) -> None:
    script = (
        "import sys; from headcount.cli import main; code = main(sys.argv[1:]); "
        f"heavy = [m for m in {heavy} if m in sys.modules]; "
        "sys.exit(f'{code} {heavy}' if code or heavy else 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, *argv],
        cwd=shop.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_reader_that_goes_away_is_no_failure(shop: Shop) -> None:
    shop.land("many", *((f"user-{i}", "buy", TICK) for i in range(5000)))
    at = ["--project", str(shop.folder)]
    main(["run", *at, "--json"])

    with subprocess.Popen(
        [*COMMAND, "members", "buyers", *at],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()

    assert (process.returncode, errors) == (141, b"")


def test_interrupt_ends_calmly(shop: Shop) -> None:
    store = shop.project.store_path
    main(["run", "--project", str(shop.folder), "--json"])

    with hold_lock(store.with_name(f"{store.name}.lock"), subject=store, wait_s=1):
        process = subprocess.Popen(
            [*COMMAND, "run", "--project", str(shop.folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _wait_until_open(process.pid, f"{store.name}.lock")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert (out, err.count("\n")) == ("", 1)
    assert "interrupted" in err


def _wait_until_open(pid: int, name: str) -> None:
    """The process has a file of this name open."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        links = (link.resolve() for link in Path(f"/proc/{pid}/fd").iterdir())
        if any(link.name == name for link in links):
            return
        time.sleep(0.05)
    pytest.fail(f"{name} was never opened")
