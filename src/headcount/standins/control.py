"""The side door of every stand-in: look at the truth, order faults. It has no lock."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import Body

from headcount.standins.api import Api
from headcount.standins.faults import Fault
from headcount.standins.remote import RemoteSegments
from headcount.standins.wire import CONTROL, Wire


def add_control(api: Api, segments: RemoteSegments, wire: Wire) -> None:
    """The routes under `/_standin/` are there; faults never touch them."""
    app = api.app
    for name, look in api.looks.items():
        app.add_api_route(CONTROL + name, look)

    @app.get(CONTROL)
    async def show_all() -> dict[str, Any]:
        looks = {name: look() for name, look in api.looks.items()}
        return segments.to_json() | looks | {"requests": len(wire.seen)}

    @app.post(CONTROL + "forget")
    async def forget_all() -> None:
        """All is as if the stand-in had just been started, but for its tokens."""
        segments.clear()
        api.forget()
        wire.clear()

    @app.get(CONTROL + "segments")
    async def show_segments() -> dict[str, Any]:
        return segments.to_json()

    @app.get(CONTROL + "requests")
    async def show_requests() -> list[dict[str, Any]]:
        return wire.to_json()

    @app.post(CONTROL + "faults")
    async def order_faults(
        faults: Annotated[list[Fault], Body()],
        on: Annotated[Literal["call", "token"], Body()] = "call",
    ) -> None:
        """The next calls (or token requests) meet these faults, and no earlier ones."""
        plan = wire.plan
        queue = plan.ordered if on == "call" else plan.ordered_for_tokens
        queue.clear()
        queue.extend(faults)

    @app.post(CONTROL + "late")
    async def deliver_late() -> dict[str, int]:
        """All late requests arrive now."""
        return {"delivered": await wire.deliver_late(requests=10**9)}

    @app.post(CONTROL + "clock")
    async def skip(skip_s: Annotated[float, Body(embed=True)]) -> None:
        """So many seconds have gone by, which nobody had to wait."""
        wire.skipped_s += skip_s

    @app.post(CONTROL + "plan")
    async def begin(
        rates: Annotated[dict[Fault, float], Body()], seed: Annotated[int, Body()]
    ) -> None:
        """Faults come by these rates from now on; earlier requests are forgotten."""
        wire.begin(replace(wire.plan, rates=rates, seed=seed))
