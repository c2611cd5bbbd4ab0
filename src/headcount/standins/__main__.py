"""`python -m headcount.standins walkme --port 0`: a vendor's API on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from headcount.standins import (
    appcues,
    clevertap,
    walkme,
    walkme_notification,
    webhook,
)
from headcount.standins.api import Rules
from headcount.standins.control import add_control
from headcount.standins.faults import Fault, FaultPlan, parse_rates
from headcount.standins.process import LOGIN, PASSWORD
from headcount.standins.remote import RemoteSegments
from headcount.standins.server import serve
from headcount.standins.wire import Wire

VENDORS = {
    "walkme": walkme.build_api,
    "appcues": appcues.build_api,
    "clevertap": clevertap.build_api,
    "walkme-notification": walkme_notification.build_api,
    "webhook": webhook.build_api,
}


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
    rules = Rules(
        options.login,
        options.password,
        token_life_s=options.token_life,
        poison=options.poison,
        takes_s=options.takes,
        shows_members=options.shows_members,
    )
    api = VENDORS[options.vendor](segments, rules)
    wire = Wire(
        api.app, plan, token_path=api.token_path, forget_tokens=api.forget_tokens
    )
    add_control(api, segments, wire)
    serve(
        options.vendor, wire, port=options.port, ends_with_stdin=options.ends_with_stdin
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m headcount.standins")
    add = parser.add_argument
    add("vendor", choices=sorted(VENDORS))
    add("--port", type=int, default=0, help="0 is any free one; always on 127.0.0.1")
    add("--state-file", type=Path, help="keeps the segments over a restart")
    add("--seed", type=int, default=0, help="fixes ids and faults")
    names = ", ".join(Fault)
    add("--faults", type=parse_rates, default={}, help=f"NAME=RATE,...: {names}")
    add("--retry-after", type=int, default=1, metavar="S")
    add("--slow", type=float, default=0.2, metavar="S")
    add("--token-life", type=int, default=86_400, metavar="S")
    add("--takes", type=float, default=0.0, metavar="S", help="how long a call takes")
    add("--poison", metavar="TEXT", help="users with it in their id are refused")
    add("--shows-members", action="store_true", help="as no vendor is known to")
    add("--login", default=LOGIN)
    add("--password", default=PASSWORD)
    add("--ends-with-stdin", action="store_true", help="ends when its starter does")
    return parser


if __name__ == "__main__":
    main()
