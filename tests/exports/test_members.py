from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.evaluate.world import attributes, event
from tests.exports.conftest import TICK, Exporting
from tests.exports.tables import table, users

ANN = event("ann", "buy", "2024-02-01")


def values(exporting: Exporting, *names: str, at: str = TICK) -> dict[str, list[str]]:
    export = exporting.export(at, format="parquet", attributes=names)
    frame = pl.read_parquet(export.path)
    return {row[2]: list(row[4:]) for row in frame.iter_rows()}


def test_rows_are_the_members_by_user(exporting: Exporting) -> None:
    exporting.world.log(
        event("bob", "buy", "2024-02-01"), ANN, event("eve", "x", "2024-02-01")
    )
    exporting.world.tick(TICK)

    assert list(values(exporting)) == ["ann", "bob"]


def test_attribute_has_its_latest_value_at_the_tick(exporting: Exporting) -> None:
    exporting.world.log(
        ANN,
        attributes("ann", "2024-02-02", plan="pro", role="x"),
        attributes("ann", "2024-02-01", plan="trial"),
        attributes("ann", "2024-02-03", role=None),
        attributes("ann", "2024-03-01T09:00:00", plan="later"),
    )
    exporting.world.tick(TICK)

    assert values(exporting, "plan", "role", "nix") == {"ann": ["pro", None, None]}


def test_attribute_stays_as_the_run_saw_it_when_a_record_comes_late(
    exporting: Exporting,
) -> None:
    exporting.world.log(ANN, attributes("ann", "2024-02-01", plan="trial"))
    exporting.world.tick(TICK)
    exporting.world.log(attributes("ann", "2024-02-02", plan="pro"))

    assert values(exporting, "plan") == {"ann": ["trial"]}

    exporting.world.tick("2024-03-01T09:15")

    assert values(exporting, "plan", at="2024-03-01T09:15") == {"ann": ["pro"]}


def test_dotted_name_reaches_into_an_object_unless_a_key_has_dots(
    exporting: Exporting,
) -> None:
    exporting.world.log(
        ANN,
        event("bob", "buy", "2024-02-01"),
        attributes("ann", "2024-02-02", env={"os": {"name": "Linux"}}),
        attributes(
            "bob", "2024-02-02", **{"env.os": {"name": "BSD"}, "env": {"os": 1}}
        ),
    )
    exporting.world.tick(TICK)

    found = values(exporting, "env.os.name")

    assert found == {"ann": ["Linux"], "bob": ["BSD"]}


def test_number_is_exact_when_it_is_long(exporting: Exporting) -> None:
    exporting.world.log(ANN, attributes("ann", "2024-02-02", n=9007199254740993))
    exporting.world.tick(TICK)

    assert values(exporting, "n") == {"ann": ["9007199254740993"]}


def test_headings_are_unique_when_attributes_are_named_like_columns(
    tmp_path: Path,
) -> None:
    written = table(tmp_path, [], attributes=("user_id", "attribute.user_id", "plan"))

    assert written.headings[4:] == (
        "attribute.user_id",
        "attribute.attribute.user_id",
        "plan",
    )


def test_batches_are_small_and_together_everything(tmp_path: Path) -> None:
    ids = [f"u{i}" for i in range(10)]

    batches = list(table(tmp_path, users(*ids)).batches(4))

    assert [batch.height for batch in batches] == [4, 4, 2]
    assert pl.concat(batches)["user_id"].to_list() == ids
