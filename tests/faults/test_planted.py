"""The planted faults can still be planted; `python -m tests.faults.planted` does it."""

from __future__ import annotations

import pytest
from tests.faults.planted import ROOT, catch, planted
from tests.faults.wrong_readings import FAULTS, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_anchor_stands_once(fault: Fault) -> None:
    source = (ROOT / fault.file).read_text()

    assert planted(fault, source) != source


def test_names_of_faults_differ() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_planted_fault_is_caught() -> None:
    by_name = {fault.name: fault for fault in FAULTS}

    assert catch(by_name["`any` instead of `all`"])[0]
