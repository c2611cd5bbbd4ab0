"""The console as a server of its own, for people that a header names.

Airflow is left out here: who asks is `X-Role`, as Airflow's four roles would be told.
`test_plugin.py` is about the real ones.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException, Request

from headcount.console.access import Person, Right
from headcount.console.app import create_app
from headcount.console.desk import Desk
from headcount.project import open_project
from headcount.runtime.servers import free_port

ROLES = {
    "viewer": frozenset({Right.READ}),
    "user": frozenset({Right.READ, Right.BUILD, Right.EXPORT}),
    "op": frozenset(Right),
}
PREFIX = "/headcount"
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


def identify(request: Request) -> Person:
    """Whoever the header names, with that role's rights."""
    role = request.headers.get("x-role")
    if role not in ROLES:
        raise HTTPException(401, "not logged in")
    return Person(f"{role}-1", role.title(), ROLES[role])


def app_of(folder: Path) -> FastAPI:
    """The console over the project in `folder`, mounted as Airflow mounts it."""
    console = create_app(Desk(lambda: open_project(folder)), identify, secret=b"s" * 32)
    host = FastAPI()
    host.mount(PREFIX, console)
    return host


@dataclass(frozen=True, slots=True)
class Site:
    """A running console, as one person uses it."""

    client: httpx.Client

    def get(self, path: str, **options: object) -> httpx.Response:
        """The answer to a page or a part of it."""
        return self.client.get(PREFIX + path, **options)

    def read(self, path: str) -> str:
        """The text of a page that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, **fields: str) -> httpx.Response:
        """The answer to a form of the segment page, with the person's token."""
        return self.client.post(PREFIX + path, data={"token": self.token(), **fields})

    def token(self) -> str:
        """What stands in the forms of this person."""
        for path in ("/segments/buyers", "/build"):
            found = TOKEN.search(self.get(path).text)
            if found:
                return found[1]
        return ""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a console over the project in `folder`."""
    port = free_port()
    config = uvicorn.Config(app_of(folder), port=port, log_level="critical", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def used_by(url: str, role: str = "op") -> Iterator[Site]:
    """The console at `url`, used by a person of this role."""
    headers = {"x-role": role}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        yield Site(client)
