"""A stand-in as a process: on loopback, address on stdout, clean end on SIGTERM."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from headcount.standins.wire import Address, Connections, Wire

GRACE_S = 2


class _Server(uvicorn.Server):
    """Ends with exit code 0 when it is asked to end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the server, and nothing else."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end)
        yield

    def end(self) -> None:
        """The server stops taking requests and returns."""
        self.should_exit = True


def serve(vendor: str, wire: Wire, *, port: int, ends_with_stdin: bool) -> None:
    """Serves until it is told to end; prints `{"standin", "url", "pid"}` when ready.

    With `ends_with_stdin` it also ends when its standard input does, that is when the
    process that started it is gone, however it went.
    """
    listener = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ready = {"standin": vendor, "url": url, "pid": os.getpid()}
    config = uvicorn.Config(
        wire,
        http=_protocol_of(wire.connections),
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        date_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config)
    if ends_with_stdin:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    # The listener queues clients from here on, so nobody is turned away.
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    server.run(sockets=[listener])


def _end_with_stdin(server: _Server) -> None:
    sys.stdin.read()
    server.end()


def _protocol_of(connections: Connections) -> type[H11Protocol]:
    """The HTTP protocol of uvicorn, with its connections written down."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.standin_client = cast("Address", transport.get_extra_info("peername"))
            connections.transports[self.standin_client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            connections.transports.pop(self.standin_client, None)
            super().connection_lost(exc)

    return Protocol
