from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcount.destinations.base import Abilities
from headcount.sync.plan import (
    MEMBERS,
    Batch,
    Held,
    Reject,
    SyncPlan,
    plan_deletion,
    plan_sync,
)

WALKME = Abilities(max_batch=3, max_id_chars=5, can_replace=True)

users = st.sets(st.text("abcd", min_size=1, max_size=2))


def held(
    *, sure: str = "", unknown: str = "", remote_id: str | None = "r", **fields: bool
) -> Held:
    states = [(user, "held") for user in sure] + [(user, "unknown") for user in unknown]
    members = pl.DataFrame(states, schema=MEMBERS, orient="row")
    return Held(remote_id, members, **fields)


def plan(wanted: str, known: Held, abilities: Abilities = WALKME) -> SyncPlan:
    return plan_sync(pl.Series(list(wanted)), known, abilities)


def test_nothing_is_planned_when_all_is_held() -> None:
    assert plan("ba", held(sure="ab")) == SyncPlan(())


def test_difference_is_sorted_cut_and_removes_first() -> None:
    assert plan("gfedcb", held(sure="ab")).batches == (
        Batch("remove", ("a",)),
        Batch("add", ("c", "d", "e")),
        Batch("add", ("f", "g")),
    )


def test_unknown_users_are_told_what_is_true_now() -> None:
    assert plan("a", held(unknown="ab")).batches == (
        Batch("remove", ("b",)),
        Batch("add", ("a",)),
    )


def test_first_push_creates_with_as_many_as_fit() -> None:
    assert plan("dcba", held(remote_id=None)).batches == (
        Batch("create", ("a", "b", "c")),
        Batch("add", ("d",)),
    )


@pytest.mark.parametrize(("creates_empty", "batches"), [(True, 1), (False, 0)])
def test_empty_segment_is_created_if_the_vendor_can(
    creates_empty: bool, batches: int
) -> None:
    abilities = Abilities(max_batch=3, creates_empty=creates_empty)

    assert len(plan("", held(remote_id=None), abilities).batches) == batches


def test_adopted_segment_is_replaced_when_the_set_fits() -> None:
    adopted = held(may_hold_others=True)

    assert plan("ba", adopted).batches == (Batch("replace", ("a", "b")),)
    assert [batch.action for batch in plan("abcd", adopted).batches] == ["add", "add"]
    assert plan("", adopted).batches == ()


def test_too_long_ids_are_rejects_counted_in_characters() -> None:
    wanted = pl.Series(["☃" * 5, "☃" * 6])

    planned = plan_sync(wanted, held(), WALKME)

    assert planned.batches == (Batch("add", ("☃" * 5,)),)
    assert planned.rejects == (Reject("☃" * 6, "its id is longer than 5 characters"),)


def test_deletion_is_planned_when_something_may_exist() -> None:
    assert plan_deletion(held(), WALKME, may_exist=True).batches == (Batch("delete"),)
    assert plan_deletion(held(), WALKME, may_exist=False).batches == ()


def test_deletion_takes_members_out_where_the_vendor_deletes_nothing() -> None:
    known = held(sure="ab", unknown="c")
    lasting = Abilities(max_batch=2, can_delete=False)

    planned = plan_deletion(known, lasting, may_exist=True)

    assert planned.batches == (Batch("remove", ("a", "b")), Batch("remove", ("c",)))


def test_create_is_empty_where_it_takes_no_users() -> None:
    abilities = Abilities(max_batch=2, creates_with_users=False)

    assert plan("abc", held(remote_id=None), abilities).batches == (
        Batch("create"),
        Batch("add", ("a", "b")),
        Batch("add", ("c",)),
    )


def test_batches_are_cut_by_bytes_of_json_too() -> None:
    abilities = Abilities(max_batch=3, max_bytes=16)  # three of "a", or one of "☃"*3

    batches = plan_sync(
        pl.Series(["a", "b", "c", "d", '"', "☃☃☃", "x" * 40]), held(), abilities
    ).batches

    assert [batch.user_ids for batch in batches] == [
        ('"', "a", "b"),
        ("c", "d"),
        ("x" * 40,),
        ("☃☃☃",),
    ]


def test_new_name_is_told_where_it_can_be() -> None:
    misnamed = held(sure="a", is_misnamed=True)
    able = Abilities(max_batch=3, can_rename=True)

    assert plan("ab", misnamed, able).batches == (Batch("rename"), Batch("add", ("b",)))
    assert plan("ab", misnamed).batches == (Batch("add", ("b",)),)


@given(wanted=users, sure=users, unknown=users, really_there=st.data())
def test_remote_equals_wanted_whatever_the_unknown_are(
    wanted: set[str], sure: set[str], unknown: set[str], really_there: st.DataObject
) -> None:
    unknown -= sure
    states = [(u, "held") for u in sure] + [(u, "unknown") for u in unknown]
    known = Held("r", pl.DataFrame(states, schema=MEMBERS, orient="row"))
    remote = sure | really_there.draw(
        st.sets(st.sampled_from(sorted(unknown))) if unknown else st.just(set())
    )

    planned = plan_sync(pl.Series(list(wanted), dtype=pl.String), known, WALKME)
    for batch in planned.batches:
        assert list(batch.user_ids) == sorted(set(batch.user_ids))
        assert 0 < len(batch.user_ids) <= WALKME.max_batch
        remote = apply(batch, remote)

    assert remote == wanted


def apply(batch: Batch, remote: set[str]) -> set[str]:
    if batch.action == "add":
        return remote | set(batch.user_ids)
    return remote - set(batch.user_ids)
