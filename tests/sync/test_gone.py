"""A receiver that says 410 is not called there again, whoever pushes."""

from __future__ import annotations

from contextlib import closing, nullcontext
from functools import partial

from tests.contracts.vendors import QuickTime, Vendor
from tests.sync.pushing import Pushing

from headcount.standins.process import running_standin
from headcount.store.warehouse import Warehouse


def test_receiver_that_is_gone_is_left_alone_until_it_is_elsewhere() -> None:
    with running_standin("webhook") as standin, Warehouse.in_memory() as store:
        vendor, elsewhere = Vendor(standin), Vendor(standin)
        open_store = partial(nullcontext, store)
        with (
            closing(vendor.connect()) as old,
            closing(elsewhere.connect()) as new,
        ):
            pushing = Pushing(open_store, vendor, old, vendor.segment(), QuickTime())
            pushing.push("a")
            vendor.order("410")

            results = [pushing.push("a", "b") for _ in range(3)]
            sent = len(vendor.requests())
            moved = pushing.push("a", "b", destination=new)

        assert {result.status for result in results} == {"failed"}
        assert [result.requests for result in results] == [1, 0, 0]
        assert "wants nothing more (410)" in str(results[-1].reason)
        assert sent == 2
        assert moved.status == "synced"
        assert elsewhere.members() == ["b"]
