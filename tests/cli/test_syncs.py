from __future__ import annotations

from tests.cli.conftest import Call
from tests.pipeline.conftest import walkme
from tests.shop import BUYERS, Shop

from headcount.standins.process import StandIn
from headcount.store.warehouse import Warehouse

__all__ = ["walkme"]


def test_held_push_exits_3_and_approve_lets_it_go(
    shop: Shop, walkme: StandIn, call: Call
) -> None:
    assert call("run").code == 0
    shop.define("buyers", BUYERS.replace("buy}", "never}") + "destinations: [walkme]\n")

    held = call("run")
    status = call("status")
    approved = call("approve", "buyers")

    assert (held.code, status.code, approved.code) == (3, 0, 0)
    (push,) = held.document["push"]["pushes"]
    assert (push["status"], push["requests"]) == ("held", 0)
    (waiting,) = status.document["held"]
    assert (waiting["removes"], waiting["requests"]) == (1, 1)
    assert approved.document["approved"][0]["removes"] == 1
    assert walkme.read_members("buyers") == []


def test_approval_is_of_one_membership(shop: Shop, walkme: StandIn, call: Call) -> None:
    call("run")
    shop.define("buyers", BUYERS.replace("buy}", "never}") + "destinations: [walkme]\n")
    call("run")

    refused = call("approve", "buyers", "--at", "2026-04-30T09:15:00Z")

    assert refused.code == 3
    assert refused.error["kind"] == "hold_moved_on"


def test_approve_of_nothing_says_so(shop: Shop, call: Call) -> None:
    assert "No push of buyers waits." in call("approve", "buyers", person=True).out
    assert call("approve", "byers").error["kind"] == "unknown_segment"


def test_reconcile_exits_1_when_something_drifted(
    shop: Shop, walkme: StandIn, call: Call
) -> None:
    call("run")
    with Warehouse.open(shop.project.store_path) as warehouse:
        warehouse.con.execute("UPDATE syncs SET remote_name = 'Called by hand'")

    drifted = call("reconcile", "walkme")
    equal = call("reconcile", "walkme")

    assert (drifted.code, equal.code) == (1, 0)
    (checked,) = drifted.document["segments"]
    assert checked["drift"] == "it is called 'Buyers' there, not 'Called by hand'"
    assert checked["push"]["status"] == "synced"


def test_reconcile_of_no_destination_is_misuse(
    shop: Shop, walkme: StandIn, call: Call
) -> None:
    answer = call("reconcile", "wlakme")

    assert (answer.code, answer.error["kind"]) == (2, "unknown_destination")


def test_push_in_full_wants_a_segment(call: Call) -> None:
    assert call("push", "--full").error["kind"] == "no_segment"
