"""The canary hunt: secrets go to the vendor and nowhere else."""

from __future__ import annotations

import base64
import logging
import traceback
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.contracts.vendors import VENDORS, QuickTime, Vendor
from tests.sync.pushing import Pushing

from headcount.destinations.errors import DestinationError
from headcount.standins.process import running_standin
from headcount.store.warehouse import Warehouse
from headcount.sync.retry import Patience

SECRET = "whsec_+/z9/v9jYW5hcnkgc2VjcmV0IHZhbHVlIP/7774="  # noqa: S105
FAULTS = ("429-seconds", "503", "500-after", "lost-reply", "html", "expired-token")


@pytest.mark.parametrize("name", VENDORS)
def test_canary_is_in_no_log_result_or_file(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    with running_standin(name, options=("--password", SECRET)) as standin:
        login = replace(standin, password=SECRET)
        vendor = Vendor(login, on_secret=told.append)
        with closing(vendor.connect()) as destination:
            store = tmp_path / "headcount.duckdb"
            open_store = partial(Warehouse.open, store)
            pushing = Pushing(
                open_store, vendor, destination, vendor.segment(), QuickTime()
            )
            texts = [str(pushing.push("a"))]
            for fault in FAULTS:
                vendor.order(fault)
                texts.append(str(pushing.push(fault, patience=Patience(tries=2))))
            texts.append(str(pushing.push("", patience=Patience(tries=1))))  # refused
            texts.append(str(pushing.rows("FROM sync_batches")))

    assert len(told) > 2  # the secret and any tokens, in all their forms
    texts += [caplog.text, store.read_bytes().decode("latin-1")]
    for canary in {*told, SECRET, quote(SECRET), base64_of(SECRET)}:
        assert not any(canary in text for text in texts)


@pytest.mark.parametrize("name", VENDORS)
def test_canary_is_in_no_traceback(name: str) -> None:
    with running_standin(name) as standin:
        login = replace(standin, password=SECRET)
        vendor = Vendor(login)
        with (
            closing(vendor.connect()) as destination,
            pytest.raises(DestinationError) as raised,
        ):
            destination.create(vendor.segment(), ["a"])

    shown = "".join(traceback.format_exception(raised.value))
    assert "authentication failed" in shown
    assert SECRET not in shown
    assert SECRET not in repr(vars(raised.value))


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
