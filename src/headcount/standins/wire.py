"""What happens between a vendor and its client: faults, and a record of it all.

Wraps any ASGI app. It knows nothing of the vendor but which paths give tokens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass, field
from email.utils import formatdate
from hashlib import sha256
from typing import Any

from headcount.standins.api import FAULT, PARTIAL
from headcount.standins.faults import Fault, FaultPlan

CONTROL = "/_standin/"
OVERSIZED_BYTES = 2_000_000

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply, not yet sent. `is_cut`: its last byte never comes."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in; `status` is None when the client saw no reply.

    `is_too_early`: it came inside a pause that a Retry-After had asked for.
    """

    at_s: float
    method: str
    path: str
    body_sha256: str
    body_bytes: int
    fault: str | None
    status: int | None
    is_too_early: bool


@dataclass(slots=True)
class Connections:
    """The open transports by client address, so that one can be cut."""

    transports: dict[Address, asyncio.Transport] = field(default_factory=dict)

    def cut(self, scope: Scope) -> None:
        """The client of this request gets no (further) byte."""
        transport = self.transports.get(tuple(scope["client"]))
        if transport is not None:
            transport.abort()


class Wire:
    """The app as its clients see it."""

    def __init__(
        self,
        app: App,
        plan: FaultPlan,
        *,
        token_path: str | None,
        forget_tokens: Callable[[], None],
    ) -> None:
        self.plan = plan
        self.connections = Connections()
        self.seen: list[Seen] = []
        self.skipped_s = 0.0
        self._app = app
        self._token_path = token_path
        self._forget_tokens = forget_tokens
        self._late: list[tuple[int, Scope, bytes]] = []
        self._paused_until_s = 0.0

    @property
    def now_s(self) -> float:
        """The vendor's clock: real time, and what a rehearsal has skipped."""
        return asyncio.get_running_loop().time() + self.skipped_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, with its fault if it has one."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        is_token = scope["path"] == self._token_path
        fault = self.plan.next_for_token() if is_token else self.plan.next_for_call()
        body = await _read_body(receive)
        is_too_early = not is_token and self.now_s < self._paused_until_s
        if not is_token:
            await self.deliver_late(requests=1)
        reply = await self._answer(scope, body, fault)
        self._record(scope, body, fault, reply, is_too_early=is_too_early)
        if reply is None:
            self.connections.cut(scope)
        else:
            await self._send(reply, scope, send)

    def begin(self, plan: FaultPlan) -> None:
        """A new rehearsal by this plan: nobody has asked for anything yet."""
        self.plan = plan
        self.seen.clear()
        self._late.clear()
        self._paused_until_s = 0.0

    async def deliver_late(self, *, requests: int) -> int:
        """How many late requests arrived, now that so many others have gone by."""
        waiting = [(left - requests, scope, body) for left, scope, body in self._late]
        self._late = [late for late in waiting if late[0] > 0]
        due = [late for late in waiting if late[0] <= 0]
        for _, scope, body in due:
            await self._apply(scope, body)
        return len(due)

    def clear(self) -> None:
        """No request has come in, none is late, and no fault is ordered."""
        self.seen.clear()
        self._late.clear()
        self._paused_until_s = 0.0
        self.plan.ordered.clear()
        self.plan.ordered_for_tokens.clear()

    async def _answer(
        self, scope: Scope, body: bytes, fault: Fault | None
    ) -> Reply | None:
        """What the client gets to see, None for nothing."""
        scope[FAULT] = fault
        match fault:
            case Fault.TOO_MANY_SECONDS | Fault.TOO_MANY_DATE:
                return self._too_many(fault)
            case Fault.UNAVAILABLE:
                return Reply(503)
            case Fault.FAILED_BEFORE:
                return Reply(500)
            case Fault.GONE:
                return Reply(410)
            case Fault.LOST_REQUEST:
                return None
            case Fault.LATE:
                self._late.append((self.plan.late_by, scope, body))
                return None
            case Fault.EXPIRED_TOKEN:
                self._forget_tokens()
            case Fault.PARTIAL:
                scope[PARTIAL] = True
            case Fault.SLOW:
                await asyncio.sleep(self.plan.slow_s)
        return _spoil(await self._apply(scope, body), fault)

    def _too_many(self, fault: Fault) -> Reply:
        wait_s, now_s = self.plan.retry_after_s, self.now_s
        self._paused_until_s = now_s + wait_s
        if fault is Fault.TOO_MANY_SECONDS:
            return Reply(429, headers=(("Retry-After", str(wait_s)),))
        # The server's own clock, far from the client's: only the difference counts.
        began = formatdate(now_s, usegmt=True)
        until = formatdate(int(now_s) + wait_s, usegmt=True)
        return Reply(429, headers=(("Date", began), ("Retry-After", until)))

    async def _apply(self, scope: Scope, body: bytes) -> Reply:
        """The reply of the app itself."""
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start, pieces = sent[0], sent[1:]
        content_type = dict(start["headers"]).get(b"content-type", b"").decode()
        content = b"".join(piece.get("body", b"") for piece in pieces)
        return Reply(start["status"], content, content_type)

    def _record(
        self,
        scope: Scope,
        body: bytes,
        fault: Fault | None,
        reply: Reply | None,
        *,
        is_too_early: bool,
    ) -> None:
        self.seen.append(
            Seen(
                at_s=self.now_s,
                method=scope["method"],
                path=scope["path"],
                body_sha256=sha256(body).hexdigest(),
                body_bytes=len(body),
                fault=None if fault is None else fault.value,
                status=None if reply is None else reply.status,
                is_too_early=is_too_early,
            )
        )

    async def _send(self, reply: Reply, scope: Scope, send: Send) -> None:
        headers = [
            ("Content-Type", reply.content_type),
            ("Content-Length", str(len(reply.body))),
            *reply.headers,
        ]
        raw = [(name.lower().encode(), value.encode()) for name, value in headers]
        start = {"type": "http.response.start", "status": reply.status, "headers": raw}
        await send(start)
        body = reply.body[: len(reply.body) // 2] if reply.is_cut else reply.body
        await send(
            {"type": "http.response.body", "body": body, "more_body": reply.is_cut}
        )
        if reply.is_cut:
            self.connections.cut(scope)

    def to_json(self) -> list[dict[str, Any]]:
        """The requests so far, oldest first."""
        return [asdict(seen) for seen in self.seen]


def _spoil(reply: Reply, fault: Fault | None) -> Reply | None:
    """What is left of the reply to a request that was applied."""
    match fault:
        case Fault.LOST_REPLY:
            return None
        case Fault.FAILED_AFTER | Fault.PARTIAL:
            return Reply(500)
        case Fault.TRUNCATED:
            return Reply(200, reply.body or b"{}", is_cut=True)
        case Fault.OVERSIZED:
            return Reply(200, b'"' + b"x" * OVERSIZED_BYTES + b'"')
        case Fault.HTML:
            return Reply(200, b"<html>Sorry</html>", "text/html")
        case _:
            return reply


async def _read_body(receive: Receive) -> bytes:
    body, is_more = b"", True
    while is_more:
        message = await receive()
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
    return body
