"""`headcount standins` as a person uses it: start, rehearse, look, end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import pytest
from tests.shop import BUYERS, NOW, Shop, opened

from headcount.cli import main
from headcount.project import open_project
from headcount.runtime.servers import free_port
from headcount.standins.process import running_standin

DESTINATIONS = """\
destinations:
  walkme: {type: walkme, connection: walkme_default}
  hook: {type: webhook, connection: hook, base_url: "https://acme.example/in"}
  unused: {type: clevertap, connection: unused, enabled: false}

"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = opened(tmp_path / "shop")
    shop.settle(DESTINATIONS)
    shop.define("buyers", BUYERS + "destinations: [walkme, hook]\n")
    return shop


@contextmanager
def running(*arguments: str) -> Iterator[IO[str]]:
    """The command in the foreground of its own session; Ctrl-C ends it."""
    command = [sys.executable, "-m", "headcount", "standins", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout
        finally:
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(20) == 0


def test_project_is_rehearsed_and_looked_at(
    shop: Shop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy, port = tmp_path / "copy", free_port()
    arguments = ("walkme", "hook", "--copy", str(copy), "--port", str(port), "--json")
    with running(*arguments, "--project", str(shop.folder)) as said:
        ready = json.loads(said.readline())
        for one in ready["standins"]:
            monkeypatch.setenv(one["variable"], one["value"])
        monkeypatch.setenv("HEADCOUNT_NOW", NOW.isoformat())

        assert main(["run", "--project", str(copy)]) == 0
        capsys.readouterr()
        held = {}
        for one in ready["standins"]:
            assert main(["standins", "--show", one["holds"], "--json"]) == 0
            (segment,) = json.loads(capsys.readouterr().out)["segments"]
            held[one["destination"]] = segment["user_ids"]
        assert main(["standins", "--show", ready["standins"][0]["holds"]]) == 0

    assert held == {"walkme": ["ann"], "hook": ["ann"]}
    assert "Buyers" in capsys.readouterr().out
    assert ready["standins"][0]["base_url"] == f"http://127.0.0.1:{port}"
    with closing(socket.socket()) as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0
    kept = open_project(copy).settings.destinations
    assert kept["unused"] == open_project(shop.folder).settings.destinations["unused"]


def test_page_says_what_to_write_and_what_to_set(shop: Shop, tmp_path: Path) -> None:
    port = free_port()
    arguments = ("--port", str(port), "--project", str(shop.folder), "walkme")
    with running(*arguments, "--keep", str(tmp_path / "kept")) as said:
        lines = [said.readline() for _ in range(12)]

    page = "".join(lines)
    assert (
        '  walkme: {"type": "walkme", "connection": "walkme_default", '
        f'"base_url": "http://127.0.0.1:{port}"}}' in page
    )
    assert "export HEADCOUNT_CONN_WALKME_DEFAULT='{" in page
    assert (tmp_path / "kept").is_dir()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["walkmee"], "did you mean 'walkme'?"),
        (["--faults", "lost=0.1"], "lost-reply"),
        (["--faults", "1.5"], "together at most 1"),
        (["--show", "http://127.0.0.1:1"], "no stand-in answers"),
        (["--show", "file:///etc/passwd"], "no stand-in answers"),
        (["--copy", "."], "has a headcount.yaml already"),
    ],
)
def test_what_cannot_be_meant_is_told(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    fault: str,
) -> None:
    monkeypatch.chdir(shop.folder)
    port = ["--port", str(free_port()), "walkme"]

    assert main(["standins", *arguments, *(port if "--copy" in arguments else [])]) == 2
    assert fault in capsys.readouterr().err


def test_port_of_somebody_else_is_told(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        code = main(["standins", "--project", str(shop.folder), "--port", str(port)])

    assert code == 2
    assert f"port {port} is taken" in capsys.readouterr().err


def test_notifications_are_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    with running_standin("walkme-notification") as standin:
        assert main(["standins", "--show", standin.url]) == 0

    assert "0 requests" in capsys.readouterr().out
