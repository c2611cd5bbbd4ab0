"""Every sentence that could be read two ways, asked of oracle and product alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import oracle
from tests.evaluate.product import evaluate_with_product
from tests.golden import Case, read_cases

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_oracle_agrees_on_case(case: Case) -> None:
    system = {"timezone": case.zone}

    found = oracle.members(case.definitions, system, case.events, case.records, case.at)

    assert found == case.members


@pytest.mark.parametrize("case", CASES, ids=str)
def test_product_agrees_on_case(case: Case, tmp_path: Path) -> None:
    asked = (case.definitions, {"timezone": case.zone}, case.events, case.records)

    found = evaluate_with_product(*asked, at=case.at, folder=tmp_path)

    assert found == case.members
