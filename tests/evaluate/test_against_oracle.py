"""Product and oracle name the same users, whatever the definitions and the log.

A short look in every run; `pytest --hypothesis-profile=long tests/evaluate/
test_against_oracle.py` takes 20,000 examples.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given

from tests import oracle
from tests.evaluate.product import evaluate_with_product
from tests.strategies import Scenario, scenarios


@given(scenarios())
def test_product_agrees_with_oracle(scenario: Scenario) -> None:
    system = {"timezone": scenario.zone}
    asked = (scenario.definitions, system, scenario.events, scenario.records)

    expected = oracle.members(*asked, scenario.at)
    with TemporaryDirectory() as folder:
        found = evaluate_with_product(
            *asked, at=scenario.at, folder=Path(folder), files=scenario.files
        )

    assert found == expected, oracle.first_difference(
        found,
        expected,
        definitions=scenario.definitions,
        events=scenario.events,
        attributes=scenario.records,
    )
