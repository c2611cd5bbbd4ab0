"""`python -m headcount.standins walkme --port 0`: a vendor's API on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from headcount.standins import walkme
from headcount.standins.control import add_control
from headcount.standins.faults import Fault, FaultPlan, parse_rates
from headcount.standins.process import LOGIN, PASSWORD
from headcount.standins.remote import RemoteSegments
from headcount.standins.server import serve
from headcount.standins.wire import Wire


def main() -> None:
    """The stand-in has run until it was told to end."""
    options = _parser().parse_args()
    plan = FaultPlan(
        rates=options.faults,
        seed=options.seed,
        retry_after_s=options.retry_after,
        slow_s=options.slow,
    )
    segments = RemoteSegments(state_file=options.state_file, seed=options.seed)
    keys = walkme.Keys(options.client_id, options.client_secret, options.token_life)
    tokens = walkme.Tokens(keys)
    app = walkme.build_app(segments, tokens)
    wire = Wire(app, plan, token_path=walkme.TOKEN_PATH, forget_tokens=tokens.forget)
    add_control(app, segments, wire)
    serve(
        options.vendor, wire, port=options.port, ends_with_stdin=options.ends_with_stdin
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m headcount.standins")
    add = parser.add_argument
    add("vendor", choices=["walkme"])
    add("--port", type=int, default=0, help="0 is any free one; always on 127.0.0.1")
    add("--state-file", type=Path, help="keeps the segments over a restart")
    add("--seed", type=int, default=0, help="fixes ids and faults")
    names = ", ".join(Fault)
    add("--faults", type=parse_rates, default={}, help=f"NAME=RATE,...: {names}")
    add("--retry-after", type=int, default=1, metavar="S")
    add("--slow", type=float, default=0.2, metavar="S")
    add("--token-life", type=int, default=86_400, metavar="S")
    add("--client-id", default=LOGIN)
    add("--client-secret", default=PASSWORD)
    add("--ends-with-stdin", action="store_true", help="ends when its starter does")
    return parser


if __name__ == "__main__":
    main()
