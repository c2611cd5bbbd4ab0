"""A failed run and a late tick are told to those who are to know, over real wires."""

from __future__ import annotations

import json
import socketserver
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from headcount.runtime.home import AirflowHome
from headcount.standins.process import PASSWORD

pytestmark = pytest.mark.airflow

RUN = {"dag_id": "evaluate_segments", "run_id": "scheduled__1"}
TELL = f"""
import asyncio
from types import SimpleNamespace
from headcount.provider.alerts import Alert

async def tell_late():
    await Alert("late", context={{"dag_run": {RUN}}})

Alert("failed")({{"dag_run": SimpleNamespace(**{RUN})}})
asyncio.run(tell_late())
"""
TEXTS = [
    "headcount: evaluate_segments has failed (run scheduled__1)",
    "headcount: evaluate_segments has not ended in time (run scheduled__1)",
]


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it is posted."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(self.headers), json.loads(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Nobody reads it."""


class Postman(socketserver.StreamRequestHandler):
    """As little SMTP as a mail needs; keeps each mail's text."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                mail = iter(self.rfile.readline, b".\r\n")
                self.server.received.append(b"".join(mail).decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@contextmanager
def listening(server):
    server.received = []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def tell(tmp_path, to, **connections):
    held = {name: json.dumps(value) for name, value in connections.items()}
    home = AirflowHome(tmp_path / "airflow", tmp_path, held)
    done = subprocess.run(
        [sys.executable, "-c", TELL],
        env=home.environment(AIRFLOW__HEADCOUNT__ALERTS_TO=to),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_webhook_gets_signed_events(tmp_path):
    login = {"conn_type": "headcount_webhook", "password": PASSWORD}
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    with listening(server) as port:
        tell(tmp_path, f"http://127.0.0.1:{port}/alerts", webhook_default=login)

    headers, events = zip(*server.received, strict=True)
    assert [event["type"] for event in events] == [
        "headcount.run.failed",
        "headcount.run.late",
    ]
    assert [event["data"]["text"] for event in events] == TEXTS
    assert all(each["webhook-signature"].startswith("v1,") for each in headers)


def test_people_get_mails(tmp_path):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postman)
    with listening(server) as port:
        extra = {"from_email": "headcount@acme.example", "disable_ssl": True}
        extra |= {"disable_tls": True, "retry_limit": 1}
        smtp = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        tell(tmp_path, "ops@acme.example, dana@acme.example", smtp_default=smtp)

    assert len(server.received) == 2
    for mail, text in zip(server.received, TEXTS, strict=True):
        assert text in mail.replace("\r\n ", " ")
        assert "dana@acme.example" in mail
