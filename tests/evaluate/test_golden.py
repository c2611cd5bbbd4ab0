"""Every sentence that could be read two ways, asked of the oracle."""

from __future__ import annotations

import pytest
from tests import oracle
from tests.golden import Case, read_cases

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_oracle_agrees_on_case(case: Case) -> None:
    system = {"timezone": case.zone}

    found = oracle.members(case.definitions, system, case.events, case.records, case.at)

    assert found == case.members
