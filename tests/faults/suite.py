"""Exit with 10 when a golden case, or a Hypothesis scenario, shows a difference.

Run in a process of its own, with the package to be judged first on the path. Anything
but a wrong membership (a refusal, an exception) ends it with the usual 1: a fault that
only breaks the code proves nothing about the tests.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from tests import oracle
from tests.evaluate.product import evaluate_with_product
from tests.golden import Case, read_cases
from tests.strategies import Scenario, scenarios

WRONG = 10
LOOK = settings(
    max_examples=150,
    phases=[Phase.generate],  # a difference is enough, it need not be small
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


class WrongMembershipError(Exception):
    """Product and oracle named other users."""


def agrees(case: Case) -> bool:
    """Whether the product names the members that the case names."""
    asked = (case.definitions, {"timezone": case.zone}, case.events, case.records)
    with TemporaryDirectory() as folder:
        found = evaluate_with_product(*asked, at=case.at, folder=Path(folder))
    return found == case.members


@LOOK
@given(scenarios())
def look_further(scenario: Scenario) -> None:
    """Raise WrongMembershipError when some scenario shows a difference."""
    system = {"timezone": scenario.zone}
    asked = (scenario.definitions, system, scenario.events, scenario.records)
    with TemporaryDirectory() as folder:
        found = evaluate_with_product(
            *asked, at=scenario.at, folder=Path(folder), files=scenario.files
        )
    if found != oracle.members(*asked, scenario.at):
        raise WrongMembershipError


def main() -> int:
    """Print what showed a difference first, if anything did."""
    wrong = next((case for case in read_cases() if not agrees(case)), None)
    if wrong is not None:
        sys.stdout.write(str(wrong))
        return WRONG
    try:
        look_further()
    except WrongMembershipError:
        sys.stdout.write("Hypothesis")
        return WRONG
    return 0


if __name__ == "__main__":
    sys.exit(main())
