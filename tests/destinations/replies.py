"""A server that says exactly what it is told, byte by byte: what no stand-in would."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from headcount.destinations.http import HttpClient, Timeouts
from headcount.destinations.secrecy import Secrecy

Piece = bytes | float  # what is sent, or for how many seconds nothing is


def reply(
    status: int = 200, body: bytes = b"{}", *headers: str, length: int | None = None
) -> bytes:
    """A whole HTTP reply; `length` claims another body length."""
    lines = [
        f"HTTP/1.1 {status} Said",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",  # said, or a client may send its next request into it
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(slots=True)
class Script:
    """Answers each connection with the next of `answers`; keeps what it was asked."""

    url: str
    answers: list[list[Piece]] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def say(self, *pieces: Piece) -> None:
        """The next connection gets this."""
        self.answers.append(list(pieces))

    def client(self, **given: object) -> HttpClient:
        """A client of this server."""
        settings = {"secrecy": Secrecy(), "elapsed_s": time.monotonic, **given}
        return HttpClient("vendor", self.url, stand_in=True, **settings)  # type: ignore[arg-type]


@contextmanager
def scripted() -> Iterator[Script]:
    """A server on a free port of this machine."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        script = Script(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_serve, args=(listener, script), daemon=True).start()
        yield script


def _serve(listener: socket.socket, script: Script) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(5.0)
            script.requests.append(_read_request(connection))
            for piece in script.answers.pop(0):
                if isinstance(piece, float):
                    time.sleep(piece)
                    continue
                try:
                    connection.sendall(piece)
                except OSError:
                    break


def _read_request(connection: socket.socket) -> bytes:
    """The request's head and as much body as it announces."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += connection.recv(65_536)
    head, _, body = read.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        while name.lower() == b"content-length" and len(body) < int(value):
            body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


HASTY = Timeouts(connect_s=1.0, read_s=0.1, total_s=0.3)
